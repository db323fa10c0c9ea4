package wire

// The events that every protocol knows. The value of each is a dict with the
// keys named here.
const (
	EventRenamed = "renamed" // the client has another name now: KeyName
	EventLayer   = "layer"   // the server is on another layer of the tree: KeyLayer
	EventServer  = "server"  // what the server says about itself has changed: the frame's Info
	EventMoved   = "moved"   // the client is to go on at another server: KeyAddress
	EventClosing = "closing" // the connection is about to be closed: KeyCode, KeyMessage
	EventChannel = "channel" // the client is to connect to a channel: KeyName, KeyAddress or KeyPort
	EventMuted   = "muted"   // what the client sends has no effect, or has again: KeyMuted
	EventClient  = "client"  // what the client says about itself has changed: the frame's Hello
)

// The keys of events' values.
const (
	KeyName    = "name"
	KeyLayer   = "layer"
	KeyAddress = "address" // "ip:port"
	KeyPort    = "port"    // of this side
	KeyTicket  = "ticket"  // of a channel
	KeyCode    = "code"    // package fault's
	KeyMessage = "message" // for people
	KeyMuted   = "muted"   // a bool
)
