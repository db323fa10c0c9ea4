"""SimpleServer's own example, as its description has it. `example.py client
HOST PORT` is the client, which ends when the handshake has come; `example.py
server` prints its port, and serves until its client has gone."""

import sys
import time

from simpleserver import NetworkMessage, SimpleClient, SimpleServer


def client(host, port):
    client = SimpleClient()
    success, problem = client.connect(host, port)
    if not success:
        print("Connection failed:", problem)
        return
    message = NetworkMessage()
    message.add_header("handshake")
    message.set_body("Hello server!")
    client.send(message)
    while True:
        message = client.read()
        if message:
            if message.has_header("handshake"):
                print("Server handshake received")
                print(message.get_header("handshake").value, message.body, message.get_header("another_name"))
                return
        time.sleep(0.001)


def server():
    server = SimpleServer("127.0.0.1", 0, tick_rate=120)

    def on_message(client, message):
        if message.has_header("handshake"):
            response = NetworkMessage()
            response.add_header("handshake", value="example")
            response.set_body("Hello from the server!")
            client.send(response)
        print("Message received:", message.body, flush=True)

    def on_disconnect(client):
        print("Client disconnected", len(server.get_clients()), flush=True)
        server.running = False

    server.on_connection.add_listener(lambda client: print("Client connected", flush=True))
    server.on_message.add_listener(on_message)
    server.on_disconnect.add_listener(on_disconnect)
    print(server.listener.getsockname()[1], flush=True)
    server.start()


if sys.argv[1] == "client":
    client(sys.argv[2], int(sys.argv[3]))
else:
    server()
