// Package wire is what all protocols of the framework have in common: the frame,
// which is one thing said over a connection, and the few methods by which a
// server and a client speak a protocol without knowing which.
//
// Each protocol is a folder of its own below this one. A program links only
// those that it names.
package wire

import (
	"context"
	"io"
	"net"

	"althing/fault"
	"althing/value"
)

// Protocol is one way to speak over a connection. Its methods may be called
// concurrently.
type Protocol interface {
	// Name is the protocol's name in logs and lists: "jsonrpc".
	Name() string
	// Claims says whether a connection that begins with first is of this
	// protocol; first may be empty. A protocol whose clients wait for the
	// server to speak says Yes to no bytes.
	Claims(first []byte) Match
	// Accept registers the client at the other end of conn, and gives the codec
	// for what comes next. When it fails it has told the client why, where the
	// client can read it; the caller closes conn. ctx bounds the registration,
	// and the caller has set conn's deadline accordingly.
	Accept(ctx context.Context, conn net.Conn, desk Desk) (Codec, error)
	// Dial registers with the server at the other end of conn. When it fails
	// the caller closes conn. The caller has set conn's deadline.
	Dial(ctx context.Context, conn net.Conn, hello Hello) (Codec, Welcome, error)
}

// Match is what a protocol says about the first bytes of a connection.
type Match int

// The three answers of Claims.
const (
	No   Match = iota // it is another protocol
	More              // it may be this one: more bytes will tell
	Yes               // it is this one
)

// Codec turns the bytes of one registered connection into frames and back. One
// goroutine reads and one writes at a time; Append and Form may be called by
// any number at any time. Close is called once, when nobody writes.
type Codec interface {
	// Read waits for the next frame. What is no frame although the connection
	// can go on comes as a frame of kind Wrong. An error ends the connection;
	// it is io.EOF when the other side has ended it properly.
	Read() (Frame, error)
	// Append appends the bytes by which this connection sends f. It may append
	// nothing: the protocol has no way to say it and need not, or says it
	// together with what comes later. An error says that f cannot be said in
	// this protocol, and dst is returned as it was.
	Append(dst []byte, f Frame) ([]byte, error)
	// Write sends bytes that Append has made, of one frame or of many.
	io.Writer
	// Form is equal for two codecs when a frame without an ID has the same
	// bytes in both, so that what is sent to many is made once.
	Form() string
	// Close says goodbye for the given reason, if the protocol has a word for
	// it, and closes the connection. A nil reason is an ordinary end.
	Close(reason *fault.Error) error
}

// Greeter is implemented by codecs of which Accept leaves the last word of the
// registration unsaid: the server says it when the client can be reached, so
// that nobody who knows of the registration is told that there is no such client.
type Greeter interface {
	// Greeting gives what is to be written before anything else, once.
	Greeting() []byte
}

// Separate is implemented by codecs whose frames are told apart by nothing but the
// writes they come in: each is written by itself.
type Separate interface{ Separate() }

// Styled is implemented by codecs of protocols whose clients show texts on a
// terminal, ANSI's sequences included.
type Styled interface{ Styled() }

// Unanswered is implemented by codecs of protocols in which some questions are
// never answered.
type Unanswered interface {
	// Unanswered says that the other side answers no question of this kind:
	// whoever asks one has done so when it is written.
	Unanswered(Kind) bool
}

// Raw is implemented by codecs of which the connection can be taken over: a
// channel's handler reads raw bytes.
type Raw interface {
	// Conn gives the connection itself, of which Read begins with the bytes
	// that the codec had read ahead. The codec must not be used any more.
	Conn() net.Conn
}

// Channeler is implemented by protocols whose clients connect to channels.
type Channeler interface {
	// Channel is what they speak on a channel's port, where its Accept calls the
	// desk's Attach. Its Dial has the claim from the Hello's Resume.
	Channel() Protocol
}

// Refuser is implemented by protocols that have a word for whoever has come to the
// wrong place. What none of a port's protocols claims and no Refuser wants is the
// first one's to refuse.
type Refuser interface {
	// Refuses says whether the protocol's Accept is to refuse a connection that
	// begins with first, which is not empty, and which nobody claims.
	Refuses(first []byte) bool
}

// Renewer is implemented by codecs of which the other side says anew, when it is
// asked, what it said of itself when it registered.
type Renewer interface {
	// Renewal is the name of the Request for it.
	Renewal() string
	// Renew changes what is known of the other side to what it has answered.
	Renew(answer value.Value, known Hello) (Hello, error)
}

// Desk is where a server registers the client of one connection; there is one
// for each connection that comes. Its errors are package fault's, for the
// client to read.
type Desk interface {
	// Info is what the server says about itself.
	Info() Info
	// Status is what anybody may know of how the server is, registered or not.
	Status() (value.Value, error)
	// Enter registers a client. At most once on a connection.
	Enter(Hello) (Welcome, error)
	// Attach makes the connection a further one of a client that is registered
	// on another. The claim is a ticket that the client was given, or the
	// address of its registered connection as it sees it, "ip:port".
	Attach(claim string) (Welcome, error)
}
