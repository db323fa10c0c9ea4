//go:build linux

package load

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// FlowOptions say who sends, and to whom. All must be given.
type FlowOptions struct {
	From, To string // where the senders are, and the receiver
	Senders  int
	Say      []Step // what each sender does first
	Hear     []Step // and the receiver
	Message  []byte // one message; it must hold a Number
	// Stored reports whether a line that a sender hears says that a message of its
	// own is stored.
	Stored func(line []byte) (bool, error)
	// Confirm adds to buf what the receiver answers to a line. To one that is no
	// message it adds nothing.
	Confirm func(buf, line []byte) []byte
	// Ahead is how many messages are sent before the first was received.
	Ahead     int
	Warm, For time.Duration
}

// Flow is some conns that send and one that receives, at the same server or at
// another. All talk in lines.
type Flow struct {
	o       FlowOptions
	poll    int
	conns   []liner // the senders, and the receiver behind them
	numbers []int   // where they are in a message
	number  uint64
	sent    int
	stored  int
	heard   int
	events  []unix.EpollEvent
	buf     []byte
	out     []byte
}

// liner is a conn, and what it has heard of a line that is not whole.
type liner struct {
	fd   int
	rest []byte
}

// OpenFlow connects everybody and has each sender send one message. The caller closes
// the Flow.
func OpenFlow(ctx context.Context, o FlowOptions) (f *Flow, err error) {
	f = &Flow{o: o, numbers: numbers(o.Message), number: uint64(time.Now().UnixMicro()), events: make([]unix.EpollEvent, o.Senders+1), buf: make([]byte, 64<<10)}
	if f.poll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, err
	}
	if err := f.gather(ctx); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func (f *Flow) gather(ctx context.Context) error {
	for range f.o.Senders {
		if err := f.connect(f.o.From, f.o.Say); err != nil {
			return err
		}
	}
	if err := f.connect(f.o.To, f.o.Hear); err != nil {
		return err
	}
	if err := f.say(f.o.Senders); err != nil {
		return err
	}
	return f.await(ctx, f.sent, f.sent)
}

func (f *Flow) connect(address string, greeting []Step) error {
	where, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	fd, err := connect(unix.SockaddrInet4{Port: int(where.Port()), Addr: where.Addr().As4()})
	if err != nil {
		return err
	}
	f.conns = append(f.conns, liner{fd: fd})
	if err := noDelay(fd); err != nil {
		return err
	}
	if err := greet(fd, greeting, f.buf); err != nil {
		return err
	}
	return unix.EpollCtl(f.poll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(len(f.conns) - 1)})
}

// Run sends as much as is received, and gives the messages received a second.
func (f *Flow) Run(ctx context.Context) (rate float64, err error) {
	if err := f.keepSaying(ctx, f.o.Warm); err != nil {
		return 0, err
	}
	before, begin := f.heard, time.Now()
	if err := f.keepSaying(ctx, f.o.For); err != nil {
		return 0, err
	}
	rate = float64(f.heard-before) / time.Since(begin).Seconds()
	return rate, f.await(ctx, f.sent, f.sent)
}

// keepSaying sends half of what may be ahead whenever half of it was received.
func (f *Flow) keepSaying(ctx context.Context, long time.Duration) error {
	half := max(f.o.Ahead/2, 1)
	for end := time.Now().Add(long); time.Now().Before(end); {
		if err := f.say(half); err != nil {
			return err
		}
		if err := f.await(ctx, f.sent-half, 0); err != nil {
			return err
		}
	}
	return nil
}

// Trickle sends one message at a time and gives how long each took from being sent
// to being received. The next is sent when the one before is stored, too.
func (f *Flow) Trickle(ctx context.Context) (*Histogram, error) {
	times := &Histogram{}
	for begin := time.Now(); time.Since(begin) < f.o.Warm+f.o.For; {
		sent := time.Now()
		if err := f.say(1); err != nil {
			return nil, err
		}
		if err := f.await(ctx, f.sent, 0); err != nil {
			return nil, err
		}
		took := time.Since(sent)
		if sent.Sub(begin) >= f.o.Warm {
			times.Add(took)
		}
		if err := f.await(ctx, f.sent, f.sent); err != nil {
			return nil, err
		}
	}
	return times, nil
}

// say sends n messages, from each sender as many as from the others.
func (f *Flow) say(n int) error {
	for sender := range min(n, f.o.Senders) {
		f.out = f.out[:0]
		for range (n + f.o.Senders - 1 - sender) / f.o.Senders {
			f.out = append(f.out, f.o.Message...)
			stamp(f.out[len(f.out)-len(f.o.Message):], f.numbers, f.number)
			f.number++
			f.sent++
		}
		if err := write(f.conns[sender].fd, f.out); err != nil {
			return err
		}
	}
	return nil
}

// await listens until so many messages were received and stored.
func (f *Flow) await(ctx context.Context, heard, stored int) error {
	for last := time.Now(); f.heard < heard || f.stored < stored; {
		n, err := unix.EpollWait(f.poll, f.events, 20)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return err
		}
		for _, event := range f.events[:max(n, 0)] {
			if err := f.listen(int(event.Fd)); err != nil {
				return err
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if n > 0 {
			last = time.Now()
		} else if time.Since(last) > stalled {
			return fmt.Errorf("of %d messages %d were stored and %d received, then nothing came for %v", f.sent, f.stored, f.heard, stalled)
		}
	}
	if f.heard > f.sent {
		return fmt.Errorf("%d messages were sent, and %d received", f.sent, f.heard)
	}
	return nil
}

// listen reads once from a conn, and does with each line what it is for.
func (f *Flow) listen(i int) error {
	c := &f.conns[i]
	n, err := unix.Read(c.fd, f.buf)
	if err == nil && n == 0 {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return fmt.Errorf("reading after %d messages: %w", f.heard, err)
	}
	c.rest = append(c.rest, f.buf[:n]...)
	f.out = f.out[:0]
	rest := c.rest
	for {
		line, behind, whole := bytes.Cut(rest, []byte("\n"))
		if !whole {
			break
		}
		if err := f.take(i, line); err != nil {
			return err
		}
		rest = behind
	}
	c.rest = append(c.rest[:0], rest...)
	if len(f.out) == 0 {
		return nil
	}
	return write(c.fd, f.out)
}

// take counts a line, and adds to out what is to be answered.
func (f *Flow) take(i int, line []byte) error {
	if i < f.o.Senders {
		stored, err := f.o.Stored(line)
		if stored {
			f.stored++
		}
		return err
	}
	before := len(f.out)
	f.out = f.o.Confirm(f.out, line)
	if len(f.out) > before {
		f.heard++
	}
	return nil
}

// Close hangs up on everybody's behalf.
func (f *Flow) Close() {
	for _, c := range f.conns {
		_ = unix.Close(c.fd)
	}
	_ = unix.Close(f.poll)
}
