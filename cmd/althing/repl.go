package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"althing"
	"althing/cmd/althing/internal/repl"
	"althing/expr"
	"althing/expr/modules"
	"althing/scope"
	"althing/value"
)

// keysOffered is how many shared keys are asked for to complete one: nobody
// reads more.
const keysOffered = 1000

// converse has queries worked out that are typed on a terminal, or come from a
// file or a pipe.
func converse(c *cobra.Command, f *hubFlags, local, asJSON bool) error {
	in, out := terminalOf(c)
	switch {
	case in != nil && asJSON:
		return usagef("--json is for an expression, a file or a pipe, not for a conversation")
	case local && in == nil:
		return repl.Batch(c.Context(), newWorkbench().ask, c.InOrStdin(), replies(c, asJSON))
	case in == nil:
		return f.batch(c, replies(c, asJSON))
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
	at, err := f.contact(ctx)
	if err != nil {
		return err
	}
	h := &steadyHub{contact: at}
	defer h.hangUp()
	hub, err := h.reach(ctx)
	if err != nil {
		return err
	}
	about := hub.Server()
	for _, name := range scope.New(nil, nil).Names() {
		talk.Names[name] = expr.None
	}
	for _, name := range h.functions(ctx) {
		talk.Names[name] = expr.None
	}
	talk.Names["MyData"] = expr.NewDict() // its methods are a dict's
	talk.Ask, talk.Keys = h.ask, h.keys
	talk.Secret = func(query string) bool {
		return mayHoldKey.MatchString(query) || at.key != "" && strings.Contains(query, at.key)
	}
	talk.Hello = fmt.Sprintf("The hub %s (althing %s) at %s. %s", about.Name, about.Version, at.at, howToLeave)
	return repl.Terminal(ctx, talk, in, out)
}

func converseHere(ctx context.Context, talk repl.Config, in, out *os.File) error {
	w := newWorkbench()
	talk.Ask, talk.Variables, talk.Secret = w.ask, w.variables, mayHoldKey.MatchString
	talk.Hello = "Python expressions, without a hub. " + howToLeave
	return repl.Terminal(ctx, talk, in, out)
}

// batch has the queries of a file or a pipe worked out.
func (f *hubFlags) batch(c *cobra.Command, show func(string) error) error {
	h, err := f.contact(c.Context())
	if err != nil {
		return err
	}
	steady := &steadyHub{contact: h}
	defer steady.hangUp()
	if _, err := steady.reach(c.Context()); err != nil {
		return err
	}
	return repl.Batch(c.Context(), steady.ask, c.InOrStdin(), show)
}

// replies prints what a file or a pipe is answered.
func replies(c *cobra.Command, asJSON bool) func(string) error {
	return func(reply string) error { return printNamed(c.OutOrStdout(), "reply", value.Str(reply), asJSON) }
}

// steadyHub is a hub that is asked now and then, by a user who sees it go and
// come. Its connection is made again when it is asked after the old one has
// ended. For one goroutine.
type steadyHub struct {
	contact
	client *althing.Client
}

func (h *steadyHub) ask(ctx context.Context, query string) (string, error) {
	if _, err := h.reach(ctx); err != nil {
		return "", err
	}
	reply, err := h.client.Eval(ctx, query)
	if ctx.Err() != nil {
		h.hangUp() // the hub may be at it still, and answers one query after the other
	}
	return reply, h.explain(ctx, err)
}

// keys gives the shared keys that begin so; none when they cannot be had.
func (h *steadyHub) keys(ctx context.Context, prefix string) (keys []string) {
	reply, err := h.ask(ctx, fmt.Sprintf("[k for k in MyData if k.startswith(%s)][:%d]", value.Repr(value.Str(prefix)), keysOffered))
	if err != nil {
		return nil // who asks in vain types on
	}
	v, _ := expr.Literal(reply) // what is none has no items
	list, _ := v.(value.List)
	for _, item := range list {
		if key, isText := item.(value.Str); isText {
			keys = append(keys, string(key))
		}
	}
	return keys
}

// functions gives the names of the functions that the hub's owner has added; none
// when they cannot be had.
func (h *steadyHub) functions(ctx context.Context) (names []string) {
	if _, err := h.reach(ctx); err != nil {
		return nil
	}
	list, _ := asker{h.client, h.contact}.functions(ctx) // who may not see them types on
	for _, one := range list {
		if field(one, "refused") == "" {
			names = append(names, field(one, "name"))
		}
	}
	return names
}

// reach gives the connection, a new one when the old one has ended.
func (h *steadyHub) reach(ctx context.Context) (*althing.Conn, error) {
	if h.client != nil {
		if conn, err := h.client.Conn(); err == nil {
			return conn, nil
		}
		h.hangUp()
	}
	c, err := h.visit(ctx)
	if err != nil {
		return nil, err
	}
	h.client = c
	return c.Conn()
}

func (h *steadyHub) hangUp() {
	if h.client != nil {
		_ = hangUp(h.client)
		h.client = nil
	}
}
