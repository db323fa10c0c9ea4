"""The wire itself: `peer.py client PORT` sends a server messages of any bytes,
two in one write, and raw bytes, and shows what comes back; `peer.py server`
prints its port, answers one handshake, and shows the bytes that come."""

import socket
import sys

from simpleserver import NetworkMessage


def message(name, value, body):
    m = NetworkMessage()
    m.add_header(name, value)
    m.set_body(body)
    return m.encode()


def shown(data):
    m = NetworkMessage.decode(data)
    return [(h.name, h.value) for h in m.headers], m.body


def client(port):
    sock = socket.create_connection(("127.0.0.1", port), 10)
    sock.sendall(message("handshake", "", "Hello server!"))
    print(shown(sock.recv(4096)))
    body = bytes(range(256))
    sock.sendall(message("echo", "1", body))
    print(shown(sock.recv(4096)) == ([("echo", "1")], body))
    sock.sendall(message("echo", "a", "one") + message("echo", "b", "two"))
    data = b""
    while b"two" not in data:
        data += sock.recv(4096)
    print(data)
    sock.sendall(b"raw bytes")
    print(shown(sock.recv(4096)))


def server():
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    sock, _ = listener.accept()
    sock.settimeout(10)
    print(sock.recv(4096), flush=True)
    sock.sendall(message("handshake", "example", "Hello from the server!"))
    print(sock.recv(4096), flush=True)


if sys.argv[1] == "client":
    client(int(sys.argv[2]))
else:
    server()
