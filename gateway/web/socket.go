package web

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"

	"althing/fault"
)

const (
	// longestFrame is what a page sends at most: the longest topic, escaped.
	longestFrame = 2*longestTopic + 1<<10
	// mostFrames is how many a page sends at once, when it is opened with everything on
	// it, and framesEach how many more in each second: each may have the hub look
	// through its keys.
	mostFrames = 200
	framesEach = 20
)

// serveSocket tells over a WebSocket what changes, of the topics that the page
// subscribes to. The origin was looked at before.
func serveSocket(c *call, w http.ResponseWriter) error {
	if c.Header.Get("Upgrade") == "" {
		c.reply.Set("Connection", "Upgrade")
		c.reply.Set("Upgrade", "websocket")
		return failed(http.StatusUpgradeRequired, fault.Invalid, "this path is for WebSockets; %s/events tells the same as server-sent events", apiRoot)
	}
	if err := endless(w); err != nil {
		return err
	}
	door := &hijacked{ResponseWriter: w}
	ws, err := websocket.Accept(door, c.Request, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return nil // it has been answered
	}
	c.session.Keep()    // a page that is open is listed among the connections
	defer ws.CloseNow() //nolint:errcheck // it may be closed already
	// Whoever does not read must not keep the server from ending.
	defer context.AfterFunc(c.Context(), func() { _ = door.conn.Close() })()
	ws.SetReadLimit(longestFrame)
	ctx, end := context.WithCancelCause(c.Context())
	defer end(nil)
	l := c.listen()
	defer l.close()
	var reading sync.WaitGroup
	reading.Go(func() { end(l.obey(ctx, ws)) })
	reason := l.deliver(ctx, door.conn.frames, func() error {
		ctx, cancel := context.WithTimeout(ctx, unreadFor)
		defer cancel()
		return ws.Ping(ctx)
	})
	if cause := context.Cause(ctx); ctx.Err() != nil && !errors.Is(cause, context.Canceled) {
		reason = cause
	}
	if _, ours := errors.AsType[*fault.Error](reason); ours {
		_ = door.conn.frames([]queued{{nil, c.server.feed.problem("", reason)}})
		_ = ws.Close(websocket.StatusPolicyViolation, "")
	}
	_ = ws.CloseNow()
	reading.Wait()
	return nil
}

// obey subscribes to what the page asks for, until it goes or says what makes no
// sense.
func (l *listener) obey(ctx context.Context, ws *websocket.Conn) error {
	allowed := &allowance{left: mostFrames, at: time.Now()}
	for {
		_, text, err := ws.Read(ctx)
		if err != nil {
			return context.Canceled
		}
		if !allowed.take(time.Now()) {
			return fault.New(fault.Limit, "a page may send %d frames, and %d more each second", mostFrames, framesEach)
		}
		topic, wanted, err := parseFrame(text)
		switch {
		case err != nil:
			return err
		case !wanted:
			l.unsubscribe(topic)
		default:
			if err := l.subscribe(topic); err != nil {
				l.push(nil, l.feed.problem(topic, err))
			}
		}
	}
}

// allowance is how many frames may still come.
type allowance struct {
	left float64
	at   time.Time
}

// take takes one, if there is one.
func (a *allowance) take(now time.Time) bool {
	a.left = min(mostFrames, a.left+now.Sub(a.at).Seconds()*framesEach)
	a.at = now
	a.left--
	return a.left >= 0
}

// parseFrame reads what a page says: which topic it wants, or wants no more.
func parseFrame(text []byte) (topic string, wanted bool, err error) {
	var frame struct {
		Subscribe   *string `json:"subscribe,omitempty"`
		Unsubscribe *string `json:"unsubscribe,omitempty"`
	}
	if decode(text, &frame) != nil || (frame.Subscribe == nil) == (frame.Unsubscribe == nil) {
		return "", false, fault.New(fault.Invalid, `a frame is {"subscribe":"TOPIC"} or {"unsubscribe":"TOPIC"}`)
	}
	if frame.Subscribe != nil {
		return *frame.Subscribe, true, nil
	}
	return *frame.Unsubscribe, false, nil
}

// hijacked hands a connection over whose writes are whole: the frames of events are
// made once for all who hear them, and written past the library, which writes nothing
// but answers to pings, and the end.
type hijacked struct {
	http.ResponseWriter
	conn *wholeConn
}

// Unwrap is for http.ResponseController.
func (h *hijacked) Unwrap() http.ResponseWriter { return h.ResponseWriter }

// Hijack implements http.Hijacker.
func (h *hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, both, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	h.conn = &wholeConn{Conn: conn}
	return h.conn, bufio.NewReadWriter(both.Reader, bufio.NewWriter(h.conn)), nil
}

// wholeConn is a connection on which one write is not in the middle of another.
type wholeConn struct {
	net.Conn
	mu   sync.Mutex
	text []byte
}

func (c *wholeConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.write(p)
}

func (c *wholeConn) write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(unreadFor)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// frames writes events in one go.
func (c *wholeConn) frames(batch []queued) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.text = c.text[:0]
	for _, q := range batch {
		c.text = q.appendFrame(c.text)
	}
	_, err := c.write(c.text)
	if cap(c.text) > fewQueued { // a large state comes once
		c.text = nil
	}
	return err
}
