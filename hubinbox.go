package althing

import (
	"context"
	"time"

	"althing/fault"
	"althing/value"
)

// longestNext is how long a hub waits for one answer of inbox.next: routers
// forget connections on which nothing is said for longer.
const longestNext = time.Minute

// Push has the hub send the messages of this client's inbox as they come, with
// those that wait already in front: they come to OnMessage and to Read. Each is
// acknowledged when OnMessage's callbacks have returned, or when Read has given
// it; one that was not comes again on the next connection, with the same ID. At
// most window of them are under way at a time; 0 leaves that to the hub. After a
// reconnect it goes on.
func (c *Client) Push(ctx context.Context, window int) error {
	c.kept.push(true, window)
	if err := c.push(ctx, true, window); err != nil {
		c.kept.push(false, 0)
		return err
	}
	return nil
}

// StopPush ends that.
func (c *Client) StopPush(ctx context.Context) error {
	c.kept.push(false, 0)
	return c.push(ctx, false, 0)
}

func (c *Client) push(ctx context.Context, on bool, window int) error {
	conn, err := c.Conn()
	if err != nil {
		return err
	}
	return conn.push(ctx, on, window)
}

func (c *Conn) push(ctx context.Context, on bool, window int) error {
	params := []value.Pair{param("on", value.Bool(on))}
	if window > 0 {
		params = append(params, param("window", value.Int(window)))
	}
	_, err := c.callHub(ctx, "inbox.push", params...)
	return err
}

// Next waits for the next message of this client's inbox, until ctx ends. It is
// acknowledged by the next call of Next, or by Ack; when the client goes before,
// the message comes again, with the same ID. Messages that are pushed do not come
// here.
func (c *Client) Next(ctx context.Context) (*Message, error) {
	if err := c.nexts.enter(ctx); err != nil {
		return nil, err
	}
	defer c.nexts.leave()
	for {
		wait := longestNext
		if deadline, ok := ctx.Deadline(); ok {
			wait = min(wait, time.Until(deadline))
		}
		if got, err := c.next(ctx, wait); got != nil || err != nil {
			return got, err
		}
	}
}

// Poll is Next that does not wait for a message: nil when there is none.
func (c *Client) Poll(ctx context.Context) (*Message, error) {
	if err := c.nexts.enter(ctx); err != nil {
		return nil, err
	}
	defer c.nexts.leave()
	return c.next(ctx, 0)
}

// Ack acknowledges a message that Next has given, with all before it.
func (c *Client) Ack(ctx context.Context, m *Message) error {
	if err := c.nexts.enter(ctx); err != nil {
		return err
	}
	defer c.nexts.leave()
	if m.ID != c.nexts.last {
		return fault.New(fault.Invalid, "only the message that Next has given last can be acknowledged")
	}
	got, err := c.next(ctx, 0)
	if err == nil {
		c.nexts.last = ""
	}
	if got != nil {
		c.nexts.answer = make(chan nextAnswer, 1)
		c.nexts.answer <- nextAnswer{message: got}
	}
	return err
}

// next asks for a message and acknowledges the one before. None has come within
// wait: nil. When ctx ends first, the answer is for the call that comes next.
func (c *Client) next(ctx context.Context, wait time.Duration) (*Message, error) {
	conn, err := c.Conn()
	if err != nil {
		return nil, err
	}
	n := &c.nexts
	if id := c.ID(); n.of != id {
		n.of, n.last = id, "" // the hub has forgotten the client, and its inbox
	}
	if n.conn != conn {
		n.conn, n.answer = nil, nil // what came over the one before comes again
	}
	if n.answer == nil {
		if n.answer, err = conn.askNext(wait, n.last); err != nil {
			n.answer = nil
			return nil, err
		}
		n.conn = conn
	}
	got, err := await(ctx, conn, n.answer)
	if err != nil {
		return nil, err
	}
	n.answer = nil
	if got.message != nil {
		n.last = got.message.ID
	}
	return got.message, got.err
}

// askNext calls inbox.next. Its answer must not get lost: the hub takes the next
// call for its acknowledgement.
func (c *Conn) askNext(wait time.Duration, ack string) (chan nextAnswer, error) {
	params := []value.Pair{param("wait", value.Float(max(0, wait.Seconds())))}
	if ack != "" {
		params = append(params, param("ack", value.Str(ack)))
	}
	answer := make(chan nextAnswer, 1)
	err := c.callLater("inbox.next", params, func(r *result, err error) {
		if err != nil {
			answer <- nextAnswer{err: err}
			return
		}
		answer <- readNext(r)
	})
	return answer, err
}

// readNext reads the answer to inbox.next.
func readNext(r *result) nextAnswer {
	members := optional[*value.Dict](r, "message")
	if members == nil {
		return nextAnswer{err: r.err}
	}
	m, err := readMessage(&result{method: r.method, members: members})
	if err != nil {
		return nextAnswer{err: err}
	}
	return nextAnswer{message: m}
}

// readMessage reads a message that is a value.
func readMessage(r *result) (*Message, error) {
	m := &Message{
		ID:   string(field[value.Str](r, "id")),
		From: string(optional[value.Str](r, "from")),
		To:   string(optional[value.Str](r, "to")),
	}
	switch body := r.any("body").(type) {
	case value.Str:
		m.Body = []byte(body)
	case value.Bytes:
		m.Body = []byte(body)
	default:
		r.strange("body")
	}
	headers, _ := r.members.Get(value.Str("headers"))
	switch headers := headers.(type) {
	case nil, value.None:
	case *value.Dict:
		for _, pair := range headers.Pairs() {
			m.add(r, pair.Key, pair.Value)
		}
	default: // a name comes twice
		pairs := items(r, "headers", value.Items)
		for _, pair := range pairs {
			if len(pair) == 2 {
				m.add(r, pair[0], pair[1])
			}
		}
	}
	return m, r.err
}

// add adds a header that is two values.
func (m *Message) add(r *result, name, text value.Value) {
	switch text.(type) {
	case value.None:
		m.Add(value.Text(name), "")
	case value.Str:
		m.Add(value.Text(name), value.Text(text))
	default:
		r.strange("headers")
	}
}

// nextAnswer is what inbox.next has given: nothing when nothing has come.
type nextAnswer struct {
	message *Message
	err     error
}

// nexts are the calls of Next: one at a time.
type nexts struct {
	turn chan struct{}

	// Of whose turn it is.
	of     string          // the client's id
	last   string          // the ID of the message that was given last
	conn   *Conn           // where
	answer chan nextAnswer // has, or will have, what nobody has been given yet; nil: there is nothing
}

func (n *nexts) enter(ctx context.Context) error {
	select {
	case n.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return waited(ctx, "a message")
	}
}

func (n *nexts) leave() { <-n.turn }
