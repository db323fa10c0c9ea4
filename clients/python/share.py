"""Share values and pass messages between programs, through a hub.

A hub is a program that runs somewhere on your network (``althing serve``
starts one). Your programs, on as many machines as you like, meet there:

>>> import share
>>> sh = share.ShareServer()                        # the hub on this machine
>>> sh.setReg("garden.soil.temp", 56)               # everybody can read it now
'OK'
>>> sh.getReg("garden.soil.temp") + 1               # a number stays a number
57
>>> sh.join("gardeners")                            # be in a group
'OK'
>>> sh.send("gardeners", "the roses want water")    # tell everybody in it
'OK'
>>> sh.recv()[2]                                    # you are in it yourself
'the roses want water'

How it works fits in a few lines. The hub reads a Python expression, works it
out, and sends back the text of its value. ``ShareServer.SendToServer`` does
exactly that with any expression you like:

>>> sh.SendToServer("(1 + 1) * 2")
'4'

Everything else here writes such an expression for you, sends it, and
understands the answer. This is one file that needs nothing but Python 3.8 or
newer: copy it beside your own program.
"""

from __future__ import annotations

import ast
import hashlib
import math
import re
import socket
import ssl
import time
from typing import Any

__all__ = ["ShareError", "ShareServer", "connect", "literal", "outcome", "request", "value"]

THIS_MACHINE = "127.0.0.1"
PORT = 2980

SEPARATOR = chr(200)
"""What stands between sender, receiver and text in the reply to ``recv``."""

NO_MESSAGE = ("None", "None", "None")
"""What ``recv`` gives when the inbox is empty."""


class ShareError(Exception):
    """The hub said no, or could not be reached.

    ``type`` is the name of the Python exception that fits best:
    ``'ZeroDivisionError'``, ``'LookupError'`` for what is not there,
    ``'PermissionError'``, ``'RuntimeError'`` for a conflict, ``'OverflowError'``
    for what is full, ``'ConnectionError'`` and ``'TimeoutError'`` when no
    answer came. ``message`` is one line for people.
    """

    def __init__(self, type: str, message: str) -> None:
        super().__init__("%s: %s" % (type, message) if message else type)
        self.type = type
        self.message = message

    @classmethod
    def of(cls, reply: str) -> ShareError:
        """The error in a reply that is not what it should have been."""
        found = re.match(r"Error: (\w+)(?:: (.*))?$", reply, re.DOTALL)
        if found:
            return cls(found.group(1), found.group(2) or "")
        return cls("ValueError", "the hub sent what this program does not understand: %.80r" % reply)


