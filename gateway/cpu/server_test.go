package cpu_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"althing/access"
	"althing/gateway/cpu"
	"althing/hub"
	"althing/hub/hubtest"
	"althing/secure"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds what a test waits for.
const patience = 15 * time.Second

// start has a server listen on loopback, where its clients seem to be at from;
// empty: on this machine.
func start(t testing.TB, s *cpu.Server, from string) string {
	t.Helper()
	l := hubtest.From(hubtest.Listen(t), from)
	hubtest.Serve(t, s, l, cpu.ErrServerClosed)
	return l.Addr().String()
}

func dial(t testing.TB, address string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return c
}

// ask sends one message and reads one answer, as the seed's clients do; it is empty
// at the end of the conversation.
func ask(t testing.TB, c net.Conn, message string) string {
	t.Helper()
	if _, err := io.WriteString(c, message); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 64<<10)
	n, err := c.Read(answer)
	if err != nil && !errors.Is(err, io.EOF) {
		t.Fatalf("%.40q: %v", message, err)
	}
	return string(answer[:n])
}

func percent(text string) bool {
	f, err := strconv.ParseFloat(text, 64)
	return err == nil && f >= 0 && f <= 100 && strings.Contains(text, ".")
}

func TestWhatIsAnswered(t *testing.T) {
	address := start(t, &cpu.Server{Hub: hubtest.Open(t, nil)}, "")
	c := dial(t, address)
	for _, message := range []string{"cpu", "x", "\xff\xfe\x00", "\u4e16", "\n", strings.Repeat("a", 1024), "mem", "mem\n", "disk"} {
		if got := ask(t, c, message); !percent(got) {
			t.Errorf("%.20q: %q", message, got)
		}
	}
	for _, message := range []string{"net", "load", "temp"} {
		if _, err := strconv.ParseFloat(ask(t, c, message), 64); err != nil {
			t.Errorf("%s: %v", message, err)
		}
	}
	var all struct {
		CPU    *float64
		Cores  []float64
		Memory struct{ Total, Used uint64 }
		Uptime int64
	}
	if text := ask(t, c, "all"); json.Unmarshal([]byte(text), &all) != nil || all.CPU == nil || len(all.Cores) == 0 || all.Memory.Total == 0 || all.Uptime == 0 {
		t.Errorf("all: %s", text)
	}
	if got := ask(t, c, "bye"); got != "" {
		t.Errorf("bye: %q", got)
	}
}

func TestWhatEndsTheConversation(t *testing.T) {
	address := start(t, &cpu.Server{Hub: hubtest.Open(t, nil)}, "")
	for _, begin := range []string{"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "POST /x HTTP/1.1\r\n\r\ncpu", "Host: x\r\n", "bye", "bye\r\n"} {
		if got := ask(t, dial(t, address), begin); got != "" {
			t.Errorf("%q: %q", begin, got)
		}
	}
	c := dial(t, address)
	ask(t, c, "cpu")
	c.(*net.TCPConn).CloseWrite()
	if rest, err := io.ReadAll(c); len(rest) > 0 || err != nil {
		t.Errorf("after the client's end: %q, %v", rest, err)
	}
}

// TestAThousandClients has all of them connected before the first of them asks.
func TestAThousandClients(t *testing.T) {
	h := hubtest.Open(t, nil)
	address := start(t, &cpu.Server{Hub: h, Log: slog.New(slog.DiscardHandler)}, "")
	conns := make([]net.Conn, 1000)
	for i := range conns {
		conns[i] = dial(t, address)
	}
	var all sync.WaitGroup
	for _, c := range conns {
		all.Go(func() {
			for range 3 {
				answer := make([]byte, 64)
				io.WriteString(c, "cpu")
				if n, err := c.Read(answer); err != nil || !percent(string(answer[:n])) {
					t.Errorf("%q, %v", answer[:n], err)
					return
				}
			}
		})
	}
	all.Wait()
}

