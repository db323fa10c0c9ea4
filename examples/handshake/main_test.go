package main

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// be has the test's program be the example's.
const be = "BE_HANDSHAKE"

func TestMain(m *testing.M) {
	if os.Getenv(be) != "" {
		main()
		return
	}
	goleak.VerifyTestMain(m)
}

// patience is how long a program may take to do what it is there for.
const patience = 20 * time.Second

// handshake is the example, which ends with the test.
func handshake(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), be+"=1")
	return cmd
}

// example is SimpleServer's, in Python.
func example(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	path, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is missing; `make test` installs it where it can")
	}
	cmd := exec.CommandContext(t.Context(), path, append([]string{"-B", "../../wire/simple/testdata/example.py"}, args...)...)
	cmd.Stderr = os.Stderr
	return cmd
}

// begin starts a program and gives what it writes, line by line.
func begin(t *testing.T, cmd *exec.Cmd) *bufio.Scanner {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return bufio.NewScanner(out)
}

// TestServer has a client in Python shake hands with the example, which it tells
// when it has begun to listen.
func TestServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	server := handshake(t, "-addr", addr)
	lines := begin(t, server)
	host, port, _ := net.SplitHostPort(addr)
	var said []byte
	for end := time.Now().Add(patience); !bytes.HasPrefix(said, []byte("Server handshake")); {
		if said, err = example(t, "client", host, port).Output(); err != nil || time.Now().After(end) {
			t.Fatalf("the client: %s, %v", said, err)
		}
	}
	if got, want := string(said), "Server handshake received\nexample Hello from the server! None\n"; got != want {
		t.Errorf("the client shows %q, want %q", got, want)
	}
	if lines.Scan(); !strings.HasPrefix(lines.Text(), "Message received from 127.0.0.1:") || !strings.HasSuffix(lines.Text(), ": Hello server!") {
		t.Errorf("the server shows %q", lines.Text())
	}
	hostile(t, addr)
	if said, err = example(t, "client", host, port).Output(); err != nil || !strings.HasPrefix(string(said), "Server handshake received") {
		t.Errorf("a client behind hostile ones: %s, %v", said, err)
	}
	if err := server.Process.Kill(); err != nil {
		t.Error(err)
	}
	for lines.Scan() {
		continue // to its end
	}
	_ = server.Wait() // a signal has ended it
}

// hostile sends a server what is no message of anybody.
func hostile(t *testing.T, addr string) {
	t.Helper()
	for _, bytes := range []string{"", "$", "$$$$%%%||:::", "$handshake", "$:|%", strings.Repeat("$a:b|", 100_000), strings.Repeat("\x00\xff", 1<<20)} {
		nc, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		_ = nc.SetDeadline(time.Now().Add(patience)) // what comes next says whether it is closed
		_, _ = io.WriteString(nc, bytes)             // it may be closed before all is said
		nc.Close()
	}
}

// TestClient has the example shake hands with a server in Python.
func TestClient(t *testing.T) {
	server := example(t, "server")
	lines := begin(t, server)
	lines.Scan()
	said, err := handshake(t, "-client", "-addr", "127.0.0.1:"+lines.Text()).CombinedOutput()
	if err != nil || string(said) != "Server handshake received: Hello from the server!\n" {
		t.Errorf("the client shows %q, %v", said, err)
	}
	for _, want := range []string{"Client connected", "Message received: Hello server!", "Client disconnected 0"} {
		if lines.Scan(); lines.Text() != want {
			t.Errorf("the server shows %q, want %q", lines.Text(), want)
		}
	}
	if err := server.Wait(); err != nil {
		t.Error(err)
	}
	said, err = handshake(t, "-client", "-addr", "127.0.0.1:1").CombinedOutput()
	if err == nil || !strings.HasPrefix(string(said), "there is no server on 127.0.0.1:1") {
		t.Errorf("without a server it shows %q, %v", said, err)
	}
}
