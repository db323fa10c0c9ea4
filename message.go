package althing

import (
	"fmt"
	"slices"

	"althing/wire"
)

// Message is headers and a body of any bytes. It is one side's own until it is
// sent; a message that was sent or received may be shared and is not changed.
type Message struct {
	// From is the name of the client that sent it. A server fills it in.
	From string
	// To is the id or the name of the client that is to have it. Empty: the
	// side that reads it.
	To string
	// ID names a message that waits until it is acknowledged. Empty elsewhere.
	ID      string
	Headers []Header
	Body    []byte
}

// Header is a named property of a message. Its value may be empty, its name not.
type Header = wire.Header

// NewMessage makes a message with a body, formatted as by fmt.Sprintf when there
// are arguments.
func NewMessage(body string, args ...any) *Message {
	if len(args) > 0 {
		body = fmt.Sprintf(body, args...)
	}
	return &Message{Body: []byte(body)}
}

// Add adds a header, also behind one of the same name. An empty value is none.
// It returns the message, so that calls can follow one another.
func (m *Message) Add(name, value string) *Message {
	m.Headers = append(m.Headers, Header{Name: name, Value: value})
	return m
}

// Has reports whether the message has a header of that name.
func (m *Message) Has(name string) bool {
	return slices.ContainsFunc(m.Headers, func(h Header) bool { return h.Name == name })
}

// Get gives the value of the first header of that name, and nothing when there
// is none.
func (m *Message) Get(name string) string {
	for _, h := range m.Headers {
		if h.Name == name {
			return h.Value
		}
	}
	return ""
}

// String is the body as text.
func (m *Message) String() string { return string(m.Body) }

func (m *Message) frame() wire.Frame {
	return wire.Frame{
		Kind: wire.Message, From: m.From, To: m.To, MessageID: m.ID, Headers: m.Headers, Body: m.Body,
	}
}

func messageOf(f wire.Frame) *Message {
	return &Message{From: f.From, To: f.To, ID: f.MessageID, Headers: f.Headers, Body: f.Body}
}

// size is what a message is measured by.
func (m *Message) size() int {
	n := len(m.Body)
	for _, h := range m.Headers {
		n += len(h.Name) + len(h.Value)
	}
	return n
}
