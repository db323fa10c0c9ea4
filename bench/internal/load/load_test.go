//go:build linux

package load_test

import (
	"bufio"
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"althing/bench/internal/load"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve answers each line with answer(line), on as many conns as come; it closes
// a conn after the reply when answer says so.
func serve(t *testing.T, answer func(line string) (reply string, hangUp bool)) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var conns sync.WaitGroup
	conns.Go(func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			conns.Go(func() {
				defer c.Close()
				for lines := bufio.NewScanner(c); lines.Scan(); {
					reply, hangUp := answer(lines.Text())
					if _, err := c.Write([]byte(reply)); err != nil || hangUp {
						return
					}
				}
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		conns.Wait()
	})
	return listener.Addr().String()
}

func echo(line string) (string, bool) { return line + "\n", false }

func ask(words ...string) load.Turn {
	turn := make(load.Turn, len(words))
	for i, word := range words {
		turn[i] = load.Step{Send: []byte(word + "\n"), Want: []byte(word + "\n")}
	}
	return turn
}

func TestTurns(t *testing.T) {
	result, err := load.Run(t.Context(), load.Options{
		Address: serve(t, echo),
		Scripts: []load.Script{{ask("a", "b"), ask("c")}, {ask("one\ntwo\nthree")}},
		Each:    3,
		Turns:   10,
	})
	if err != nil {
		t.Fatal(err)
	}
	if result.Ops != 2*10*3 || result.Latency.Count() != 20 || result.Rate() <= 0 {
		t.Errorf("ops %d, turns %d, rate %g; want 60, 20 and more than 0", result.Ops, result.Latency.Count(), result.Rate())
	}
}

func TestFor(t *testing.T) {
	const long = 50 * time.Millisecond
	result, err := load.Run(t.Context(), load.Options{
		Address: serve(t, echo), Scripts: []load.Script{{ask("a")}}, Warm: long, For: long,
	})
	if err != nil {
		t.Fatal(err)
	}
	if result.Took < long || result.Ops == 0 || result.Latency.Quantile(1) > result.Took {
		t.Errorf("%d in %v, the longest %v", result.Ops, result.Took, result.Latency.Quantile(1))
	}
}

func TestAnew(t *testing.T) {
	var asked atomic.Int64
	address := serve(t, func(line string) (string, bool) {
		asked.Add(1)
		return line + "\n", true
	})
	result, err := load.Run(t.Context(), load.Options{Address: address, Scripts: []load.Script{{ask("a")}, {ask("b")}}, Anew: true, Turns: 20})
	if err != nil {
		t.Fatal(err)
	}
	if result.Ops != 40 || asked.Load() != 40 {
		t.Errorf("%d counted, %d asked; want 40", result.Ops, asked.Load())
	}
}

func TestNumbersGrow(t *testing.T) {
	const lines = 8
	seen := make(chan string, lines)
	address := serve(t, func(line string) (string, bool) {
		seen <- line
		return line + "\n", false
	})
	for range 2 {
		script := load.Script{ask("x" + load.Number + load.Number), ask(load.Number)}
		if _, err := load.Run(t.Context(), load.Options{Address: address, Scripts: []load.Script{script}, Turns: 4}); err != nil {
			t.Fatal(err)
		}
	}
	last := ""
	for i := range lines {
		line := <-seen
		digits := len(load.Number)
		number := line[len(line)-digits:]
		if i%2 == 0 && line != "x"+number+number {
			t.Errorf("line %d is %q", i, line)
		}
		if len(number) != digits || strings.Trim(number, "0123456789") != "" || number <= last {
			t.Errorf("line %d has the number %q after %q", i, number, last)
		}
		last = number
	}
}

func TestWhatEndsARun(t *testing.T) {
	for name, test := range map[string]struct {
		answer func(string) (string, bool)
		anew   bool
		want   string
	}{
		"an error instead": {func(string) (string, bool) { return "Error: NameError\n", false }, false, `wanted "a\n", got "Error: NameError\n"`},
		"more than wanted": {func(string) (string, bool) { return "a\nb\n", false }, false, `got "a\nb\n"`},
		"half a reply":     {func(string) (string, bool) { return "a", true }, false, "hung up"},
		"half, connecting": {func(string) (string, bool) { return "a", true }, true, "hung up"},
		"silence":          {func(string) (string, bool) { return "", false }, false, "no reply for"},
		"no end":           {echo, true, "no reply for"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load.Run(t.Context(), load.Options{
				Address: serve(t, test.answer), Scripts: []load.Script{{ask("a")}}, Anew: test.anew, Turns: 2, Stall: 100 * time.Millisecond,
			})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want something with %q", err, test.want)
			}
		})
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	address := serve(t, func(line string) (string, bool) {
		cancel()
		return line + "\n", false
	})
	if _, err := load.Run(ctx, load.Options{Address: address, Scripts: []load.Script{{ask("a")}}, Turns: 1 << 30}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestNobodyListens(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	for _, address := range []string{listener.Addr().String(), "nowhere", ""} {
		if _, err := load.Run(t.Context(), load.Options{Address: address, Scripts: []load.Script{{ask("a")}}, Turns: 1}); err == nil {
			t.Errorf("%q: no error", address)
		}
	}
}
