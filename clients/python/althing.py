"""Talk with a hub over one connection that is kept.

``share.py`` beside this file opens a connection for each question, which is
simple and enough for most programs. Here the connection stays:

- ``Client`` is a session: you ask the hub, and the hub tells you of messages
  and changes as they happen, has you do things and asks you.

  >>> import althing
  >>> with althing.Client("lamp") as lamp:
  ...     revision = lamp.set("lamp.colour", ("red", 255))
  ...     lamp.get("lamp.colour")
  ...     lamp.eval("max(3, 9, 4)")
  ('red', 255)
  9

- ``Hub`` asks only: a question is one line of the text port, its reply another,
  and thousands may be on the way at once.

  >>> with althing.Hub() as hub:
  ...     hub.many("%d * %d" % (n, n) for n in range(3))
  ['0', '1', '4']

Needs Python 3.8 or newer, and ``share.py`` and the other ``althing*.py`` in the
same folder.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import queue
import random
import socket
import ssl
import threading
import time
from typing import Any, Callable, Dict, List, NamedTuple, Tuple, TypeVar

from althing_lines import Hub
from althing_watch import Change, Watch
from althing_wire import Answered, Error, Line, decode, dial, encode, log, why
from share import Place, ShareError, outcome

__all__ = ["Answer", "Change", "Client", "Entry", "Error", "Hub", "Message", "Rows", "ShareError", "decode", "encode"]

SESSION_PORT = 4000

MAX_WAITING = 10000
"""How many messages and changes wait for a program that handles them slowly.
Behind them nothing is read, and the hub notices."""

_REQUIRED: Any = object()


class Message(NamedTuple):
    """A message: headers, which are names with or without a value, and a body.

    ``body`` is a text, or bytes when it is none. ``id`` is there when the
    message came from an inbox; it is the same when the message comes again.
    """

    body: str | bytes
    headers: list[tuple[str, str | None]] = []
    sender: str = ""
    to: str = ""
    id: str = ""

    def has(self, name: str) -> bool:
        """Whether there is a header of that name."""
        return any(name == other for other, _ in self.headers)

    def get(self, name: str) -> str:
        """The value of the first header of that name; empty when there is none."""
        return next((value or "" for other, value in self.headers if other == name), "")


class Answer(NamedTuple):
    """What a command said: ``text`` for people, ``value`` for programs."""

    text: str
    value: Any


class Entry(NamedTuple):
    """A shared value, its revision and when it was set, in Unix seconds.

    Of a key of another hub that is away, ``away`` says so, and ``age`` how many
    seconds ago the value was asked for.
    """

    value: Any
    revision: int
    time: float
    away: str = ""
    age: float = 0.0


class Rows(NamedTuple):
    """What SQL found. ``more`` tells that there are more rows than the hub gives at once."""

    columns: list[str]
    rows: list[list[Any]]
    affected: int
    more: bool


class Client:
    """A session with a hub, or with any other server of package althing.

    One connection that stays: you ask the hub, and it tells you of messages
    and changes, as they happen::

        with althing.Client("lamp") as lamp:
            lamp.set("lamp.on", False)
            lamp.watch("lamp.on", lambda change: switch(change.value))
            lamp.on_message(lambda message: print(message.sender, "says", message.body))
            lamp.push()
            input("Enter ends it. ")

    It connects by ``connect()``, or at the beginning of a ``with``. When the
    connection is lost it connects again, ever more slowly, and is the same
    client: with its name, inbox, groups and watches. What was under way then
    raises an ``Error`` with the code ``'closed'``: only you can know whether it
    may be asked again.

    All methods may be called from any thread. What you have called back is
    called by one thread of the client's, in the order in which things
    happened, and may itself ask the hub.

    ``name`` is the name that you would like; ``key`` is a user's key or the hub's admin key, if
    you are to be an administrator. ``patience`` is for how many seconds an
    answer is waited for. ``tls`` and ``fingerprint`` secure the connection as
    ``share.ShareServer`` has it, and without a ``host`` the hub is found as it
    does.
    """

    def __init__(self, name: str = "", *, description: str = "", version: str = "", key: str = "",
                 host: str | None = None, port: int = SESSION_PORT, patience: float = 30.0, reconnect: bool = True,
                 tls: bool | ssl.SSLContext = False, fingerprint: str = "") -> None:
        self.name = name
        """Our name: the one we would like, and then the one we have."""
        self.id = ""
        """Our id at the hub, for as long as it knows us."""
        self.server: dict[str, Any] = {}
        """What the hub said about itself."""
        self.place, self.patience = Place(host, port, session=True), patience
        self.tls, self.fingerprint = tls, fingerprint
        self._key, self._hello = key, {"description": description, "version": version}
        self._reconnect = reconnect
        self._resume = ""
        self._met = ""  # where
        self._lock = threading.Lock()
        self._line: Line | None = None
        self._closed = threading.Event()
        self._threads: list[threading.Thread] = []
        self._todo: queue.Queue[Callable[[], object] | None] = queue.Queue(MAX_WAITING)
        self._inbox: queue.Queue[tuple[Message, Line, Any] | None] = queue.Queue(MAX_WAITING)
        self._callbacks: dict[str, list[Callable[..., object]]] = {}
        self._commands: dict[str, tuple[Callable[..., Any], bool]] = {}
        self._requests: dict[str, Any] = {}
        self._groups: list[str] = []
        self._window: int | None = None  # None: nothing is pushed
        self._watches: list[Watch] = []
        self._next_turn = threading.Lock()
        self._next: tuple[Line, Answered] | None = None  # a call whose answer nobody has had yet
        self._ahead: tuple[Line, Message] | None = None  # what came with an acknowledgement
        self._given = ""  # the id of the message that next() gave last
        self._given_to = ""  # our id then

    def __enter__(self) -> Client:
        return self.connect()

    def __exit__(self, *why: object) -> None:
        self.close()

    # -- the connection ----------------------------------------------------------

    def connect(self) -> Client:
        """Connect and register. Returns the client itself.

        Raises an ``Error``: ``'unavailable'`` when no hub answers, and what the
        hub says when it refuses us.
        """
        if self._threads:
            raise Error("conflict", "the client is connected, or was closed; make another")
        line = self._dial()
        for run in (lambda: self._run(line), self._work):
            self._threads.append(threading.Thread(target=run, name="althing", daemon=True))
        for thread in self._threads:
            thread.start()
        return self

    def close(self) -> None:
        """End the client, and wait until it has ended unless it is the client that calls this."""
        self._closed.set()
        with self._lock:
            line = self._line
        if line is not None:
            line.close()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()

    def _dial(self) -> Line:
        """Connect and register, once."""
        connection = dial(self.place, self.patience, self.tls, self.fingerprint, secret=bool(self._key))
        line = Line(connection, self.patience)
        said = self._description()
        # Who is found at another address may be another hub: it is not told how the last one knows us.
        known = self.tls or self.fingerprint or self.place.named or self._met in ("", str(self.place))
        who = {"name": self.name, "key": self._key, "resume": self._resume if known else ""}
        try:
            registered = line.ask("register", {**said, **{name: what for name, what in who.items() if what}})
            while not registered.done.is_set():
                line.answered(line.read(self.patience))
            welcome = registered.result()
            with self._lock:
                if self._closed.is_set():
                    raise Error("closed", "the client is closed")
                before, self.id, self.name = self.id, welcome["id"], welcome["name"]
                self._resume, self.server = welcome.get("resume", ""), welcome.get("server", {})
                self._line, self._met = line, str(self.place)
        except Exception as problem:
            reason = why(problem)
            line.end(reason)
            raise reason from problem
        if "notice" in welcome:
            log.warning("the hub calls us %s: %s", self.name, welcome["notice"])
        if said != self._description():
            self._describe()
        self._do(self._connected, line, before)
        return line

    def _run(self, line: Line) -> None:
        """Read, and connect again, until the client is closed."""
        again: Line | None = line
        while again is not None:
            line = again
            try:
                while True:
                    self._take(line, line.read(None))
            except Exception as problem:
                reason = why(problem)
            with self._lock:
                self._line = None
            line.end(reason)
            self._do(self._tell, "disconnect", reason)
            again = self._dial_again() if self._reconnect else None
        self._closed.set()
        self._todo.put(None)

    def _dial_again(self) -> Line | None:
        """Connect, however long that takes; None when the client was closed meanwhile."""
        for attempt in itertools.count():
            # Ever more slowly, and not all clients of a hub at once.
            wait = min(30.0, 0.25 * 2 ** min(attempt, 7))
            if self._closed.wait(wait / 2 + random.random() * wait):
                break
            try:
                return self._dial()
            except Exception as problem:
                log.info("cannot connect again: %s", why(problem))
        return None

    def _ready(self) -> Line:
        """The connection there is."""
        with self._lock:
            if self._line is None:
                raise Error("closed", "the client is closed" if self._closed.is_set() else "the client is not connected")
            return self._line

    # -- what the hub says ---------------------------------------------------------

    def _take(self, line: Line, frame: dict[str, Any]) -> None:
        """Have one frame handled: answers at once, the rest in its turn."""
        method, params, id = frame.get("method"), frame.get("params") or {}, frame.get("id")
        if method is None:
            line.answered(frame)
        elif method == "ping":
            line.reply(id, {"time": time.time()})
        elif method == "registry.changed" or method == "event" and params.get("kind") == "anew":
            of = params if method == "registry.changed" else params.get("data") or {}
            with self._lock:
                watch = line.watches.get(of.get("watch"))
            if watch is not None:  # else it was stopped
                self._do(watch.tell if method == "registry.changed" else watch.anew, of)
        else:
            self._do(self._handle, line, method, params, id)

    def _do(self, f: Callable[..., object], *args: Any) -> None:
        """Have something done in its turn."""
        self._put(self._todo, lambda: f(*args))

    def _put(self, waiting: queue.Queue[Any], item: Any) -> None:
        while True:
            try:
                return waiting.put(item, timeout=1)
            except queue.Full:
                if self._closed.is_set():
                    return

    def _work(self) -> None:
        """Do what is to be done, one after the other."""
        while True:
            do = self._todo.get()
            if do is None:
                with contextlib.suppress(queue.Full):
                    self._inbox.put_nowait(None)  # wakes who waits in read()
                return
            try:
                do()
            except Exception:
                log.exception("a callback has failed")

    def _handle(self, line: Line, method: str, params: dict[str, Any], id: Any) -> None:
        try:
            if method == "message":
                message = _message(params)
                if not self._tell("message", message):
                    # One of an inbox is acknowledged when it was read: it comes again when it was not.
                    wanted = id if message.id else None
                    self._put(self._inbox, (message, line, wanted))
                    if wanted is not None:
                        return
                line.reply(id, {})
            elif method == "command":
                self._command(line, params, id)
            elif method == "request":
                began = time.monotonic()
                value = _named(self._requests, "Requestable", params)
                value = value(*params.get("args") or []) if callable(value) else value
                line.reply(id, {"value": value, "seconds": time.monotonic() - began})
            elif method == "event":
                if params.get("kind") == "renamed":
                    self.name = params["data"]["name"]
                self._tell("event", params.get("kind"), params.get("data"))
            else:
                raise Error("not_found", "there is no method %r" % method)
        except Exception as problem:
            line.refuse(id, problem)

    def _command(self, line: Line, params: dict[str, Any], id: Any) -> None:
        action, background = _named(self._commands, "Clientcommand", params)

        def run() -> None:
            try:
                said = action(*params.get("args") or [])
                line.reply(id, {} if said is None else {"text": said} if isinstance(said, str) else {"value": said})
            except Exception as problem:
                line.refuse(id, problem)

        if background:
            threading.Thread(target=run, name="althing", daemon=True).start()
        else:
            run()

    def _tell(self, what: str, *args: Any) -> bool:
        """Call the callbacks for something; whether there are any."""
        callbacks = list(self._callbacks.get(what, ()))
        for callback in callbacks:
            try:
                callback(*args)
            except Exception:
                log.exception("a callback has failed")
        return bool(callbacks)

    def _connected(self, line: Line, before: str) -> None:
        self._tell("connect")
        if before:
            self._restore(line, before)

    def _restore(self, line: Line, before: str) -> None:
        """Be back where we were. What fails because the connection has ended is left to the next one."""
        with self._lock:
            groups, watches, window = list(self._groups), list(self._watches), self._window
        steps = [functools.partial(self._ask, line, "group.join", {"group": group}) for group in groups]
        for watch in watches:
            watch.restart(forgotten=before != self.id)
            steps.append(functools.partial(self._begin, line, watch))
        if window is not None:
            steps.append(functools.partial(self._ask, line, "inbox.push", _pushing(window)))
        problems: list[Error] = []
        for step in steps:
            try:
                step()
            except Error as problem:
                if line.reason is not None:
                    return
                log.warning("not all could be restored: %s", problem)
                problems.append(problem)
        self._tell("restore", problems)

    def _on(self, what: str, f: _F) -> _F:
        self._callbacks.setdefault(what, []).append(f)
        return f

    def on_connect(self, f: _F) -> _F:
        """Have ``f()`` called when we have connected, also again. All ``on_…`` can be decorators."""
        return self._on("connect", f)

    def on_disconnect(self, f: _F) -> _F:
        """Have ``f(error)`` called when the connection has ended."""
        return self._on("disconnect", f)

    def on_restore(self, f: _F) -> _F:
        """Have ``f(errors)`` called when we have connected again and groups, watches and inbox are as before, but for those errors."""
        return self._on("restore", f)

    def on_message(self, f: _F) -> _F:
        """Have ``f(message)`` called for each message. While there is such an ``f``, ``read`` gets none."""
        return self._on("message", f)

    def on_event(self, f: _F) -> _F:
        """Have ``f(kind, data)`` called for what the hub tells of: ``'renamed'``, ``'closing'`` …"""
        return self._on("event", f)

    def forget(self, f: Callable[..., object]) -> None:
        """Call ``f`` no more."""
        for callbacks in self._callbacks.values():
            if f in callbacks:
                callbacks.remove(f)

    def add_command(self, name: str, action: Callable[..., Any], background: bool = False) -> None:
        """Let the hub have us do something: ``action(*args)``.

        A text that it returns is for people, anything else for programs. In
        the ``background`` it runs in a thread of its own, and what comes next
        need not wait for it.
        """
        self._commands[name] = (action, background)
        self._describe()

    def add_request(self, name: str, value: Any) -> None:
        """Let the hub and other clients ask us for a value: ``value``, or what ``value(*args)`` returns."""
        self._requests[name] = value
        self._describe()

    def _description(self) -> dict[str, Any]:
        """What we say about ourselves, as far as there is something to say."""
        said = {"commands": sorted(self._commands), "requests": sorted(self._requests), **self._hello}
        return {name: what for name, what in said.items() if what}

    def _describe(self) -> None:
        """Tell the hub what we say about ourselves now. One to which we are not connected hears it when we are."""
        with self._lock:
            line = self._line
        if line is not None:
            line.send("event", {"kind": "client", "data": self._description()})

    # -- asking --------------------------------------------------------------------

    def _ask(self, line: Line, method: str, params: dict[str, Any]) -> dict[str, Any]:
        answer = line.ask(method, params)
        try:
            return answer.wait(self.patience)
        except Error as problem:
            if problem.code == "timeout" and not answer.done.is_set():
                line.send("cancel", {"id": answer.id})  # nobody waits for it any more
            raise

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Call any method of the session protocol; docs/session-protocol.md lists them."""
        return self._ask(self._ready(), method, params)

    def ping(self) -> float:
        """The seconds that a question and its answer take."""
        began = time.monotonic()
        self.call("ping")
        return time.monotonic() - began

    def send(self, body: str | bytes, to: str = "", headers: dict[str, str | None] | None = None, sender: str = "") -> None:
        """Send a message to a client or a group, or to the hub itself. When it returns, the hub has it safe.

        ``sender`` is who it is from, if not our name: our id, a group of ours,
        or ``"NOPLY"`` when nobody is to answer.
        """
        params: dict[str, Any] = {"body": body}
        if to:
            params["to"] = to
        if sender:
            params["from"] = sender
        if headers:
            params["headers"] = [list(header) for header in headers.items()]
        self.call("message", **params)

    def read(self, timeout: float | None = None) -> Message | None:
        """The next message that was sent to us; None when none has come in ``timeout`` seconds.

        Those of our inbox come here after ``push()``; each is acknowledged by
        this. An ``Error`` with the code ``'closed'`` is raised when the client
        was closed and all were read.
        """
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            if self._closed.is_set() and self._inbox.empty():
                raise Error("closed", "the client is closed")
            try:
                waiting = self._inbox.get(timeout=None if until is None else max(0.0, until - time.monotonic()))
            except queue.Empty:
                return None
            if waiting is None:
                continue
            message, line, id = waiting
            if id is None:
                return message
            if line.reason is None:  # else it comes again
                line.reply(id, {})
                return message

    def command(self, name: str, *args: Any) -> Answer:
        """Have the hub run a command: ``hub.command("s.rename", "lamp 2")``."""
        said = self.call("command", name=name, args=list(args))
        return Answer(said.get("text", ""), said.get("value"))

    def request(self, name: str, *args: Any, to: str = "") -> Any:
        """Ask the hub for a value, or another client."""
        params: dict[str, Any] = {"name": name, "args": list(args)}
        if to:
            params["to"] = to
        return self.call("request", **params).get("value")

    def ask(self, text: str) -> str:
        """The hub's reply to one Python expression or statement, as text."""
        return self.call("eval", text=text)["value"]

    def eval(self, expression: str) -> Any:
        """The value of an expression, as Python's own ``eval`` would give it."""
        return outcome(self.ask("repr((%s))" % expression))

    def sql(self, statement: str, *args: Any, limit: int = 0) -> Rows:
        """Have the hub's data base carry out one statement; ``args`` take the places of its question marks.

        At most ``limit`` rows are given; 0 leaves that to the hub.
        """
        found = self.call("sql.query", sql=statement, args=list(args), **({"limit": limit} if limit else {}))
        return Rows(found.get("columns", []), [list(row) for row in found.get("rows", [])],
                    found.get("affected", 0), found.get("more", False))

    def status(self) -> dict[str, Any]:
        """How the hub is."""
        return self.call("status")

    def open_channel(self, name: str) -> socket.socket:
        """Connect to a channel of the server's. From then on the socket carries the channel's own bytes.

        You close it; at the latest the server does when the client is closed.
        """
        found = self.call("channel.open", name=name)
        host, _, port = found["address"].rpartition(":")
        channel = dial(Place(host.strip("[]"), int(port)), self.patience, self.tls, self.fingerprint)
        try:
            channel.sendall(found["ticket"].encode() + b"\n")
            channel.settimeout(None)
        except OSError as problem:
            channel.close()
            raise why(problem) from problem
        return channel

    # -- shared values -------------------------------------------------------------

    def set(self, key: str, value: Any, *, expire: float | None = None, expect: Any = _REQUIRED,
            expect_revision: int | None = None) -> int:
        """Share a value; gives its revision.

        ``expire`` is after how many seconds it goes. With ``expect`` it is set
        only if the key holds that value, with ``expect_revision`` only if it
        has that revision (0: if there is no such key); else an ``Error`` with
        the code ``'conflict'`` is raised.
        """
        params: dict[str, Any] = {"key": key, "value": value}
        if expire is not None:
            params["expire"] = expire
        if expect is not _REQUIRED:
            params["expect"] = expect
        if expect_revision is not None:
            params["expect_revision"] = expect_revision
        return self.call("registry.set", **params)["revision"]

    def get(self, key: str, default: Any = _REQUIRED) -> Any:
        """The value of a key. One that is not there gives ``default``, or raises an ``Error`` with the code ``'not_found'``."""
        try:
            return self.entry(key).value
        except Error as problem:
            if problem.code == "not_found" and default is not _REQUIRED:
                return default
            raise

    def entry(self, key: str) -> Entry:
        """The value of a key with its revision and time."""
        found = self.call("registry.get", key=key)
        return Entry(found["value"], found["revision"], found["time"], found.get("away", ""), found.get("age", 0.0))

    def update(self, key: str, f: Callable[[Any], Any], default: Any = None) -> int:
        """Set a key to ``f(its value)``, once more when somebody else was faster; gives the revision.

        However many update the same key, nothing is lost. ``default`` is what
        ``f`` gets when there is no such key.
        """
        while True:
            try:
                old = self.entry(key)
            except Error as problem:
                if problem.code != "not_found":
                    raise
                old = Entry(default, 0, 0.0)
            try:
                return self.set(key, f(old.value), expect_revision=old.revision)
            except Error as problem:
                if problem.code != "conflict":
                    raise

    def fetch(self, pattern: str = "*") -> Dict[str, Any]:
        """The values whose keys match: ``* ? [abc] [!abc]``."""
        return self.call("registry.fetch", pattern=pattern)["entries"]

    def list(self, pattern: str = "*") -> List[str]:
        """The keys that match."""
        return self.call("registry.list", pattern=pattern)["keys"]

    def delete(self, pattern: str) -> int:
        """Remove the keys that match; gives their number."""
        return self.call("registry.delete", pattern=pattern)["count"]

    def history(self, key: str) -> List[Tuple[float, Any]]:
        """The last values of a key and when they were set, the oldest first."""
        return [(at, value) for at, value in self.call("registry.history", key=key)["values"]]

    def watch(self, pattern: str, f: Callable[[Change], object]) -> Callable[[], None]:
        """Have ``f(change)`` called for every key that matches now, and then for every change of one.

        Call what is returned to end that. After a reconnect it goes on where it
        was: nothing is left out and nothing told twice, but for the values that
        a key had meanwhile when the hub does not remember so many.

        A pattern may be another hub's, ``garden.*@barn``, or that of all hubs of
        the tree, ``garden.*@*``. Then the keys have the hub behind them, and
        their revisions are that hub's.
        """
        line, watch = self._ready(), Watch(pattern, f)
        with self._lock:
            self._watches.append(watch)
        try:
            self._begin(line, watch)
        except BaseException:
            self._unwatch(watch)
            raise
        return lambda: self._unwatch(watch)

    def _begin(self, line: Line, watch: Watch) -> None:
        def begun(result: dict[str, Any]) -> None:
            """Called where frames are read, before the first change is."""
            with self._lock:
                stopped = watch not in self._watches
                if not stopped:
                    line.watches[result["watch"]] = watch
            if stopped:
                line.send("unwatch", {"watch": result["watch"]})

        # With "after" the hub also says that nothing matches any more.
        params = {"pattern": watch.pattern, **({"after": watch.after()} if watch.parts else {})}
        line.ask("registry.watch", params, begun).wait(self.patience)

    def _unwatch(self, watch: Watch) -> None:
        with self._lock:
            if watch in self._watches:
                self._watches.remove(watch)
            line = self._line
            ids = [id for id, other in line.watches.items() if other is watch] if line else []
            for id in ids:
                del line.watches[id]
        for id in ids:
            line.send("unwatch", {"watch": id})

    # -- inbox and groups ----------------------------------------------------------

    def push(self, window: int = 0) -> None:
        """Have the messages of our inbox come to ``on_message`` and ``read``.

        Each is acknowledged when ``on_message``'s callbacks have returned, or
        ``read`` has given it. One that was not comes again on the next
        connection, with the same id. At most ``window`` are under way at a
        time; 0 leaves that to the hub.
        """
        self._window = window
        try:
            self.call("inbox.push", **_pushing(window))
        except Error:
            self._window = None
            raise

    def stop_push(self) -> None:
        """End that."""
        self._window = None
        self.call("inbox.push", on=False)

    def next(self, timeout: float | None = None) -> Message | None:
        """The next message of our inbox; None when none has come in ``timeout`` seconds.

        It is acknowledged by the next call, or by ``ack``. When the connection
        is lost before, it comes again, with the same id.
        """
        until = None if timeout is None else time.monotonic() + timeout
        with self._next_turn:
            while True:
                left = 60.0 if until is None else max(0.0, min(60.0, until - time.monotonic()))
                message = self._next_message(left)
                if message is not None:
                    self._given = message.id
                    return message
                if until is not None and time.monotonic() >= until:
                    return None

    def ack(self, message: Message) -> None:
        """Acknowledge the message that ``next`` gave last, with all before it."""
        with self._next_turn:
            if message.id != self._given:
                raise Error("invalid", "only the message that next() has given last can be acknowledged")
            more = self._next_message(0)
            if more is not None:
                self._ahead = (self._ready(), more)

    def _next_message(self, wait: float) -> Message | None:
        """Ask for a message and acknowledge the one before.

        The answer must not get lost: the hub takes the next call for its
        acknowledgement. One that did not come in time is waited for by the
        call after this.
        """
        line, ahead, self._ahead = self._ready(), self._ahead, None
        if ahead is not None and ahead[0] is line:
            return ahead[1]
        if self._next is None or self._next[0] is not line:  # what came over another line comes again
            if self._given_to != self.id:
                self._given_to, self._given = self.id, ""
            self._next = (line, line.ask("inbox.next", {"wait": wait, **({"ack": self._given} if self._given else {})}))
        found = self._next[1].wait(wait + self.patience)
        self._next = None
        return None if found.get("message") is None else _message(found["message"])

    def join(self, group: str) -> None:
        """Get what is sent to a group, also after a reconnect."""
        with self._lock:
            self._groups.append(group)
        try:
            self.call("group.join", group=group)
        except Error:
            self._left(group)
            raise

    def leave(self, group: str) -> None:
        """End that."""
        self._left(group)
        self.call("group.leave", group=group)

    def _left(self, group: str) -> None:
        with self._lock:
            self._groups = [other for other in self._groups if other != group]

    def groups(self) -> List[str]:
        """The names of the hub's groups."""
        return self.call("group.list")["groups"]

    def members(self, group: str) -> List[Tuple[str, str]]:
        """The ids and names of the clients in a group."""
        return [(member["id"], member["name"]) for member in self.call("group.members", group=group)["members"]]


_F = TypeVar("_F", bound=Callable[..., object])


def _pushing(window: int) -> dict[str, Any]:
    return {"on": True, "window": window} if window else {"on": True}


def _named(table: dict[str, Any], what: str, params: dict[str, Any]) -> Any:
    if params.get("name") not in table:
        raise Error("not_found", "No %s %r available" % (what, params.get("name")))
    return table[params["name"]]


def _message(said: dict[str, Any]) -> Message:
    headers = said.get("headers") or {}
    pairs = headers.items() if isinstance(headers, dict) else headers
    return Message(said.get("body", ""), [(name, value) for name, value in pairs],
                   said.get("from", ""), said.get("to", ""), said.get("id", ""))
