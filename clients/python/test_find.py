"""Tests of how share.py reads what strangers send, and looks for a hub.

That a hub is found is tested by ``find_test.go``, in networks made for it.
"""

from __future__ import annotations

import random
import socket
import struct
import time
import unittest
from unittest import mock

import share

ID = b"id"


def label(*labels: str) -> bytes:
    return b"".join(bytes([len(part.encode())]) + part.encode() for part in labels) + b"\0"


def record(name: bytes, kind: int, data: bytes) -> bytes:
    return name + struct.pack("!2HIH", kind, 1, 10, len(data)) + data


def answer(*records: bytes, id: bytes = ID, flags: int = 0x8400, count: int = 0) -> bytes:
    question = label(*share.SERVICE) + struct.pack("!2H", 12, 1)
    return id + struct.pack("!5H", flags, 1, count or len(records), 0, 0) + question + b"".join(records)


def text(*strings: str) -> bytes:
    return b"".join(bytes([len(s.encode())]) + s.encode() for s in strings)


BARN = label("barn", *share.SERVICE)


class Answers(unittest.TestCase):
    def test_a_hub(self) -> None:
        jumps = b"\x04barn\xc0\x0c"  # as hubs write it: the rest of the name stands in the question
        for name in (BARN, jumps, label("barn", "_ALTHING", "_tcp", "LOCAL")):
            told = share._told(answer(record(name, 33, b"\0" * 7), record(name, 16, text("name=the barn", "TEXT=2980", "text=1"))), ID)
            self.assertEqual(told, ("barn", {"name": "the barn", "text": "2980"}))

    def test_what_is_no_answer(self) -> None:
        about = record(BARN, 16, text("text=2980"))
        for packet in (
            b"", b"\0", ID, answer(about)[:20], answer(about, id=b"xx"), answer(about, flags=0x0400), answer(about, flags=0x8403),
            answer(record(label("barn", "_http", "_tcp", "local"), 16, text("text=2980"))),
            answer(record(BARN, 33, text("text=2980"))), answer(about) + bytes(9000),
        ):
            self.assertIsNone(share._told(packet, ID), packet[:80])

    def test_lies_about_lengths(self) -> None:
        around = b"\xc0" + bytes([12 + len(label(*share.SERVICE)) + 4])  # a name that is itself
        for packet in (
            answer(record(around, 16, text("text=1"))), answer(record(BARN, 16, b"\xff"), count=65535),
            answer(record(b"\xff\xff", 16, b"")), answer(record(b"\x40" + b"x" * 64 + b"\0", 16, b"")),
            answer(*[record(label("x"), 1, b"1234")] * 500, record(BARN, 16, text("text=1"))),
        ):
            begun = time.monotonic()
            share._told(packet, ID)
            self.assertLess(time.monotonic() - begun, 1)

    def test_any_bytes(self) -> None:
        chance = random.Random(1)
        good = answer(record(BARN, 16, text("name=barn", "text=2980")))
        for _ in range(20000):
            packet = bytearray(good)
            for _ in range(chance.randrange(1, 6)):
                packet[chance.randrange(len(packet))] = chance.randrange(256)
            share._told(bytes(packet[:chance.randrange(len(packet) + 1)]), ID)
            share._told(ID + chance.randbytes(60) if hasattr(chance, "randbytes") else ID, ID)

    def test_texts_and_ports(self) -> None:
        self.assertEqual(share._clean("a\x1b[2J\n\u202e" + "x" * 200), "a\ufffd[2J\ufffd\ufffd" + "x" * 88)
        for said, port in (("2980", 2980), ("65536", 0), ("-1", 0), ("\u0662", 0), ("1" * 400, 0), ("", 0)):
            self.assertEqual(share._port(said), port, said)

    def test_what_an_answer_says_of_its_address_does_not_count(self) -> None:
        """A thousand answers come from this machine, each with an address elsewhere in it."""
        def reply(air: socket.socket, question: bytes) -> None:
            here = ("127.0.0.1", air.getsockname()[1])
            for n in range(1000):
                lie = record(label("althing-x", "local"), 1, bytes([192, 0, 2, 80]))
                about = record(BARN, 16, text("name=hub %d\x1b" % n, "text=2980"))
                sender.sendto(answer(about, lie, id=question[:2]), here)

        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender, mock.patch.object(share, "_to_all", reply):
            found = share.find(0.3)
        self.assertEqual({hub.host for hub in found}, {"127.0.0.1"})
        self.assertLessEqual(len(found), share.MOST_FOUND)
        self.assertNotIn("\x1b", "".join(hub.name for hub in found))


