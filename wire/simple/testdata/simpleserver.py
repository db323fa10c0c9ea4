"""SimpleServer, made from its description and that of its wire: the names and
the calls of the original, with sockets and nothing else. One write is one
message, and one read is taken for one."""

import select
import socket
import threading
import time


class Header:
    def __init__(self, name, value=""):
        self.name, self.value = name, value


class NetworkMessage:
    def __init__(self):
        self.headers, self.body = [], ""

    def add_header(self, name, value=""):
        self.headers.append(Header(name, value))

    def get_header(self, name):
        return next((h for h in self.headers if h.name == name), None)

    def has_header(self, name):
        return self.get_header(name) is not None

    def set_body(self, body):
        self.body = body

    def encode(self):
        head = "".join("%s:%s|" % (h.name, h.value) for h in self.headers)
        body = self.body if isinstance(self.body, bytes) else self.body.encode()
        return ("$" + head + "%").encode() + body

    @classmethod
    def decode(cls, data):
        message = cls()
        head, body = b"", data
        if data.startswith(b"$"):
            head, _, body = data[1:].partition(b"%")
        for header in head.decode().split("|"):
            if header:
                message.add_header(*header.split(":", 1))
        try:
            message.body = body.decode()
        except UnicodeDecodeError:
            message.body = body
        return message


class Connection:
    """What a client and a server's view of one have in common."""

    def __init__(self, sock):
        self.sock = sock

    def send(self, message):
        self.sock.sendall(message if isinstance(message, bytes) else message.encode())

    def read(self):
        """A message, or None when there is none; OSError at the end."""
        if not select.select([self.sock], [], [], 0)[0]:
            return None
        data = self.sock.recv(65536)
        if not data:
            raise ConnectionError("the other side has gone")
        return NetworkMessage.decode(data)


class SimpleClient(Connection):
    def __init__(self):
        super().__init__(None)

    def connect(self, host, port):
        try:
            self.sock = socket.create_connection((host, port), 10)
        except OSError as problem:
            return False, str(problem)
        return True, "connected"


class ConnectionClient(Connection):
    def __init__(self, sock, address):
        super().__init__(sock)
        self.address = address


class Event:
    def __init__(self):
        self.listeners = []

    def add_listener(self, f):
        self.listeners.append(f)

    def remove_listener(self, f):
        self.listeners.remove(f)

    def call(self, *args):
        for f in list(self.listeners):
            f(*args)


class SimpleServer:
    def __init__(self, host, port, verbose_logging=False, tick_rate=120, manual_update=False):
        self.listener = socket.create_server((host, port))
        self.pause = 1 / tick_rate
        self.manual = manual_update
        self.clients = []
        self.on_connection, self.on_message, self.on_disconnect, self.on_update = (Event() for _ in range(4))
        self.running = True

    def start(self):
        while self.running and not self.manual:
            self.update()
            time.sleep(self.pause)

    def start_async(self):
        threading.Thread(target=self.start, daemon=True).start()

    def update(self):
        while select.select([self.listener], [], [], 0)[0]:
            client = ConnectionClient(*self.listener.accept())
            self.clients.append(client)
            self.on_connection.call(client)
        for client in list(self.clients):
            try:
                message = client.read()
            except OSError:
                self.clients.remove(client)
                client.sock.close()
                self.on_disconnect.call(client)
                continue
            if message:
                self.on_message.call(client, message)
        self.on_update.call()

    def get_clients(self):
        return list(self.clients)

    def message_clients(self, targets, message):
        for client in targets:
            client.send(message)

    def broadcast(self, message, exclusions=()):
        self.message_clients([c for c in self.clients if c not in exclusions], message)
