package localthings

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"althing/fault"
	"althing/value"
	"althing/value/pickle"
	"althing/wire"
)

// talk is a registration. Neither side frames what it says: a step ends where
// what it says ends, and a step that comes in pieces is waited for.
type talk struct {
	conn     net.Conn
	in       *wire.Reader
	deadline time.Time
}

func newTalk(ctx context.Context, conn net.Conn) *talk {
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(wire.Patience)
	}
	return &talk{conn, wire.NewReader(conn), deadline}
}

// fill reads more of the present step, within the talk's time.
func (t *talk) fill(limit int) error {
	// A wait of nothing would be one without an end.
	t.in.Wait(max(time.Until(t.deadline), time.Nanosecond))
	err := t.in.Fill(limit)
	if errors.Is(err, io.EOF) && len(t.in.Bytes()) > 0 {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (t *talk) say(step string) error {
	_, err := io.WriteString(t.conn, step)
	return err
}

// expect reads a step of which every byte is known; ok is false at the first
// that is another.
func (t *talk) expect(step string) (ok bool, err error) {
	for {
		said := t.in.Bytes()
		if bytes.HasPrefix(said, []byte(step)) {
			t.in.Skip(len(step))
			return true, nil
		}
		if !strings.HasPrefix(step, string(said)) {
			return false, nil
		}
		if err := t.fill(len(step)); err != nil {
			return false, err
		}
	}
}

// value reads a step that is a pickle.
func (t *talk) value() (value.Value, error) {
	for {
		v, rest, err := pickle.Decode(t.in.Bytes(), maxStep)
		if err == nil {
			t.in.Skip(len(t.in.Bytes()) - len(rest))
			return v, nil
		}
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, err
		}
		if err := t.fill(maxStep + 1); err != nil {
			return nil, err
		}
	}
}

// codec is the end of a talk: what comes now is packets.
func (t *talk) codec(tongue tongue, packetSize, incoming int) *codec {
	t.in.Wait(0)
	return newCodec(t.conn, t.in, tongue, packetSize, incoming)
}

// word is the first step as a server reads it.
func (t *talk) word(word string) error {
	whole := t.deadline
	if soon := time.Now().Add(wordPatience); soon.Before(whole) {
		t.deadline = soon
	}
	ok, err := t.expect(word)
	t.deadline = whole
	if err == nil && ok {
		return t.say(wordSuited)
	}
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	t.unsuited()
	if err != nil {
		return fault.Wrap(err, fault.Timeout, "%q did not come in time", word)
	}
	return fault.New(fault.Invalid, "expected %q", word)
}

// unsuited tells a client that it has come to the wrong place, also when its
// time is up. Why the talk ends is another error, whether this arrives or not.
func (t *talk) unsuited() {
	_ = t.conn.SetWriteDeadline(time.Now().Add(wire.Goodbye))
	_ = t.say(wordUnsuited)
}

func (t *talk) accept(desk wire.Desk, size int) (wire.Codec, error) {
	if err := t.word(wordClient); err != nil {
		return nil, err
	}
	hello, err := t.readVersion()
	if err != nil {
		return nil, err
	}
	if hello.Role == wire.Finder {
		return nil, io.EOF
	}
	if err := t.say(string(pickle.Append(nil, serverdata(desk.Info(), size)))); err != nil {
		return nil, err
	}
	if err := t.readClient(&hello); err != nil {
		return nil, err
	}
	welcome, err := desk.Enter(hello)
	if err != nil {
		return nil, err
	}
	if err := t.say(cut(welcome.Name, maxUsername)); err != nil {
		return nil, err
	}
	if ok, err := t.expect(wordContinue); err != nil {
		return nil, err
	} else if !ok {
		return nil, fault.New(fault.Invalid, "expected %q", wordContinue)
	}
	c := t.codec(&server{desk: desk, conn: t.conn, size: size}, size, spareIncoming*size)
	if err := c.greet(welcome); err != nil {
		return nil, err
	}
	return c, nil
}

// roles are what stands before the version in the second step.
var roles = map[string]wire.Role{
	"CLIENT":       wire.Client,
	"SUBSERVER":    wire.Subserver,
	"SERVERFINDER": wire.Finder,
}

// readVersion reads the second step, "CLIENT|6.26.136", as far as the major
// version: nothing says where it ends.
func (t *talk) readVersion() (wire.Hello, error) {
	const longest = 64 // bytes, of a role and a version
	for {
		said := string(t.in.Bytes())
		name, version, whole := strings.Cut(said, "|")
		major, _, hasMinor := strings.Cut(version, ".")
		role, known := roles[name]
		switch {
		case !whole && len(said) < longest:
		case whole && known && role == wire.Finder, hasMinor && known && major == clientMajor:
			t.in.Skip(len(name) + 1)
			return wire.Hello{Role: role}, nil
		case hasMinor || !known || len(said) >= longest:
			t.unsuited()
			return wire.Hello{}, fault.New(fault.Invalid, "expected CLIENT|%s or SUBSERVER|%s, not %.40q", clientVersion, clientVersion, said)
		}
		if err := t.fill(longest); err != nil {
			return wire.Hello{}, err
		}
	}
}

// readClient reads the client's data. What came late of the second step stands
// before it.
func (t *talk) readClient(hello *wire.Hello) error {
	const longest = 32 // bytes of a version
	for {
		said := t.in.Bytes()
		n := bytes.IndexFunc(said, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
		if len(hello.Version)+max(n, 0) > longest {
			return fault.New(fault.Limit, "a version has at most %d bytes", longest)
		}
		if n >= 0 {
			hello.Version += string(said[:n])
			t.in.Skip(n)
			break
		}
		if err := t.fill(longest + 1); err != nil {
			return err
		}
	}
	v, err := t.value()
	if err != nil {
		return err
	}
	return readClientdata(v, hello)
}

func (t *talk) acceptData(desk wire.Desk, size int) (wire.Codec, error) {
	if err := t.word(wordData); err != nil {
		return nil, err
	}
	v, err := t.value()
	if err != nil {
		return nil, err
	}
	claim, err := readAddress(v)
	if err != nil {
		return nil, err
	}
	if _, err := desk.Attach(claim); err != nil {
		return nil, err
	}
	return t.codec(&server{desk: desk, conn: t.conn, size: size, data: true}, size, spareIncoming*size), nil
}
