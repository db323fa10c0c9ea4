"""Tests of althing.Client against a real hub, whose session port is in ALTHING_TEST_SESSION."""

from __future__ import annotations

import contextlib
import io
import logging
import math
import os
import queue
import re
import socket
import threading
import unittest
import uuid
from typing import Any, Callable, Dict

import althing

HOST, _, _port = os.environ["ALTHING_TEST_SESSION"].rpartition(":")
PORT = int(_port)
_server_host, _, _port = os.environ["ALTHING_TEST_SERVER"].rpartition(":")
SERVER: Dict[str, Any] = {"host": _server_host, "port": int(_port)}
"""A server that is no hub."""
FINGERPRINT = os.environ["ALTHING_TEST_FINGERPRINT"]
PATIENCE = 10.0


class Proxy:
    """Stands between a client and the hub, and breaks the connection when it is told to."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.open = threading.Event()
        self.open.set()
        self.pairs: list[socket.socket] = []
        self.threads = [threading.Thread(target=self.accept)]
        self.threads[0].start()

    def accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                self.open.wait()
                hub = socket.create_connection((HOST, PORT))
                self.pairs += [client, hub]
                for here, there in ((client, hub), (hub, client)):
                    self.threads.append(threading.Thread(target=self.pass_on, args=(here, there)))
                    self.threads[-1].start()

    def pass_on(self, here: socket.socket, there: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                part = here.recv(65536)
                if not part:
                    break
                there.sendall(part)
        for end in (here, there):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def hang_up(self) -> None:
        """Break the connection, and let nobody through until ``open`` is set."""
        self.open.clear()
        for end in self.pairs:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.open.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.hang_up()
        for thread in self.threads:
            thread.join(PATIENCE)
        for end in self.pairs:
            end.close()


class WithHub(unittest.TestCase):
    def setUp(self) -> None:
        logging.getLogger("althing").setLevel(logging.CRITICAL)
        self.key = "test." + uuid.uuid4().hex

    def client(self, **options: Any) -> althing.Client:
        """A client that is connected and has a name of its own."""
        client = self.unconnected(**options)
        return client.connect()

    def unconnected(self, **options: Any) -> althing.Client:
        client = althing.Client(uuid.uuid4().hex[:12], **{"host": HOST, "port": PORT, "patience": PATIENCE, **options})
        self.addCleanup(client.close)
        return client

    def proxy(self) -> Proxy:
        proxy = Proxy()
        self.addCleanup(proxy.close)
        return proxy

    def refused(self, code: str, f: Callable[..., Any], *args: Any, **named: Any) -> althing.Error:
        with self.assertRaises(althing.Error) as refused:
            f(*args, **named)
        self.assertEqual(refused.exception.code, code, refused.exception)
        return refused.exception


class Values(WithHub):
    def test_there_and_back(self) -> None:
        nested: Any = [{"a": (1, [b"\x00"])}]
        for value in (None, True, 0, -5, 1 << 53, (1 << 53) + 1, -(1 << 64), 0.0, 1.0, 1e16, -math.inf, 1j, complex(math.inf, -2),
                      "", "ä\n\u2028😀\"\\", "\ud800", b"", b"\x00\xff", [], (), set(), {}, [1, [2]], (1, (2,)), {1, "a"}, {"a": {}},
                      {1: 2}, {"$a": 1}, {"$tuple": [1]}, {(1, 2): b"x", None: 1.5}, nested):
            self.assertEqual(repr(althing.decode(althing.encode(value))), repr(value))
        self.assertEqual(althing.decode(althing.encode(-1 << 16000)), -1 << 16000)
        self.assertTrue(math.isnan(althing.decode(althing.encode(math.nan))))

    def test_through_the_hub(self) -> None:
        hub = self.client()
        value = {"a": (1, b"\x00\xff", {2.5}), 1: 1 << 70, "$": [1j, -math.inf, None, True]}
        hub.set(self.key, value)
        self.assertEqual(hub.get(self.key), value)
        self.assertEqual(hub.eval("getReg(%r)['a'][1]" % self.key), b"\x00\xff")

    def test_what_has_no_form(self) -> None:
        endless: list[Any] = []
        endless.append(endless)
        hub = self.client()
        for value, wrong in ((object(), TypeError), ([lambda: 1], TypeError), (endless, ValueError)):
            with self.assertRaises(wrong):
                hub.set(self.key, value)
        self.refused("limit", hub.set, self.key, "x" * (1 << 20))
        self.assertEqual(hub.get(self.key, default=None), None)


class SharedValues(WithHub):
    def test_verbs(self) -> None:
        hub = self.client()
        first = hub.set(self.key + ".a", 1)
        second = hub.set(self.key + ".a", 2, expect=1)
        self.assertGreater(second, first)
        self.refused("conflict", hub.set, self.key + ".a", 3, expect=1)
        self.refused("conflict", hub.set, self.key + ".a", 3, expect_revision=first)
        self.refused("conflict", hub.set, self.key + ".a", 3, expect_revision=0)
        hub.set(self.key + ".b", "b", expect_revision=0, expire=60)
        entry = hub.entry(self.key + ".a")
        self.assertEqual((entry.value, entry.revision), (2, second))
        self.assertEqual([value for _, value in hub.history(self.key + ".a")], [1, 2])
        self.assertEqual(hub.list(self.key + ".*"), [self.key + ".a", self.key + ".b"])
        self.assertEqual(hub.fetch(self.key + ".*"), {self.key + ".a": 2, self.key + ".b": "b"})
        self.assertEqual(hub.delete(self.key + ".*"), 2)
        self.refused("not_found", hub.get, self.key + ".a")
        self.assertEqual(hub.get(self.key + ".a", default=7), 7)

    def test_update_loses_nothing(self) -> None:
        hub, other = self.client(), self.client()

        def count(client: althing.Client) -> None:
            for _ in range(50):
                client.update(self.key, lambda n: n + 1, default=0)

        threads = [threading.Thread(target=count, args=(client,)) for client in (hub, other, hub)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        self.assertEqual(hub.get(self.key), 150)

    def test_watch_goes_on(self) -> None:
        proxy, other = self.proxy(), self.client()
        watcher = self.client(port=proxy.port)
        told: queue.Queue[tuple[str, Any, bool]] = queue.Queue()

        def tell(change: althing.Change) -> None:
            watcher.ping()  # a callback may ask
            told.put((change.key[len(self.key):], change.value, change.deleted))

        other.set(self.key + ".a", 1)
        other.set(self.key + ".b", 1)
        stop = watcher.watch(self.key + ".*", tell)
        self.assertEqual([told.get(timeout=PATIENCE) for _ in range(2)], [(".a", 1, False), (".b", 1, False)])
        for n in range(3):
            proxy.hang_up()
            other.set(self.key + ".a", n)
            other.delete(self.key + ".b")
            other.set(self.key + ".b", (n,))
            proxy.open.set()
            self.assertEqual([told.get(timeout=PATIENCE) for _ in range(3)], [(".a", n, False), (".b", None, True), (".b", (n,), False)])
        stop()
        other.set(self.key + ".a", "unheard")
        watcher.watch(self.key + ".a", tell)
        self.assertEqual(told.get(timeout=PATIENCE), (".a", "unheard", False))
        self.assertTrue(told.empty())

    def test_watch_of_all_hubs_goes_on(self) -> None:
        proxy, other = self.proxy(), self.client()
        watcher, at = self.client(port=proxy.port), "@" + other.server["name"]
        told: queue.Queue[tuple[str, Any, bool]] = queue.Queue()
        other.set(self.key + ".a", 1)
        watcher.watch(self.key + ".*@*", lambda change: told.put((change.key[len(self.key):], change.value, change.deleted)))
        self.assertEqual(told.get(timeout=PATIENCE), (".a" + at, 1, False))
        for n in range(3):
            proxy.hang_up()
            other.set(self.key + ".b", n)
            other.delete(self.key + ".b")
            proxy.open.set()
            other.set(self.key + ".a", n)
            self.assertEqual(told.get(timeout=PATIENCE), (".b" + at, n, False))
            self.assertEqual(told.get(timeout=PATIENCE), (".b" + at, None, True))
            self.assertEqual(told.get(timeout=PATIENCE), (".a" + at, n, False))

    def test_a_watch_that_is_refused(self) -> None:
        hub = self.client()
        self.refused("invalid", hub.call, "registry.watch", pattern=5)
        self.assertEqual(hub.server["name"], hub.status()["name"])


class Messages(WithHub):
    def test_next(self) -> None:
        proxy, other = self.proxy(), self.client()
        lamp = self.client(port=proxy.port)
        self.assertIsNone(lamp.next(0))
        for body in ("one", b"\xff\x00", "three"):
            other.send(body, lamp.name, {"a": "1", "b": None})
        one = lamp.next(PATIENCE)
        assert one is not None
        self.assertEqual((one.body, one.sender, one.headers), ("one", other.name, [("a", "1"), ("b", None)]))
        self.assertTrue(one.has("b") and one.get("a") == "1" and not one.has("c"))
        proxy.hang_up()
        self.lost(lamp, proxy)
        two = lamp.next(PATIENCE)  # acknowledges one, over another connection
        assert two is not None
        self.assertEqual(two.body, b"\xff\x00")
        lamp.ack(two)
        self.refused("invalid", lamp.ack, one)
        three = lamp.next(PATIENCE)
        assert three is not None
        self.assertEqual(three.body, "three")
        proxy.hang_up()
        self.lost(lamp, proxy)
        self.assertIsNone(lamp.next(0.05))

    def lost(self, client: althing.Client, proxy: Proxy) -> None:
        """Wait until a client is back behind a proxy that has hung up."""
        back = threading.Event()
        restored = client.on_restore(lambda problems: problems or back.set())
        proxy.open.set()
        self.assertTrue(back.wait(PATIENCE))
        client.forget(restored)

    def test_pushed(self) -> None:
        proxy, other = self.proxy(), self.client()
        lamp = self.client(port=proxy.port)
        lamp.push(window=2)
        for n in range(4):
            other.send(str(n), lamp.name)
        first = lamp.read(PATIENCE)
        assert first is not None
        self.assertEqual(first.body, "0")
        lamp.ping()  # the acknowledgement has arrived
        proxy.hang_up()
        self.lost(lamp, proxy)
        came = [lamp.read(PATIENCE) for _ in range(3)]
        self.assertEqual([message and message.body for message in came], ["1", "2", "3"])
        heard: queue.Queue[str | bytes] = queue.Queue()
        lamp.on_message(lambda message: heard.put(message.body))
        other.send("heard", lamp.name)
        self.assertEqual(heard.get(timeout=PATIENCE), "heard")
        self.assertIsNone(lamp.read(0.01))
        lamp.stop_push()
        other.send("later", lamp.name)
        later = lamp.next(PATIENCE)
        assert later is not None
        self.assertEqual(later.body, "later")

    def test_groups_come_back(self) -> None:
        proxy, other = self.proxy(), self.client()
        lamp = self.client(port=proxy.port)
        group = "g" + uuid.uuid4().hex[:20]
        lamp.join(group)
        self.assertIn(group, other.groups())
        self.assertEqual(other.members(group), [(lamp.id, lamp.name)])
        self.refused("denied", lamp.join, "SYSADMIN")
        proxy.hang_up()
        self.lost(lamp, proxy)
        self.assertEqual(other.members(group), [(lamp.id, lamp.name)])
        other.send("to all", group)
        message = lamp.next(PATIENCE)
        assert message is not None
        self.assertEqual((message.body, message.to), ("to all", group))
        lamp.send("from the group", other.name, sender=group)
        message = other.next(PATIENCE)
        assert message is not None
        self.assertEqual((message.body, message.sender), ("from the group", group))
        lamp.leave(group)
        self.assertNotIn(group, other.groups())


class Asking(WithHub):
    def test_the_hub(self) -> None:
        hub = self.client()
        self.assertEqual(hub.ask("1 + 1"), "2")
        self.assertEqual(hub.eval("(1, 'two')"), (1, "two"))
        self.assertEqual(self.refused("invalid", hub.eval, "1/0").type, "ZeroDivisionError")
        table = "t" + uuid.uuid4().hex
        hub.sql("CREATE TABLE %s (a, b)" % table)
        self.assertEqual(hub.sql("INSERT INTO %s VALUES (?, ?)" % table, 1, b"\x00").affected, 1)
        self.assertEqual(hub.sql("SELECT a, b FROM %s" % table), (["a", "b"], [[1, b"\x00"]], 0, False))
        hub.sql("INSERT INTO %s VALUES (2, 2)" % table)
        self.assertEqual(hub.sql("SELECT a FROM %s ORDER BY a" % table, limit=1), (["a"], [[1]], 0, True))
        self.assertLess(hub.ping(), PATIENCE)
        self.refused("not_found", hub.call, "nosuch")
        self.refused("not_found", hub.command, "s.nosuch")
        self.refused("not_found", hub.request, "NOSUCH")

    def test_each_other(self) -> None:
        lamp = self.unconnected()
        lamp.add_request("DEGREES", lambda *args: [21.5, *args])
        lamp.add_request("COLOUR", ("red", 255))
        lamp.add_request("BROKEN", lambda: 1 / 0)
        lamp.connect()
        other = self.client()
        self.assertEqual(other.request("DEGREES", (1,), to=lamp.name), [21.5, (1,)])
        self.assertEqual(other.request("COLOUR", to=lamp.id), ("red", 255))
        self.assertIn("division", self.refused("internal", other.request, "BROKEN", to=lamp.name).message)
        self.refused("not_found", other.request, "NOSUCH", to=lamp.name)
        self.refused("not_found", other.request, "COLOUR", to="nobody")

    def test_added_later(self) -> None:
        lamp = self.client()
        lamp.add_request("COLOUR", "red")
        lamp.add_command("c.dim", lambda: None)
        about = lamp.command("s.info", lamp.name).text
        self.assertIn("COLOUR", about)
        self.assertIn("c.dim", about)

    def test_the_other_way(self) -> None:
        lamp = self.unconnected(**SERVER)
        ran = threading.Event()
        lamp.add_command("c.add", lambda a, b: a + b)
        lamp.add_command("c.say", lambda: "said", background=True)
        lamp.add_command("c.do", ran.set)
        lamp.connect()
        self.assertEqual(lamp.command("s.have", "c.add", (1,), (b"\xff",)), ("", (1, b"\xff")))
        self.assertEqual(lamp.command("s.have", "c.say"), ("said", None))
        self.assertEqual(lamp.command("s.have", "c.do"), ("", None))
        self.assertTrue(ran.is_set())
        self.refused("internal", lamp.command, "s.have", "c.add", 1)
        self.refused("not_found", lamp.command, "s.have", "c.nosuch")

    def test_what_nobody_waits_for_is_cancelled(self) -> None:
        lamp, phone = self.unconnected(), self.client(patience=0.1)
        asked, go_on = threading.Event(), threading.Event()
        self.addCleanup(go_on.set)
        lamp.add_request("SLOW", lambda: asked.set() or go_on.wait(PATIENCE))
        lamp.connect()
        cancelled: queue.Queue[Any] = queue.Queue()
        ready = phone._ready()
        answered = ready.answered
        ready.answered = lambda frame: (answered(frame), cancelled.put(frame.get("error")))  # type: ignore[assignment]
        self.refused("timeout", phone.request, "SLOW", to=lamp.name)
        self.assertTrue(asked.wait(PATIENCE))
        self.assertEqual(cancelled.get(timeout=PATIENCE)["data"]["code"], "closed")

    def test_channels(self) -> None:
        lamp = self.client(**SERVER)
        sent = b"\x00\xff\n{" * 50_000
        with lamp.open_channel("Echo") as first, lamp.open_channel("Echo") as second:
            sending = threading.Thread(target=first.sendall, args=(sent,))
            sending.start()
            self.assertEqual(received(first, len(sent)), sent)
            sending.join(PATIENCE)
            second.sendall(b"other")
            self.assertEqual(received(second, 5), b"other")
            lamp.close()
            self.assertEqual(first.recv(1), b"")  # it ends with the client
        self.refused("not_found", self.client(**SERVER).open_channel, "nosuch")
        for hub in (self.client(), self.client(fingerprint=FINGERPRINT)):
            with hub.open_channel("Maindata") as data:
                data.sendall(b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n')
                self.assertIn(b'"time"', data.makefile("rb").readline())

    def test_a_ticket_is_good_once(self) -> None:
        found = self.client(**SERVER).call("channel.open", name="Echo")
        address = found["address"].rpartition(":")

        def present(ticket: str) -> socket.socket:
            channel = socket.create_connection((address[0], int(address[2])), PATIENCE)
            self.addCleanup(channel.close)
            channel.sendall(ticket.encode() + b"\nhello")
            return channel

        self.assertEqual(received(present(found["ticket"]), 5), b"hello")
        for ticket in (found["ticket"], "A" * 26):
            with present(ticket).makefile("rb") as lines:
                said = lines.readlines()
            self.assertEqual((len(said), althing.decode(said[0].decode())["error"]["data"]), (1, {"code": "denied"}))

    def test_secured(self) -> None:
        hub = self.client(fingerprint=FINGERPRINT)
        self.assertEqual(hub.ask("1"), "1")
        threads = [threading.Thread(target=lambda: [hub.set(self.key, "x" * 100_000) for _ in range(20)]) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        self.assertEqual(len(hub.get(self.key)), 100_000)
        self.refused("unavailable", self.client, fingerprint="AB")


def received(connection: socket.socket, size: int) -> bytes:
    """So many bytes of a connection."""
    connection.settimeout(PATIENCE)
    with connection.makefile("rb") as stream:
        return stream.read(size)


class StandIn(unittest.TestCase):
    """What happens when the other side does what no hub does."""

    def setUp(self) -> None:
        logging.getLogger("althing").setLevel(logging.CRITICAL)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.server.close)
        self.client = althing.Client("lamp", port=self.server.getsockname()[1], patience=PATIENCE, reconnect=False)
        self.said: queue.Queue[str] = queue.Queue()

    def serve(self, *answers: bytes) -> None:
        """Say something behind each line that is heard, then hang up."""

        def run() -> None:
            connection, _ = self.server.accept()
            with connection, connection.makefile("rb") as lines:
                for answer in answers:
                    self.said.put(lines.readline().decode())
                    connection.sendall(answer)

        thread = threading.Thread(target=run)
        thread.start()
        self.addCleanup(thread.join, PATIENCE)
        self.addCleanup(self.client.close)

    def failed(self, f: Callable[..., Any], *args: Any) -> str:
        with self.assertRaises(althing.Error) as failed:
            f(*args)
        return failed.exception.code

    WELCOME = b'{"jsonrpc":"2.0","id":0,"result":{"id":"EECO","name":"lamp"}}\n'

    def test_no_hub(self) -> None:
        self.server.close()
        self.assertEqual(self.failed(self.client.connect), "unavailable")
        self.assertEqual(self.failed(self.client.ping), "closed")

    def test_registration(self) -> None:
        for answer, code in ((b"SSH-2.0-OpenSSH\r\n", "invalid"), (b"[]\n", "invalid"), (b'{"id":0,"result":{}}\n', "invalid"), (b"", "closed"),
                             (b'{"id":0,"error":{"code":-32001,"message":"no","data":{"code":"denied"}}}\n', "denied"),
                             (b'{"id":0,"error":7}\n', "invalid")):
            self.serve(answer)
            self.assertEqual(self.failed(self.client.connect), code, answer)

    def test_silence(self) -> None:
        self.client.patience = 0.05
        self.assertEqual(self.failed(self.client.connect), "timeout")

    def test_lost_on_the_way(self) -> None:
        self.serve(self.WELCOME, b"")
        reasons: queue.Queue[althing.Error] = queue.Queue()
        self.client.on_disconnect(reasons.put)
        self.client.connect()
        self.assertEqual(self.failed(self.client.get, "a"), "closed")
        self.assertEqual(reasons.get(timeout=PATIENCE).code, "closed")
        self.assertEqual(self.failed(self.client.read), "closed")

    def test_commands(self) -> None:
        ran = threading.Event()
        self.client.add_command("c.add", lambda a, b: a + b)
        self.client.add_command("c.say", lambda: "said", background=True)
        self.client.add_command("c.do", ran.set)

        def question(id: int, name: str, args: str) -> bytes:
            return b'{"jsonrpc":"2.0","id":"%d","method":"command","params":{"name":"%s","args":%s}}\n' % (id, name.encode(), args.encode())

        self.serve(self.WELCOME + question(1, "c.add", '[{"$tuple":[1]},{"$tuple":[2]}]'), question(2, "c.say", "[]"), question(3, "c.do", "[]"),
                   question(4, "c.add", "[1]"), question(5, "c.nosuch", "[]"), b'{"method":"event","params":{"kind":"renamed","data":{"name":"cat"}}}\n', b"")
        self.client.connect()
        self.assertIn('"commands":["c.add","c.do","c.say"]', self.said.get(timeout=PATIENCE))
        for id, answer in ((1, '"result":{"value":{"$tuple":[1,2]}}'), (2, '"result":{"text":"said"}'), (3, '"result":{}'),
                           (4, '"code":"internal"'), (5, '"code":"not_found"')):
            said = self.said.get(timeout=PATIENCE)
            self.assertIn('"id":"%d"' % id, said)
            self.assertIn(answer, said)
        self.assertTrue(ran.is_set())
        with contextlib.suppress(althing.Error):
            self.client.ping()
        self.client.close()
        self.assertEqual(self.client.name, "cat")


class Documentation(WithHub):
    def test_the_readme(self) -> None:
        with open(os.path.join(os.path.dirname(__file__), "README.md"), encoding="utf-8") as readme:
            program, = re.findall(r"```python\n(import althing\n.*?)```", readme.read(), re.DOTALL)
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(program.replace('Client("lamp")', "Client('lamp', port=%d)" % PORT), {})
        self.assertIn("lamp.on is now True", said.getvalue())
        self.assertIn("('red', 255)\n[[3]]\n", said.getvalue())


if __name__ == "__main__":
    unittest.main()
