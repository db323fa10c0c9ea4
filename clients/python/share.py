"""Share values and pass messages between programs, through a hub.

A hub is a program that runs somewhere on your network (``althing serve``
starts one). Your programs, on as many machines as you like, meet there:

>>> import share
>>> sh = share.ShareServer()                        # the hub on this machine, or of this network
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
import errno
import hashlib
import math
import os
import re
import selectors
import socket
import ssl
import struct
import sys
import time
from typing import Any, Iterator, NamedTuple

__all__ = ["Found", "Place", "ShareError", "ShareServer", "connect", "find", "literal", "outcome", "request", "value"]

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

    ``host`` is the hub's name or address. Without one it is the hub on this
    machine, else the one that is found on the network (``Place`` says how).
    Nothing is sent until you ask for something, so that making a
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
        self.place = Place(host, port)
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
            return "Error: TimeoutError: the hub at %s did not answer within %g s" % (self.place, self.patience)
        except ssl.SSLError as problem:
            return "Error: ConnectionError: the hub at %s cannot be talked to with TLS: %s" % (
                self.place, problem.strerror or problem)
        except OSError as problem:
            return "Error: ConnectionError: no hub answers at %s (%s)" % (self.place, problem.strerror or problem)

    def _exchange(self, text: bytes) -> bytes:
        reply: list[bytes] = []
        with self.place.connect(self.patience, self.tls, self.fingerprint, secret=bool(self.key)) as connection:
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


# -- finding a hub -----------------------------------------------------------

GROUP = ("224.0.0.251", 5353)
SERVICE = ("_althing", "_tcp", "local")
LISTEN = 1.0  # seconds for answers: they come at once, and the question is asked twice
MOST_FOUND = 64  # hubs; a network with more is being fooled
MOST_RECORDS = 64  # of an answer, which for one hub has a dozen
MOST_LABELS = 64  # of a name and its jumps, so that one which leads in a circle ends

MOST_NETS = 2  # of this machine, that are searched
TOGETHER = 128  # connections that are tried at once, as many as any system allows
KNOCK = 1.0  # seconds in which a machine of the same network accepts one
SEARCH = 6.0  # seconds for all of it
SEARCH_AGAIN = 60.0  # seconds between two searches: 254 doors are not knocked at all the time


class Found(NamedTuple):
    """A hub that was found on the network. Anybody there can call itself anything.

    ``text`` and ``session`` are its ports, 0 where it has none. ``fingerprint``
    is the one that it says it has.
    """

    name: str
    host: str
    text: int
    session: int
    fingerprint: str


class Place:
    """Where a hub is: where it was said to be, or where it was found.

    Without a host it is looked for when it is first needed, and again when it
    has moved: on this machine; then by multicast, which a hub that was started
    with ``--lan`` answers; then at every address of this machine's own subnet.
    Only one hub may be found: of several, one must be named.
    """

    def __init__(self, host: str | None, port: int, session: bool = False) -> None:
        self.named = bool(host)
        self.host = host or THIS_MACHINE
        self.port = port
        self._asked_for = port
        self._session = session  # the session port is meant, not the text port
        self._searched_at = -math.inf

    def __str__(self) -> str:
        return "%s port %d" % (self.host, self.port)

    def connect(self, patience: float, tls: bool | ssl.SSLContext = False, fingerprint: str = "", *,
                secret: bool = False) -> socket.socket:
        """A connection, as ``connect`` makes it. With a ``secret`` to tell, none to a hub that is only found and not known."""
        anybody = not (self.named or tls or fingerprint)
        if secret and anybody:
            self.host, self.port = THIS_MACHINE, self._asked_for
        try:
            return connect(self.host, self.port, patience, tls, fingerprint)
        except OSError as problem:
            if self.named or isinstance(problem, ssl.SSLError):
                raise
            if self.host != THIS_MACHINE:  # it has moved
                self.host, self.port = THIS_MACHINE, self._asked_for
                return self.connect(patience, tls, fingerprint, secret=secret)
            self._find(problem, fingerprint)
        if secret and anybody:
            at, self.host, self.port = str(self), THIS_MACHINE, self._asked_for
            raise PermissionError(errno.EACCES, "the key is not told to the hub at %s, which was only found on the network: "
                                  "name its host, or give its fingerprint" % at)
        return connect(self.host, self.port, patience, tls, fingerprint)

    def _find(self, problem: OSError, fingerprint: str) -> None:
        found = self._matching(find(), fingerprint)
        if not found and time.monotonic() - self._searched_at > SEARCH_AGAIN:
            found = self._matching(_search(PORT if self._session else self._asked_for), "")
            self._searched_at = time.monotonic()
        if not found:
            raise OSError(problem.errno, "%s; none was found on the network" % (problem.strerror or problem)) from problem
        if len(found) > 1:
            names = ", ".join("%r at %s" % (hub.name, hub.host) for hub in found[:8])
            raise OSError(problem.errno, "%s; the network has several, of which one must be named: %s" % (
                problem.strerror or problem, names)) from problem
        self.host, self.port = found[0].host, self._port(found[0])

    def _port(self, hub: Found) -> int:
        return hub.session if self._session else hub.text

    def _matching(self, hubs: list[Found], fingerprint: str) -> list[Found]:
        """Those that have the port, and with a fingerprint those that say that it is theirs."""
        usual = 4000 if self._session else PORT
        ports = range(1, 65536) if self._asked_for == usual else (self._asked_for,)
        return [hub for hub in hubs if self._port(hub) in ports and
                (not fingerprint or _digits(hub.fingerprint) == _digits(fingerprint))]


def _digits(fingerprint: str) -> str:
    return re.sub("[: ]", "", fingerprint).lower()


def find(patience: float = LISTEN) -> list[Found]:
    """The hubs of the local network that announce themselves, after listening for so many seconds.

    It asks by multicast DNS (IPv4). A hub's address is the one from which its
    answer came, whatever stands in it.
    """
    found: dict[tuple[str, str, int, int], Found] = {}
    asked = os.urandom(2)
    question = asked + struct.pack("!5H", 0, 1, 0, 0, 0)
    question += b"".join(bytes([len(label)]) + label.encode() for label in SERVICE) + struct.pack("!B2H", 0, 12, 1)
    now = time.monotonic()
    end, again = now + patience, now
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as air:
        air.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
        air.bind(("", 0))
        while now < end and len(found) < MOST_FOUND:
            if now >= again:
                _to_all(air, question)
                again = now + patience / 2
            air.settimeout(max(0.001, min(again, end) - now))
            try:
                answer, sender = air.recvfrom(9001)
            except OSError:  # nothing came, or a machine has said that it has no such port
                pass
            else:
                told = _told(answer, asked)
                if told is not None:
                    name, about = told
                    hub = Found(_clean(about.get("name") or name), sender[0], _port(about.get("text", "")),
                                _port(about.get("session", "")), _clean(about.get("fingerprint", "")))
                    found[hub[:4]] = hub
            now = time.monotonic()
    return sorted(found.values())


def _to_all(air: socket.socket, question: bytes) -> None:
    """Send a question into all networks of this machine."""
    for index in _interfaces():
        try:
            air.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, index)
            air.sendto(question, GROUP)
        except OSError:
            pass  # this one has no multicast


def _interfaces() -> Iterator[bytes]:
    """The interfaces, as a socket is told of them; the first is the system's own choice."""
    yield bytes(4)
    try:
        indices = [index for index, _ in socket.if_nameindex()]
    except (OSError, AttributeError):
        return
    for index in indices:
        yield struct.pack("!I", index) if sys.platform == "win32" else struct.pack("=4s4si", bytes(4), bytes(4), index)


