package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net"
	"regexp"
	"strings"
	"time"

	"althing/expr"
	"althing/fault"
	"althing/secure"
	"althing/value"
)

const (
	// answerPatience is the seed's clients' own: for so long the hub may send
	// nothing at all. A wait for changes is the longest answer, with 15 s.
	answerPatience = 20 * time.Second
	// longestReply bounds what is taken from a hub that has lost its mind. The
	// longest result of SQL or of an evaluation is well below.
	longestReply = 256 << 20
	// readingTime and readingMemory bound the reading of a long reply.
	readingTime   = time.Minute
	readingMemory = 4 << 30
)

// line is a connection in line mode: a query a line, a reply a line. One
// goroutine uses it.
type line struct {
	conn   net.Conn
	in     *bufio.Reader
	at     target
	who    string // whose key was shown; empty: none was
	detach func() bool
}

// dial connects to a hub. The connection lasts as long as ctx.
func dial(ctx context.Context, at target) (*line, error) {
	conn, err := connect(ctx, at)
	if err != nil {
		return nil, err
	}
	return newLine(ctx, conn, at), nil
}

// newLine makes a line of a connection to a hub. It lasts as long as ctx.
func newLine(ctx context.Context, conn net.Conn, at target) *line {
	l := &line{conn: conn, in: bufio.NewReader(patient{conn}), at: at}
	l.detach = context.AfterFunc(ctx, func() { conn.Close() })
	return l
}

func (l *line) close() {
	l.detach()
	l.conn.Close()
}

// patient gives up a connection on which nothing comes for too long.
type patient struct{ net.Conn }

func (p patient) Read(b []byte) (int, error) {
	if err := p.SetReadDeadline(time.Now().Add(answerPatience)); err != nil {
		return 0, err
	}
	return p.Conn.Read(b)
}

// write sends a text, and does not wait for ever for a hub that reads nothing.
func write(c net.Conn, text string) error {
	if err := c.SetWriteDeadline(time.Now().Add(answerPatience)); err != nil {
		return err
	}
	_, err := io.WriteString(c, text)
	return err
}

// ask sends one query and gives its reply, or the error that it is.
func (l *line) ask(ctx context.Context, query string) (string, error) {
	if err := write(l.conn, query+"\n"); err != nil {
		return "", broken(ctx, l.at, err)
	}
	var reply []byte
	for {
		part, err := l.in.ReadSlice('\n')
		reply = append(reply, part...)
		if err == nil {
			return outcome(unescape(strings.TrimSuffix(string(reply), "\n")))
		}
		if errors.Is(err, io.EOF) && len(reply) > 0 {
			return outcome(string(reply)) // a refusal of the connection itself
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return "", broken(ctx, l.at, err)
		}
		if len(reply) > longestReply {
			return "", tooLong(l.at)
		}
	}
}

// askAlone sends a query on a connection of its own, whose end is the query's.
// So it may be anything: for a query of several lines, and for one that is not
// whole, line mode has no form. A backslash before several lines says that the
// first is not all; the hub counts it as a line, which an error must not show.
func askAlone(ctx context.Context, at target, query string) (string, error) {
	conn, err := connect(ctx, at)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	lines := strings.ContainsAny(query, "\n\r")
	if lines {
		query = "\\\n" + query
	}
	if err := write(conn, query); err != nil {
		return "", broken(ctx, at, err)
	}
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		if err := half.CloseWrite(); err != nil {
			return "", broken(ctx, at, err)
		}
	}
	reply, err := io.ReadAll(io.LimitReader(patient{conn}, longestReply+1))
	switch {
	case err != nil:
		return "", broken(ctx, at, err)
	case len(reply) > longestReply:
		return "", tooLong(at)
	case len(reply) == 0:
		return "", broken(ctx, at, io.EOF)
	}
	text := string(reply)
	if lines {
		text = place.ReplaceAllStringFunc(text, lineBefore)
	}
	return outcome(text)
}

// place is how an error names a line.
var place = regexp.MustCompile(`^Error: \w+: .*\(line \d+, column \d+\)$`)

// lineBefore makes the line that an error names the one before it.
func lineBefore(text string) string {
	at := strings.LastIndex(text, "(line ")
	var line, column int
	if _, err := fmt.Sscanf(text[at:], "(line %d, column %d)", &line, &column); err != nil {
		return text
	}
	return fmt.Sprintf("%s(line %d, column %d)", text[:at], line-1, column)
}

// outcome tells an error from a reply.
func outcome(reply string) (string, error) {
	if text, failed := strings.CutPrefix(reply, "Error: "); failed {
		return "", hubError(text)
	}
	return reply, nil
}

// broken words the end of a connection.
func broken(ctx context.Context, at target, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var late net.Error
	if errors.As(err, &late) && late.Timeout() {
		return fault.New(fault.Timeout, "the hub at %s has said nothing for %v", at, answerPatience)
	}
	if refused, ok := errors.AsType[*fault.Error](secure.Explain(err, at.address)); ok {
		return refused
	}
	return fmt.Errorf("%w any more: the one at %s has closed the connection", errNoHub, at)
}

func tooLong(at target) error {
	return fault.New(fault.Limit, "the hub at %s sends a reply of more than %d bytes", at, longestReply)
}

// value asks for the value of an expression.
func (l *line) value(ctx context.Context, expression string) (value.Value, error) {
	reply, err := l.ask(ctx, "repr("+expression+")")
	if err != nil {
		return nil, err
	}
	v, err := readRepr(ctx, reply)
	if err != nil {
		return nil, l.strange(reply)
	}
	return v, nil
}

// strange says that a reply is not what it should be.
func (l *line) strange(reply string) error {
	return fmt.Errorf("the hub at %s answers what makes no sense here: %.60q", l.at, reply)
}

// readRepr reads the repr of a value. Infinities and what is no number stand in
// it as names.
func readRepr(ctx context.Context, text string) (value.Value, error) {
	program, err := expr.Parse(text)
	if err != nil {
		return nil, err
	}
	if !program.Expression() {
		return nil, fault.New(fault.Invalid, "not a value")
	}
	t := expr.NewThread(expr.Limits{Time: readingTime, Memory: readingMemory})
	defer t.Done()
	o, err := t.Run(ctx, program, maps.Clone(notFinite))
	if err != nil {
		return nil, err
	}
	return expr.ToValue(t, o)
}

var notFinite = expr.Vars{
	"inf": value.Float(math.Inf(1)), "infj": value.Complex(complex(0, math.Inf(1))),
	"nan": value.Float(math.NaN()), "nanj": value.Complex(complex(0, math.NaN())),
}

// call writes a call with texts as its arguments.
func call(name string, args ...string) string {
	quoted := make([]string, len(args))
	for i, a := range args {
		quoted[i] = quote(a)
	}
	return name + "(" + strings.Join(quoted, ", ") + ")"
}

// quote writes a text as a Python literal, on one line.
func quote(text string) string { return value.Repr(value.Str(text)) }

// unescape reads a reply of line mode.
func unescape(reply string) string { return unescaper.Replace(reply) }

var unescaper = strings.NewReplacer(`\\`, `\`, `\n`, "\n")
