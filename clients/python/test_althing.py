"""Tests of althing.py against a real hub, whose address is in ALTHING_TEST_HUB."""

from __future__ import annotations

import contextlib
import doctest
import functools
import os
import socket
import threading
import unittest
import uuid
from typing import Any
from unittest import mock

import althing
import althing_lines
import althing_wire

HOST, _, _port = os.environ["ALTHING_TEST_HUB"].rpartition(":")
PORT = int(_port)
SESSION_PORT = int(os.environ["ALTHING_TEST_SESSION"].rpartition(":")[2])
FINGERPRINT = os.environ["ALTHING_TEST_FINGERPRINT"]


class WithHub(unittest.TestCase):
    def setUp(self) -> None:
        self.hub = althing.Hub(HOST, PORT)
        self.addCleanup(self.hub.close)
        self.name = "test " + uuid.uuid4().hex


class Secured(unittest.TestCase):
    """The same hub over TLS."""

    def test_the_hub_that_is_meant(self) -> None:
        with althing.Hub(HOST, PORT, fingerprint=FINGERPRINT) as hub:
            self.assertEqual(hub.many("%d + 1" % n for n in range(5000)), [str(n + 1) for n in range(5000)])
            connection = hub._connection
            self.assertEqual(hub.eval("1 + 1"), 2)
            self.assertIs(hub._connection, connection)  # it was kept
            name = "test " + uuid.uuid4().hex
            hub.call("setReg", name, 5)
            changes = hub.changes(name)
            self.addCleanup(changes.close)
            self.assertEqual(next(changes).value, 5)

    def test_another_hub(self) -> None:
        other = "00" + FINGERPRINT[2:]
        with self.assertRaisesRegex(ConnectionError, "has the fingerprint %s, not %s" % (FINGERPRINT, other)):
            althing.Hub(HOST, PORT, fingerprint=other).ask("1 + 1")


class Asking(WithHub):
    def test_replies_are_texts(self) -> None:
        self.assertEqual(self.hub.ask("1 + 1"), "2")
        self.assertEqual(self.hub.ask("x1 = 5; x1 * 2"), "10")
        self.assertEqual(self.hub.ask("1/0"), "Error: ZeroDivisionError: division by zero")

    def test_newlines_and_backslashes_arrive(self) -> None:
        text = "one\ntwo \\ three \\n\n\\"
        self.assertEqual(self.hub.ask(repr(text)), text)

    def test_values_keep_their_type(self) -> None:
        self.assertEqual(self.hub.eval("(1, 'two', [3.0, {None: b'4'}])"), (1, "two", [3.0, {None: b"4"}]))
        self.assertEqual(self.hub.eval("'line\\nline \\\\'"), "line\nline \\")
        self.assertEqual(self.hub.eval("datetime.date(2020, 9, 8)"), "datetime.date(2020, 9, 8)")
        self.assertEqual(self.hub.eval("'Error: ValueError: only a text'"), "Error: ValueError: only a text")

    def test_errors_are_raised(self) -> None:
        with self.assertRaises(althing.ShareError) as refused:
            self.hub.eval("[][1]")
        self.assertEqual(refused.exception.type, "IndexError")
        self.assertEqual(self.hub.eval("1"), 1)

    def test_the_first_question_may_be_unfinished(self) -> None:
        self.assertRegex(self.hub.ask("nosuch("), "^Error: SyntaxError")
        self.assertEqual(self.hub.ask("2"), "2")

    def test_only_whole_lines_are_sent(self) -> None:
        for text in ("", "  ", "1\n2", "1\r2"):
            with self.assertRaises(ValueError):
                self.hub.ask(text)
        self.assertEqual(self.hub.ask("3"), "3")

    def test_calls(self) -> None:
        self.assertEqual(self.hub.call("setReg", self.name, {"it's": (1, 2)}, expire=60), "OK")
        self.assertEqual(self.hub.call("getReg", self.name), {"it's": (1, 2)})


class Many(WithHub):
    def test_in_order(self) -> None:
        replies = self.hub.many("%d + 1" % n for n in range(5000))
        self.assertEqual(replies, [str(n + 1) for n in range(5000)])

    def test_none(self) -> None:
        self.assertEqual(self.hub.many([]), [])

    def test_a_wrong_one_among_them(self) -> None:
        replies = self.hub.many(["1", "nosuch(", "2"])
        self.assertEqual((replies[0], replies[2]), ("1", "2"))
        self.assertTrue(replies[1].startswith("Error: SyntaxError"))

    def test_big_replies_do_not_block(self) -> None:
        replies = self.hub.many("'%d' * 100000" % (n % 10) for n in range(200))
        self.assertEqual([len(reply) for reply in replies], [100000] * 200)

    def test_a_big_request(self) -> None:
        self.assertEqual(self.hub.many(["len(%r)" % ("x" * 300000), "7"]), ["300000", "7"])

    def test_nothing_is_sent_when_one_is_refused(self) -> None:
        self.hub.ask("MyData[%r] = 0" % self.name)
        with self.assertRaises(ValueError):
            self.hub.many(["MyData[%r] += 1" % self.name] * 1000 + ["two\nlines"])
        self.assertEqual(self.hub.ask("MyData[%r]" % self.name), "0")