def _told(answer: bytes, asked: bytes) -> tuple[str, dict[str, str]] | None:
    """The name of the hub in an answer, and what it tells of itself; None when it is no answer to that question.

    Anybody may have sent it: whatever is wrong in it, it is read to its end or
    to there, and no further than that.
    """
    try:
        id, flags, questions, *records = struct.unpack_from("!2s5H", answer)
        if id != asked or flags & 0xF80F != 0x8000 or len(answer) > 9000:
            return None
        at = 12
        for _ in range(min(questions, MOST_RECORDS)):
            at = _name(answer, at)[1] + 4
        for _ in range(min(sum(records), MOST_RECORDS)):
            labels, at = _name(answer, at)
            kind, size = struct.unpack_from("!H6xH", answer, at)
            at += 10
            if kind == 16 and len(labels) == 4 and tuple(label.lower() for label in labels[1:]) == SERVICE:
                return labels[0], _about(answer[at:at + size])
            at += size
    except (struct.error, IndexError):
        pass
    return None


def _name(answer: bytes, at: int) -> tuple[list[str], int]:
    """The labels of a name, and where it ends."""
    labels: list[str] = []
    end = 0
    for _ in range(MOST_LABELS):
        size = answer[at]
        if size == 0:
            return labels, end or at + 1
        if size >= 0xC0:  # the rest stands elsewhere
            end = end or at + 2
            at = (size & 0x3F) << 8 | answer[at + 1]
        elif size > 63:
            break
        else:
            labels.append(answer[at + 1:at + 1 + size].decode(errors="replace"))
            at += 1 + size
    raise IndexError("a name without end")


