//go:build unix

package wire

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
)

// idle waits for a connection without a buffer: there is one as soon as there is
// something to read.
type idle struct {
	raw   syscall.RawConn
	ready func(fd uintptr) bool // try, made once
	to    *Reader
	n     int
	err   error
}

// newIdle gives nil for a connection that is no socket, such as TLS's.
func newIdle(conn net.Conn) *idle {
	socket, ok := conn.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return nil
	}
	i := &idle{raw: raw}
	i.ready = i.try
	return i
}

// read reads once into the Reader's small buffer, which it has from then on.
func (i *idle) read(r *Reader) (int, error) {
	i.to = r
	if err := i.raw.Read(i.ready); err != nil {
		return 0, err
	}
	switch {
	case i.err != nil:
		return 0, os.NewSyscallError("read", i.err)
	case i.n == 0:
		return 0, io.EOF
	}
	return i.n, nil
}

// try reads if there is something, and gives the buffer back if there is not.
func (i *idle) try(fd uintptr) bool {
	if i.to.small == nil {
		i.to.getSmall()
	}
	for {
		i.n, i.err = syscall.Read(int(fd), i.to.small[:])
		if !errors.Is(i.err, syscall.EINTR) {
			break
		}
	}
	if errors.Is(i.err, syscall.EAGAIN) {
		i.to.putSmall()
		return false
	}
	return true
}
