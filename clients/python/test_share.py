"""Tests of share.py against a real hub, whose address is in ALTHING_TEST_HUB.

``go test ./clients/python`` builds a hub, starts it and runs these.
"""

from __future__ import annotations

import doctest
import enum
import functools
import math
import os
import socket
import ssl
import threading
import unittest
import uuid
from typing import Any
from unittest import mock

import share

HOST, _, _port = os.environ["ALTHING_TEST_HUB"].rpartition(":")
PORT = int(_port)
FINGERPRINT = os.environ["ALTHING_TEST_FINGERPRINT"]


def messages(sh: share.ShareServer) -> list[tuple[str, str, str]]:
    """All that waits in the inbox."""
    return list(iter(sh.recv, share.NO_MESSAGE))


class WithHub(unittest.TestCase):
    """A test that has two clients, and a name that no other test uses."""

    def setUp(self) -> None:
        self.john = self.client()
        self.jill = self.client()
        self.name = "test " + uuid.uuid4().hex

    def client(self) -> share.ShareServer:
        sh = share.ShareServer(HOST, PORT)
        self.addCleanup(sh.exit)
        return sh


class Secured(unittest.TestCase):
    """The same hub over TLS."""

    def client(self, **how: Any) -> share.ShareServer:
        return share.ShareServer(HOST, PORT, **how)

    def test_the_hub_that_is_meant(self) -> None:
        for form in (FINGERPRINT, FINGERPRINT.lower().replace(":", ""), FINGERPRINT.replace(":", " ")):
            with self.client(fingerprint=form) as sh:
                self.assertEqual(sh.SendToServer("1 + 1"), "2")
                self.assertEqual(sh.SendToServer("(1"), "Error: SyntaxError: '(' was never closed (line 1, column 1)")
        self.assertEqual(sh.SendToServer("len(%r)" % ("x" * 200000)), "200000")
        self.assertEqual(sh.SendToServer("'ab' * 100000"), "ab" * 100000)

    def test_another_hub(self) -> None:
        other = "00" + FINGERPRINT[2:]
        for how in ({"fingerprint": other}, {"fingerprint": other, "tls": True}, {"fingerprint": "AB"}):
            reply = self.client(**how).SendToServer("1 + 1")
            self.assertRegex(reply, "^Error: ConnectionError: the hub at %s port %d cannot be talked to with TLS" % (HOST, PORT))
            self.assertIn(FINGERPRINT, reply)
            self.assertIn(how["fingerprint"], reply)

    def test_authorities(self) -> None:
        self.assertRegex(self.client(tls=True).SendToServer("1 + 1"), "^Error: ConnectionError: .*self.signed")
        trusting = ssl.create_default_context(cadata=ssl.get_server_certificate((HOST, PORT)))
        self.assertEqual(self.client(tls=trusting).SendToServer("1 + 1"), "2")

    def test_what_does_not_speak_tls(self) -> None:
        with socket.create_server((HOST, 0)) as server:
            sh = share.ShareServer(HOST, server.getsockname()[1], fingerprint=FINGERPRINT)

            def answer() -> None:
                with server.accept()[0] as connection:
                    connection.recv(1024)
                    connection.sendall(b"Error: SyntaxError: what is this?")

            thread = threading.Thread(target=answer)
            thread.start()
            self.addCleanup(thread.join)
            self.assertRegex(sh.SendToServer("1 + 1"), "^Error: ConnectionError: .* with TLS: ")


