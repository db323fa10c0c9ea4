package althing

import (
	"slices"

	"althing/fault"
)

// broadcast sends a message to conns, with exceptions. It is encoded once for
// each protocol among them.
func broadcast(to, except []*Conn, m *Message) error {
	type form struct {
		bytes []byte
		err   error
	}
	forms := make(map[string]form, 1)
	frame := m.frame()
	var failed sendErrors
	for _, c := range to {
		if slices.ContainsFunc(except, func(x *Conn) bool { return x.peer == c.peer }) {
			continue
		}
		name := c.codec.Form()
		encoded, ok := forms[name]
		if !ok {
			if encoded.err = c.limits.check(m); encoded.err == nil {
				encoded.bytes, encoded.err = c.codec.Append(nil, frame)
			}
			forms[name] = encoded
		}
		err := encoded.err
		if err == nil {
			err = c.out.put(encoded.bytes)
		}
		if err != nil {
			failed.add(c, err)
		}
	}
	return failed.error()
}

// sendErrors gathers what went wrong with a message to many.
type sendErrors struct {
	n     int
	first error
	name  string
}

func (e *sendErrors) add(c *Conn, err error) {
	if e.n++; e.n == 1 {
		e.first, e.name = err, c.Name()
	}
}

func (e *sendErrors) error() error {
	if e.n == 0 {
		return nil
	}
	return fault.Wrap(e.first, fault.Of(e.first).Code, "the message was not sent to %d, the first of them %s", e.n, e.name)
}
