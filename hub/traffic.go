package hub

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"althing"
	"althing/expr"
	"althing/fault"
	"althing/value"
	"althing/wire"
)

// Traffic is one thing that a client has said, or was told, without keys.
type Traffic struct {
	At   time.Time
	Said bool // by the client; else to it
	Text string
}

const (
	// mostTraffic is how much of what goes on a listener is told each second:
	// more nobody reads.
	mostTraffic = 100
	// longestTraffic is how many bytes of each, and mostRedacted how many of
	// them are looked through for keys.
	longestTraffic = 2 << 10
	mostRedacted   = 64 << 10
)

// taps are those who listen to what clients say and hear. While there are none
// they cost one load. Safe for concurrent use.
type taps struct {
	some atomic.Bool
	mu   sync.Mutex
	all  map[string][]*tap // by the IDs of clients and connections
}

// tap is one listener.
type tap struct {
	tell func(Traffic)

	mu     sync.Mutex
	second time.Time // of which
	told   int       // so many were told
}

// Tap has an administrator told what a client says and hears from now on: by
// what ClientState.ID says. Of a text client without a connection these are the
// requests that name its ID, and their replies. Of a session that ends and comes
// back, listening has to begin anew. tell must not block. stop may be called more
// than once. Whoever hands on what is told notes in the audit to whom.
func (s *Session) Tap(id string, tell func(Traffic)) (stop func(), err error) {
	g, err := s.govern(id)
	if err != nil {
		return nil, err
	}
	t, h := &tap{tell: tell}, s.hub
	var tracer althing.Tracer
	if g.conn != nil {
		tracer = func(sent bool, f wire.Frame) {
			for _, t := range h.taps.of(id) {
				h.pass(t, !sent, func() string { return spell(f) })
			}
		}
	}
	h.taps.add(id, t, g.conn, tracer)
	return sync.OnceFunc(func() { h.taps.drop(id, t, g.conn) }), nil
}

func (t *taps) add(id string, one *tap, conn *althing.Conn, tracer althing.Tracer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all == nil {
		t.all = map[string][]*tap{}
	}
	t.all[id] = append(t.all[id], one)
	t.some.Store(true)
	if conn != nil {
		conn.Trace(tracer)
	}
}

func (t *taps) drop(id string, one *tap, conn *althing.Conn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var left []*tap
	for _, other := range t.all[id] {
		if other != one {
			left = append(left, other)
		}
	}
	if t.all[id] = left; len(left) == 0 {
		delete(t.all, id)
		if conn != nil {
			conn.Trace(nil)
		}
	}
	t.some.Store(len(t.all) > 0)
}

func (t *taps) of(id string) []*tap {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.all[id]
}

// over gives those who listen to a text of the caller's: to its connection, or to a
// client whose ID is in it.
func (t *taps) over(s *Session, text []byte) (listening []*tap) {
	t.mu.Lock()
	defer t.mu.Unlock()
	own := ""
	if s.place.number > 0 {
		own = connID(s.place.number)
	}
	for id, taps := range t.all {
		if id == own || !strings.HasPrefix(id, connPrefix) && bytes.Contains(text, []byte(id)) {
			listening = append(listening, taps...)
		}
	}
	return listening
}

// Ask is Start for a gateway whose clients send texts and nothing else: whoever
// overhears one is told of it and of the reply.
func (s *Session) Ask(ctx context.Context, text []byte, program *expr.Program, err error) Reply {
	if !s.hub.taps.some.Load() {
		return s.Start(ctx, program, err)
	}
	listening := s.hub.taps.over(s, text)
	tell := func(said bool, text string) {
		for _, t := range listening {
			s.hub.pass(t, said, func() string { return text })
		}
	}
	tell(true, string(text))
	reply := s.Start(ctx, program, err)
	reply.heard = func(text string) { tell(false, text) }
	return reply
}

// pass tells a listener, unless it has been told enough this second.
func (h *Hub) pass(t *tap, said bool, text func() string) {
	now := h.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	if now.Sub(t.second) >= time.Second {
		if left := t.told - mostTraffic; left > 0 {
			t.tell(Traffic{At: now, Said: said, Text: fmt.Sprintf("… and %d more within a second", left)})
		}
		t.second, t.told = now, 0
	}
	if t.told++; t.told > mostTraffic {
		return
	}
	t.tell(Traffic{At: now, Said: said, Text: h.presentable(text())})
}

// presentable is a text without keys, and not longer than it is read.
func (h *Hub) presentable(text string) string {
	text = h.access.Redact(beginning(text, mostRedacted))
	return strings.ToValidUTF8(beginning(text, longestTraffic), "\uFFFD")
}

// spell is a frame as people read it.
func spell(f wire.Frame) string {
	switch f.Kind {
	case wire.Message:
		return spellMessage(f)
	case wire.Command:
		return wire.CommandText(f.Name, f.Args)
	case wire.Request:
		return "request " + wire.CommandText(f.Name, f.Args)
	case wire.Ping:
		return "ping"
	case wire.Call, wire.Event:
		return strings.TrimSpace(map[wire.Kind]string{wire.Call: "", wire.Event: "event "}[f.Kind] + f.Name + " " + spellValue(f.Value, holdsKeys(f)))
	case wire.Answer:
		if f.Err != nil {
			return "= " + f.Err.Line()
		}
		return "= " + f.Text + spellValue(f.Value, false)
	case wire.Data:
		return spellValue(f.Value, true)
	}
	return fault.Of(f.Err).Line()
}

func spellMessage(f wire.Frame) string {
	parts := []string{"message"}
	if f.From != "" {
		parts = append(parts, "from", f.From)
	}
	if f.To != "" {
		parts = append(parts, "to", f.To)
	}
	for _, h := range f.Headers {
		parts = append(parts, fmt.Sprintf("[%s: %s]", h.Name, h.Value))
	}
	text := strings.Join(parts, " ") + ": "
	if !utf8.Valid(f.Body) {
		return text + fmt.Sprintf("%d bytes", len(f.Body))
	}
	return text + string(f.Body[:min(len(f.Body), mostRedacted)])
}

// secretMembers are those of parameters and answers that let somebody in.
var secretMembers = []string{"token", "resume", "parent"}

// holdsKeys reports whether a member key of what a frame says is one that lets
// somebody in, and no shared value's name.
func holdsKeys(f wire.Frame) bool { return !strings.HasPrefix(f.Name, "registry.") }

// spellValue is a value without its secrets.
func spellValue(v value.Value, keys bool) string {
	d, isDict := v.(*value.Dict)
	if !isDict || d == nil {
		if v == nil || isDict {
			return ""
		}
		return value.Repr(v)
	}
	pairs := slices.Clone(d.Pairs())
	for i, p := range pairs {
		if name, isText := p.Key.(value.Str); isText && (slices.Contains(secretMembers, string(name)) || keys && name == "key") {
			pairs[i].Value = value.Str("***")
		}
	}
	blanked, _ := value.NewDict(pairs) // the keys are those of a dict
	return value.Repr(blanked)
}