class Changes(WithHub):
    def test_what_is_there_and_what_comes(self) -> None:
        key = self.name + ".a"
        self.hub.call("setReg", key, [1])
        changes = self.hub.changes(self.name + ".*")
        first = next(changes)
        self.assertEqual((first.key, first.value, first.deleted), (key, [1], False))
        later = threading.Timer(0.05, self.hub.call, ("setReg", key, "two"))
        later.start()
        second = next(changes)
        later.join()
        self.assertEqual((second.key, second.value), (key, "two"))
        self.assertGreater(second.revision, first.revision)
        self.hub.call("delete", self.name + ".*")
        third = next(changes)
        self.assertEqual((third.key, third.deleted), (key, True))
        changes.close()

    def test_going_on(self) -> None:
        self.hub.call("setReg", self.name, 1)
        with contextlib.closing(self.hub.changes(self.name)) as changes:
            first = next(changes)
        self.hub.call("setReg", self.name, 2)
        with contextlib.closing(self.hub.changes(self.name, after=first.revision)) as changes:
            self.assertEqual(next(changes).value, 2)

    def test_a_refused_pattern(self) -> None:
        with self.assertRaises(althing.ShareError):
            next(self.hub.changes(5))  # type: ignore[arg-type]


class Connection(unittest.TestCase):
    """What happens when the hub goes, with a stand-in that goes when it is told to."""

    def setUp(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.server.close)
        self.hub = althing.Hub("127.0.0.1", self.server.getsockname()[1], patience=5)

    def serve(self, *connections: tuple[bytes, ...]) -> None:
        """Answer each connection's lines with these, one after the other, then hang up."""

        def run() -> None:
            for answers in connections:
                connection, _ = self.server.accept()
                with connection, connection.makefile("rb") as lines:
                    for answer in answers:
                        lines.readline()
                        connection.sendall(answer)
                    if not answers or not answers[-1].endswith(b"\n"):
                        lines.read()  # no whole reply: until the client gives up

        thread = threading.Thread(target=run)
        thread.start()
        self.addCleanup(thread.join, 10)
        self.addCleanup(self.hub.close)

    def test_it_is_opened_anew(self) -> None:
        self.serve((b"1\n", b"one\n"), (b"1\n", b"two\n"))
        self.assertEqual(self.hub.ask("a"), "one")
        held = self.hub._connection
        assert held is not None
        held.recv(1, socket.MSG_PEEK)  # until the other side has hung up
        self.assertEqual(self.hub.ask("b"), "two")

    def test_lost_on_the_way(self) -> None:
        self.serve((b"1\n", b"one\n", b"two\n"), (b"1\n", b"four\n"))
        with self.assertRaisesRegex(ConnectionError, "hung up after 2 replies"):
            self.hub.many(["a", "b", "c"])
        self.assertEqual(self.hub.ask("d"), "four")

    def test_half_a_reply_in_time(self) -> None:
        self.serve((b"1\n", b"on"), (b"1\n", b"two\n"))
        self.hub.patience = 0.05
        with self.assertRaisesRegex(TimeoutError, "did not answer within 0.05 s"):
            self.hub.ask("a")
        self.assertEqual(self.hub.ask("b"), "two")

    def test_no_hub(self) -> None:
        self.server.close()
        with self.assertRaisesRegex(ConnectionError, "no hub answers at 127.0.0.1 port"):
            self.hub.ask("a")

    def test_a_silent_server(self) -> None:
        self.serve(())
        self.hub.patience = 0.05
        with self.assertRaisesRegex(ConnectionError, "no hub answers at .*timed out"):
            self.hub.ask("a")

    def test_guests_are_refused(self) -> None:
        self.serve((b"Error: PermissionError: guests may not ask\n",))
        with self.assertRaises(althing.ShareError) as refused:
            self.hub.ask("a")
        self.assertEqual(refused.exception.type, "PermissionError")


class Documentation(unittest.TestCase):
    def test_the_examples_work(self) -> None:
        here: Any = functools.partial(althing.Hub, HOST, PORT)
        session: Any = functools.partial(althing.Client, host=HOST, port=SESSION_PORT)
        with althing.Hub(HOST, PORT) as open_hub, mock.patch.multiple(althing, Hub=here, Client=session):
            self.assertEqual(doctest.testmod(althing).failed, 0)
            self.assertEqual(doctest.testmod(althing_lines, extraglobs={"hub": open_hub}).failed, 0)
        self.assertEqual(doctest.testmod(althing_wire).failed, 0)


if __name__ == "__main__":
    unittest.main()
