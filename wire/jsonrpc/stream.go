package jsonrpc

import (
	"context"
	"errors"
	"io"

	"github.com/coder/websocket"
)

// stream is a WebSocket as a connection of bytes, which are in binary frames. One
// goroutine may read it and another write.
type stream struct{ *frames }

// Read reads of the frames, one behind the other.
func (s *stream) Read(p []byte) (int, error) {
	for len(p) > 0 {
		if err := s.next(websocket.MessageBinary); err != nil {
			return 0, err
		}
		n, err := s.in.Read(p)
		if errors.Is(err, io.EOF) {
			s.in, err = nil, nil
		}
		if n > 0 || err != nil {
			return n, ended(err)
		}
	}
	return 0, nil
}

// Write writes one frame. The connection's deadline bounds it.
func (s *stream) Write(p []byte) (int, error) {
	if err := s.ws.Write(context.Background(), websocket.MessageBinary, p); err != nil {
		return 0, err
	}
	return len(p), nil
}
