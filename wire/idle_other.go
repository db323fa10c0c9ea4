//go:build !unix

package wire

import "net"

// idle is for systems on which a connection can be waited for without a buffer.
type idle struct{}

func newIdle(net.Conn) *idle { return nil }

func (*idle) read(*Reader) (int, error) { panic("unreachable") }
