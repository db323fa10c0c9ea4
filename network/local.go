package network

import (
	"context"
	"time"

	"althing/value"
)

// Letter is a message on its way from one hub to another.
type Letter struct {
	To, Origin ID     // hubs
	Stream     string // of the origin's outbox, as it is since the origin's start, and
	Number     uint64 // its number in there
	First      uint64 // the number of the first letter in there: those before it were acknowledged
	Kept       uint64 // the number of the last one that was in there at the origin's start
	Sender     string // a client or group at the origin
	Role       Role   // what the sender may count as here
	Receiver   string // one at the other hub
	Headers    []Header
	Body       string // any bytes
}

// Header is a named property of a letter.
type Header struct{ Name, Value string }

// Role is what somebody is to a hub, in the order of what they may.
type Role int

// The roles: those of package access, which knows what each may do.
const (
	Guest Role = iota
	User
	Admin
)

// Question is what one hub asks another, for one of its clients.
type Question struct {
	To, Origin ID
	From       string // the client, for audit and log
	Role       Role   // what it may count as at the other hub
	What       string // what is asked, as the hubs' Answer knows it
	Waits      bool   // its answer is waited for, so that it is not to keep others out
	Params     *value.Dict
}

// Local is what a Node asks of the hub that it is part of. Its methods are called
// concurrently, and must not call the Node back but for what they are told to.
type Local interface {
	// Push has everything that waits for another hub handed to deliver, from the
	// first letter that was not acknowledged, and what comes later, until deliver
	// fails. Another Push for the same hub takes its place.
	Push(to ID, deliver func(Letter) error)
	// Acknowledge says that the letters of a stream up to a number have arrived.
	Acknowledge(to ID, stream string, number uint64)
	// Waiting gives the hubs for which something waits.
	Waiting() []ID
	// Arrive stores a letter from another hub, and then calls done: with the number
	// up to which its stream has arrived, or why it cannot be stored now. Letters
	// of one hub are stored in the order of the calls, and so are the calls of
	// done. It does not wait for that. Where the next has arrived in order, too, done
	// may be left out.
	Arrive(l Letter, done func(number uint64, err error))
	// Answer answers another hub's question.
	Answer(ctx context.Context, q Question) (value.Value, error)
	// Changed says that the tree is another one, or a link is there or not.
	Changed()
}

// What a link is bound to. All of it is said in docs/session-protocol.md.
const (
	// linkProtocol is the version of what hubs say to each other.
	linkProtocol = 1
	// beatEvery is how often a link is used when there is nothing to say: seldom
	// enough that a link at rest costs less than a kilobyte a minute.
	beatEvery = 12 * time.Second
	// silence is after how long without a word the other side is gone.
	silence = 30 * time.Second
	// handshakePatience bounds the making of a link.
	handshakePatience = 5 * time.Second
	// dialPatience bounds the making of its connection. Where nothing comes through,
	// the system asks at once, after one second and then ever more seldom: attempts
	// that are made anew ask at least every second.
	dialPatience = 1500 * time.Millisecond
	// longestPause is between the beginnings of two attempts to reach the parent: who
	// comes back is found within two seconds.
	longestPause  = 1500 * time.Millisecond
	shortestPause = 100 * time.Millisecond
	// clockSkew is how far the clocks of two hubs may be apart: expiry and the times
	// of messages would be wrong without a word.
	clockSkew = 10 * time.Minute
	// mostHops is how many links something passes at most.
	mostHops = 2 * MaxDepth
	// pushAgain is after how long letters that nobody has acknowledged are sent
	// again.
	pushAgain = 5 * time.Second
	// againPause is how long letters that are sent again are left to arrive before
	// they are once more: each that was lost before asks for it.
	againPause = 200 * time.Millisecond
	// mostAsks is how many questions of a neighbor are under way at once: fewer than
	// a connection does beside what comes next, which would wait otherwise.
	mostAsks = 48
	// mostWaits is how many that wait may be under way beside them.
	mostWaits = 12
	// longestAnswer bounds how long a question may take when its asker does not
	// say.
	longestAnswer = 30 * time.Second
)