class Asking(WithHub):
    def test_any_expression(self) -> None:
        self.assertTrue(self.john.isServerUp())
        self.assertEqual(self.john.SendToServer(" math.log10( 134256 ) "), "5.127933703747114")
        self.assertEqual(self.john.SendToServer("1+1\n"), "2")
        self.assertEqual(self.john.SendToServer("1/0"), "Error: ZeroDivisionError: division by zero")

    def test_a_long_reply_is_read_to_its_end(self) -> None:
        self.assertEqual(self.john.SendToServer("'ab' * 100000"), "ab" * 100000)

    def test_a_long_request(self) -> None:
        text = "x" * 200000
        self.assertEqual(self.john.SendToServer("len(%r)" % text), "200000")

    def test_a_text_that_cannot_be_sent(self) -> None:
        self.assertRegex(self.john.SendToServer("'\ud800'"), "^Error: ValueError: ")

    def test_the_statements_of_the_tutorial(self) -> None:
        key = self.name
        self.assertEqual(self.john.SendToServer(" MyData[%r] = 'Mocking Bird Lane.' " % key), "OK")
        self.assertEqual(self.jill.SendToServer("MyData.get(%r, 'unknown')" % key), "Mocking Bird Lane.")

    def test_calling_any_function(self) -> None:
        self.assertEqual(self.john.call("divmod", 7, 2), (3, 1))
        self.assertRegex(self.john.call("datetime.date", 2020, 9, 8), r"datetime\.date\(2020, 9, 8\)")
        with self.assertRaises(share.ShareError) as refused:
            self.john.call("int", "seven")
        self.assertEqual(refused.exception.type, "ValueError")
        self.assertIn("seven", refused.exception.message)

    def test_a_wrapper_of_one_line(self) -> None:
        class Mine(share.ShareServer):
            def biggest(self, *numbers: int) -> int:
                return self.call("max", *numbers)

        self.assertEqual(Mine(HOST, PORT).biggest(3, 9, 4), 9)


class Values(WithHub):
    def test_every_kind_keeps_its_type(self) -> None:
        for thing in (None, True, 0, -7, 10 ** 60, 1.5, -0.0, 1e300, math.inf, -math.inf, 2 - 3j, "", "it's \"so\"",
                      "line\nline \\ \x00 é 世 😀", b"\x00\xff", [], [1, [2, []]], (), (1,), (1, "two", 3.0), {},
                      {"a": 1, 2: (3, None)}, {1, 2}, set(), [math.inf, set(), {"x": set()}]):
            with self.subTest(thing):
                self.assertEqual(self.john.setReg(self.name, thing), "OK")
                got = self.jill.getReg(self.name)
                self.assertEqual(got, thing)
                self.assertIs(type(got), type(thing))

    def test_what_is_no_number(self) -> None:
        self.john.setReg(self.name, math.nan)
        self.assertTrue(math.isnan(self.john.getReg(self.name)))

    def test_default(self) -> None:
        self.assertIsNone(self.john.getReg(self.name))
        self.assertEqual(self.john.getReg(self.name, ["I don't know."]), ["I don't know."])

    def test_a_value_that_looks_like_an_error(self) -> None:
        self.john.setReg(self.name, "Error: ValueError: only a text")
        self.assertEqual(self.john.getReg(self.name), "Error: ValueError: only a text")

    def test_conditions(self) -> None:
        self.john.setReg(self.name, 1, create=True)
        with self.assertRaises(share.ShareError) as refused:
            self.jill.setReg(self.name, 2, create=True)
        self.assertEqual(refused.exception.type, "RuntimeError")
        self.jill.setReg(self.name, None, expect=1)
        with self.assertRaises(share.ShareError):
            self.john.setReg(self.name, 3, expect=1)
        self.john.setReg(self.name, 4, expect=None, expire=60)
        self.assertEqual(self.jill.getReg(self.name), 4)

    def test_fetch_and_delete(self) -> None:
        for number in range(3):
            self.john.setReg("%s.%d" % (self.name, number), number)
        self.assertEqual(self.john.fetch(self.name + ".*"), 3)
        self.assertEqual(sorted(messages(self.john)),
                         [("REGISTRY", self.john.ID, "%s.%d:%d" % (self.name, n, n)) for n in range(3)])
        self.assertEqual(self.john.delete(self.name + ".[01]"), 2)
        self.assertEqual(self.john.delete(self.name + ".*"), 1)
        self.assertEqual(self.john.delete(self.name + ".*"), 0)


