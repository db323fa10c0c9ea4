package repl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"

	"althing/expr/complete"
	"althing/expr/syntax"
)

// The prompts are Python's.
const (
	prompt     = ">>> "
	promptMore = "... "
)

// Terminal holds the conversation on a terminal, until Ctrl-D, 'exit' or the end
// of ctx.
func Terminal(ctx context.Context, c Config, in, out *os.File) error {
	before, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return fmt.Errorf("the terminal cannot be set up: %w", err)
	}
	defer func() { _ = term.Restore(int(in.Fd()), before) }() // what could be done about it
	defer showEscapes(out)()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	past, err := openHistory(c.History, c.Secret)
	t := newTalk(ctx, c, in, out, past)
	t.edit.line.SetBracketedPasteMode(true)
	defer t.edit.line.SetBracketedPasteMode(false)
	fmt.Fprintln(t.edit.shown, c.Hello)
	t.warn(err)
	return t.run(ctx)
}

// talk is a conversation on a terminal.
type talk struct {
	Config
	edit   *editor
	known  *complete.Completer
	warned bool // that the history cannot be kept
}

func newTalk(ctx context.Context, c Config, in, out *os.File, past *history) *talk {
	keys := listen(ctx, in)
	known := &complete.Completer{Names: c.Names, Variables: c.Variables, Keys: c.Keys}
	e := &editor{
		keys: keys, out: out, history: past, complete: completeWithin(ctx, keys, known),
		size: func() (int, int, error) { return term.GetSize(int(out.Fd())) },
	}
	e.begin(c.Screen)
	return &talk{Config: c, edit: e, known: known}
}

func (t *talk) run(ctx context.Context) error {
	for {
		query, err := t.query()
		switch {
		case errors.Is(err, errInterrupted):
			t.forget()
		case errors.Is(err, io.EOF):
			fmt.Fprint(t.edit.out, "\r\n")
			return nil
		case err != nil:
			return fmt.Errorf("the terminal cannot be read: %w", err)
		case leaves(query):
			return nil
		case query != "":
			t.keep(query)
			t.answer(ctx, query)
		}
	}
}

// forget throws away what was typed.
func (t *talk) forget() {
	fmt.Fprint(t.edit.out, "^C\r\n")
	t.edit.begin(t.Screen)
}

// query reads lines until they are one; there is none, and no error, when they
// can never be or say nothing.
func (t *talk) query() (string, error) {
	var typed draft
	for sign := prompt; ; sign = promptMore {
		line, err := t.edit.read(sign)
		if err != nil {
			return "", err
		}
		switch state, mistake := typed.add(line); state {
		case nothing:
			return "", nil
		case whole:
			return typed.take(), nil
		case wrong:
			query := typed.take()
			t.keep(query)
			t.point(query, line, mistake)
			return "", nil
		}
	}
}

// point shows where a query is wrong: under the line that was typed last when it
// is there, and still to be seen in one piece.
func (t *talk) point(query, typed string, e *syntax.Error) {
	place := Excerpt(query, e.Line, e.Col)
	width, _, err := t.edit.size()
	inLast := e.Line == strings.Count(query, "\n")+1 && !strings.ContainsAny(typed, "\n\t")
	if inLast && err == nil && len(prompt)+utf8.RuneCountInString(typed) < width {
		place = caret(min(e.Col-1, utf8.RuneCountInString(typed)))
	}
	fmt.Fprintf(t.edit.shown, "%sError: %s: %v\n", place, e.Type, e)
}

// answer prints the reply, unless Ctrl-C comes first.
func (t *talk) answer(ctx context.Context, query string) {
	asking, stop := t.edit.keys.untilInterrupt(ctx)
	reply, err := t.Ask(asking, query)
	if interrupted := stop(); interrupted && err != nil {
		t.forget()
		return
	}
	if err != nil {
		var isReply bool
		if reply, isReply = failed(err); !isReply {
			reply = "althing: " + err.Error() + "\nThe query is in the history: the arrow up brings it back."
		}
	} else {
		t.known.Learn(query)
	}
	fmt.Fprintln(t.edit.shown, reply)
}

// keep puts a query in the history.
func (t *talk) keep(query string) { t.warn(t.edit.history.keep(query)) }

// warn says, once, that something is wrong with the history.
func (t *talk) warn(err error) {
	if err != nil && !t.warned {
		t.warned = true
		fmt.Fprintf(t.edit.shown, "The history cannot be kept: %v\n", err)
	}
}
