package althing

import (
	"bytes"
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"althing/fault"
	"althing/value"
	"althing/wire"
)

// Conn is one live connection, as one of its sides sees it: a server has one for
// each client, a Client has one to its server. All methods may be called
// concurrently.
//
// Nothing that is sent blocks the sender. What cannot be written at once waits
// in a queue of Limits.Queue bytes, in order, and is written by a goroutine that
// lives for as long as something waits. When the queue is full, Send fails with
// code Full and that message is not sent; when it has been full, or a write has
// made no progress, for Limits.WriteTimeout, the conn is dropped. When all queues
// of a server together are larger than Limits.QueueTotal, it drops those conns
// whose unread bytes have waited longest. A conn whose queue is half full is not
// read, so that a side that asks without reading the answers slows down nobody but
// itself.
type Conn struct {
	*peer

	end      end
	net      net.Conn
	codec    wire.Codec
	protocol string
	limits   *Limits
	out      outbox
	asked    questions
	turn     turn
	running  running
	spawn    func(func()) // starts a goroutine that the end waits for
	relief   func()       // starts one that reads
	first    func()       // called before the first frame is handled; nil: nothing is
	cancel   context.CancelFunc
	wrong    int    // frames in a row that were none; of the goroutine that reads
	rate     bucket // the same

	ctx      context.Context //nolint:containedctx // it is the conn's own: it ends with it
	accepted net.Conn        // as the listener gave it
	run      *run            // of the server that it belongs to
	link     *link           // to a channel; nil on the server's port

	mu      sync.Mutex
	reason  *fault.Error // why it is being closed
	retired bool         // nothing more is to be begun

	tracer atomic.Pointer[Tracer] // nil: nobody looks
}

// end is the side of a connection that this program is: a server or a client.
type end interface {
	// handle handles one frame that is no answer. The frames of one conn come
	// one after the other.
	handle(ctx context.Context, c *Conn, f wire.Frame)
	// gone is called once, when nothing more can be read. No frame comes after.
	gone(c *Conn, reason *fault.Error)
	// dropped is called when a conn is about to be closed because the other side
	// does not read.
	dropped(c *Conn, reason *fault.Error)
	// out is what the side says things with.
	out() *voice
}

// newConn makes a Conn of a registered connection; start begins to read it.
func newConn(e end, spawn func(func()), nc net.Conn, codec wire.Codec, protocol string, limits *Limits) *Conn {
	c := &Conn{
		end: e, spawn: spawn, net: nc, codec: codec, protocol: protocol, limits: limits,
		rate: newBucket(limits.Rate),
	}
	c.peer = &peer{connected: time.Now(), main: c}
	_, separate := codec.(wire.Separate)
	c.out = outbox{
		separate: separate,
		conn:     nc, codec: codec, limit: limits.Queue, timeout: limits.WriteTimeout, spawn: spawn,
		failed: func(reason *fault.Error) {
			_ = c.because(reason)
			nc.Close()
		},
		dropped: func(reason *fault.Error) {
			c.end.dropped(c, c.because(reason))
			c.cut()
		},
	}
	return c
}

// cut closes the connection without a word: TLS would wait until it has said
// goodbye.
func (c *Conn) cut() {
	if c.accepted != nil {
		c.accepted.Close()
		return
	}
	c.net.Close()
}

// RemoteAddr is the address of the other side.
func (c *Conn) RemoteAddr() net.Addr { return c.net.RemoteAddr() }

// LocalAddr is the address of this side.
func (c *Conn) LocalAddr() net.Addr { return c.net.LocalAddr() }

// NetConn is the connection as the server's listener gave it, nil at a client's
// side. What is said over it is the conn's.
func (c *Conn) NetConn() net.Conn { return c.accepted }

// Protocol is the name of the protocol that is spoken.
func (c *Conn) Protocol() string { return c.protocol }

// Styled reports whether texts for the other side may hold ANSI's sequences.
func (c *Conn) Styled() bool {
	_, styled := c.codec.(wire.Styled)
	return styled
}

