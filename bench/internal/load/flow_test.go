//go:build linux

package load_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"althing/bench/internal/load"
)

// postbox is a server that answers each line "to: text" with "stored", and hands the
// text to the one conn that has said "hear", which answers "got: text".
type postbox struct {
	address string
	close   func() // waits for all who are connected to go
	mu      sync.Mutex
	out     net.Conn
	handed  int
	got     int
	twice   bool // it hands over everything twice
}

func openPostbox(t *testing.T) *postbox {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &postbox{address: listener.Addr().String()}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer c.Close()
				p.serve(c)
			})
		}
	})
	p.close = sync.OnceFunc(func() {
		listener.Close()
		serving.Wait()
	})
	t.Cleanup(p.close)
	return p
}

func (p *postbox) serve(c net.Conn) {
	for lines := bufio.NewScanner(c); lines.Scan(); {
		p.mu.Lock()
		switch kind, text, _ := strings.Cut(lines.Text(), ": "); kind {
		case "hear":
			p.out = c
			fmt.Fprintln(c, "ready")
		case "to":
			p.handed++
			fmt.Fprintln(c, "stored")
			fmt.Fprintln(p.out, text)
			if p.twice {
				fmt.Fprintln(p.out, text)
			}
		case "got":
			p.got++
		}
		p.mu.Unlock()
	}
}

func (p *postbox) repeat() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.twice = true
}

func (p *postbox) flow() load.FlowOptions {
	return load.FlowOptions{
		From: p.address, To: p.address, Senders: 3,
		Hear:    []load.Step{{Send: []byte("hear\n"), Want: []byte("ready\n")}},
		Message: []byte("to: " + load.Number + "\n"),
		Stored: func(line []byte) (bool, error) {
			if string(line) != "stored" {
				return false, errors.New("refused")
			}
			return true, nil
		},
		Confirm: func(buf, line []byte) []byte { return append(append(append(buf, "got: "...), line...), '\n') },
		Ahead:   20, Warm: time.Millisecond, For: 20 * time.Millisecond,
	}
}

func TestFlow(t *testing.T) {
	p := openPostbox(t)
	f, err := load.OpenFlow(t.Context(), p.flow())
	if err != nil {
		t.Fatal(err)
	}
	if rate, err := f.Run(t.Context()); err != nil || rate <= 0 {
		t.Errorf("%v a second, %v", rate, err)
	}
	times, err := f.Trickle(t.Context())
	if err != nil || times.Count() == 0 || times.Quantile(0.5) <= 0 {
		t.Errorf("%+v, %v", times, err)
	}
	f.Close()
	p.close()
	if p.got != p.handed {
		t.Errorf("%d messages were handed over, %d confirmed", p.handed, p.got)
	}
}

func TestWrongFlow(t *testing.T) {
	for name, spoil := range map[string]func(*postbox, *load.FlowOptions){
		"no port": func(_ *postbox, o *load.FlowOptions) { o.From = "nowhere" },
		"refused": func(_ *postbox, o *load.FlowOptions) {
			o.Stored = func([]byte) (bool, error) { return false, errors.New("no") }
		},
		"no hello":   func(_ *postbox, o *load.FlowOptions) { o.Hear[0].Want = bytes.ToUpper(o.Hear[0].Want) },
		"come twice": func(p *postbox, _ *load.FlowOptions) { p.repeat() },
	} {
		t.Run(name, func(t *testing.T) {
			p := openPostbox(t)
			o := p.flow()
			spoil(p, &o)
			f, err := load.OpenFlow(t.Context(), o)
			if err == nil {
				_, err = f.Run(t.Context())
				f.Close()
			}
			if err == nil {
				t.Error("no error")
			}
		})
	}
}