class ShareServer:
    """One program's dealings with a hub.

    ``host`` is the hub's name or address; without one the hub on this machine
    is meant. Nothing is sent until you ask for something, so that making a
    ``ShareServer`` never fails; ``isServerUp()`` tells whether a hub answers.

    Every question is a connection of its own, so that the hub may restart in
    between. An object belongs to one thread: another thread makes its own, and
    has its own ID and its own inbox.

    A hub that was started with ``--tls`` shows a ``fingerprint`` at its start;
    given here, nobody can listen, and no other hub is talked to. ``tls=True``
    without it trusts a hub whose certificate an authority has signed; in place
    of ``True`` there may be an ``ssl.SSLContext`` of your own.

    Where guests may not do everything, ``key`` is the key that the hub's owner
    has made for you (``althing user add``); it goes with every question.

    To add a function that the owner of your hub has added, write a wrapper of
    one line::

        class Weather(share.ShareServer):
            def forecast(self, town: str) -> str:
                return self.call("weather", town)
    """

    patience = 20.0
    """Seconds without a byte from the hub after which a question is given up."""

    remember_every = 60.0
    """Seconds between asking whether the hub still knows us, while our inbox is empty."""

    def __init__(self, host: str | None = None, port: int = PORT, *,
                 tls: bool | ssl.SSLContext = False, fingerprint: str = "", key: str = "") -> None:
        self.host = host or THIS_MACHINE
        self.port = port
        self.tls = tls
        self.fingerprint = fingerprint
        self.key = key
        self._id: str | None = None
        self._groups: list[str] = []
        self._known_at = 0.0

    def __enter__(self) -> ShareServer:
        return self

    def __exit__(self, *why: object) -> None:
        try:
            self.exit()
        except ShareError:
            pass  # a hub that has gone has forgotten us anyway

    # -- asking anything ---------------------------------------------------

    def SendToServer(self, text: str) -> str:
        """Send an expression, or a statement; give the hub's reply as text.

        Never raises: what went wrong is a reply too, one that starts with
        ``Error``: the hub's own (``Error: ZeroDivisionError: division by
        zero``) or ``Error: ConnectionError: …`` when no hub answered.
        """
        try:
            text = text.strip()
            if self.key:
                text = "%s; %s" % (request("login", self.key), text)
            return self._exchange(text.encode()).decode(errors="replace")
        except UnicodeEncodeError as problem:
            return "Error: ValueError: this text cannot be sent: %s" % problem
        except socket.timeout:
            return "Error: TimeoutError: the hub at %s did not answer within %g s" % (
                self._where(), self.patience)
        except ssl.SSLError as problem:
            return "Error: ConnectionError: the hub at %s cannot be talked to with TLS: %s" % (
                self._where(), problem.strerror or problem)
        except OSError as problem:
            return "Error: ConnectionError: no hub answers at %s (%s)" % (
                self._where(), problem.strerror or problem)

    def _exchange(self, text: bytes) -> bytes:
        reply: list[bytes] = []
        with connect(self.host, self.port, self.patience, self.tls, self.fingerprint) as connection:
            try:
                connection.sendall(text)
                # "That was all": the hub need not wait whether more comes. Behind
                # TLS it waits a moment: Python cannot say so there and read on.
                if not isinstance(connection, ssl.SSLSocket):
                    connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # refused before it was read to its end; the reply says why
            while True:
                part = connection.recv(65536)
                if not part:
                    return b"".join(reply)
                reply.append(part)

    def _where(self) -> str:
        return "%s port %d" % (self.host, self.port)

    def isServerUp(self) -> bool:
        """Whether a hub answers."""
        return self.SendToServer("'Hello World'") == "Hello World"

    def call(self, name: str, *args: Any) -> Any:
        """Call any function of the hub and give its value.

        ``sh.call("weather", "Oslo")`` asks a function that the hub's owner
        made; ``sh.call("history", "garden.soil.temp")`` one of the hub's own.
        A value that has no literal form, a date for instance, comes as its
        ``repr``.
        """
        return outcome(self.SendToServer("repr(%s)" % request(name, *args)))

    # -- who we are ----------------------------------------------------------

    @property
    def ID(self) -> str:
        """Our client ID: eight letters and digits, by which others can send to us.

        The hub is asked for it when it is first needed. The hub forgets a
        client that is silent for ten minutes; then we get a new ID here, and
        are joined again to the groups we were in.
        """
        if self._id is None:
            reply = self.SendToServer("getClientID()")
            if not re.fullmatch("[A-Za-z0-9]{8}", reply):
                raise ShareError.of(reply)
            self._id = reply
            self._known_at = time.monotonic()
            for group in self._groups:
                self._ok(request("join", reply, group))
        return self._id

    def _forgotten(self) -> bool:
        """Ask whether the hub still knows our ID; let go of it when not."""
        self._known_at = time.monotonic()
        if self.SendToServer(request("known", self.ID)) != "False":
            return False
        self._id = None
        return True

    def _as_me(self, name: str, *args: Any) -> str:
        """The reply to a call that starts with our ID; once more with a new one when it was forgotten."""
        reply = self.SendToServer(request(name, self.ID, *args))
        if reply.startswith("Error: LookupError") and self._forgotten():
            reply = self.SendToServer(request(name, self.ID, *args))
        return reply

    def _ok(self, text: str) -> str:
        return _ok(self.SendToServer(text))

    # -- messages --------------------------------------------------------------

    def send(self, *words: str) -> str:
        """``send(to, text)`` or ``send(sender, to, text)``: put a message into inboxes.

        ``to`` is a client's ID or a group; a group's message is copied to each
        of its members. ``sender`` is our own ID, or a group that we are in:
        its name then stands where our ID would.
        """
        if len(words) not in (2, 3):
            raise TypeError("send() takes (to, text) or (sender, to, text)")
        me = self.ID
        sender, to, text = (me, *words)[-3:]
        reply = self.SendToServer(request("send", sender, to, str(text)))
        # Sent as a group, it is our membership that was forgotten with our ID.
        if reply.startswith(("Error: LookupError", "Error: PermissionError")) and self._forgotten():
            now = {me: self.ID}
            reply = self.SendToServer(request("send", now.get(sender, sender), now.get(to, to), str(text)))
        return _ok(reply)

    def recv(self) -> tuple[str, str, str]:
        """The next message of our inbox: ``(sender, to, text)``.

        ``('None', 'None', 'None')`` when there is none. Ask at least every
        seven minutes: who is silent for ten is taken to be gone, and the
        messages with it.
        """
        message = self._recv()
        if message == NO_MESSAGE and time.monotonic() - self._known_at > self.remember_every:
            # A forgotten inbox looks empty too.
            if self._forgotten():
                message = self._recv()
        return message

    def _recv(self) -> tuple[str, str, str]:
        reply = self.SendToServer(request("recv", self.ID))
        parts = reply.split(SEPARATOR, 2)  # the text may hold the separator; names do not
        if len(parts) != 3:
            raise ShareError.of(reply)
        return parts[0], parts[1], parts[2]

    def join(self, group: str) -> str:
        """Be a member of a group, which is made when it is new: its messages reach us from now on."""
        reply = _ok(self._as_me("join", group))
        if group not in self._groups:
            self._groups.append(group)
        return reply

    def leave(self, group: str) -> str:
        """No longer be a member of a group."""
        reply = _ok(self._as_me("leave", group))
        if group in self._groups:
            self._groups.remove(group)
        return reply

    def exit(self) -> str:
        """Give back our ID, our inbox and our places in groups."""
        leaving, self._id, self._groups = self._id, None, []
        return "OK" if leaving is None else self._ok(request("exit", leaving))

    # -- values ----------------------------------------------------------------

    def setReg(self, key: str, value: Any, *, expire: float | None = None,
               expect: Any = ..., create: bool = False) -> str:
        """Share a value under a name that everybody can read and change.

        It may be None, a bool, a number, a text, bytes, or lists, tuples,
        dicts and sets of such; it keeps its type. Dots in the name help to
        find what belongs together: ``'garden.soil.temp'``.

        ``expire``: seconds after which it is gone. ``expect``: set it only if
        this is its value now. ``create``: set it only if there is none. When
        that is not so, a ``ShareError`` of type ``RuntimeError`` is raised.
        """
        options: dict[str, Any] = {}
        if expire is not None:
            options["expire"] = expire
        if expect is not ...:
            options["expect"] = expect
        if create:
            options["create"] = True
        return self._ok(request("setReg", key, value, **options))

    def getReg(self, key: str, default: Any = None) -> Any:
        """The value that is shared under a name; ``default`` when there is none."""
        return self.call("getReg", key, default)

    def fetch(self, pattern: str) -> int:
        """Have every shared value whose name matches put into our inbox; how many these are.

        ``*`` stands for any text, ``?`` for any one character, ``[abc]`` for
        one of these. Each comes as a message from ``REGISTRY`` with the text
        ``name:value``.
        """
        return _number(self._as_me("fetch", pattern))

    def delete(self, pattern: str) -> int:
        """Remove every shared value whose name matches; how many these were."""
        return _number(self.SendToServer(request("delete", pattern)))

    def dbExec(self, sql: str) -> int | str:
        """Run one statement of SQL in the hub's database.

        How many rows INSERT, UPDATE or DELETE changed, else ``'OK'``. Each row
        that SELECT finds is put into our inbox: a message from ``SQLite`` whose
        text is a tuple, which ``share.value(text)`` turns into a real one.
        """
        reply = self._as_me("dbExec", sql)
        return reply if reply == "OK" else _number(reply)


