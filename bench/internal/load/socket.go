//go:build linux

package load

import (
	"fmt"
	"io"

	"golang.org/x/sys/unix"
)

// connect gives a socket that is connected, and blocks.
func connect(where unix.SockaddrInet4) (int, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	if err := unix.Connect(fd, &where); err != nil {
		_ = unix.Close(fd)
		return -1, fmt.Errorf("connecting to port %d: %w", where.Port, err)
	}
	return fd, nil
}

// noDelay keeps a small request from waiting for the last one's confirmation.
func noDelay(fd int) error { return unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1) }

func write(fd int, data []byte) error {
	for rest := data; len(rest) > 0; {
		n, err := unix.Write(fd, rest)
		if err != nil {
			return fmt.Errorf("sending %.200q: %w", data, err)
		}
		rest = rest[n:]
	}
	return nil
}

// greet goes through some steps, waiting for each reply.
func greet(fd int, steps []Step, buf []byte) error {
	for _, s := range steps {
		if err := write(fd, s.Send); err != nil {
			return err
		}
		for got, done := 0, false; !done; {
			n, err := unix.Read(fd, buf[got:])
			if err == nil && n == 0 {
				err = io.ErrUnexpectedEOF
			}
			if err == nil {
				got += n
				done, err = whole(buf[:got], s.Want, s.End)
			}
			if err != nil {
				return fmt.Errorf("greeted with %.200q, wanted %.200q, got %.200q: %w", s.Send, s.Want, buf[:got], err)
			}
		}
	}
	return nil
}