def _about(text: bytes) -> dict[str, str]:
    about: dict[str, str] = {}
    while text:
        key, _, said = text[1:1 + text[0]].decode(errors="replace").partition("=")
        about.setdefault(key.lower(), said)
        text = text[1 + text[0]:]
    return about


def _clean(text: str) -> str:
    """A text that steers no terminal. The longest is a fingerprint."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)[:95]


def _port(text: str) -> int:
    return int(text) if re.fullmatch("[0-9]{1,5}", text) and int(text) < 65536 else 0


def _search(port: int) -> list[Found]:
    """The hubs among the machines of this machine's own subnets, by their text port.

    A subnet is what shares the first three numbers of the address.
    """
    until = time.monotonic() + SEARCH
    found: list[Found] = []
    for host in _accepting(list(_neighbours()), port, until):
        if time.monotonic() >= until or len(found) == MOST_FOUND:
            break
        hub = ShareServer(host, port)
        hub.patience = KNOCK
        reply = hub.SendToServer("status()['listening']")
        if reply.startswith("Error: ConnectionError") or reply.startswith("Error: TimeoutError"):
            continue
        try:
            session = str(value(reply)["session"]).rpartition(":")[2]
        except (ValueError, TypeError, KeyError):
            session = ""
            if not reply.startswith(("Error: ", "{")):
                continue  # it is something else
        found.append(Found("", host, port, _port(session), ""))
    return found


def _neighbours() -> Iterator[str]:
    own = _own_addresses()
    for net in sorted({address.rpartition(".")[0] for address in own})[:MOST_NETS]:
        for number in range(1, 255):
            address = "%s.%d" % (net, number)
            if address not in own:
                yield address


def _own_addresses() -> set[str]:
    """This machine's addresses: from which it would send into its networks, and to others."""
    own: set[str] = set()
    for index in _interfaces():
        for there in (GROUP, ("192.0.2.1", 9)):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as air:
                try:
                    air.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, index)
                    air.connect(there)  # nothing is sent by it
                    own.add(air.getsockname()[0])
                except OSError:
                    pass  # no way there
    return {address for address in own if not address.startswith(("127.", "0."))}


def _accepting(hosts: list[str], port: int, until: float) -> list[str]:
    """The hosts that accept a connection to a port."""
    accepting: list[str] = []
    for first in range(0, len(hosts), TOGETHER):
        if time.monotonic() < until:
            accepting += _knock(hosts[first:first + TOGETHER], port, min(until, time.monotonic() + KNOCK))
    return accepting


def _knock(hosts: list[str], port: int, until: float) -> list[str]:
    accepting: list[str] = []
    with selectors.DefaultSelector() as doors:
        try:
            for host in hosts:
                door = socket.socket()
                door.setblocking(False)
                doors.register(door, selectors.EVENT_WRITE, host)
                door.connect_ex((host, port))
            while doors.get_map() and time.monotonic() < until:
                for key, _ in doors.select(max(0.0, until - time.monotonic())):
                    door = key.fileobj
                    doors.unregister(door)
                    with door:
                        if _opened(door):
                            accepting.append(key.data)
        except OSError:
            pass  # no more sockets: those that there are must do
        finally:
            for key in list(doors.get_map().values()):
                key.fileobj.close()
    return accepting


def _opened(door: socket.socket) -> bool:
    try:
        door.getpeername()
    except OSError:
        return False
    return True


# -- the text of questions and values ----------------------------------------


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
