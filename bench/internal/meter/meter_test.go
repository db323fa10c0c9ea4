package meter_test

import (
	"io"
	"net"
	"testing"

	"go.uber.org/goleak"

	"althing/bench/internal/meter"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestBothDirectionsAreCounted(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	m, err := meter.Open(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	near, err := net.Dial("tcp4", m.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer near.Close()
	far, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	pass(t, near, far, "there")
	pass(t, far, near, "and back")
	m.Close() // what has passed is counted by then
	if n := m.Passed(); n != int64(len("thereand back")) {
		t.Errorf("%d bytes passed", n)
	}
	if _, err := near.Read(make([]byte, 1)); err == nil {
		t.Error("a closed meter has not hung up")
	}
}

func pass(t *testing.T, from io.Writer, to io.Reader, text string) {
	t.Helper()
	if _, err := io.WriteString(from, text); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(text))
	if _, err := io.ReadFull(to, got); err != nil || string(got) != text {
		t.Fatalf("%q came, %v", got, err)
	}
}
