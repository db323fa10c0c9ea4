// Programs that say hello to the hub, one for each kind of device. They set a shared
// value, for which the page waits, and most go on doing so every ten seconds: each is a
// beginning for a program that tells something of its own.
//
//	id, title   of its tab
//	port        of the hub that it reaches: text, session or web
//	file(name)  what it is saved as
//	secure      it can speak TLS, and knows the hub by its fingerprint
//	steps(to)   what to do with it; a step that begins with "$ " is a line for a shell
//	code(to)    the program
//
// to: { name, key, host, port, url, locked, fingerprint }. Its texts have no quotes in
// them. locked: guests may not write. Words in capitals are for people to fill in.

/** What is left to fill in. */
export const blanks = /\b(NETWORK|PASSWORD|KEY)\b/;

/** The request that says hello on the text port, cut where its figure goes. */
const hello = (to) => [`${to.locked ? "login('KEY'); " : ""}setReg('${to.key}', `, ")"];

const arduino = (to, client, before, setup) => {
	const [head, tail] = hello(to);
	return `${before}
const char *hub = "${to.host}";
const uint16_t port = ${to.port};

// Asks the hub, and gives its answer, or nothing when no hub answers.
String ask(const String &question) {
  ${client} client;
  if (!client.connect(hub, port)) return "";
  client.print(question);  // the whole question in one print
  String answer;
  unsigned long begun = millis();
  while ((client.connected() || client.available()) && millis() - begun < 5000) {
    while (client.available()) answer += (char)client.read();
  }
  client.stop();
  return answer;
}

void setup() {
  Serial.begin(115200);
${setup}
}

void loop() {
  String answer = ask(String("${head}") + millis() / 1000 + "${tail}");
  Serial.println(answer == "" ? String("no hub answers") : answer);  // OK
  delay(10000);
}
`;
};

const upload = "Choose the board and its port in the Arduino IDE, upload, and open the serial monitor at 115200: it says OK.";

