package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"althing/cmd/althing/internal/repl"
	"althing/expr"
	"althing/expr/modules"
	"althing/fault"
	"althing/scope"
	"althing/value"
)

// keysOffered is how many shared keys are asked for to complete one: nobody
// reads more.
const keysOffered = 1000

// converse has queries worked out that are typed on a terminal, or come from a
// file or a pipe.
func converse(c *cobra.Command, f *hubFlags, local bool) error {
	in, out := terminalOf(c)
	switch {
	case local && in == nil:
		return repl.Batch(c.Context(), newWorkbench().ask, c.InOrStdin(), c.OutOrStdout())
	case in == nil:
		return f.talk(c.Context(), func(l *line) error {
			return repl.Batch(c.Context(), l.askAny, c.InOrStdin(), c.OutOrStdout())
		})
	}
	ctx, stop := untilSignal(c.Context())
	defer stop()
	talk := repl.Config{
		Screen:  func(w io.Writer) io.Writer { return &screen{w: w} },
		History: filepath.Join(stateFolder(), "history"),
		Names:   expr.Vars{},
	}
	for name, m := range modules.Standard(modules.Options{}) {
		talk.Names[name] = m
	}
	if local {
		return converseHere(ctx, talk, in, out)
	}
	return converseWithHub(ctx, f, talk, in, out)
}

// terminalOf gives the terminal that a user sits at, or nil.
func terminalOf(c *cobra.Command) (in, out *os.File) {
	in, isFile := c.InOrStdin().(*os.File)
	shown, isTerminal := c.OutOrStdout().(*screen)
	if !isFile || !isTerminal || !term.IsTerminal(int(in.Fd())) {
		return nil, nil
	}
	out, _ = shown.w.(*os.File) // what a screen is made for is one
	return in, out
}

// mayHoldKey finds what is never kept: a key as 'althing admin-key' makes them,
// and whatever may name one, rather too much than too little.
var mayHoldKey = regexp.MustCompile(`(?i:admin|login)|[A-Z0-9]{26}`)

const howToLeave = "Ctrl-D or exit leaves."

func converseWithHub(ctx context.Context, f *hubFlags, talk repl.Config, in, out *os.File) error {
	at, err := f.target(ctx)
	if err != nil {
		return err
	}
	key, err := f.key()
	if err != nil {
		return err
	}
	h := &steadyHub{ctx: ctx, at: at, key: key}
	defer h.hangUp()
	about, err := h.ask(ctx, "getReg('server.name') + ' (althing ' + getReg('server.version') + ')'")
	if err != nil {
		return err
	}
	for _, name := range scope.New(nil, nil).Names() {
		talk.Names[name] = expr.None
	}
	for _, name := range h.functions(ctx) {
		talk.Names[name] = expr.None
	}
	talk.Names["MyData"] = expr.NewDict() // its methods are a dict's
	talk.Ask, talk.Keys = h.ask, h.keys
	talk.Secret = func(query string) bool {
		return mayHoldKey.MatchString(query) || key != "" && strings.Contains(query, key)
	}
	talk.Hello = fmt.Sprintf("The hub %s at %s. %s", about, at, howToLeave)
	return repl.Terminal(ctx, talk, in, out)
}

func converseHere(ctx context.Context, talk repl.Config, in, out *os.File) error {
	w := newWorkbench()
	talk.Ask, talk.Variables, talk.Secret = w.ask, w.variables, mayHoldKey.MatchString
	talk.Hello = "Python expressions, without a hub. " + howToLeave
	return repl.Terminal(ctx, talk, in, out)
}

// askAny sends a query, which may have several lines: then on a connection of
// its own.
func (l *line) askAny(ctx context.Context, query string) (string, error) {
	if strings.Contains(query, "\n") {
		return askAlone(ctx, l.at, query)
	}
	return l.ask(ctx, query)
}

// steadyHub is a hub that is asked now and then, by a user who sees it go and
// come. Its connection is made again when it is asked after the old one has
// ended. For one goroutine.
type steadyHub struct {
	ctx  context.Context //nolint:containedctx // the conversation's: its end is the connection's
	at   target
	key  string
	line *line
}

func (h *steadyHub) ask(ctx context.Context, query string) (reply string, err error) {
	err = h.with(ctx, func(l *line) (err error) {
		reply, err = l.askAny(ctx, query)
		return err
	})
	return reply, err
}

// keys gives the shared keys that begin so; none when they cannot be had.
func (h *steadyHub) keys(ctx context.Context, prefix string) (keys []string) {
	_ = h.with(ctx, func(l *line) error { // who asks in vain types on
		v, err := l.value(ctx, fmt.Sprintf("[k for k in MyData if k.startswith(%s)][:%d]", quote(prefix), keysOffered))
		list, _ := v.(value.List)
		for _, item := range list {
			if key, isText := item.(value.Str); isText {
				keys = append(keys, string(key))
			}
		}
		return err
	})
	return keys
}

// functions gives the names of the functions that the hub's owner has added; none
// when they cannot be had.
func (h *steadyHub) functions(ctx context.Context) (names []string) {
	_ = h.with(ctx, func(l *line) error { // who may not see them types on
		list, err := l.functions(ctx)
		for _, one := range list {
			if field(one, "refused") == "" {
				names = append(names, field(one, "name"))
			}
		}
		return err
	})
	return names
}

// with asks something on the connection, which ends when ctx does before.
func (h *steadyHub) with(ctx context.Context, ask func(*line) error) error {
	if h.line != nil && h.line.ended() {
		h.hangUp()
	}
	fresh := h.line == nil
	if fresh {
		conn, err := connect(ctx, h.at)
		if err != nil {
			return err
		}
		h.line = newLine(h.ctx, conn, h.at)
	}
	conn := h.line.conn
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	if fresh && h.key != "" {
		if err := h.line.elevate(ctx, h.key); err != nil {
			stop()
			h.hangUp()
			return err
		}
	}
	err := ask(h.line)
	var told *fault.Error
	if answered := err == nil || errors.As(err, &told) && told.Exception != ""; !stop() || !answered {
		h.hangUp()
	}
	return err
}

func (h *steadyHub) hangUp() {
	if h.line != nil {
		h.line.close()
		h.line = nil
	}
}

// glance is how long a connection is looked at. A user does not notice it.
const glance = time.Millisecond

// ended reports whether the hub has closed a connection on which nothing is
// awaited.
func (l *line) ended() bool {
	if err := l.conn.SetReadDeadline(time.Now().Add(glance)); err != nil {
		return true
	}
	_, err := l.conn.Read(make([]byte, 1))
	var late net.Error
	return !errors.As(err, &late) || !late.Timeout()
}
