//go:build linux

// Package load asks a server as fast as it answers, from many connections at
// once, and tells how fast that was.
//
// It knows no protocol: what is sent and what must come back is prepared
// beforehand, byte by byte, so that servers that speak differently are asked in
// the same manner and at the same small cost. On a machine where server and
// load share few cores that cost decides what is measured. So there is one
// goroutine and epoll, no goroutine for each conn; a reply is compared, not
// parsed; nothing is allocated while it runs.
package load

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// Options says what to do. Address and Scripts must be given, and one of For
// and Turns.
type Options struct {
	Address string
	// Scripts are what the conns do, one each. The bytes in them are written to.
	Scripts []Script
	// Greet is what each conn does first, once, such as to register. Default nothing.
	Greet func(conn int) []Step
	// Each is how many operations a turn counts for. Default 1.
	Each int
	// Anew makes every turn, of one step then, connect first and read until the
	// server closes.
	Anew bool
	// Warm is how long to ask before measuring begins, For how long to measure.
	Warm, For time.Duration
	// Turns ends the run when every conn has had so many turns. For is then the
	// longest it may take; 0 is for ever.
	Turns int
	// Stall is how long no conn may hear anything before the server is taken to
	// be stuck. Default 10 s, longer than any pause a server under load makes.
	Stall time.Duration
}

// Result is what was measured.
type Result struct {
	Ops     int
	Took    time.Duration
	Latency Histogram // of the turns
}

// Rate is the number of operations a second.
func (r *Result) Rate() float64 { return float64(r.Ops) / r.Took.Seconds() }

// Run does what the options say. A reply that is not what was wanted, a server
// that hangs up and one that is stuck end it with an error.
// Every turn that was begun is finished before Run returns.
func Run(ctx context.Context, o Options) (*Result, error) {
	where, err := netip.ParseAddrPort(o.Address)
	if err != nil {
		return nil, err
	}
	poll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	r := &run{Options: o, poll: poll, where: unix.SockaddrInet4{Port: int(where.Port()), Addr: where.Addr().As4()}}
	r.Each = max(r.Each, 1)
	r.Stall = cmp.Or(r.Stall, 10*time.Second)
	defer r.closeAll()
	if err := r.start(); err != nil {
		return nil, err
	}
	if err := r.loop(ctx); err != nil {
		return nil, err
	}
	return &r.result, nil
}

type run struct {
	Options
	poll      int
	where     unix.SockaddrInet4
	conns     []conn
	open      int // conns that still have a turn to finish
	measuring bool
	stopping  bool
	begin     time.Time // of measuring
	result    Result
}

type conn struct {
	fd     int // -1: closed
	turns  []turn
	done   int    // turns finished
	step   int    // of the turn at hand
	number uint64 // of the turn at hand
	buf    []byte
	got    int
	began  time.Time
}

func (r *run) start() error {
	r.conns = make([]conn, len(r.Scripts))
	// Microseconds since 1970 have 16 digits until 2286. No conn has a million
	// turns a second, so that a later run begins above what this one reaches.
	first := uint64(time.Now().UnixMicro())
	for i, script := range r.Scripts {
		turns, longest := prepare(script)
		r.conns[i] = conn{fd: -1, turns: turns, number: first, buf: make([]byte, longest+4096)} // room for an error instead
	}
	r.begin = time.Now()
	r.measuring = r.Warm == 0
	for i := range r.conns {
		if err := r.beginTurn(i, r.begin); err != nil {
			return err
		}
	}
	r.open = len(r.conns)
	return nil
}

