//go:build linux

package load

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// FanOptions says who speaks and who listens. All must be given.
type FanOptions struct {
	Address   string
	Listeners int
	Hear, Say []Step // what each listener, and the speaker, does first
	// Said is what makes the server deliver one message to every listener. All
	// deliveries must have the same size.
	Said []byte
	// Ahead is how many messages are said before the first has reached everybody.
	Ahead     int
	Warm, For time.Duration
}

// Fan is one conn that speaks and many that listen.
type Fan struct {
	o         FanOptions
	poll      int
	speaker   int
	listeners []int
	size      int // bytes of one delivery
	said      int
	heard     int // bytes, by all
	events    []unix.EpollEvent
	buf       []byte
}

// OpenFan connects everybody and has one message delivered, to learn its size.
// The caller closes the Fan.
func OpenFan(ctx context.Context, o FanOptions) (*Fan, error) {
	where, err := netip.ParseAddrPort(o.Address)
	if err != nil {
		return nil, err
	}
	f := &Fan{o: o, speaker: -1, events: make([]unix.EpollEvent, o.Listeners), buf: make([]byte, 256<<10)}
	if f.poll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, err
	}
	if err := f.gather(ctx, unix.SockaddrInet4{Port: int(where.Port()), Addr: where.Addr().As4()}); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func (f *Fan) gather(ctx context.Context, where unix.SockaddrInet4) (err error) {
	if f.speaker, err = connect(where); err != nil {
		return err
	}
	if err := greet(f.speaker, f.o.Say, f.buf); err != nil {
		return err
	}
	for i := range f.o.Listeners {
		fd, err := connect(where)
		if err != nil {
			return err
		}
		f.listeners = append(f.listeners, fd)
		if err := greet(fd, f.o.Hear, f.buf); err != nil {
			return err
		}
		if err := unix.EpollCtl(f.poll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(i)}); err != nil {
			return err
		}
	}
	return f.learn(ctx)
}

// quiet is how long nothing comes when a message has reached everybody.
const quiet = 300 * time.Millisecond

// learn says one message and counts until nothing more comes. What a server tells
// its clients of their registration is read before.
func (f *Fan) learn(ctx context.Context) error {
	if err := f.drain(ctx); err != nil {
		return err
	}
	f.heard = 0
	if err := write(f.speaker, f.o.Said); err != nil {
		return err
	}
	if err := f.drain(ctx); err != nil {
		return err
	}
	if f.size = f.heard / f.o.Listeners; f.size == 0 || f.size*f.o.Listeners != f.heard {
		return fmt.Errorf("%d listeners heard %d bytes of one message", f.o.Listeners, f.heard)
	}
	f.said = 1
	return nil
}

func (f *Fan) drain(ctx context.Context) error {
	for last := time.Now(); time.Since(last) < quiet; {
		n, err := f.listen()
		if err = errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		if n > 0 {
			last = time.Now()
		}
	}
	return nil
}

// listen reads once from each listener for whom something came, and waits for a
// moment when there is none.
func (f *Fan) listen() (heard int, err error) {
	n, err := unix.EpollWait(f.poll, f.events, 20)
	if err != nil && !errors.Is(err, unix.EINTR) {
		return 0, err
	}
	for _, event := range f.events[:max(n, 0)] {
		n, err := unix.Read(f.listeners[event.Fd], f.buf)
		if err != nil {
			return heard, err
		}
		if n == 0 {
			return heard, fmt.Errorf("listener %d was hung up on after %d messages", event.Fd, f.said)
		}
		heard += n
	}
	f.heard += heard
	return heard, nil
}

// delivered is how many deliveries have come.
func (f *Fan) delivered() int { return f.heard / f.size }

// Once says one message and tells how long it took to reach everybody.
func (f *Fan) Once(ctx context.Context) (time.Duration, error) {
	begin := time.Now()
	if err := f.say(1); err != nil {
		return 0, err
	}
	err := f.await(ctx, f.said*f.o.Listeners)
	return time.Since(begin), err
}

func (f *Fan) say(n int) error {
	f.said += n
	return write(f.speaker, bytes.Repeat(f.o.Said, n))
}

// stalled is how long nothing may come that is waited for.
const stalled = 10 * time.Second

// await listens until there were so many deliveries.
func (f *Fan) await(ctx context.Context, deliveries int) error {
	for last := time.Now(); f.delivered() < deliveries; {
		n, err := f.listen()
		if err = errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		if n > 0 {
			last = time.Now()
		} else if time.Since(last) > stalled {
			return fmt.Errorf("%d deliveries of %d came, then none for %v", f.delivered(), deliveries, stalled)
		}
	}
	return nil
}

// Run says as much as is heard, and gives the deliveries a second.
func (f *Fan) Run(ctx context.Context) (float64, error) {
	if err := f.keepSaying(ctx, f.o.Warm); err != nil {
		return 0, err
	}
	before, begin := f.delivered(), time.Now()
	if err := f.keepSaying(ctx, f.o.For); err != nil {
		return 0, err
	}
	rate := float64(f.delivered()-before) / time.Since(begin).Seconds()
	if err := f.await(ctx, f.said*f.o.Listeners); err != nil {
		return 0, err
	}
	want := f.said * f.o.Listeners * f.size
	if more := f.heard - want; more < 0 || more > f.o.Listeners*ping {
		return 0, fmt.Errorf("%d bytes came of %d", f.heard, want)
	}
	return rate, nil
}

// ping is what a server may send each listener beside the messages: NATS asks a new
// client once whether it is there.
const ping = 16

// keepSaying says half of what may be ahead whenever half of it was heard.
func (f *Fan) keepSaying(ctx context.Context, long time.Duration) error {
	half := max(f.o.Ahead/2, 1)
	for end := time.Now().Add(long); time.Now().Before(end); {
		if err := f.say(half); err != nil {
			return err
		}
		if err := f.await(ctx, (f.said-half)*f.o.Listeners); err != nil {
			return err
		}
	}
	return nil
}

// Close hangs up on everybody's behalf.
func (f *Fan) Close() {
	for _, fd := range append(f.listeners, f.speaker, f.poll) {
		if fd >= 0 {
			_ = unix.Close(fd)
		}
	}
}
