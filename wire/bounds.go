package wire

import "time"

// What a peer may make us keep, whatever the protocol. A protocol may allow
// less. Depth is bounded by value.MaxDepth.
const (
	// MaxFrame is the bytes of one frame: a message of 512 KiB in base64, and
	// what stands around it.
	MaxFrame = 1 << 20
	// MaxNames is how many commands or requests one side may list: they are
	// kept as long as the connection, and shown to people.
	MaxNames = 1000
	// MaxName is the bytes of a name of a client, a command, a request, a
	// header: names, not contents.
	MaxName = 256
	// MaxText is the bytes of a description or a version.
	MaxText = 1024
	// MaxArgs is the arguments of one command or request, and the headers of
	// one message.
	MaxArgs = 1000
	// Patience is how long a registration may take, from the first byte to the
	// last: a slow device on a bad link, but not a thousand that only connect.
	Patience = 10 * time.Second
	// Goodbye is how long Close may take to say why.
	Goodbye = time.Second
)
