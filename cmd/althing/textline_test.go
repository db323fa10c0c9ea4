package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"

	"althing/expr"
	"althing/value"
)

// separator stands between the parts of a received message (seed: chr(200)).
const separator = "\u00c8"

// line is a connection to a text port in line mode, as a small device has it: a
// query a line, a reply a line. One goroutine uses it.
type line struct {
	conn   net.Conn
	in     *bufio.Reader
	detach func() bool
}

// dial connects to a text port. The connection lasts as long as ctx.
func dial(ctx context.Context, address string) (*line, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, broken(err)
	}
	return &line{conn, bufio.NewReader(conn), context.AfterFunc(ctx, func() { conn.Close() })}, nil
}

func (l *line) close() {
	l.detach()
	l.conn.Close()
}

// broken is the end of a connection.
func broken(err error) error { return fmt.Errorf("%w: %w", errNoHub, err) }

// ask sends one query and gives its reply, or the error that it is.
func (l *line) ask(query string) (string, error) {
	if _, err := fmt.Fprintln(l.conn, query); err != nil {
		return "", broken(err)
	}
	reply, err := l.in.ReadString('\n')
	if err != nil {
		return "", broken(err)
	}
	reply = unescaper.Replace(strings.TrimSuffix(reply, "\n"))
	if text, failed := strings.CutPrefix(reply, "Error: "); failed {
		return "", fmt.Errorf("%s", text)
	}
	return reply, nil
}

var unescaper = strings.NewReplacer(`\\`, `\`, `\n`, "\n")

// value asks for the value of an expression.
func (l *line) value(expression string) (value.Value, error) {
	reply, err := l.ask("repr(" + expression + ")")
	if err != nil {
		return nil, err
	}
	return expr.Literal(reply)
}

// call writes a call with texts as its arguments.
func call(name string, args ...string) string {
	quoted := make([]string, len(args))
	for i, a := range args {
		quoted[i] = value.Repr(value.Str(a))
	}
	return name + "(" + strings.Join(quoted, ", ") + ")"
}
