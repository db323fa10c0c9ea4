package cpumonitor_test

import (
	"bufio"
	"context"
	"errors"
	"math"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"althing/cpumonitor"
	"althing/fault"
	"althing/gateway/cpu"
	"althing/hub/hubtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func dial(t *testing.T, address string) *cpumonitor.Client {
	t.Helper()
	c, err := cpumonitor.Dial(t.Context(), address, cpumonitor.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestAHub(t *testing.T) {
	s := &cpu.Server{Hub: hubtest.Open(t, nil)}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	defer func() { s.Close(); <-done }()
	c := dial(t, l.Addr().String())
	for range 3 {
		if percent, err := c.CPU(t.Context()); err != nil || percent < 0 || percent > 100 {
			t.Errorf("%v, %v", percent, err)
		}
	}
	if used, err := c.Figure(t.Context(), cpumonitor.Memory); err != nil || !(used > 0 && used <= 100) {
		t.Errorf("memory: %v, %v", used, err)
	}
	if all, err := c.All(t.Context()); err != nil || !strings.Contains(string(all), `"cores"`) {
		t.Errorf("%s, %v", all, err)
	}
}

// seedServer is the seed's server as its text has it, except for its port and that
// the machine is always equally busy.
const seedServer = `
from codecs import encode
from socket import *
import threading

class ClientThread(threading.Thread):
    def __init__(self, conn, address, bufsize):
        threading.Thread.__init__(self)
        self.bufsize = bufsize
        self.conn = conn

    def run(self):
        while True:
            try:
                data = self.conn.recv(self.bufsize).decode()
                if not data:
                    break
                self.conn.send(encode(str(round(get_data(), 4)), "ascii"))
            except:
                break
        self.conn.close()

def get_data():
    return 12.345678

server_socket = socket(AF_INET, SOCK_STREAM)
server_socket.bind(("localhost", 0))
server_socket.listen(5)
print(server_socket.getsockname()[1], flush=True)
while True:
    conn, address = server_socket.accept()
    ClientThread(conn, address, 1024).start()
`

func TestTheSeedsServer(t *testing.T) {
	python := exec.CommandContext(t.Context(), "python3", "-c", seedServer)
	out, err := python.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := python.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { python.Process.Kill(); python.Wait() }()
	port, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address := net.JoinHostPort("localhost", strings.TrimSpace(port))
	for range 2 { // clients
		c := dial(t, address)
		for range 3 {
			if percent, err := c.CPU(t.Context()); err != nil || percent != 12.3457 {
				t.Errorf("%v, %v", percent, err)
			}
		}
		if load, err := c.Figure(t.Context(), cpumonitor.Load); err != nil || load != 12.3457 {
			t.Errorf("it knows but one figure: %v, %v", load, err)
		}
		if all, err := c.All(t.Context()); !fault.Is(err, fault.Invalid) {
			t.Errorf("all: %s, %v", all, err)
		}
	}
}

// answers serves one connection with what it is given, part by part; then it waits
// for the client's end.
func answers(t *testing.T, parts ...string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		message := make([]byte, 1024)
		for c.SetReadDeadline(time.Now().Add(10*time.Second)) == nil {
			if _, err := c.Read(message); err != nil {
				return
			}
			for _, part := range parts {
				c.Write([]byte(part))
				time.Sleep(time.Millisecond)
			}
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return l.Addr().String()
}

func TestWhatIsNoCPUServer(t *testing.T) {
	for _, answer := range []string{"HTTP/1.1 400 Bad Request", "101.0", "-1", "inf", "nan", "1e999", strings.Repeat("9", 2000)} {
		c := dial(t, answers(t, answer))
		if percent, err := c.CPU(t.Context()); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "no CPU server") {
			t.Errorf("%.20q: %v, %v", answer, percent, err)
		}
		c.Close()
	}
	c := dial(t, answers(t, "Error: no"))
	if _, err := c.CPU(t.Context()); !fault.Is(err, fault.Denied) {
		t.Error(err)
	}
	c.Close()
	c = dial(t, answers(t, "nan"))
	if f, err := c.Figure(t.Context(), cpumonitor.Temperature); err != nil || !math.IsNaN(f) {
		t.Errorf("a figure that is not known: %v, %v", f, err)
	}
	c.Close()
}

func TestAllInParts(t *testing.T) {
	c := dial(t, answers(t, `{"cpu": 1`, `.5, "cores"`, `: []}`))
	if all, err := c.All(t.Context()); err != nil || string(all) != `{"cpu": 1.5, "cores": []}` {
		t.Errorf("%s, %v", all, err)
	}
	c.Close()
	c = dial(t, answers(t, "{"+strings.Repeat(" ", 2<<20)))
	if _, err := c.All(t.Context()); !fault.Is(err, fault.Limit) {
		t.Error(err)
	}
	c.Close()
}

func TestWhoDoesNotAnswer(t *testing.T) {
	c := dial(t, answers(t))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := c.CPU(ctx); !fault.Is(err, fault.Timeout) {
		t.Error(err)
	}
	if _, err := c.CPU(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("after an answer that did not come: %v", err)
	}
	c = dial(t, answers(t))
	ctx, cancel = context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := c.CPU(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
