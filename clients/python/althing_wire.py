"""The lines of the session protocol: how values, questions and answers travel.

``althing.py`` beside this file is what to use; docs/session-protocol.md says
what the bytes mean.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import logging
import math
import selectors
import socket
import ssl
import threading
import time
from typing import Any, Callable

from share import Place, ShareError

log = logging.getLogger("althing")

MAX_LINE = 1 << 20
"""Bytes of one line of the session protocol: the hub takes no longer ones."""

MAX_DEPTH = 200
"""How deep values may be nested."""

MAX_EXACT = 1 << 53
"""Beyond this JSON's numbers are not exact everywhere, and travel as texts."""


class Error(ShareError):
    """What went wrong in a session.

    ``code`` is one word for programs: ``'not_found'``, ``'denied'``,
    ``'invalid'``, ``'conflict'``, ``'limit'``, ``'timeout'``,
    ``'unavailable'``, ``'full'``, ``'closed'`` or ``'internal'``. ``type`` and
    ``message`` are as in every ``ShareError``.
    """

    def __init__(self, code: str, message: str, type: str = "") -> None:
        super().__init__(type or _EXCEPTIONS.get(code, "RuntimeError"), message)
        self.code = code


_EXCEPTIONS = {
    "not_found": "LookupError", "denied": "PermissionError", "invalid": "ValueError", "conflict": "RuntimeError",
    "limit": "OverflowError", "timeout": "TimeoutError", "unavailable": "ConnectionError", "full": "OverflowError",
    "closed": "ConnectionError", "internal": "SystemError",
}


class Answered:
    """The answer to a question, when it has come."""

    def __init__(self, id: int, then: Callable[[dict[str, Any]], None] | None) -> None:
        self.id = id
        self.then = then
        self.done = threading.Event()
        self.found: dict[str, Any] = {}
        self.problem: Error | None = None

    def wait(self, patience: float) -> dict[str, Any]:
        if not self.done.wait(patience):
            raise Error("timeout", "the hub did not answer within %g s" % patience)
        return self.result()

    def result(self) -> dict[str, Any]:
        if self.problem is not None:
            raise self.problem
        return self.found


def dial(place: Place, patience: float, tls: bool | ssl.SSLContext, fingerprint: str, *, secret: bool = False) -> socket.socket:
    """A connection, or an ``Error`` that says why there is none."""
    try:
        return place.connect(patience, tls, fingerprint, secret=secret)
    except PermissionError as problem:
        raise Error("denied", problem.strerror or str(problem)) from problem
    except ssl.SSLError as problem:
        raise Error("unavailable", "the hub at %s cannot be talked to with TLS: %s" % (place, problem.strerror or problem)) from problem
    except OSError as problem:
        raise Error("unavailable", "no hub answers at %s (%s)" % (place, problem.strerror or problem)) from problem


