// Programs that say hello to a hub, one for each kind of device. Each sets one shared
// value, which the page waits for. { host, port, key } are texts.

export const programs = [
	{
		id: "wifi", title: "Arduino WiFi", port: "text", note: "For an ESP32, and with WiFiS3.h in place of WiFi.h for an UNO R4 WiFi.",
		code: ({ host, port, key }) => `#include <WiFi.h>

WiFiClient hub;

void setup() {
  Serial.begin(115200);
  WiFi.begin("NETWORK", "PASSWORD");
  while (WiFi.status() != WL_CONNECTED) delay(200);
}

// Asks the hub one thing, and gives its answer.
String ask(String query) {
  if (!hub.connect("${host}", ${port})) return "";
  hub.print(query);
  String answer = hub.readString();
  hub.stop();
  return answer;
}

void loop() {
  Serial.println(ask("setReg('${key}', " + String(millis()) + ")"));  // OK
  delay(5000);
}
`,
	},
	{
		id: "ethernet", title: "Arduino Ethernet", port: "text", note: "For a shield with a W5100 or W5500.",
		code: ({ host, port, key }) => `#include <SPI.h>
#include <Ethernet.h>

byte mac[] = {0x02, 0x00, 0x00, 0x00, 0x00, 0x01};
EthernetClient hub;

void setup() {
  Serial.begin(9600);
  Ethernet.begin(mac);
}

// Asks the hub one thing, and gives its answer.
String ask(String query) {
  if (!hub.connect("${host}", ${port})) return "";
  hub.print(query);
  String answer = hub.readString();
  hub.stop();
  return answer;
}

void loop() {
  Serial.println(ask("setReg('${key}', " + String(millis()) + ")"));  // OK
  delay(5000);
}
`,
	},
	{
		id: "micropython", title: "MicroPython", port: "text", note: "For an ESP32 or a Raspberry Pi Pico W that is in the network already.",
		code: ({ host, port, key }) => `import socket, time

HUB = socket.getaddrinfo("${host}", ${port})[0][-1]

def ask(query):
    s = socket.socket()
    s.connect(HUB)
    s.send(query.encode())
    answer = b""
    while True:
        part = s.recv(512)
        if not part:
            break
        answer += part
    s.close()
    return answer.decode()

while True:
    print(ask("setReg('${key}', %d)" % time.time()))  # OK
    time.sleep(5)
`,
	},
	{
		id: "python", title: "Python", port: "text", note: "With nothing but the standard library.",
		code: ({ host, port, key }) => `import socket

def ask(query):
    with socket.create_connection(("${host}", ${port})) as s:
        s.sendall(query.encode())
        s.shutdown(socket.SHUT_WR)
        return s.makefile().read()

print(ask("setReg('${key}', 1)"))  # OK
`,
	},
	{
		id: "curl", title: "curl", port: "web", note: "Over the HTTP API of the web port.",
		code: ({ host, port, key }) => `curl -X PUT -H 'Content-Type: application/json' -d 1 \\
  http://${host}:${port}/api/v1/registry/${key}
`,
	},
	{
		id: "shell", title: "Shell", port: "text", note: "With netcat, on any machine.",
		code: ({ host, port, key }) => `printf "setReg('${key}', 1)" | nc ${host} ${port}
`,
	},
	{
		id: "go", title: "Go", port: "text", note: "With nothing but the standard library.",
		code: ({ host, port, key }) => `package main

import (
	"fmt"
	"io"
	"log"
	"net"
)

func main() {
	c, err := net.Dial("tcp", "${host}:${port}")
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, "setReg('${key}', 1)")
	answer, err := io.ReadAll(c)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(answer)) // OK
}
`,
	},
];
