"""The text port over one connection that is kept: a question is a line, its reply another.

``althing.py`` beside this file is what to use; docs/text-protocol.md says what
the lines mean.
"""

from __future__ import annotations

import re
import socket
import ssl
from typing import Any, Iterable, Iterator

from althing_watch import Change
from share import PORT, Place, ShareError, outcome, request

BATCH = 16 << 10
"""Bytes of requests that are sent before their replies are read. So few fit
into the system's own buffers on any machine: sending them never waits for a
hub that itself waits for us to read."""


class Hub:
    """A kept connection to a hub.

    It is opened by the first question, and anew by the next one after it was
    lost. When it is lost while questions are on the way, a ``ConnectionError``
    says how many were answered. The one that came next may have been carried
    out or not: only you can know whether it may be asked again.

    An object belongs to one thread. ``patience`` is for how many seconds no
    byte may come from the hub before a ``TimeoutError`` is raised. ``tls`` and
    ``fingerprint`` secure the connection as ``share.ShareServer`` has it, and
    without a ``host`` the hub is found as it does.
    """

    def __init__(self, host: str | None = None, port: int = PORT, patience: float = 20.0, *,
                 tls: bool | ssl.SSLContext = False, fingerprint: str = "") -> None:
        self.place = Place(host, port)
        self.patience = patience
        self.tls = tls
        self.fingerprint = fingerprint
        self._connection: socket.socket | None = None
        self._received = bytearray()

    def __enter__(self) -> Hub:
        return self

    def __exit__(self, *why: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up. A further question would connect again."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        self._received.clear()

    # -- asking ----------------------------------------------------------------

    def ask(self, text: str) -> str:
        """The reply to one expression or statement, as text.

        What the hub could not do is a reply too: it starts with ``Error: ``.
        """
        return self.many([text])[0]

    def eval(self, expression: str) -> Any:
        """The value of an expression, as Python's own ``eval`` would give it.

        Raises ``ShareError`` when the hub could not work it out. A value that
        has no literal form, a date for instance, comes as its ``repr``.
        """
        return outcome(self.ask("repr((%s))" % expression))

    def call(self, name: str, *args: Any, **named: Any) -> Any:
        """Call a function of the hub and give its value.

        >>> hub.call("setReg", "lamp's colour", ("red", 255), expire=60)
        'OK'
        >>> hub.call("getReg", "lamp's colour")
        ('red', 255)
        """
        return self.eval(request(name, *args, **named))

    def many(self, texts: Iterable[str]) -> list[str]:
        """The replies to many requests, in their order.

        They do not wait for each other's replies, which is many times faster
        than asking one after the other. Each stands for itself: a wrong one
        has its ``Error: `` in its place, and the next one works.
        """
        replies: list[str] = []
        for batch in _batches([_line(text) for text in texts]):
            replies += self._ask(batch, len(replies))
        return replies

    def changes(self, pattern: str = "*", after: int = 0) -> Iterator[Change]:
        """The changes of the shared values whose names match, as they happen, without end.

        Begins with those after the revision ``after``; with ``0``, with all
        that match now. It has a connection of its own, so that this object can
        be asked in the loop. When that is lost, go on where you were::

            seen = 0
            while True:
                try:
                    for change in hub.changes("garden.*", after=seen):
                        print(change.key, change.value)
                        seen = change.revision
                except ConnectionError:
                    time.sleep(1)
        """
        with Hub(patience=self.patience, tls=self.tls, fingerprint=self.fingerprint) as line:
            line.place = self.place
            while True:
                for entry in line.call("changes", pattern, after):
                    change = Change(*entry)
                    yield change
                    after = change.revision

    # -- the connection ----------------------------------------------------------

    def _ask(self, lines: list[bytes], before: int) -> list[str]:
        """Send some lines and read as many replies, after ``before`` others of the same call."""
        connection = self._ready()
        replies: list[str] = []
        try:
            connection.sendall(b"".join(lines))
            while len(replies) < len(lines):
                replies.append(self._read(connection))
        except socket.timeout as problem:
            raise TimeoutError("the hub at %s did not answer within %g s" % (self.place, self.patience)) from problem
        except OSError as problem:
            raise ConnectionError("the hub at %s hung up after %d replies (%s)" % (
                self.place, before + len(replies), problem.strerror or problem)) from problem
        finally:
            if len(replies) < len(lines):
                self.close()  # a late reply must not be taken for the next one's
        return replies

    def _ready(self) -> socket.socket:
        """The connection, opened if there is none or the hub has closed it while it was idle."""
        if self._connection is not None and _idle(self._connection):
            return self._connection
        self.close()
        try:
            connection = self.place.connect(self.patience, self.tls, self.fingerprint)
        except ssl.SSLError as problem:
            raise ConnectionError("the hub at %s cannot be talked to with TLS: %s" % (
                self.place, problem.strerror or problem)) from problem
        except OSError as problem:
            raise ConnectionError("no hub answers at %s (%s)" % (self.place, problem.strerror or problem)) from problem
        self._connection = connection
        try:
            # A small request must not wait for the last one's confirmation.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # A first line that is surely whole: from here on every line is a request.
            connection.sendall(b"1\n")
            reply = self._read(connection)
        except OSError as problem:
            self.close()
            raise ConnectionError("no hub answers at %s (%s)" % (self.place, problem.strerror or problem)) from problem
        if reply != "1":
            self.close()
            raise ShareError.of(reply)
        return connection

    def _read(self, connection: socket.socket) -> str:
        end = self._received.find(b"\n")
        while end < 0:
            searched = len(self._received)
            part = connection.recv(65536)
            if not part:
                raise ConnectionError("it closed the connection")
            self._received += part
            end = self._received.find(b"\n", searched)
        line = self._received[:end].decode(errors="replace")
        del self._received[:end + 1]
        return re.sub(r"\\(.)", lambda found: "\n" if found.group(1) == "n" else found.group(1), line)


def _idle(connection: socket.socket) -> bool:
    """Whether the connection is open and silent, as it should be between questions."""
    patience = connection.gettimeout()
    connection.setblocking(False)
    try:
        connection.recv(1)  # a last word or the end: either way it is of no more use
        return False
    except (BlockingIOError, ssl.SSLWantReadError):
        return True
    except OSError:
        return False
    finally:
        connection.settimeout(patience)


def _batches(lines: list[bytes]) -> Iterator[list[bytes]]:
    """The lines in groups of at most BATCH bytes, or of one line that is longer."""
    start = size = 0
    for here, line in enumerate(lines):
        if here > start and size + len(line) > BATCH:
            yield lines[start:here]
            start, size = here, 0
        size += len(line)
    if lines:
        yield lines[start:]


def _line(text: str) -> bytes:
    """A request as it is sent."""
    text = text.strip()
    if not text or "\n" in text or "\r" in text:
        raise ValueError("a request is one line that is not empty, not %.80r" % text)
    return text.encode() + b"\n"
