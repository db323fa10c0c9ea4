"""A client of LocalThingsNetwork 7, version 6.26.136, made from the
specification of its wire and shaped like the original: one thread for each
socket, one recv for each step of the registration, nothing but the standard
library.

It is driven by a test. Each line of standard input is a JSON list [verb, ...],
answered by a line {"done": ...}; what comes by itself is a line as well:
{"message": text, "port": p}, {"value": repr}, {"command": name, "args": [...]},
{"ended": p}. Values that JSON does not have are shown as Python shows them.

["connect", name, host, port, kind, [host, port], structure]: the kind, if it is
given, is CLIENT, SUBSERVER or SERVERFINDER; a subserver has an address of its own
and answers LISTNETWORK with the structure.
"""
import itertools
import json
import pickle
import socket
import sys
import threading
import time

SEPARATOR = b"<$SEP$>"
ESCAPED = b"<$-$SEP$-$>"
RECV = 1024  # what the original reads at once


def show(**fields):
    with show.lock:
        print(json.dumps(fields, default=repr), flush=True)


show.lock = threading.Lock()


class Client:
    version = "6.26.136"

    def __init__(self, username, kind="CLIENT", serveraddr=None, structure=None):
        self.username = username
        self.kind = kind
        self.description = "None"
        self.socks = {}  # by the server's port
        self.serverdata = {}
        self.answers = {}
        self.numbers = itertools.count()
        self.got_datasock = threading.Event()
        self.sending = threading.Lock()
        self.requestables = {"PING": time.time, "CLIENTDATA": self.clientdata}
        self.commands = {
            "changename": self.changename,
            "setlayer": lambda layer: None,
            "updateserverdata": self.serverdata.update,
            "disconnect": self.disconnect,
            "connect": lambda ip, port: self.connect((ip, port)),
            "newdatasock": self.newdatasock,
        }
        self.serveraddr = serveraddr
        if kind == "SUBSERVER":
            self.requestables["LISTNETWORK"] = structure
            for name in ("restart", "shutdown", "shutdownnetwork"):
                self.commands[name] = lambda: None  # that it was told to is shown

    def clientdata(self):
        data = {
            "description": self.description,
            "username": self.username,
            "client_version": self.version,
            "commands": list(self.commands),
            "requestables": list(self.requestables),
        }
        if self.serveraddr:
            data["serveraddr"] = tuple(self.serveraddr)
        return data

    def changename(self, name):
        self.username = name

    def connect(self, addr):
        sock = socket.create_connection(addr, 5)
        sock.settimeout(5)
        sock.sendall(b"clientsocket")
        if sock.recv(RECV) != b"suited sockettype":
            sock.close()
            return "Address is unsuited for client"
        sock.sendall(("%s|%s" % (self.kind, self.version)).encode())
        if self.kind == "SERVERFINDER":
            return "found" if sock.recv(RECV) == b"" else "more than found"
        self.serverdata.update(pickle.loads(sock.recv(4096)))
        sock.sendall(pickle.dumps(self.clientdata()))
        self.username = sock.recv(16).decode()
        self.socks = {addr[1]: sock}
        self.serverport = addr[1]
        sock.settimeout(None)
        sock.sendall(b"continue")
        threading.Thread(target=self.receive, args=(addr[1], sock), daemon=True).start()
        if "Maindata" in [name for name, port in self.serverdata["socks"]]:
            self.got_datasock.wait(1.5)
        return "Connected"

    def newdatasock(self, addr):
        sock = socket.create_connection(addr, 5)
        sock.sendall(b"datasocket")
        if sock.recv(RECV) != b"suited sockettype":
            sock.close()
            return
        sock.sendall(pickle.dumps(self.socks[self.serverport].getsockname()))
        self.socks[addr[1]] = sock
        threading.Thread(target=self.receive, args=(addr[1], sock), daemon=True).start()
        self.got_datasock.set()

    def disconnect(self):
        socks, self.socks = self.socks, {}
        for sock in socks.values():
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            sock.close()

    def receive(self, port, sock):
        buffer = b""
        parts = {}
        while True:
            try:
                data = sock.recv(RECV)
            except OSError:
                data = b""
            if not data:
                show(ended=port)
                return
            buffer += data
            while SEPARATOR in buffer:
                packet, _, buffer = buffer.partition(SEPARATOR)
                if len(packet) + len(SEPARATOR) > self.serverdata["max_datasize"]:
                    show(error="a packet of %d bytes" % len(packet))
                transmission, index, last, piece = pickle.loads(packet)
                parts.setdefault(transmission, {})[index] = piece
                if len(parts[transmission]) == last + 1:
                    pieces = parts.pop(transmission)
                    whole = b"".join(pieces[i] for i in range(last + 1))
                    self.value(port, sock, pickle.loads(whole.replace(ESCAPED, SEPARATOR)))

    def value(self, port, sock, value):
        if isinstance(value, str):
            show(message=value, port=port)
        elif not isinstance(value, list) or value[:1] not in (["<$REQUEST$>"], ["<$COMMAND$>"]):
            show(value=repr(value))  # the original does nothing with it
        elif value[0] == "<$REQUEST$>" and value[1] == "request":
            asked = self.requestables.get(value[3])
            answer = asked() if callable(asked) else asked
            try:
                self.send(sock, ["<$REQUEST$>", "answer", value[2], answer])
            except OSError:
                pass  # let go meanwhile: the original only warns
        elif value[0] == "<$REQUEST$>":
            self.answers[value[2]] = value[3]
        elif value[0] == "<$COMMAND$>":
            show(command=value[1], args=value[2])
            self.commands[value[1]](*value[2])

    def send(self, sock, value):
        data = pickle.dumps(value).replace(SEPARATOR, ESCAPED)
        room = self.serverdata["max_datasize"] - 60
        slices = [data[i:i + room] for i in range(0, len(data), room)]
        transmission = "%s-%d" % (self.username, next(self.numbers))
        with self.sending:
            for index, piece in enumerate(slices):
                sock.sendall(pickle.dumps([transmission, index, len(slices) - 1, piece]) + SEPARATOR)

    def request(self, sock, name, timeout=5.0):
        key = "request %d" % next(self.numbers)
        self.send(sock, ["<$REQUEST$>", "request", key, name])
        end = time.monotonic() + timeout
        while key not in self.answers:
            if time.monotonic() > end:
                return "timeout"
            time.sleep(0.005)
        return self.answers.pop(key)


def main():
    client = None
    for line in sys.stdin:
        verb, *args = json.loads(line)
        if verb == "connect":
            client = Client(args[0], *args[3:])
            done = client.connect((args[1], args[2]))
        elif verb == "message":
            done = client.send(client.socks[args[0]], args[1])
        elif verb == "value":
            done = client.send(client.socks[args[0]], eval(args[1]))
        elif verb == "describe":
            client.description, done = args[0], None
        elif verb == "ports":
            done = list(client.socks)
        elif verb == "leave":
            done = client.disconnect()
        elif verb == "keys":
            done = list(getattr(client, args[0]))
        elif verb == "learn":
            client.commands["lamp"] = lambda *colours: None
            client.requestables["BIG"] = "<$SEP$>" * 3000
            done = None
        elif verb == "raw":
            done = client.socks[args[0]].sendall(eval(args[1]))
        elif verb == "request":
            done = client.request(client.socks[args[0]], args[1])
        else:
            done = getattr(client, verb)
        show(done=done)


if __name__ == "__main__":
    main()