class Messages(WithHub):
    def test_an_empty_inbox(self) -> None:
        self.assertRegex(self.john.ID, "^[A-Za-z0-9]{8}$")
        self.assertEqual(self.john.recv(), ("None", "None", "None"))

    def test_both_forms_of_send(self) -> None:
        self.john.join(self.name)
        self.assertEqual(self.jill.send(self.john.ID, "one"), "OK")
        self.assertEqual(self.jill.send(self.jill.ID, self.name, "two"), "OK")
        self.assertEqual(self.john.send(self.name, self.jill.ID, "three"), "OK")
        self.assertEqual(messages(self.john),
                         [(self.jill.ID, self.john.ID, "one"), (self.jill.ID, self.name, "two")])
        self.assertEqual(messages(self.jill), [(self.name, self.jill.ID, "three")])
        with self.assertRaises(TypeError):
            self.john.send("alone")

    def test_a_text_that_holds_the_separator(self) -> None:
        text = "left%sright%s" % (share.SEPARATOR, share.SEPARATOR)
        self.john.send(self.john.ID, text)
        self.assertEqual(self.john.recv()[2], text)

    def test_text_is_never_worked_out(self) -> None:
        text = "'); delete('*'); ('"
        self.john.send(self.john.ID, text)
        self.assertEqual(self.john.recv()[2], text)

    def test_leaving(self) -> None:
        self.john.join(self.name)
        self.john.leave(self.name)
        self.jill.send(self.name, "nobody there")
        self.assertEqual(messages(self.john), [])

    def test_refusals_are_raised(self) -> None:
        with self.assertRaises(share.ShareError):
            self.john.join("not-a-name")
        with self.assertRaises(share.ShareError):
            self.john.send(self.name, self.jill.ID, "in the name of a group we are not in")

    def test_rows_of_the_database(self) -> None:
        table = "t" + uuid.uuid4().hex
        self.assertEqual(self.john.dbExec("CREATE TABLE %s (n INTEGER, t TEXT)" % table), "OK")
        self.addCleanup(self.john.dbExec, "DROP TABLE " + table)
        for number in range(2):
            self.assertEqual(self.john.dbExec("INSERT INTO %s VALUES (%d, 'it''s')" % (table, number)), 1)
        self.assertEqual(self.john.dbExec("SELECT n, t FROM %s ORDER BY n" % table), "OK")
        self.assertEqual([share.value(text) for _, _, text in messages(self.john)], [(0, "it's"), (1, "it's")])
        with self.assertRaises(share.ShareError) as refused:
            self.john.dbExec("SELEC 1")
        self.assertEqual(refused.exception.type, "OperationalError")


class Forgotten(WithHub):
    """The hub has forgotten a client: it gets a new ID and is in its groups again."""

    def setUp(self) -> None:
        super().setUp()
        self.john.join(self.name)
        self.before = self.john.ID
        self.jill.SendToServer("exit(%r)" % self.before)

    def test_while_receiving(self) -> None:
        self.john.remember_every = 0
        self.assertEqual(self.john.recv(), share.NO_MESSAGE)
        self.jill.send(self.name, "are you back?")
        self.assertEqual(self.john.recv()[2], "are you back?")
        self.assertNotEqual(self.john.ID, self.before)

    def test_the_hub_is_not_asked_each_time(self) -> None:
        self.assertEqual(self.john.recv(), share.NO_MESSAGE)
        self.assertEqual(self.john.ID, self.before)

    def test_while_sending(self) -> None:
        self.assertEqual(self.john.send(self.name, "two words"), "OK")
        self.assertEqual(self.john.recv(), (self.john.ID, self.name, "two words"))

    def test_while_sending_under_the_old_id(self) -> None:
        self.assertEqual(self.john.send(self.before, self.before, "to myself"), "OK")
        self.assertEqual(self.john.recv(), (self.john.ID, self.john.ID, "to myself"))

    def test_while_sending_as_a_group(self) -> None:
        self.assertEqual(self.john.send(self.name, self.jill.ID, "from the group"), "OK")
        self.assertEqual(self.jill.recv(), (self.name, self.jill.ID, "from the group"))

    def test_while_joining(self) -> None:
        self.assertEqual(self.john.join(self.name + "2"), "OK")
        self.jill.send(self.name, "one")
        self.jill.send(self.name + "2", "two")
        self.assertEqual([text for _, _, text in messages(self.john)], ["one", "two"])

    def test_while_fetching(self) -> None:
        self.jill.setReg(self.name, 5)
        self.assertEqual(self.john.fetch(self.name), 1)
        self.assertEqual(self.john.recv()[2], self.name + ":5")