export const programs = [
	{
		id: "ethernet", title: "Arduino, Ethernet", port: "text", file: (name) => `${name}.ino`,
		steps: () => ["A board with an Ethernet shield or module: W5100, W5200, W5500. Give each board another mac.", upload],
		code: (to) => arduino(to, "EthernetClient", `#include <SPI.h>
#include <Ethernet.h>

byte mac[] = { 0x02, 0x00, 0x00, 0x00, 0x00, 0x01 };  // no two boards may have the same`,
		`  while (Ethernet.begin(mac) == 0) {
    Serial.println("no address: is the cable plugged in?");
    delay(1000);
  }`),
	},
	{
		id: "wifi", title: "Arduino, WiFi", port: "text", file: (name) => `${name}.ino`,
		steps: () => ["An ESP32, ESP8266 or UNO R4 WiFi; also an MKR WiFi 1010 or Nano 33 IoT with the library WiFiNINA. Fill in your network's name and password.", upload],
		code: (to) => arduino(to, "WiFiClient", `#if defined(ESP32)
#include <WiFi.h>
#elif defined(ESP8266)
#include <ESP8266WiFi.h>
#elif defined(ARDUINO_UNOR4_WIFI)
#include <WiFiS3.h>
#else
#include <WiFiNINA.h>
#endif

const char *network = "NETWORK";
const char *password = "PASSWORD";`,
		`  WiFi.begin(network, password);
  while (WiFi.status() != WL_CONNECTED) {
    Serial.println("waiting for the network");
    delay(1000);
  }`),
	},
	{
		id: "micropython", title: "MicroPython", port: "text", file: () => "main.py",
		steps: () => ["An ESP32, ESP8266 or Pico W with MicroPython. Fill in your network's name and password.", "With mpremote, or in Thonny, save it on the board as main.py: it then runs whenever the board starts.", "$ mpremote cp main.py : + reset + repl"],
		code: (to) => `import socket
import time

try:
    import network
except ImportError:
    network = None  # this is a computer, which is in its network already


def connect():
    wlan = network.WLAN(network.STA_IF)
    wlan.active(True)
    if not wlan.isconnected():
        wlan.connect("NETWORK", "PASSWORD")
    while not wlan.isconnected():
        print("waiting for the network")
        time.sleep(1)


def ask(question):
    s = socket.socket()
    try:
        s.settimeout(10)
        s.connect(socket.getaddrinfo("${to.host}", ${to.port})[0][-1])
        s.send(question.encode())
        answer = b""
        while True:
            part = s.recv(512)
            if not part:
                return answer.decode()
            answer += part
    finally:
        s.close()


if network:
    connect()
begun = time.time()
while True:
    try:
        print(ask("${hello(to).join("%d")}" % (time.time() - begun)))  # OK
    except OSError as error:
        print("no hub answers:", error)
    time.sleep(10)
`,
	},
	{
		id: "python", title: "Python", port: "text", file: (name) => `${name}.py`,
		steps: (to) => ["Any computer with Python 3; it needs nothing else.", `$ python3 ${to.name}.py`],
		code: (to) => `import socket
import time


def ask(question):
    with socket.create_connection(("${to.host}", ${to.port}), timeout=10) as s:
        s.sendall(question.encode())
        s.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: s.recv(4096), b"")).decode()


begun = time.monotonic()
while True:
    print(ask("${hello(to).join("%d")}" % (time.monotonic() - begun)))  # OK
    time.sleep(10)
`,
	},
	{
		id: "althing-py", title: "Python, althing.py", port: "session", secure: true, file: (name) => `${name}.py`,
		steps: (to) => ["Copy share.py and all althing*.py beside it, from the folder clients/python of althing's source. Over its one connection the hub also tells: values as they change, and messages.", `$ python3 ${to.name}.py`],
		code: (to) => `import time

import althing

with althing.Client("${to.name}", host="${to.host}", port=${to.port}${to.locked ? ', key="KEY"' : ""}${to.fingerprint ? `,
                    fingerprint="${to.fingerprint}"` : ""}) as hub:
    begun = time.monotonic()
    while True:
        hub.set("${to.key}", int(time.monotonic() - begun))
        print("the hub has it")
        time.sleep(10)
`,
	},
	{
		id: "shell", title: "Shell", port: "text", file: (name) => `${name}.sh`,
		steps: () => ["Any machine that has nc; it prints OK."],
		code: (to) => `printf "${hello(to).join("1")}" | nc -w 5 ${to.host} ${to.port}\n`,
	},
	{
		id: "curl", title: "curl", port: "web", secure: true, file: (name) => `${name}.sh`,
		steps: (to) => ["One line in a shell, over the HTTP API; the hub answers with the key and its revision.", to.url.startsWith("https:") && "-k takes any certificate. Where that matters, give --cacert and the file that the hub's is in."].filter(Boolean),
		code: (to) => `curl ${to.url.startsWith("https:") ? "-k " : ""}-X PUT -H "Content-Type: application/json" ${to.locked ? '-H "Authorization: Bearer KEY" ' : ""}-d 1 ${to.url}/api/v1/registry/${to.key}\n`,
	},
	{
		id: "go", title: "Go", port: "session", secure: true, file: () => "main.go",
		steps: (to) => ["In a folder of its own, with althing's source in the folder beside it. This client comes back by itself when its connection is lost.", `$ go mod init ${to.name} && go mod edit -require althing@v0.0.0 -replace althing=../althing`, "$ go mod tidy && go run ."],
		code: (to) => `package main

import (
	"context"
	"log"
	"time"

	"althing"
)

func main() {
	ctx := context.Background()
	hub, err := althing.Dial(ctx, "${to.host.includes(":") ? `[${to.host}]` : to.host}:${to.port}", althing.ClientOptions{
		Name: "${to.name}",${to.locked ? '\n\t\tKey: "KEY",' : ""}${to.fingerprint ? `\n\t\tFingerprint: "${to.fingerprint}",` : ""}
	})
	if err != nil {
		log.Fatal(err)
	}
	for begun := time.Now(); ; time.Sleep(10 * time.Second) {
		if _, err := hub.Set(ctx, "${to.key}", int(time.Since(begun).Seconds())); err != nil {
			log.Print(err)
			continue
		}
		log.Print("the hub has it")
	}
}
`,
	},
];
