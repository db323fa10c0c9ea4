package althing

import (
	"slices"

	"althing/fault"
)

// broadcast sends a message to conns, with exceptions. It is encoded once for
// each protocol among them.
func broadcast(to, except []*Conn, m *Message) error {
	forms := make(map[string]form, 1)
	var failed sendErrors
	for _, c := range to {
		if slices.ContainsFunc(except, func(x *Conn) bool { return x.peer == c.peer }) {
			continue
		}
		name := c.codec.Form()
		f, ok := forms[name]
		if !ok {
			f = c.form(m)
			forms[name] = f
		}
		err := f.err
		if err == nil {
			if c.traced() {
				c.trace(true, m.frame())
			}
			err = c.out.share(f.parcel)
		}
		if err != nil {
			failed.add(c, err)
		}
	}
	for _, f := range forms {
		if f.err == nil {
			f.parcel.release()
		}
	}
	return failed.error()
}

// form is a message as one protocol has it, or why it has not.
type form struct {
	parcel *parcel
	err    error
}

// form encodes a message for all conns of this one's protocol.
func (c *Conn) form(m *Message) form {
	if err := c.limits.check(m); err != nil {
		return form{err: err}
	}
	encoded, err := c.codec.Append(nil, m.frame())
	if err != nil {
		return form{err: err}
	}
	return form{parcel: newParcel(encoded, c.out.budget)}
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
