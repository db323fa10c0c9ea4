"""The least that a ShareServer in Python can be: one client at a time, eval, reply, close.

What the text port is measured against. It works out whatever it is sent, so it
listens on this machine only and runs no longer than the measurement.

    evalserver.py PORT KEYS VALUE    so many keys, bench.0000 and on, hold the value
"""

import socket
import sys

MyData = {"bench.%04d" % n: sys.argv[3] for n in range(int(sys.argv[2]))}


def getReg(key, default=None):
    return MyData.get(key, default)


def serve(port: int) -> None:
    listener = socket.create_server(("127.0.0.1", port), backlog=1024)
    while True:
        connection, _ = listener.accept()
        with connection:
            request = connection.recv(1024).decode()
            try:
                reply = str(eval(request))
            except Exception as problem:
                reply = "Error: %s: %s" % (type(problem).__name__, problem)
            connection.sendall(reply.encode())


if __name__ == "__main__":
    serve(int(sys.argv[1]))
