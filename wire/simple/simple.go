// Package simple is the protocol of SimpleServer: messages with headers, and
// nothing else. A message is "$", each header as "name:value|", "%", and the
// body; bytes that do not begin so are a message without headers.
//
// The protocol has no registration: whoever connects is a client, named by the
// server. It has no lengths either: a message ends where its sender's write does,
// as far as a reader can see that.
package simple

import (
	"context"
	"net"

	"althing/wire"
)

// Protocol is the protocol of SimpleServer.
type Protocol struct{}

// Name implements wire.Protocol.
func (Protocol) Name() string { return "simple" }

// Claims implements wire.Protocol: any bytes may be a message, and a client may
// wait for the server to begin.
func (Protocol) Claims([]byte) wire.Match { return wire.Yes }

// Accept implements wire.Protocol.
func (Protocol) Accept(_ context.Context, conn net.Conn, desk wire.Desk) (wire.Codec, error) {
	if _, err := desk.Enter(wire.Hello{}); err != nil {
		return nil, err
	}
	return newCodec(conn), nil
}

// Dial implements wire.Protocol. The server says nothing about itself.
func (Protocol) Dial(_ context.Context, conn net.Conn, hello wire.Hello) (wire.Codec, wire.Welcome, error) {
	return newCodec(conn), wire.Welcome{Name: hello.Name}, nil
}
