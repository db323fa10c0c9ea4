"""SimpleServer's wire, written from its description: one message a write, one
read a message. `peer.py client PORT` shakes hands with a server; `peer.py
server` prints its port and answers one handshake."""

import socket
import sys


def encode(headers, body):
    text = "$"
    for name, value in headers:
        text += name + ":" + value + "|"
    return (text + "%").encode() + body


def decode(data):
    if not data.startswith(b"$"):
        return [], data
    head, _, body = data[1:].partition(b"%")
    pairs = [h.split(":", 1) for h in head.decode().split("|") if h]
    return [(name, value) for name, value in pairs], body


def client(port):
    sock = socket.create_connection(("127.0.0.1", port), 10)
    sock.sendall(encode([("handshake", "")], b"Hello server!"))
    print(decode(sock.recv(4096)))
    body = bytes(range(256))
    sock.sendall(encode([("echo", "1")], body))
    print(decode(sock.recv(4096)) == ([("echo", "1")], body))
    sock.sendall(encode([("echo", "a")], b"one") + encode([("echo", "b")], b"two"))
    data = b""
    while b"two" not in data:
        data += sock.recv(4096)
    print(data)
    sock.sendall(b"raw bytes")
    print(decode(sock.recv(4096)))


def server():
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    sock, _ = listener.accept()
    sock.settimeout(10)
    print(sock.recv(4096), flush=True)
    sock.sendall(encode([("handshake", "example")], b"Hello from the server!"))
    print(sock.recv(4096), flush=True)


if sys.argv[1] == "client":
    client(int(sys.argv[2]))
else:
    server()
