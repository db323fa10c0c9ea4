package hub

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"althing/access"
	"althing/journal"
	"althing/messaging"
	"althing/network"
)

const (
	// longestOverheard is how much of a body is shown, in bytes.
	longestOverheard = 4 << 10
	// mostOverheard in a second are shown: nobody reads more, and a busy hub has
	// better to do.
	mostOverheard = 200
	// mostKeptForAdmins are remembered of those to CONSOLE, and to SYSADMIN, for
	// whoever looks later.
	mostKeptForAdmins = 100
	// mostOverhearing wait to be stored; nobody is shown what comes then.
	mostOverhearing = 4096
	// mostOfOne of the messages are shown that one operation puts into an inbox, such
	// as the rows of a table.
	mostOfOne = 10
)

// Overheard is a message as administrators see it pass.
type Overheard struct {
	At       time.Time
	From, To string // as the message has them
	FromName string // where From is the ID of a client that has a name
	ToName   string // likewise
	ToGroup  bool   // To is no client's
	Headers  []Header
	Body     string // its beginning as text, keys blanked
	Left     int    // bytes of the body that are not shown
	Lost     int    // messages before it that are not shown
}

// Passing says which messages somebody overhears.
type Passing uint8

// What can be overheard.
const (
	AllMessages Passing = iota
	ToConsole           // what is sent to CONSOLE, and to the hub itself
	ToAdmins            // what is sent to SYSADMIN
	passings
)

// Overhear tells of messages when they are stored: of those to the operator and the
// administrators also the last that there were. It is for administrators. tell is
// called by one goroutine at a time and must not block; stop ends it.
func (s *Session) Overhear(of Passing, tell func(Overheard)) (stop func(), err error) {
	if err := s.act(access.Manage); err != nil {
		return nil, err
	}
	return s.hub.overhearing.add(of, tell), nil
}

// overhearing is who overhears messages. Safe for concurrent use.
type overhearing struct {
	hub     *Hub
	pump    pump
	listens atomic.Bool // somebody hears all messages

	mu    sync.Mutex
	lanes [passings]lane
	queue []passing
}

// lane is what may be overheard, and by whom.
type lane struct {
	hearers map[*hearer]struct{}
	kept    []Overheard
	second  int64 // in which so many were shown
	shown   int
	lost    int
}

type hearer struct{ tell func(Overheard) }

// passing is an operation that brings messages and is yet to be stored.
type passing struct {
	ticket journal.Ticket
	op     journal.Op
}

func (o *overhearing) open(h *Hub) {
	o.hub, o.pump = h, pump{start: h.crew.start, work: o.work}
	for i := range o.lanes {
		o.lanes[i].hearers = map[*hearer]struct{}{}
	}
}

func (o *overhearing) add(of Passing, tell func(Overheard)) (stop func()) {
	h, l := &hearer{tell}, &o.lanes[of]
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, m := range l.kept {
		tell(m)
	}
	l.hearers[h] = struct{}{}
	o.listens.Store(len(o.lanes[AllMessages].hearers) > 0)
	return func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		delete(l.hearers, h)
		o.listens.Store(len(o.lanes[AllMessages].hearers) > 0)
	}
}

// posted counts the messages of a transaction, and takes note of them: they are told of
// when they are stored.
func (o *overhearing) posted(ticket journal.Ticket, ops []journal.Op) {
	for _, op := range ops {
		to := ""
		switch op := op.(type) {
		case *messaging.Send:
			to = op.To
		case *messaging.Arrive:
			to = op.To
		case *messaging.Deliver, *messaging.Forward:
		default:
			continue
		}
		o.hub.counts.messages.Add(1)
		if to != messaging.SysAdmin && !o.listens.Load() {
			continue
		}
		o.mu.Lock()
		if len(o.queue) < mostOverhearing {
			o.queue = append(o.queue, passing{ticket, op})
			o.pump.ring()
		} else {
			o.lanes[AllMessages].lost++
		}
		o.mu.Unlock()
	}
}