func (r *run) loop(ctx context.Context) error {
	events := make([]unix.EpollEvent, len(r.conns))
	heard := r.begin
	for r.open > 0 {
		n, err := unix.EpollWait(r.poll, events, 50)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return err
		}
		for _, event := range events[:max(n, 0)] {
			if err := r.hear(int(event.Fd)); err != nil {
				return err
			}
		}
		now := time.Now()
		if n > 0 {
			heard = now
		}
		if now.Sub(heard) > r.Stall {
			return fmt.Errorf("no reply for %v; %s", r.Stall, r.waiting())
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		switch passed := now.Sub(r.begin); {
		case !r.measuring && !r.stopping && passed >= r.Warm:
			r.measuring, r.begin = true, now
		case r.measuring && r.For > 0 && passed >= r.For:
			r.finish(now)
		}
	}
	r.finish(time.Now())
	return nil
}

// finish ends the measuring; turns that were begun are finished uncounted.
func (r *run) finish(now time.Time) {
	if r.measuring {
		r.result.Took = now.Sub(r.begin)
	}
	r.measuring, r.stopping = false, true
}

// hear reads once from a conn, whose index the event carries, and goes on with
// its script when the reply is whole.
func (r *run) hear(i int) error {
	c := &r.conns[i]
	if c.fd < 0 {
		return nil
	}
	s := &c.turns[c.done%len(c.turns)][c.step]
	n, err := unix.Read(c.fd, c.buf[c.got:])
	if err != nil {
		return fmt.Errorf("reading the reply to %.200q: %w", s.send, err)
	}
	c.got += n
	got := c.buf[:c.got]
	done, err := whole(got, s.want, s.end)
	switch {
	case err != nil:
		return fmt.Errorf("asked %.200q, wanted %.200q, got %.200q", s.send, s.want, got)
	case n == 0 && (!r.Anew || !done):
		return fmt.Errorf("asked %.200q, got %.200q, then the server hung up", s.send, got)
	case !done || r.Anew && n > 0:
		return nil // more will come, if only the end
	case c.step+1 < len(c.turns[c.done%len(c.turns)]):
		c.step++
		return r.send(c)
	}
	return r.endTurn(i)
}

func (r *run) beginTurn(i int, now time.Time) error {
	c := &r.conns[i]
	c.began, c.step = now, 0
	c.number++
	if c.fd < 0 {
		if err := r.connect(i); err != nil {
			return err
		}
	}
	return r.send(c)
}

func (r *run) endTurn(i int) error {
	c := &r.conns[i]
	now := time.Now()
	c.done++
	if r.measuring {
		r.result.Ops += r.Each
		r.result.Latency.Add(now.Sub(c.began))
	}
	over := r.stopping || r.Turns > 0 && c.done == r.Turns
	if over || r.Anew {
		_ = unix.Close(c.fd)
		c.fd = -1
	}
	if over {
		r.open--
		return nil
	}
	return r.beginTurn(i, now)
}

// send sends the step at hand. The socket blocks; it never has to, since a step
// is small and everything before it was answered.
func (r *run) send(c *conn) error {
	s := &c.turns[c.done%len(c.turns)][c.step]
	stamp(s.send, s.inSend, c.number)
	stamp(s.want, s.inWant, c.number)
	c.got = 0
	return write(c.fd, s.send)
}

func (r *run) connect(i int) error {
	fd, err := connect(r.where)
	if err != nil {
		return err
	}
	r.conns[i].fd = fd
	if !r.Anew {
		if err := noDelay(fd); err != nil {
			return err
		}
	}
	if r.Greet != nil {
		if err := greet(fd, r.Greet(i), r.conns[i].buf); err != nil {
			return err
		}
	}
	return unix.EpollCtl(r.poll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(i)})
}

// waiting says what the first conn that waits is waiting for.
func (r *run) waiting() string {
	for _, c := range r.conns {
		if c.fd >= 0 {
			s := c.turns[c.done%len(c.turns)][c.step]
			return fmt.Sprintf("asked %.200q, wanted %.200q, got %.200q", s.send, s.want, c.buf[:c.got])
		}
	}
	return "nothing is waited for"
}

func (r *run) closeAll() {
	for _, c := range r.conns {
		if c.fd >= 0 {
			_ = unix.Close(c.fd)
		}
	}
	_ = unix.Close(r.poll)
}
