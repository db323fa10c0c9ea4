package main

import (
	"net"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// slowSQL runs for as long as the hub lets it, 5 s.
const slowSQL = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c"

// TestStopIsNotHeldUp stops a hub whose clients are idle, wait for changes, run
// SQL and do not read.
func TestStopIsNotHeldUp(t *testing.T) {
	hub, address := startHub(t, t.TempDir())
	for range 20 {
		conn(t, address) // says nothing
	}
	deaf := conn(t, address)
	send(t, deaf, strings.Repeat("'x' * 1000000\n", 100))
	begin(t, address, conn(t, address), call("dbExec", slowSQL))
	waiting, err := dial(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer waiting.close()
	begin(t, address, waiting.conn, "changes('nosuch')")
	hub.stop(t)
	if reply, err := waiting.in.ReadString('\n'); reply != "[]\n" {
		t.Errorf("the wait for changes was answered %q, %v", reply, err)
	}
}

// TestWhatIsInFlightIsAnswered stops a hub while requests are on their way: each
// is answered, or was not carried out.
func TestWhatIsInFlightIsAnswered(t *testing.T) {
	data := t.TempDir()
	hub, address := startHub(t, data)
	c, err := dial(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	answered := make(chan int)
	first := make(chan struct{})
	go func() {
		n := 0
		for ; ; n++ {
			if _, err := c.ask("MyData['n'] = MyData.get('n', 0) + 1"); err != nil {
				break
			}
			if n == 0 {
				close(first)
			}
		}
		answered <- n
	}()
	<-first
	hub.stop(t)
	n := <-answered
	_, address = startHub(t, data)
	if got := ask(t, address, "getReg('n')"); got != strconv.Itoa(n) {
		t.Errorf("n is %s after %d answers", got, n)
	}
}

// TestWhatASessionHasInFlightIsAnswered is the same for a session.
func TestWhatASessionHasInFlightIsAnswered(t *testing.T) {
	data := t.TempDir()
	hub, address := startHub(t, data)
	c, err := contact{at: target{address: address}}.visit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hangUp(c) }()
	answered := make(chan int)
	first := make(chan struct{})
	go func() {
		n := 0
		for ; ; n++ {
			if _, err := c.Eval(t.Context(), "MyData['n'] = MyData.get('n', 0) + 1"); err != nil {
				break
			}
			if n == 0 {
				close(first)
			}
		}
		answered <- n
	}()
	<-first
	hub.stop(t)
	n := <-answered
	_, address = startHub(t, data)
	if got := ask(t, address, "getReg('n')"); got != strconv.Itoa(n) {
		t.Errorf("n is %s after %d answers", got, n)
	}
}

// TestTheSecondSignalEndsAtOnce sends two signals to a hub that a statement
// holds up.
func TestTheSecondSignalEndsAtOnce(t *testing.T) {
	hub, address := startHub(t, t.TempDir())
	begin(t, address, conn(t, address), call("dbExec", slowSQL))
	if err := hub.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if _, err := hub.errs.await("msg=stopping", hub.ended); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	if status, err := hub.end(syscall.SIGTERM); err != nil || status != -1 || time.Since(begun) > time.Second {
		t.Errorf("status %d after %v, %v", status, time.Since(begun), err)
	}
}

// begin sends a query and waits until the hub works on it.
func begin(t *testing.T, address string, c net.Conn, query string) {
	t.Helper()
	const counted = "status()['queries']"
	before, err := strconv.Atoi(ask(t, address, counted))
	if err != nil {
		t.Fatal(err)
	}
	send(t, c, query+"\n")
	for asked := 1; ask(t, address, counted) == strconv.Itoa(before+asked); asked++ {
		if asked == 10_000 {
			t.Fatalf("the hub has not begun with %s", query)
		}
	}
}

func conn(t *testing.T, address string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func send(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if _, err := c.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
}