// work tells of what is stored by now.
func (o *overhearing) work() {
	for {
		o.mu.Lock()
		queue := o.queue
		o.queue = nil
		o.mu.Unlock()
		if len(queue) == 0 {
			return
		}
		stored := queue[:0]
		for _, p := range queue {
			results, err := p.ticket.Wait(context.Background())
			if err == nil && !refusedArrival(p.op, results) {
				stored = append(stored, p)
			}
		}
		slices.SortStableFunc(stored, func(a, b passing) int { return cmp.Compare(a.ticket.Revision(), b.ticket.Revision()) })
		for _, p := range stored {
			o.tellOf(p.op)
		}
	}
}

// refusedArrival reports whether a message from another hub was none for this one.
func refusedArrival(op journal.Op, results []any) bool {
	if _, arrives := op.(*messaging.Arrive); !arrives {
		return false
	}
	result, is := results[0].(messaging.Arrival)
	return !is || !result.Now || result.Refused != nil
}

// tellOf tells of the messages of an operation.
func (o *overhearing) tellOf(op journal.Op) {
	switch op := op.(type) {
	case *messaging.Send:
		o.pass(op.From, op.To, op.Text, op.Headers)
	case *messaging.Arrive:
		o.pass(op.From, op.To, op.Text, op.Headers)
	case *messaging.Forward:
		headers := op.Headers[:max(0, len(op.Headers)-1)] // the last is ours, for the other hub
		for _, hub := range op.Hubs {
			o.tell(AllMessages, op.From, op.To+"@"+o.hub.node.Name(network.ID(hub)), op.Text, headers)
		}
	case *messaging.Deliver:
		for _, text := range op.Texts[:min(len(op.Texts), mostOfOne)] {
			o.tell(AllMessages, op.From, op.ID, text, nil)
		}
		o.lose(AllMessages, max(0, len(op.Texts)-mostOfOne))
	}
}

// pass tells of one message.
func (o *overhearing) pass(from, to, body string, headers []Header) {
	o.tell(AllMessages, from, to, body, headers)
	if to == messaging.SysAdmin {
		o.tell(ToAdmins, from, to, body, headers)
	}
}

// lose counts what is not shown.
func (o *overhearing) lose(of Passing, n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lanes[of].lost += n
}

// tell tells those of a lane of one message.
func (o *overhearing) tell(of Passing, from, to, body string, headers []Header) {
	now := o.hub.Now()
	lost, ok := o.admit(of, now.Unix())
	if !ok {
		return
	}
	m := o.hub.overheard(from, to, body, headers)
	m.At, m.Lost = now, lost
	o.mu.Lock()
	defer o.mu.Unlock()
	l := &o.lanes[of]
	if of != AllMessages {
		l.kept = append(l.kept, m)
		l.kept = slices.Delete(l.kept, 0, max(0, len(l.kept)-mostKeptForAdmins))
	}
	for h := range l.hearers {
		h.tell(m)
	}
}

// admit says whether a message is one of those that are shown in a second, and how
// many before it were not.
func (o *overhearing) admit(of Passing, second int64) (lost int, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	l := &o.lanes[of]
	if second != l.second {
		l.second, l.shown = second, 0
	}
	if l.shown++; l.shown > mostOverheard {
		l.lost++
		return 0, false
	}
	lost, l.lost = l.lost, 0
	return lost, true
}

// overheard makes a message fit to be shown.
func (h *Hub) overheard(from, to, body string, headers []Header) Overheard {
	m := Overheard{From: from, To: to, ToGroup: true}
	if c, known := h.state.Find(from); known && c.Name != from {
		m.FromName = c.Name
	}
	if c, known := h.state.Find(to); known {
		m.ToGroup = false
		if c.Name != to {
			m.ToName = c.Name
		}
	}
	text := strings.ToValidUTF8(body[:min(len(body), 2*longestOverheard)], "\ufffd") // keys are looked for beyond what is shown
	text = h.access.Redact(text)
	if len(text) > longestOverheard || len(body) > 2*longestOverheard {
		text = strings.ToValidUTF8(text[:min(len(text), longestOverheard)], "")
		m.Left = max(0, len(body)-len(text))
	}
	m.Body = strings.Clone(text)
	room := longestOverheard
	for _, one := range headers {
		if room -= len(one.Name) + len(one.Value); room < 0 {
			break
		}
		m.Headers = append(m.Headers, Header{Name: one.Name, Value: h.access.Redact(one.Value)})
	}
	return m
}
