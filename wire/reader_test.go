package wire_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"althing/fault"
	"althing/secure"
	"althing/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// feed gives a Reader of what is written in pieces, then the end.
func feed(t *testing.T, pieces ...string) *wire.Reader {
	t.Helper()
	near, far := net.Pipe()
	return feedOver(t, near, far, pieces)
}

// sockets gives both ends of a connection that is a socket, which is waited for
// in another way.
func sockets(t *testing.T) (near, far net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if near, err = net.Dial("tcp", l.Addr().String()); err == nil {
		far, err = l.Accept()
	}
	if err != nil {
		t.Fatal(err)
	}
	return near, far
}

// overTLS gives both ends of a connection that keeps what it has decrypted.
func overTLS(t *testing.T) (near, far net.Conn) {
	t.Helper()
	pem, err := secure.Make("localhost")
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := tls.X509KeyPair(pem, pem)
	if err != nil {
		t.Fatal(err)
	}
	near, far = sockets(t)
	server := tls.Server(near, &tls.Config{Certificates: []tls.Certificate{certificate}})
	client := tls.Client(far, &tls.Config{InsecureSkipVerify: true})
	shaken := make(chan error, 1)
	go func() { shaken <- client.Handshake() }()
	if err := errors.Join(server.Handshake(), <-shaken); err != nil {
		t.Fatal(err)
	}
	return server, client
}

func feedOver(t *testing.T, near, far net.Conn, pieces []string) *wire.Reader {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer far.Close()
		for _, piece := range pieces {
			if _, err := io.WriteString(far, piece); err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		near.Close()
		<-done
	})
	return wire.NewReader(near)
}

func TestLines(t *testing.T) {
	near, far := net.Pipe()
	t.Run("a pipe", func(t *testing.T) { readLines(t, near, far) })
	near, far = sockets(t)
	t.Run("sockets", func(t *testing.T) { readLines(t, near, far) })
	near, far = overTLS(t)
	t.Run("TLS", func(t *testing.T) { readLines(t, near, far) })
	near, far = sockets(t)
	t.Run("with the beginning in front", func(t *testing.T) {
		first := make([]byte, 3)
		go io.WriteString(far, "a\nb")
		if _, err := io.ReadFull(near, first); err != nil {
			t.Fatal(err)
		}
		r := feedOver(t, wire.Ahead(near, first), far, []string{"\nc\n"})
		for _, want := range []string{"a", "b", "c"} {
			if line, err := r.Line(10); err != nil || string(line) != want {
				t.Fatalf("read %q, error %v, want %q", line, err, want)
			}
		}
	})
}

func readLines(t *testing.T, near, far net.Conn) {
	t.Helper()
	const limit = 100 << 10
	long := strings.Repeat("x", limit)
	r := feedOver(t, near, far, []string{"a\nb", "\r\n", "\n", long, "\n", long, "yz\nafter\n", "no end"})
	for _, want := range []string{"a", "b", "", long, "", "after"} {
		line, err := r.Line(limit)
		if want == "" && err != nil {
			if !fault.Is(err, fault.Limit) {
				t.Fatalf("a line too long: %v", err)
			}
			continue
		}
		if err != nil || string(line) != want {
			t.Fatalf("read %.40q, error %v, want %.40q", line, err, want)
		}
	}
	if line, err := r.Line(limit); !errors.Is(err, io.EOF) {
		t.Errorf("after the last line: %q, %v", line, err)
	}
}

func TestFill(t *testing.T) {
	r := feed(t, "0123456789")
	if err := r.Fill(10); err != nil || string(r.Bytes()) != "0123456789" {
		t.Fatalf("filled %q, %v", r.Bytes(), err)
	}
	if err := r.Fill(10); !fault.Is(err, fault.Limit) {
		t.Errorf("a full one takes more: %v", err)
	}
	r.Skip(4)
	if err := r.Fill(10); !errors.Is(err, io.EOF) || string(r.Bytes()) != "456789" {
		t.Errorf("at the end: %q, %v", r.Bytes(), err)
	}
}

func TestWait(t *testing.T) {
	near, far := net.Pipe()
	t.Run("a pipe", func(t *testing.T) { waitFor(t, near, far) })
	near, far = sockets(t)
	t.Run("sockets", func(t *testing.T) { waitFor(t, near, far) })
	near, far = overTLS(t)
	t.Run("TLS", func(t *testing.T) { waitFor(t, near, far) })
}

func waitFor(t *testing.T, near, far net.Conn) {
	t.Helper()
	defer near.Close()
	defer far.Close()
	r := wire.NewReader(near)
	r.Wait(time.Millisecond)
	if err := r.Fill(10); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("silence: %v", err)
	}
	r.Wait(0)
	go io.WriteString(far, "x")
	if err := r.Fill(10); err != nil || string(r.Bytes()) != "x" {
		t.Errorf("read %q, %v", r.Bytes(), err)
	}
}

func TestReaderIsTakenOver(t *testing.T) {
	r := feed(t, "line\nraw ", "bytes")
	if line, err := r.Line(100); err != nil || string(line) != "line" {
		t.Fatalf("%q, %v", line, err)
	}
	rest, err := io.ReadAll(r.Conn())
	if err != nil || string(rest) != "raw bytes" {
		t.Errorf("the rest is %q, %v", rest, err)
	}
}

func FuzzLine(f *testing.F) {
	f.Add([]byte("a\nb\r\n\n"), 3)
	f.Add(bytes.Repeat([]byte("xy\n"), 3000), 1)
	f.Add(append(bytes.Repeat([]byte("z"), 5000), '\n'), 4096)
	f.Fuzz(func(t *testing.T, data []byte, limit int) {
		limit = 1 + limit&0xffff
		r := feed(t, string(data)+"\n")
		var want [][]byte
		for line := range bytes.SplitSeq(data, []byte{'\n'}) {
			want = append(want, line)
		}
		for i, w := range want {
			line, err := r.Line(limit)
			if len(w) > limit {
				if !fault.Is(err, fault.Limit) {
					t.Fatalf("line %d of %d bytes: %v", i, len(w), err)
				}
				continue
			}
			if err != nil || !bytes.Equal(line, bytes.TrimSuffix(w, []byte{'\r'})) {
				t.Fatalf("line %d is %.80q, error %v, want %.80q", i, line, err, w)
			}
		}
		if _, err := r.Line(limit); !errors.Is(err, io.EOF) {
			t.Fatalf("at the end: %v", err)
		}
	})
}