func TestOneLineEachInTheLog(t *testing.T) {
	var log bytes.Buffer
	s := &cpu.Server{Hub: hubtest.Open(t, nil), Log: slog.New(slog.NewTextHandler(&log, nil))}
	c := dial(t, start(t, s, ""))
	for range 5 {
		ask(t, c, "cpu")
	}
	ask(t, c, "bye")
	s.Close()
	from := c.LocalAddr().String()
	if text := log.String(); strings.Count(text, "\n") != 2 || strings.Count(text, "from="+from) != 2 ||
		!strings.Contains(text, "has connected") || !strings.Contains(text, "has disconnected") {
		t.Errorf("the log:\n%s", text)
	}
}

func TestWhoIsNotLetIn(t *testing.T) {
	none := hubtest.Open(t, func(c *hub.Config) { c.Guests = access.Nothing })
	if got := ask(t, dial(t, start(t, &cpu.Server{Hub: none}, "")), "cpu"); !strings.HasPrefix(got, "Error: ") {
		t.Errorf("a guest where there are none: %q", got)
	}
	few := hubtest.Open(t, func(c *hub.Config) {
		c.Limits = access.DefaultLimits()
		c.Limits.ConnsPerHost = 1
	})
	address := start(t, &cpu.Server{Hub: few}, "192.0.2.1")
	first := dial(t, address)
	ask(t, first, "cpu")
	if got := ask(t, dial(t, address), "cpu"); !strings.Contains(got, "connections") {
		t.Errorf("one too many: %q", got)
	}
	if got := ask(t, first, "cpu"); !percent(got) {
		t.Errorf("the first: %q", got)
	}
}

func TestTLS(t *testing.T) {
	pair, err := secure.Make("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	own, err := tls.X509KeyPair(pair, pair)
	if err != nil {
		t.Fatal(err)
	}
	config, trust := secure.Serve(own, nil), secure.Of(own).Pin(nil)
	for _, only := range []bool{false, true} {
		address := start(t, &cpu.Server{Hub: hubtest.Open(t, nil), TLS: config, TLSOnly: only}, "192.0.2.1")
		secured := tls.Client(dial(t, address), trust)
		if got := ask(t, secured, "cpu"); !percent(got) {
			t.Errorf("only %v: %q", only, got)
		}
		if got := ask(t, secured, "all"); !json.Valid([]byte(got)) {
			t.Errorf("only %v: %q", only, got)
		}
		plain := ask(t, dial(t, address), "cpu")
		if percent(plain) == only {
			t.Errorf("only %v, without: %q", only, plain)
		}
	}
}

// TestShutdownWaitsForNobody ends a server while clients are connected that say
// nothing.
func TestShutdownWaitsForNobody(t *testing.T) {
	s := &cpu.Server{Hub: hubtest.Open(t, nil)}
	address := start(t, s, "")
	silent, spoken := dial(t, address), dial(t, address)
	ask(t, spoken, "cpu")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		t.Fatal(err)
	}
	for _, c := range []net.Conn{silent, spoken} {
		if rest, _ := io.ReadAll(c); len(rest) > 0 {
			t.Errorf("at the end: %q", rest)
		}
	}
}

// FuzzAnswer sends what anybody may: there is one answer, or the end.
func FuzzAnswer(f *testing.F) {
	address := start(f, &cpu.Server{Hub: hubtest.Open(f, nil), Log: slog.New(slog.DiscardHandler)}, "")
	for _, seed := range []string{"cpu", "all", "bye", "GET / HTTP/1.1", "\x16\x03\x01", "\x00", "mem\n", "host:"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		if len(message) == 0 {
			return
		}
		c := dial(t, address)
		defer c.Close()
		text := ask(t, c, string(message[:min(len(message), 1024)]))
		if _, err := strconv.ParseFloat(text, 64); err != nil && text != "" && !json.Valid([]byte(text)) {
			t.Errorf("%q: %q", message, text)
		}
	})
}
