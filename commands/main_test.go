package commands_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"althing"
	"althing/commands"
	"althing/fault"
	"althing/wire"
	"althing/wire/jsonrpc"
	"althing/wire/localthings"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must happen.
const patience = 10 * time.Second

// clock is a clock that a test sets.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// hall is a server with all commands.
type hall struct {
	*althing.Server
	clock   *clock
	audited []string
}

func started(t *testing.T, o commands.Options) *hall {
	t.Helper()
	h := &hall{
		Server: &althing.Server{
			Name: "Demoserver", Description: "Shows what it can", Addr: "127.0.0.1:0", AdminKey: "Demo,(Key)",
			Logger:    slog.New(slog.DiscardHandler),
			Protocols: []wire.Protocol{jsonrpc.Lines{}, localthings.Protocol{}},
		},
		clock: &clock{now: time.Now()},
	}
	var mu sync.Mutex
	o.Now = h.clock.Now
	o.Audit = func(by althing.Caller, command string) {
		mu.Lock()
		defer mu.Unlock()
		h.audited = append(h.audited, by.Name()+": "+command)
	}
	if err := commands.Install(h.Server, o); err != nil {
		t.Fatal(err)
	}
	if err := h.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := h.Shutdown(ctx); err != nil {
			t.Errorf("the server did not end: %v", err)
		}
	})
	return h
}

// guest is a client that talks to a hall.
type guest struct {
	*althing.Client
	t *testing.T
}

func (h *hall) dial(t *testing.T, o althing.ClientOptions) guest {
	t.Helper()
	o.Logger, o.NoReconnect = slog.New(slog.DiscardHandler), true
	c, err := althing.Dial(t.Context(), h.ListenAddr().String(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		c.Wait()
	})
	return guest{c, t}
}

func (h *hall) chief(t *testing.T) guest {
	t.Helper()
	return h.dial(t, althing.ClientOptions{Name: "chief", Key: h.AdminKey})
}

// runs runs a command that is written as a text, and gives its answer or
// "code: message".
func (g guest) runs(text string) string {
	g.t.Helper()
	name, inner, ok := wire.CutCommand(text)
	if !ok {
		g.t.Fatalf("%q is no command", text)
	}
	args, err := wire.SplitArgs(inner)
	if err != nil {
		g.t.Fatal(err)
	}
	given := make([]any, len(args))
	for i, arg := range args {
		given[i] = arg
	}
	ctx, cancel := context.WithTimeout(g.t.Context(), patience)
	defer cancel()
	answer, err := g.Command(ctx, name, given...)
	if err != nil {
		return string(fault.Of(err).Code) + ": " + fault.Of(err).Message
	}
	return answer.Text
}

func (g guest) reads() string {
	g.t.Helper()
	ctx, cancel := context.WithTimeout(g.t.Context(), patience)
	defer cancel()
	m, err := g.Read(ctx)
	if err != nil {
		g.t.Fatal(err)
	}
	return m.String()
}

// fits compares an answer with what is wanted, where … stands for anything.
func fits(got, want string) bool {
	parts := strings.Split(want, "…")
	if !strings.HasPrefix(got, parts[0]) {
		return false
	}
	for i, part := range parts {
		at := strings.Index(got, part)
		if i == len(parts)-1 && part != "" && i > 0 {
			return strings.HasSuffix(got, part)
		}
		if at < 0 {
			return false
		}
		got = got[at+len(part):]
	}
	return got == "" || strings.HasSuffix(want, "…")
}

// story runs commands one after the other.
func (g guest) story(lines [][2]string) {
	g.t.Helper()
	for _, line := range lines {
		if got := g.runs(line[0]); !fits(got, line[1]) {
			g.t.Errorf("%s: %s\nwant: %s", line[0], got, line[1])
		}
	}
}
