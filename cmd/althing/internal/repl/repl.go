// Package repl reads Python queries from a terminal or a file, one after the
// other, has them answered and prints the replies. Who answers, a hub or an
// evaluator in this process, it is handed.
//
// What is typed stays one query until it is whole, which package syntax knows.
// So a mistake of grammar is shown where it is, and costs no trip to a hub.
package repl

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"althing/expr"
	"althing/expr/syntax"
	"althing/fault"
)

// Config is what a conversation needs from outside.
type Config struct {
	// Ask gives the reply to a whole query. An error that is a *fault.Error with
	// an Exception is a reply too: that of a query that failed. Any other says
	// why there is none. One call at a time.
	Ask func(ctx context.Context, query string) (string, error)

	// What follows is used on a terminal only.

	// Hello is said at the beginning.
	Hello string
	// Screen makes the writer for text that others wrote, which must not steer
	// the terminal.
	Screen func(terminal io.Writer) io.Writer
	// Names are what a query may name beside the built-in names. What is typed
	// before a dot is worked out with them, to complete what follows it.
	Names expr.Vars
	// Variables are those of an evaluator in this process; nil with a hub.
	Variables expr.Vars
	// Keys gives shared keys that begin so, a bounded number; nil: there are none.
	Keys func(ctx context.Context, prefix string) []string
	// History is the file in which it is kept; empty: it ends with the conversation.
	History string
	// Secret tells what must not be in it.
	Secret func(text string) bool
}

// longestQuery bounds the memory for a text that never becomes whole; a hub
// takes 1 MiB when nothing else is set.
const longestQuery = 64 << 20

// Batch reads queries from in, which is no terminal, and has their replies printed.
// The first that fails ends it, as 'exit' does; its error names the line.
func Batch(ctx context.Context, ask func(context.Context, string) (string, error), in io.Reader, show func(reply string) error) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, longestQuery)
	var typed draft
	number, begun := 0, 0 // lines, and the line at which the query begins
	for lines.Scan() {
		number++
		if typed.empty() {
			begun = number
		}
		switch state, err := typed.add(lines.Text()); state {
		case unfinished:
			continue
		case wrong:
			return inputError(err, begun)
		case whole:
			query := typed.take()
			if leaves(query) {
				return nil
			}
			reply, err := ask(ctx, query)
			if err != nil {
				return fmt.Errorf("line %d: %w", begun, err)
			}
			if err := show(reply); err != nil {
				return err
			}
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("the standard input cannot be read: %w", err)
	}
	if !typed.empty() {
		return inputError(typed.missing(), begun)
	}
	return nil
}

// inputError is a mistake of grammar in a query that begins at a line of the
// input.
func inputError(e *syntax.Error, begun int) error {
	moved := *e
	moved.Line += begun - 1
	return fault.Python(fault.Invalid, e.Type, "%s: %v", e.Type, &moved)
}

// failed gives the reply that an error is, if it is one.
func failed(err error) (reply string, is bool) {
	var f *fault.Error
	if !errors.As(err, &f) || f.Exception == "" {
		return "", false
	}
	return "Error: " + f.Message, true
}

// leaves reports whether a query is the wish to go. A hub's exit has an argument.
func leaves(query string) bool {
	switch strings.TrimSpace(query) {
	case "exit", "exit()", "quit", "quit()":
		return true
	}
	return false
}