class Leaving(WithHub):
    def test_exit(self) -> None:
        before = self.john.ID
        self.assertEqual(self.john.exit(), "OK")
        self.assertIs(self.jill.call("known", before), False)
        self.assertEqual(self.john.exit(), "OK")

    def test_with(self) -> None:
        with share.ShareServer(HOST, PORT) as sh:
            before = sh.ID
        self.assertIs(self.jill.call("known", before), False)


class NoHub(unittest.TestCase):
    """What a program sees when no hub is there, or one that does not behave."""

    def listener(self, answer: bytes | None) -> int:
        """A port that answers one connection with some bytes; with None, never."""
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1024)
                if answer is None:
                    connection.recv(1024)  # the end of the request,
                    done.wait(10)
                else:
                    connection.sendall(answer)

        done = threading.Event()
        thread = threading.Thread(target=serve)
        thread.start()
        self.addCleanup(thread.join, 10)
        self.addCleanup(done.set)
        return server.getsockname()[1]

    def test_nothing_listens(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        sh = share.ShareServer("127.0.0.1", port)
        self.assertFalse(sh.isServerUp())
        self.assertRegex(sh.SendToServer("1"), r"^Error: ConnectionError: no hub answers at 127\.0\.0\.1 port \d+ \(.+\)$")
        with self.assertRaises(share.ShareError) as refused:
            sh.ID
        self.assertEqual(refused.exception.type, "ConnectionError")

    def test_a_hub_that_does_not_answer(self) -> None:
        sh = share.ShareServer("127.0.0.1", self.listener(None))
        sh.patience = 0.05
        self.assertRegex(sh.SendToServer("1"), "^Error: TimeoutError: ")

    def test_a_hub_that_hangs_up(self) -> None:
        sh = share.ShareServer("127.0.0.1", self.listener(b""))
        with self.assertRaises(share.ShareError):
            sh.setReg("x", 1)

    def test_another_server(self) -> None:
        sh = share.ShareServer("127.0.0.1", self.listener(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
        self.assertFalse(sh.isServerUp())


class Texts(unittest.TestCase):
    """What needs no hub: values as texts and back."""

    def test_there_and_back(self) -> None:
        class Colour(enum.IntEnum):
            RED = 1

        for thing, text in ((True, "True"), (Colour.RED, "1"), (math.inf, "float('inf')"), ((1,), "(1,)"),
                            (frozenset(), "set()"), ({"it's": [b"\x00"]}, "{\"it's\": [b'\\x00']}"),
                            (complex(0, math.inf), "complex(0.0, float('inf'))")):
            self.assertEqual(share.literal(thing), text)

    def test_what_has_no_literal_form(self) -> None:
        for thing in (object(), len, [1, object()], {"x": self}):
            with self.assertRaises(TypeError):
                share.literal(thing)

    def test_what_repr_writes_is_read(self) -> None:
        for thing in (math.inf, -math.inf, complex(1, -math.inf), set(), [set(), (math.inf,)], {"set()": "inf"}):
            self.assertEqual(share.value(repr(thing)), thing)

    def test_nothing_is_worked_out(self) -> None:
        for text in ("__import__('os')", "x", "set([1])", "[].append(1)", "", "1 +", "(" * 5000, "{[]}", "1 if 1 else 2"):
            with self.assertRaises(ValueError, msg=text):
                share.value(text)

    def test_only_names_are_called(self) -> None:
        self.assertEqual(share.request("a.b", "it's", key=[1]), "a.b(\"it's\", key=[1])")
        for name in ("", "a b", "a(", "1a", "a.", "a;b"):
            with self.assertRaises(ValueError):
                share.request(name)
        with self.assertRaises(ValueError):
            share.request("f", **{"x)": 1})

    def test_errors(self) -> None:
        error = share.ShareError.of("Error: LookupError: no client 'x': gone")
        self.assertEqual((error.type, error.message), ("LookupError", "no client 'x': gone"))
        self.assertEqual(str(share.ShareError.of("Error: MemoryError")), "MemoryError")
        self.assertEqual(share.ShareError.of("hello").type, "ValueError")


class Documentation(unittest.TestCase):
    def test_the_examples_work(self) -> None:
        server: Any = functools.partial(share.ShareServer, HOST, PORT)
        with mock.patch.object(share, "ShareServer", server):
            self.assertEqual(doctest.testmod(share, extraglobs={"request": share.request}).failed, 0)


if __name__ == "__main__":
    unittest.main()