class Line:
    """One connection. One thread reads, any may write."""

    def __init__(self, connection: socket.socket, patience: float) -> None:
        self.socket = connection
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.socket.setblocking(False)
        self.patience = patience
        self.watches: dict[Any, Any] = {}  # the client's, by the hub's ids; under its lock
        self.reason: Error | None = None  # why it has ended
        self._received = bytearray()
        self._touch = threading.Lock()  # TLS is one for both directions, and not to be used by two
        self._writing = threading.Lock()
        self._asked: dict[int, Answered] = {}
        self._ids = itertools.count()

    def ask(self, method: str, params: dict[str, Any], then: Callable[[dict[str, Any]], None] | None = None) -> Answered:
        """Ask something. ``then`` is called with the result by who reads, before anything more is read."""
        answer = Answered(next(self._ids), then)
        line = _bytes({"id": answer.id, "method": method, "params": _object(params)})
        self._asked[answer.id] = answer
        try:
            self._write(line)
        except Error:
            self._asked.pop(answer.id, None)
            raise
        return answer

    def answered(self, frame: dict[str, Any]) -> None:
        """Take the answer to something."""
        answer = self._asked.pop(frame.get("id"), None)
        if answer is None:
            return
        if "error" in frame:
            answer.problem = _error(frame["error"])
        else:
            answer.found = frame.get("result") or {}
            if answer.then is not None:
                answer.then(answer.found)
        answer.done.set()

    def send(self, method: str, params: dict[str, Any]) -> None:
        """Tell something, if the connection is still there."""
        with contextlib.suppress(Error):
            self._write(_bytes({"method": method, "params": _object(params)}))

    def reply(self, id: Any, result: dict[str, Any]) -> None:
        """Answer something. Raises what makes the answer impossible; not that nobody is there to read it."""
        if id is None:
            return
        line = _bytes({"id": id, "result": _object(result)})
        with contextlib.suppress(Error):
            self._write(line)

    def refuse(self, id: Any, problem: Exception) -> None:
        """Answer something with an error."""
        if not isinstance(problem, Error):
            log.error("what the hub asked for has failed", exc_info=problem)
            problem = Error("internal", "%s: %s" % (type(problem).__name__, problem))
        if id is not None:
            said = {"code": -32000, "message": problem.message, "data": {"code": problem.code, "exception": problem.type}}
            with contextlib.suppress(Error):
                self._write(_bytes({"id": id, "error": said}))

    def _write(self, line: bytes) -> None:
        rest = memoryview(line)
        until = time.monotonic() + self.patience
        try:
            with self._writing:
                while rest:
                    if self.reason is not None:
                        raise self.reason
                    try:
                        with self._touch:
                            rest = rest[self.socket.send(rest):]
                        until = time.monotonic() + self.patience
                    except (BlockingIOError, ssl.SSLWantWriteError):
                        self._wait(selectors.EVENT_WRITE, until)
                    except ssl.SSLWantReadError:
                        self._wait(selectors.EVENT_READ, until)
        except OSError as problem:
            self.close()  # half a line was sent, perhaps
            raise Error("closed", "the connection was lost: %s" % problem) from problem

    def read(self, patience: float | None) -> dict[str, Any]:
        """The next frame."""
        until = None if patience is None else time.monotonic() + patience
        searched = 0
        while True:
            end = self._received.find(b"\n", searched)
            if end >= 0:
                line = bytes(self._received[:end])
                del self._received[:end + 1]
                searched = 0
                if line.strip():
                    return _frame(line)
                continue
            searched = len(self._received)
            if searched > 2 * MAX_LINE:
                raise Error("limit", "the other side sends longer lines than there are; is it a hub?")
            try:
                with self._touch:
                    part = self.socket.recv(65536)
            except (BlockingIOError, ssl.SSLWantReadError):
                self._wait(selectors.EVENT_READ, until)
                continue
            except ssl.SSLWantWriteError:
                self._wait(selectors.EVENT_WRITE, until)
                continue
            if not part:
                raise Error("closed", "the hub has closed the connection")
            self._received += part

    def _wait(self, event: int, until: float | None) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self.socket, event)
            if not selector.select(None if until is None else max(0.0, until - time.monotonic())):
                raise TimeoutError("the hub did nothing for too long")

    def close(self) -> None:
        """Have the one who reads see the end."""
        with contextlib.suppress(OSError, ValueError):
            socket.socket.shutdown(self.socket, socket.SHUT_RDWR)  # below TLS, which another thread may be using

    def end(self, reason: Error) -> None:
        """Let go of the connection; what has no answer fails. Called by the one who reads."""
        self.reason = reason
        self.close()
        with self._writing, self._touch:
            self.socket.close()
        while self._asked:
            _, answer = self._asked.popitem()
            answer.problem = reason
            answer.done.set()


def why(problem: Exception) -> Error:
    """Why a connection has ended."""
    if isinstance(problem, Error):
        return problem
    if isinstance(problem, TimeoutError):
        return Error("timeout", str(problem))
    if isinstance(problem, OSError):
        return Error("closed", "the connection was lost: %s" % (problem.strerror or problem))
    return Error("invalid", "the other side sent what makes no sense (%s: %s); is it a hub?" % (type(problem).__name__, problem))


