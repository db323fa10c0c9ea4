// Package localthings speaks the wire of LocalThingsNetwork 7, so that its
// Python clients use a server of this framework unchanged, and a client of this
// framework uses one of its servers.
//
// A registration is a talk in which neither side frames anything: each step is
// one write, answered before the next. After it both sides send packets, each
// the pickle of [transmission id, index, last index, bytes] and a separator; the
// bytes of a transmission, put together, are the pickle of one value. What the
// values mean is in client.go for what a client reads and sends, and in server.go
// for a server. DESIGN.md says what the wire leaves open and how it is settled.
package localthings

import (
	"bytes"
	"cmp"
	"context"
	"net"
	"strings"
	"time"

	"althing/wire"
)

// The versions that are shown to the other side, and by which it decides
// whether to go on.
const (
	serverVersion = "7.43.162"
	clientVersion = "6.26.136"
	clientMajor   = "6"
)

// The words of the registration.
const (
	wordClient   = "clientsocket"
	wordData     = "datasocket"
	wordSuited   = "suited sockettype"
	wordUnsuited = "unsuited sockettype"
	wordContinue = "continue"
)

const (
	// maxStep is the largest step of a registration; both sides of the original
	// read a step with one recv of as many bytes.
	maxStep = 4096
	// maxUsername is what the original reads as the name that it got, in bytes.
	maxUsername = 16
	// wordPatience is how long the first word may take once it has begun. The
	// original gives it 0.1 s, which is too little for a device on a bad link.
	wordPatience = 2 * time.Second
)

// Protocol speaks it on the port where clients register. The zero value is
// useful, and so is DataProtocol's on the port of a datasock.
type Protocol struct {
	// MaxDatasize is how many bytes a server's packets have at the most, and
	// what it tells its clients: 1,024, as the original, or from 128 to 65,536.
	// Larger values are cut into packets whatever it is. A client goes by what
	// its server says.
	MaxDatasize int
}

// DataProtocol speaks it on a datasock's port, where registered clients connect
// further sockets: Accept calls the desk's Attach with the address that the
// client's registered connection has in the client's own view. Dial takes the
// same from the Hello's Resume, where Protocol's Dial has put it in its Welcome.
// The codec is a wire.Raw, for handlers that read raw bytes.
type DataProtocol struct{ MaxDatasize int }

var (
	_ wire.Protocol  = Protocol{}
	_ wire.Protocol  = DataProtocol{}
	_ wire.Channeler = Protocol{}
	_ wire.Refuser   = Protocol{}
)

// Name implements wire.Protocol.
func (Protocol) Name() string { return "localthings" }

// Name implements wire.Protocol.
func (DataProtocol) Name() string { return "localthings-data" }

// Channel implements wire.Channeler.
func (p Protocol) Channel() wire.Protocol { return DataProtocol(p) }

// Claims implements wire.Protocol.
func (Protocol) Claims(first []byte) wire.Match { return claims(first, wordClient) }

// Claims implements wire.Protocol.
func (DataProtocol) Claims(first []byte) wire.Match { return claims(first, wordData) }

// Refuses implements wire.Refuser: what begins as the word does, and all that is
// no line. The original answers each of them so; a line may be somebody's who
// types another protocol, and reads lines.
func (Protocol) Refuses(first []byte) bool {
	return first[0] == wordClient[0] || bytes.IndexByte(first, '\n') < 0
}

func claims(first []byte, word string) wire.Match {
	switch {
	case strings.HasPrefix(string(first), word):
		return wire.Yes
	case strings.HasPrefix(word, string(first)):
		return wire.More
	}
	return wire.No
}

// Accept implements wire.Protocol. The error of a client that only looked is
// io.EOF.
func (p Protocol) Accept(ctx context.Context, conn net.Conn, desk wire.Desk) (wire.Codec, error) {
	t := newTalk(ctx, conn)
	return t.accept(desk, datasize(p.MaxDatasize))
}

// Accept implements wire.Protocol.
func (p DataProtocol) Accept(ctx context.Context, conn net.Conn, desk wire.Desk) (wire.Codec, error) {
	t := newTalk(ctx, conn)
	return t.acceptData(desk, datasize(p.MaxDatasize))
}

// datasize is the size of a server's packets, of which 0 is the usual.
func datasize(given int) int { return min(max(cmp.Or(given, maxPacket), minPacket), largestPacket) }

// Dial implements wire.Protocol. The Welcome has no id: this wire does not tell
// it.
func (Protocol) Dial(ctx context.Context, conn net.Conn, hello wire.Hello) (wire.Codec, wire.Welcome, error) {
	t := newTalk(ctx, conn)
	return t.dial(hello)
}

// Dial implements wire.Protocol.
func (DataProtocol) Dial(ctx context.Context, conn net.Conn, hello wire.Hello) (wire.Codec, wire.Welcome, error) {
	t := newTalk(ctx, conn)
	return t.dialData(hello)
}
