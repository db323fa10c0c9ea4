package wire

import (
	"io"
	"net"
	"time"
)

const (
	// lingerTime and lingerBytes are what a connection is still read after it
	// was refused: closed earlier, the reason would be lost to a client that is
	// still sending.
	lingerTime  = time.Second
	lingerBytes = 4 << 20
)

// Ahead gives conn with some bytes in front that have been read from it already.
func Ahead(conn net.Conn, ahead []byte) net.Conn {
	if len(ahead) == 0 {
		return conn
	}
	return &aheadConn{conn, ahead}
}

// aheadConn is a connection of which the beginning has been read.
type aheadConn struct {
	net.Conn
	ahead []byte
}

func (c *aheadConn) Read(p []byte) (int, error) {
	if len(c.ahead) == 0 {
		return c.Conn.Read(p)
	}
	n := copy(p, c.ahead)
	if c.ahead = c.ahead[n:]; len(c.ahead) == 0 {
		c.ahead = nil
	}
	return n, nil
}

// NetConn gives the connection below, as that of tls.Conn does.
func (c *aheadConn) NetConn() net.Conn { return c.Conn }

// CloseWrite ends the connection as the other side sees it, where it can be.
func (c *aheadConn) CloseWrite() error { return closeWrite(c.Conn) }

// Linger closes conn so that what was written last arrives although the other
// side may still be sending.
func Linger(conn net.Conn) {
	if closeWrite(conn) == nil {
		_ = conn.SetReadDeadline(time.Now().Add(lingerTime)) // the read says whether it is closed
		_, _ = io.CopyN(io.Discard, conn, lingerBytes)
	}
	conn.Close()
}

func closeWrite(conn net.Conn) error {
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return conn.Close()
}