// Send sends a message. It does not block; see Conn.
func (c *Conn) Send(m *Message) error {
	if err := c.limits.check(m); err != nil {
		return err
	}
	return c.send(m.frame())
}

// drafts are where frames are encoded: what waits has then no more room than it
// needs, and most have not grown bit by bit.
var drafts = sync.Pool{New: func() any { return new([]byte) }}

// send encodes and queues one frame.
func (c *Conn) send(f wire.Frame) error {
	c.trace(true, f)
	draft := drafts.Get().(*[]byte)
	defer drafts.Put(draft)
	encoded, err := c.codec.Append((*draft)[:0], f)
	if err != nil {
		return err
	}
	if cap(encoded) <= packed {
		*draft = encoded
		encoded = bytes.Clone(encoded)
	}
	if c.accepted == nil && len(encoded) > wire.MaxFrame { // the server would skip it, and nobody be told
		return fault.New(fault.Limit, "a server takes %d bytes at a time; this has %d", wire.MaxFrame, len(encoded))
	}
	if f.Kind == wire.Answer {
		return c.out.owe(encoded)
	}
	return c.out.put(encoded)
}

// Flush waits until everything that was sent has been written.
func (c *Conn) Flush(ctx context.Context) error {
	select {
	case <-c.out.flushed():
		return nil
	case <-ctx.Done():
		return waited(ctx, "writing")
	}
}

// Close ends the conn: what was sent is written, the other side is told the
// reason when there is one and its protocol has a word for it, and the
// connection is closed. Close does not wait for that, and not for callbacks.
func (c *Conn) Close(reason string) {
	if reason == "" {
		c.drop(nil)
		return
	}
	c.drop(fault.New(fault.Closed, "%s", reason))
}

// CloseFor is Close for a reason with a code, for programs: a Client does not come
// back after Denied and Conflict.
func (c *Conn) CloseFor(reason *fault.Error) { c.drop(reason) }

// drop ends the conn for a reason; nil is an ordinary end.
func (c *Conn) drop(reason *fault.Error) {
	said := c.because(reason)
	c.cancel()
	c.asked.close(said)
	c.out.close(said, func() { _ = c.codec.Close(reason) }) // it is closed, whatever Close says
}

// retire ends the conn for a reason: nothing more is begun for the other side, and
// what has been begun has a moment to be answered.
func (c *Conn) retire(reason *fault.Error) {
	c.mu.Lock()
	c.retired = true
	c.mu.Unlock()
	c.spawn(func() {
		late := time.NewTimer(lastWords)
		defer late.Stop()
		defer c.drop(reason)
		for _, resting := range []func() <-chan struct{}{c.turn.resting, c.running.resting} {
			select {
			case <-resting():
			case <-late.C:
				return
			}
		}
	})
}

// lastWords is how long what was begun for a conn may take when its server stops:
// longer than a second, the least that who runs programs gives them to end.
const lastWords = 1500 * time.Millisecond

