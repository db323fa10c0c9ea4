package althing

import (
	"time"

	"althing/fault"
	"althing/wire"
)

// Limits are the bounds of a server or a client. A field that is zero has the
// default; sizes are bytes.
type Limits struct {
	// Message is the size of a message, its headers and its body. 512 KiB: it
	// fits a frame in every protocol.
	Message int
	// Queue is what may wait to be written to one conn; a message larger than
	// that is taken when nothing waits. 1 MiB: a second of a slow link.
	Queue int
	// QueueTotal is what may wait to be written to all conns of a server
	// together. 64 MiB: more than readers leave unread, and what a small machine
	// has to spare.
	QueueTotal int
	// WriteTimeout is how long a write may make no progress, and how long Queue
	// may be full, before the conn is dropped. 10 s: longer than a radio's gap.
	WriteTimeout time.Duration
	// Dial is how long a client's connection may take to be made, before anything is
	// said. Zero is as long as Register leaves.
	Dial time.Duration
	// Register is how long a registration may take. 10 s, as wire.Patience.
	Register time.Duration
	// Answer is how long a question waits for its answer when its context has
	// no deadline. 30 s.
	Answer time.Duration
	// Rate is how many frames a second one conn may send: what comes faster
	// waits in the network. Zero is no bound.
	Rate int
	// Running is how many commands and requests of one conn may run beside one
	// another. 64.
	Running int
	// Conns is how many connections a server has at once, registered or not.
	// 20,000: each takes about 10 KiB and a file descriptor.
	Conns int
	// ConnsPerAddr is how many of them come from one address, this machine's
	// own apart. 1,000: networks behind one address exist.
	ConnsPerAddr int
	// Resume is for how many clients that have gone a server's memory keeps
	// name and id, so that they can come back. 10,000.
	Resume int
}

const (
	// maxWrong is how many frames a conn may send that are none, one behind the
	// other, before it is closed.
	maxWrong = 100
	// minName is the fewest characters of a client's name, maxName the bytes:
	// an old client reads no more.
	minName, maxName = 3, 16
	// maxCommandName is the bytes of a command's or a request's name.
	maxCommandName = 64
)

// setDefaults fills in every default.
func (l *Limits) setDefaults() {
	for _, size := range []struct {
		field *int
		is    int
	}{
		{&l.Message, 512 << 10},
		{&l.Queue, 1 << 20},
		{&l.QueueTotal, 64 << 20},
		{&l.Running, 64},
		{&l.Conns, 20_000},
		{&l.ConnsPerAddr, 1000},
		{&l.Resume, 10_000},
	} {
		if *size.field == 0 {
			*size.field = size.is
		}
	}
	for _, patience := range []struct {
		field *time.Duration
		is    time.Duration
	}{
		{&l.WriteTimeout, 10 * time.Second},
		{&l.Register, wire.Patience},
		{&l.Answer, 30 * time.Second},
	} {
		if *patience.field == 0 {
			*patience.field = patience.is
		}
	}
}

// check refuses a message that is too large.
func (l *Limits) check(m *Message) error {
	if n := m.size(); n > l.Message {
		return fault.New(fault.Limit, "a message may have %d bytes; this one has %d", l.Message, n)
	}
	if len(m.Headers) > wire.MaxArgs {
		return fault.New(fault.Limit, "a message may have %d headers", wire.MaxArgs)
	}
	return nil
}