class Choosing(unittest.TestCase):
    """Which hub is taken of those that were found; none listens at that port of this machine."""

    def place(self, *found: share.Found, searched: tuple[share.Found, ...] = (), session: bool = False) -> share.Place:
        place = share.Place(None, 4000 if session else share.PORT, session=session)
        for name, hubs in (("find", found), ("_search", searched)):
            patch = mock.patch.object(share, name, lambda *_, hubs=hubs: list(hubs))
            patch.start()
            self.addCleanup(patch.stop)
        return place

    def connect(self, place: share.Place, **how: object) -> list[tuple[str, int]]:
        """Where connections are made, of which only those to other machines work."""
        tried: list[tuple[str, int]] = []

        def connect(host: str, port: int, *_: object) -> str:
            tried.append((host, port))
            if host == share.THIS_MACHINE:
                raise ConnectionRefusedError(111, "Connection refused")
            return "a connection"

        with mock.patch.object(share, "connect", connect):
            place.connect(1.0, **how)  # type: ignore[arg-type]
        return tried[1:]

    barn = share.Found("barn", "10.0.0.1", 2981, 4001, "AB:CD")
    shed = share.Found("shed", "10.0.0.2", 2980, 0, "")

    def test_the_only_one(self) -> None:
        self.assertEqual(self.connect(self.place(self.barn)), [("10.0.0.1", 2981)])
        self.assertEqual(self.connect(self.place(self.barn, self.shed, session=True)), [("10.0.0.1", 4001)])
        self.assertEqual(self.connect(self.place(self.barn, self.shed), fingerprint="ab cd"), [("10.0.0.1", 2981)])
        self.assertEqual(self.connect(self.place(searched=(self.shed,))), [("10.0.0.2", 2980)])

    def test_none_and_several(self) -> None:
        with self.assertRaisesRegex(OSError, "Connection refused; none was found on the network"):
            self.connect(self.place())
        with self.assertRaisesRegex(OSError, "several, of which one must be named: 'barn' at 10.0.0.1, 'shed' at 10.0.0.2"):
            self.connect(self.place(self.barn, self.shed))

    def test_a_key_is_not_told_to_anybody(self) -> None:
        place = self.place(self.barn, session=True)
        for _ in range(2):
            with self.assertRaisesRegex(PermissionError, "the key is not told to the hub at 10.0.0.1 port 4001"):
                self.connect(place, secret=True)
        self.assertEqual(self.connect(place), [("10.0.0.1", 4001)])
        with self.assertRaises(PermissionError):  # nor when it was found for something else
            self.connect(place, secret=True)
        self.assertEqual(self.connect(place, secret=True, fingerprint="AB:CD"), [("10.0.0.1", 4001)])

    def test_the_machines_are_not_searched_all_the_time(self) -> None:
        place = self.place()
        searches: list[int] = []
        with mock.patch.object(share, "_search", lambda port: searches.append(port) or []):
            for _ in range(3):
                with self.assertRaises(OSError):
                    self.connect(place)
        self.assertEqual(searches, [share.PORT])

    def test_searching_ends(self) -> None:
        """Doors that neither open nor close, and a port that nobody listens at."""
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        begun = time.monotonic()
        self.assertEqual(share._accepting(["127.0.0.1"] * 300, port, begun + 5), [])
        with socket.create_server(("127.0.0.1", 0)) as silent, mock.patch.object(share, "_neighbours", lambda: ["127.0.0.1"] * 20), \
                mock.patch.object(share, "SEARCH", 1.5):
            begun = time.monotonic()
            self.assertEqual(share._search(silent.getsockname()[1]), [])
            self.assertLess(time.monotonic() - begun, 1.5 + 2 * share.KNOCK)