def _error(said: dict[str, Any]) -> Error:
    data = said.get("data") if isinstance(said.get("data"), dict) else {}
    return Error(data.get("code", "internal"), said.get("message", ""), data.get("exception", ""))


def _frame(line: bytes) -> dict[str, Any]:
    try:
        frame = decode(line.decode())
    except (ValueError, TypeError, RecursionError) as problem:
        raise Error("invalid", "the other side sent what is no frame (%s); is it a hub?" % problem) from problem
    if not isinstance(frame, dict):
        raise Error("invalid", "the other side sent what is no frame; is it a hub?")
    return frame


def _object(members: dict[str, Any]) -> dict[str, Any]:
    return {name: _form(value, 1) for name, value in members.items()}


def _bytes(frame: dict[str, Any]) -> bytes:
    line = json.dumps({"jsonrpc": "2.0", **frame}, separators=(",", ":"), allow_nan=False).encode() + b"\n"
    if len(line) > MAX_LINE:
        raise Error("limit", "a line may have %d bytes; this one has %d" % (MAX_LINE, len(line)))
    return line


def encode(value: Any) -> str:
    """A value as JSON, as the session protocol has it.

    >>> encode((1, b"\\x00\\xff", {2}))
    '{"$tuple": [1, {"$bytes": "AP8="}, {"$set": [2]}]}'

    Raises ``TypeError`` for what has no such form.
    """
    return json.dumps(_form(value, 1), allow_nan=False)


def decode(text: str) -> Any:
    """The value that ``encode`` made the text of.

    >>> decode('{"$tuple": [1, {"$bytes": "AP8="}, {"$set": [2]}]}')
    (1, b'\\x00\\xff', {2})
    """
    return json.loads(text, object_hook=_value, parse_constant=_no_constant)


def _no_constant(name: str) -> Any:
    raise ValueError("%s is no JSON" % name)


def _form(value: Any, depth: int) -> Any:
    """What ``json`` can write."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if depth > MAX_DEPTH:
        raise ValueError("a value may be nested %d deep" % MAX_DEPTH)
    if isinstance(value, int):
        if abs(value) <= MAX_EXACT:
            return int(value)
        return {"$int": str(int(value)) if value.bit_length() <= 13000 else hex(value)}  # Python reads 4300 digits
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {"$float": "nan" if value != value else "inf" if value > 0 else "-inf"}
    if isinstance(value, complex):
        return {"$complex": [_form(value.real, depth), _form(value.imag, depth)]}
    if isinstance(value, (bytes, bytearray)):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, list):
        return [_form(item, depth + 1) for item in value]
    if isinstance(value, tuple):
        return {"$tuple": [_form(item, depth + 1) for item in value]}
    if isinstance(value, (set, frozenset)):
        return {"$set": [_form(item, depth + 1) for item in value]}
    if isinstance(value, dict):
        if all(isinstance(key, str) and not key.startswith("$") for key in value):
            return {key: _form(item, depth + 1) for key, item in value.items()}
        return {"$dict": [[_form(key, depth + 1), _form(item, depth + 1)] for key, item in value.items()]}
    raise TypeError("a %s has no literal form and cannot be sent" % type(value).__name__)


_VALUES: dict[str, Callable[[Any], Any]] = {
    "$tuple": tuple,
    "$bytes": lambda text: base64.b64decode(text, validate=True),
    "$set": lambda items: {_hashable(item) for item in items},
    "$complex": lambda parts: complex(*parts),
    "$int": lambda text: int(text, 0),
    "$float": float,
    "$dict": lambda pairs: {_hashable(key): item for key, item in pairs},
}


def _value(read: dict[str, Any]) -> Any:
    """The value that an object stands for."""
    if len(read) == 1:
        (name, inner), = read.items()
        if name in _VALUES:
            return _VALUES[name](inner)
    return read


def _hashable(item: Any) -> Any:
    return frozenset(item) if isinstance(item, set) else item
