package althing_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"althing"
	"althing/fault"
)

// unread registers a client that reads nothing more, over a connection that
// holds little in the kernel: what is not read waits in the server.
func unread(t *testing.T, s *althing.Server, name string) line {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	near, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	raw := rawLine(t, near)
	far, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	far.(*net.TCPConn).SetWriteBuffer(64 << 10)
	if err := s.ServeConn(far); err != nil {
		t.Fatal(err)
	}
	raw.say(`{"jsonrpc":"2.0","id":0,"method":"register","params":{"name":"` + name + `"}}`)
	if got := raw.hear(); !strings.Contains(got, `"name":"`+name+`"`) {
		t.Fatalf("registered as %s", got)
	}
	return raw
}

// lines is a log that is read while it is written.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// live is what the program holds.
func live() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestManyWhoDoNotRead has many clients that read nothing and a few that do, all
// of which are sent messages of their own: those who read have everything, and
// of the others only so many are kept as memory allows.
func TestManyWhoDoNotRead(t *testing.T) {
	const (
		silent, readers = 60, 3
		rounds, size    = 24, 40 << 10
		total           = 4 << 20
	)
	var log lines
	s := started(t, &althing.Server{
		Logger: slog.New(slog.NewTextHandler(&log, nil)),
		Limits: althing.Limits{QueueTotal: total, WriteTimeout: time.Minute},
	})
	ended := make(chan error, silent)
	s.OnDisconnect(func(c *althing.Conn, err error) {
		if strings.HasPrefix(c.Name(), "silent") {
			ended <- err
		}
	})
	for i := range silent {
		unread(t, s, fmt.Sprintf("silent%d", i))
	}
	var reading []*althing.Client
	for i := range readers {
		reading = append(reading, dial(t, s, althing.ClientOptions{Name: fmt.Sprintf("reader%d", i)}))
	}
	before := live()
	for round := range rounds {
		for _, c := range s.Conns() {
			err := c.Send(althing.NewMessage(strings.Repeat("x", size)))
			if err != nil && (strings.HasPrefix(c.Name(), "reader") || !fault.Is(err, fault.Closed)) {
				t.Fatalf("round %d: %s: %v", round, c.Name(), err)
			}
		}
		for _, c := range reading {
			read(t, c)
		}
	}
	if held := live() - before; held > 2*total {
		t.Errorf("%d bytes are held, of at most %d", held, total)
	}
	const kept = total/(rounds*size) + 5 // the kernel holds some of it
	for range silent - kept {
		if err := wait(t, ended, "end of a client that does not read"); !fault.Is(err, fault.Closed) {
			t.Errorf("it ended with %v", err)
		}
	}
	if got := log.String(); !strings.Contains(got, `level=WARN msg="a client that does not read was dropped" conn=silent`) || !strings.Contains(got, "times=") {
		t.Errorf("the log has\n%s", got)
	}
}

// TestAMessageToManyIsHeldOnce: what waits for many is one piece of memory, and
// nobody is dropped for it.
func TestAMessageToManyIsHeldOnce(t *testing.T) {
	const conns, size = 40, 300 << 10
	s := started(t, &althing.Server{Limits: althing.Limits{QueueTotal: 1 << 20, WriteTimeout: time.Minute}})
	var all []line
	for i := range conns {
		all = append(all, unread(t, s, fmt.Sprintf("conn%d", i)))
	}
	for range 2 {
		if err := s.Broadcast(althing.NewMessage(strings.Repeat("x", size))); err != nil {
			t.Fatal(err)
		}
	}
	for _, l := range all {
		for range 2 {
			if got := l.hear(); len(got) < size {
				t.Fatalf("heard %d bytes", len(got))
			}
		}
	}
	if n := len(s.Conns()); n != conns {
		t.Errorf("%d of %d are left", n, conns)
	}
	s.Broadcast(althing.NewMessage(strings.Repeat("x", size))) // it would be too much if anything were held still
	for _, l := range all {
		l.hear()
		l.alive(t)
	}
}
