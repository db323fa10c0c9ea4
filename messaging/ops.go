package messaging

// Op is one of the operations below; each tells its own result. An ID that is
// not known is fault.NotFound, unless it says otherwise.
//
// The texts of messages become the state's own: they must not be cut out of a
// larger text, which would stay in memory with them. Names and IDs are copied.
type Op interface {
	AppendBinary(dst []byte) ([]byte, error)
	op()
}

// Register makes a client, which is in ALL from then on. IDs, clients' names and
// groups are one namespace: what is taken in it is fault.Conflict. Result: nil.
type Register struct {
	ID   string // as CheckName wants it
	Addr string // where it registered from; the hub compares it
	Name string // by which it can be reached beside its ID; may be empty, no '@'
	// Token is what the client proves by that it is itself when it comes back,
	// as the hub keeps it: a hash. Empty: it cannot come back.
	Token string
	// Take is the ID of a client that Name is taken from, if it is that one's:
	// it stays, without a name.
	Take string
}

// Amend changes how a client is known; the name is subject to what Register
// says of it. Result: nil.
type Amend struct {
	ID, Addr, Name string
	Take           string // as in Register
}

// Join puts a client into a group, which is made when it is first joined.
// Joining twice is no error; ALL needs no joining. Nobody joins NOPLY, SYSTEM
// or SQLite. Result: nil.
type Join struct{ ID, Group string }

// Leave takes a client out of a group; one it is not in is no error. ALL cannot
// be left. Result: nil.
type Leave struct{ ID, Group string }

// Exit removes a client, its memberships and its inbox. An unknown ID is no
// error. Result: nil.
type Exit struct{ ID string }

// Drop removes clients that have been silent too long, as Exit does. Result: an
// int, how many of them were there.
type Drop struct{ IDs []string }

// Send puts a message into a client's inbox or, each a copy, into those of a
// group's members, the sender's among them. From must be a client, a group that
// somebody is in, or a predefined name; else fault.NotFound. To may be
// anything: a group that nobody is in is read by nobody. A client whose inbox
// is full makes it fault.Full; of a group the others get theirs, and the full
// one is told how many it missed. NOPLY cannot be sent to (fault.Denied).
// Result: nil.
type Send struct {
	From, To string // an ID, a client's name or a group
	Text     string // any bytes
	Headers  []Header
}

// Header is a named property of a message; its value may be empty, its name not.
type Header struct{ Name, Value string }

// Deliver puts several messages from one sender into a client's inbox: all, or
// none and fault.Full. Result: nil.
type Deliver struct {
	ID    string
	From  string
	Texts []string
}

// Recv takes the next message out of a client's inbox. Result: a *Message, or
// nil when the inbox is empty or the ID unknown. The Message is not to be
// changed: others may have it, too.
type Recv struct{ ID string }

// Ack takes out of a client's inbox, or of a hub's outbox, what it has acknowledged, as Waiting
// numbers it: the messages up to one, and so many of those that it was told to
// have missed. What is gone already is no error, nor an unknown ID. Result: an
// int, how many messages were taken out.
type Ack struct {
	ID     string
	UpTo   uint64
	Missed uint64
}

// Forward puts a message into the outboxes of other hubs: all, or none and
// fault.Full. From is as in Send. An outbox is made when the first message goes
// there. Result: nil.
type Forward struct {
	Hubs     []string // IDs, each once
	Stream   string   // the name of an outbox that is made; never used before
	From, To string   // To as the other hub knows it
	Text     string
	Headers  []Header
}

// Arrive puts a message from another hub's outbox where Send would, once, and
// only behind those before it. From names the hub behind an '@'. When all messages
// together have no room the error is fault.Full, and it may come again. Result: an
// Arrival.
type Arrive struct {
	Hub, Stream string // whose outbox, and its stream
	Run         uint64 // of the other hub: a later start has a higher one
	// Kept is the number of the last message that was in the outbox when that run
	// began: what comes behind it may have a number which was used before, by a run
	// whose end was lost.
	Kept     uint64
	First    uint64 // of those in the outbox: what was before it is acknowledged
	Number   uint64
	From, To string
	Text     string
	Headers  []Header
}

// Forget removes the outbox of a hub with what waits in it, and the memory of what
// has arrived from there. Result: nil.
type Forget struct{ Hub string }

func (*Register) op() {}
func (*Forward) op()  {}
func (*Arrive) op()   {}
func (*Forget) op()   {}
func (*Amend) op()    {}
func (*Ack) op()      {}
func (*Join) op()     {}
func (*Leave) op()    {}
func (*Exit) op()     {}
func (*Drop) op()     {}
func (*Send) op()     {}
func (*Deliver) op()  {}
func (*Recv) op()     {}