def connect(host: str, port: int, patience: float,
            tls: bool | ssl.SSLContext = False, fingerprint: str = "") -> socket.socket:
    """A connection to a hub, on which no wait for a byte lasts longer than ``patience`` seconds.

    With a ``fingerprint`` or ``tls`` it is secured, as ``ShareServer`` has it.
    Raises ``OSError``, of which ``ssl.SSLError`` is one kind: the hub is not the
    one that is meant, or does not speak TLS.
    """
    connection = socket.create_connection((host, port), patience)
    if not tls and not fingerprint:
        return connection
    try:
        return _secured(connection, host, tls, fingerprint)
    except BaseException:
        connection.close()
        raise


def _secured(connection: socket.socket, host: str, tls: bool | ssl.SSLContext, fingerprint: str) -> ssl.SSLSocket:
    if isinstance(tls, ssl.SSLContext):
        context = tls
    else:
        context = ssl.create_default_context()
        if fingerprint:  # takes the place of names, dates and authorities
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
    # An end without a goodbye may be a reply that somebody has cut off.
    secured = context.wrap_socket(connection, server_hostname=host, suppress_ragged_eofs=False)
    shown = hashlib.sha256(secured.getpeercert(binary_form=True) or b"").hexdigest()
    if fingerprint and shown != re.sub("[: ]", "", fingerprint).strip().lower():
        secured.close()
        raise ssl.SSLCertVerificationError("it has the fingerprint %s, not %s" % (
            ":".join(re.findall("..", shown.upper())), fingerprint))
    return secured