// because remembers why the conn ends, if that is not known yet, and returns the
// reason that counts.
func (c *Conn) because(reason *fault.Error) *fault.Error {
	if reason == nil {
		reason = fault.New(fault.Closed, "the connection has ended")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reason == nil {
		c.reason = reason
	}
	return c.reason
}

// Ping asks for the other side's clock, and returns what that took.
func (c *Conn) Ping(ctx context.Context) (time.Duration, error) {
	_, took, err := c.ask(ctx, wire.Frame{Kind: wire.Ping})
	if err == nil {
		c.setPing(took)
	}
	return took, err
}

// Command has the other side run one of its commands, and waits for the answer,
// for Limits.Answer when ctx has no deadline. The arguments are values, or
// whatever value.FromGo takes.
func (c *Conn) Command(ctx context.Context, name string, args ...any) (Answer, error) {
	return c.askFor(ctx, wire.Frame{Kind: wire.Command, Name: name}, args)
}

// Request asks the other side for a value, and waits as Command does. What it
// has said not to have is an error at once.
func (c *Conn) Request(ctx context.Context, name string, args ...any) (Answer, error) {
	if err := c.lacks(name); err != nil {
		return Answer{}, err
	}
	return c.askFor(ctx, wire.Frame{Kind: wire.Request, Name: name}, args)
}

// lacks is the error of a request that the other side has said not to have.
func (c *Conn) lacks(name string) error {
	if asks := c.Hello().Requests; len(asks) > 0 && !slices.Contains(asks, name) {
		return fault.New(fault.NotFound, "%s has no request %.60q", c.Name(), name)
	}
	return nil
}

func (c *Conn) askFor(ctx context.Context, f wire.Frame, args []any) (Answer, error) {
	values, err := toValues(args)
	if err != nil {
		return Answer{}, err
	}
	f.Args = values
	answer, took, err := c.ask(ctx, f)
	return Answer{Text: answer.Text, Value: answer.Value, Took: took}, err
}

// Call calls any further method of the session protocol. params is nil or a
// dict.
func (c *Conn) Call(ctx context.Context, method string, params *value.Dict) (value.Value, error) {
	f := wire.Frame{Kind: wire.Call, Name: method}
	if params != nil {
		f.Value = params
	}
	answer, _, err := c.ask(ctx, f)
	return answer.Value, err
}

// Notify calls a method without wanting an answer.
func (c *Conn) Notify(method string, params *value.Dict) error {
	f := wire.Frame{Kind: wire.Call, Name: method}
	if params != nil {
		f.Value = params
	}
	return c.send(f)
}

// SendValue sends a value by itself, which is no message: whatever value.FromGo
// takes. LocalThings has such values, and its clients do nothing with them unless
// their programs do; other protocols have none.
func (c *Conn) SendValue(v any) error {
	plain, err := value.FromGo(v)
	if err != nil {
		return err
	}
	return c.send(wire.Frame{Kind: wire.Data, Value: plain})
}

// SetMuted mutes the other side, or listens to it again, and tells it so by the
// event "muted". A muted client's messages and bytes are dropped, and its commands
// and requests refused.
func (c *Conn) SetMuted(muted bool) {
	if !c.setMuted(muted) {
		return
	}
	_ = c.main.Event(wire.EventMuted, value.DictOf(wire.KeyMuted, value.Bool(muted))) // who cannot be told is about to be dropped
}

// Event tells the other side of something that happened. data may be nil.
func (c *Conn) Event(kind string, data value.Value) error {
	return c.send(wire.Frame{Kind: wire.Event, Name: kind, Value: data})
}

// ask sends a question and waits for its answer.
func (c *Conn) ask(ctx context.Context, f wire.Frame) (answer wire.Frame, took time.Duration, err error) {
	ctx, cancel := c.patience(ctx)
	defer cancel()
	began := time.Now()
	answers := make(chan wire.Frame, 1)
	id, err := c.pose(f, question{func(f wire.Frame) { answers <- f }, true})
	if err != nil {
		return answer, 0, err
	}
	if u, ok := c.codec.(wire.Unanswered); ok && u.Unanswered(f.Kind) {
		c.asked.forget(id)
		return answer, 0, c.Flush(ctx)
	}
	c.turn.waits(c.relief)
	select {
	case answer = <-answers:
	case <-ctx.Done():
		c.asked.forget(id)
		return answer, time.Since(began), waited(ctx, "an answer")
	}
	if answer.Err != nil {
		err = answer.Err
	}
	return answer, time.Since(began), err
}

// pose sends a question. When it fails, nobody is told of an answer.
func (c *Conn) pose(f wire.Frame, q question) (id string, err error) {
	if id, err = c.asked.add(q); err != nil {
		return "", err
	}
	f.ID = id
	if err := c.send(f); err != nil && c.asked.forget(id) {
		return "", err
	}
	return id, nil
}

// patience bounds the wait for an answer.
func (c *Conn) patience(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, c.limits.Answer)
}

// waited is the error of having waited in vain.
func waited(ctx context.Context, what string) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fault.Wrap(ctx.Err(), fault.Timeout, "waited too long for %s", what)
	}
	return fault.Wrap(ctx.Err(), fault.Closed, "gave up waiting for %s", what)
}
