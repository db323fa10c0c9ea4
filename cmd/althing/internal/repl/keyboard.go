package repl

import (
	"bytes"
	"context"
	"errors"
	"io"
)

const (
	ctrlC = 3
	ctrlR = 18
)

// typedAhead is how many reads of the terminal wait while a query is answered,
// which is about a mebibyte of pasted text. When there are more, the terminal
// waits too, and Ctrl-C is only seen after it.
const (
	typedAhead = 256
	readSize   = 4096
)

// errInterrupted is Ctrl-C.
var errInterrupted = errors.New("interrupted")

// keyboard reads a terminal that is in raw mode, where Ctrl-C is a character
// like any other, also while nobody asks for what was typed: so that Ctrl-C is
// seen at once. As in any terminal, it throws away what was typed before it. All
// but its own goroutine is for one goroutine.
type keyboard struct {
	chunks     chan []byte // closed at the end
	interrupts chan struct{}
	ended      <-chan struct{}
	rest       []byte // of a chunk
}

// listen begins to read. The goroutine that does ends with in, or after ctx with
// the next that comes from it.
func listen(ctx context.Context, in io.Reader) *keyboard {
	k := &keyboard{chunks: make(chan []byte, typedAhead), interrupts: make(chan struct{}, 1), ended: ctx.Done()}
	go k.pump(in)
	return k
}

func (k *keyboard) pump(in io.Reader) {
	defer close(k.chunks)
	for {
		chunk := make([]byte, readSize)
		n, err := in.Read(chunk)
		chunk = chunk[:n]
		if i := bytes.LastIndexByte(chunk, ctrlC); i >= 0 {
			chunk = chunk[i+1:]
			k.interrupt()
		}
		if len(chunk) > 0 {
			select {
			case k.chunks <- chunk:
			case <-k.ended:
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (k *keyboard) interrupt() {
	for range len(k.chunks) {
		select {
		case <-k.chunks:
		default:
		}
	}
	select {
	case k.interrupts <- struct{}{}:
	default: // there is one already
	}
}

// Read gives what was typed; errInterrupted for Ctrl-C.
func (k *keyboard) Read(p []byte) (int, error) {
	select {
	case <-k.interrupts:
		k.rest = nil
		return 0, errInterrupted
	default:
	}
	if len(k.rest) == 0 {
		select {
		case <-k.interrupts:
			return 0, errInterrupted
		case <-k.ended:
			return 0, io.EOF
		case chunk, more := <-k.chunks:
			if !more {
				return 0, io.EOF
			}
			k.rest = chunk
		}
	}
	n := copy(p, k.rest)
	k.rest = k.rest[n:]
	return n, nil
}

// untilInterrupt gives a context that Ctrl-C ends. stop ends it too, and reports
// whether it was Ctrl-C.
func (k *keyboard) untilInterrupt(ctx context.Context) (_ context.Context, stop func() (interrupted bool)) {
	ctx, cancel := context.WithCancel(ctx)
	result := make(chan bool, 1)
	go func() {
		select {
		case <-k.interrupts:
			cancel()
			result <- true
		case <-ctx.Done():
			result <- false
		}
	}()
	return ctx, func() bool {
		cancel()
		interrupted := <-result
		if interrupted {
			k.rest = nil
		}
		return interrupted
	}
}