def request(name: str, *args: Any, **named: Any) -> str:
    """The text that asks the hub to call a function.

    >>> request("setReg", "garden.open", True, expire=60)
    "setReg('garden.open', True, expire=60)"

    Whatever the arguments hold, quotes and newlines included, they arrive as
    arguments: nothing in them is ever worked out.
    """
    for word in (*name.split("."), *named):
        if not word.isidentifier():
            raise ValueError("%r is not the name of a function or an option" % word)
    words = [literal(arg) for arg in args]
    words += ["%s=%s" % (option, literal(arg)) for option, arg in named.items()]
    return "%s(%s)" % (name, ", ".join(words))


def literal(thing: Any) -> str:
    """A value as Python would write it: what ``repr`` gives, in forms the hub can read.

    Raises ``TypeError`` for what cannot be written so (a function, a file, a
    date): share its text, or the numbers it is made of.
    """
    if thing is None or isinstance(thing, bool):
        return repr(thing)
    if isinstance(thing, float):
        return float.__repr__(thing) if math.isfinite(thing) else "float('%s')" % float.__repr__(thing)
    if isinstance(thing, complex):
        if math.isfinite(thing.real) and math.isfinite(thing.imag):
            return complex.__repr__(thing)
        return "complex(%s, %s)" % (literal(thing.real), literal(thing.imag))
    if isinstance(thing, int):
        return int.__repr__(thing)  # the plain form also of an IntEnum, say
    if isinstance(thing, str):
        return str.__repr__(thing)
    if isinstance(thing, bytes):
        return bytes.__repr__(thing)
    if isinstance(thing, (list, tuple, set, frozenset)):
        items = ", ".join(map(literal, thing))
        if isinstance(thing, list):
            return "[%s]" % items
        if isinstance(thing, tuple):
            return "(%s,)" % items if len(thing) == 1 else "(%s)" % items
        return "{%s}" % items if items else "set()"
    if isinstance(thing, dict):
        return "{%s}" % ", ".join("%s: %s" % (literal(key), literal(item)) for key, item in thing.items())
    raise TypeError("a %s cannot be shared; its text or its numbers can" % type(thing).__name__)


def value(text: str) -> Any:
    """The value that a text of the hub's stands for; ``ValueError`` when it stands for none.

    >>> value("(1, 'one', {2.5})")
    (1, 'one', {2.5})

    Nothing is worked out here, so that no text can do harm: it is read by
    ``ast.literal_eval``, which is helped with what ``repr`` writes and it does
    not read.
    """
    try:
        return ast.literal_eval(_Readable().visit(ast.parse(text.strip(), mode="eval")))
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError) as problem:
        raise ValueError("not the text of a value: %.80r" % text) from problem


def outcome(reply: str) -> Any:
    """The value in the reply to ``repr(…)``, or its text when it has no literal form.

    An error cannot be taken for a value, nor a value for an error: ``repr``
    puts a text in quotes.
    """
    if reply.startswith("Error: "):
        raise ShareError.of(reply)
    try:
        return value(reply)
    except ValueError:
        return reply


class _Readable(ast.NodeTransformer):
    """Puts the constants themselves where repr names them: inf, nan, set()."""

    constants = {"inf": math.inf, "nan": math.nan, "infj": complex(0, math.inf), "nanj": complex(0, math.nan)}

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id in self.constants:
            return ast.copy_location(ast.Constant(self.constants[node.id]), node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Name) and node.func.id == "set" and not node.args and not node.keywords:
            return ast.copy_location(ast.Set([]), node)
        return node


def _ok(reply: str) -> str:
    if reply != "OK":
        raise ShareError.of(reply)
    return reply


def _number(reply: str) -> int:
    if not reply.isdecimal():
        raise ShareError.of(reply)
    return int(reply)
