package wire

import (
	"althing/fault"
	"althing/value"
)

// Kind is the kind of a frame.
type Kind uint8

// The kinds of frames, and the fields that each uses beside ID.
const (
	// Wrong is what was no frame: Err says why. With an ID the other side is to
	// be answered with Err, as if it had asked a question.
	Wrong Kind = iota
	// Message is a message: From, To, Headers, Body, MessageID.
	Message
	// Command asks for a named action: Name, Args, and in protocols where it is
	// a text also what stood in its brackets: Text.
	Command
	// Request asks for a named value: Name, Args, To.
	Request
	// Ping asks for the other side's clock.
	Ping
	// Call asks for any further method of the session protocol: Name, and
	// Value, which is a *value.Dict or nil.
	Call
	// Answer answers a question: Of, and Err or Value; Text of a Command,
	// Seconds of a Request. The answer to a Ping is a Float of Unix seconds.
	Answer
	// Event tells of something that happened: Name, Value; Info of EventServer,
	// Hello of EventClient.
	Event
	// Data is a value that came by itself, in protocols where one can: Value.
	Data
)

// Frame is one thing said over a connection, the same for all protocols. Which
// fields a kind uses stands at the kind; the others are empty. A frame is not
// changed once it was handed on, and what it refers to may be shared.
type Frame struct {
	Kind Kind
	// ID pairs a question with its answer. Whoever asks chooses it; it is
	// decimal digits when this side asks, and opaque when the other does. Empty:
	// no answer is wanted.
	ID string
	// Of is the kind of question that an Answer answers.
	Of Kind

	Name    string
	From    string // an id, a client's name or a group
	To      string // the same; empty: the side that reads it
	Headers []Header
	Body    []byte
	// MessageID names the message itself, where it waits until it is
	// acknowledged. Empty elsewhere.
	MessageID string

	Args    []value.Value
	Value   value.Value
	Text    string       // what a command says to people, or was asked in
	Err     *fault.Error // the question has failed
	Seconds float64      // what a request took
	Info    *Info        // what a server says about itself now
	Hello   *Hello       // what a client does
}

// Header is a named property of a message. A header without a value has an
// empty one.
type Header struct{ Name, Value string }
