package hub

import (
	"context"
	"slices"
	"sync"
	"time"

	"althing/access"
	"althing/fault"
	"althing/network"
	"althing/value"
)

const (
	// mostFollows is how many watches of other hubs' keys there may be at a time, a
	// watch of all hubs being one for each: each has a goroutine that waits, some
	// 8 KB.
	mostFollows = 4000
	// awayPause is how long a watch waits for the way to its hub: who is back is
	// found within two seconds, and looking costs nothing that crosses a link.
	awayPause = time.Second
	// refusedPause is how long it waits after another refusal.
	refusedPause = 10 * time.Second
	// crowdedPause is between two looks when the links have no place for one more
	// question that waits.
	crowdedPause = 2 * time.Second
	// answerGrace is how much longer than the wait an answer may take.
	answerGrace = 4 * time.Second
)

// Follow is a watch of another hub's keys. It asks that hub what has changed, and
// asks again with each answer; when there is no way to the hub it waits for one,
// and goes on where it was. Those that ask for the same with the same rights ask
// once for all. Begin is called once; Stop by anybody, and more than once.
type Follow struct {
	of      *watches
	asker   Asker
	hub     string
	pattern string
	tell    func(Changes) error
	ctx     context.Context //nolint:containedctx // it is the watch's life, not a request's
	end     context.CancelFunc
	at      position // of whoever asks next
	left    sync.Once
}

// Follow makes a watch of the hub with that ID, as Watch does of this one; the
// revisions are that hub's. Nothing is told before Begin.
func (s *Session) Follow(to, pattern string, after uint64, tell func(Changes) error) (*Follow, error) {
	asker, err := s.Asker()
	if err != nil {
		return nil, err
	}
	if !s.hub.roomToFollow() {
		return nil, s.refuse(errFollows)
	}
	f := newFollow(asker, &s.watches, to, pattern, after, tell)
	if err := s.watches.add(f, s.hub.config.Limits.Watches); err != nil {
		f.Stop()
		return nil, s.refuse(err)
	}
	return f, nil
}

var errFollows = fault.New(fault.Limit, "this hub watches other hubs' keys %d times already; end a watch first", mostFollows)

// roomToFollow takes a place among the watches of other hubs, which goes with the
// Follow that is made then; false: there is none.
func (h *Hub) roomToFollow() bool {
	if h.follows.Add(1) <= mostFollows {
		return true
	}
	h.follows.Add(-1)
	return false
}

func newFollow(asker Asker, of *watches, to, pattern string, after uint64, tell func(Changes) error) *Follow {
	ctx, end := context.WithCancel(context.Background())
	return &Follow{
		of: of, asker: asker, hub: to, pattern: pattern, tell: tell, ctx: ctx, end: end,
		at: position{after: after, anew: after == 0},
	}
}

// Begin asks for the first time. A refusal is its error, and the end of the watch;
// a hub that is away is none.
func (f *Follow) Begin(ctx context.Context) error {
	first, err := f.ask(ctx, 0)
	if err != nil && !Away(err) {
		f.Stop()
		return err
	}
	if !f.asker.hub.crew.start(func() { f.run(first, err) }) {
		f.Stop()
		return errEnded
	}
	return nil
}

// Stop ends the watch; what it was telling may be on its way.
func (f *Follow) Stop() {
	f.end()
	f.of.remove(f)
	f.left.Do(func() { f.asker.hub.follows.Add(-1) })
}

// run tells of what comes, and asks for more, until the watch is stopped.
func (f *Follow) run(news batch, err error) {
	defer f.Stop()
	for {
		wait := longestLook
		if err == nil {
			err = f.pass(news)
			if err != nil {
				return
			}
		} else {
			var pause time.Duration
			if pause, wait = patienceWith(err); !f.pause(pause) {
				return
			}
		}
		if news, err = f.ask(f.ctx, wait); f.ctx.Err() != nil {
			return
		}
	}
}

// pass tells of an answer, if there is something in it.
func (f *Follow) pass(news batch) error {
	all := f.at.anew
	f.at = news.next
	if len(news.List) == 0 && !news.Anew && !all {
		return nil
	}
	return f.tell(news.Changes)
}

// patienceWith says how long to wait after a question has failed, and how long the
// next one is to wait.
func patienceWith(err error) (pause, wait time.Duration) {
	switch {
	case Away(err):
		return awayPause, longestLook
	case fault.Is(err, fault.Limit):
		return crowdedPause, 0
	default:
		return refusedPause, longestLook
	}
}

// pause waits; false: the watch has ended meanwhile.
func (f *Follow) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-f.ctx.Done():
	case <-f.asker.hub.stopping:
	}
	return false
}

// ask asks for what is behind where the watch is. When there is something already,
// it does not wait for anybody's answer.
func (f *Follow) ask(ctx context.Context, wait time.Duration) (batch, error) {
	if f.at.anew || wait == 0 {
		return f.asker.changes(ctx, f.hub, f.pattern, f.at, 0)
	}
	news, err := f.asker.hub.inquired.join(ctx, f)
	return news.behind(f.at), err
}

// behind leaves out what was told before by who is at that position.
func (b batch) behind(at position) batch {
	if b.Anew || at.anew {
		return b
	}
	i := 0
	for i < len(b.List) && b.List[i].Rev <= at.after {
		i++
	}
	b.List = b.List[i:]
	return b
}

// changes asks another hub what has changed.
func (a Asker) changes(ctx context.Context, to, pattern string, at position, wait time.Duration) (batch, error) {
	ctx, cancel := context.WithTimeout(ctx, wait+answerGrace)
	defer cancel()
	v, err := a.hub.node.Ask(ctx, network.Question{
		To: network.ID(to), From: a.from, Role: network.Role(a.role), What: askChanges, Waits: wait > 0,
		Params: value.DictOf("pattern", value.Str(pattern), "at", at.pack(), "wait", value.Float(wait.Seconds())),
	})
	if err != nil {
		return batch{}, err
	}
	b, ok := unpackBatch(v)
	if !ok {
		return batch{}, errStrange
	}
	return b, nil
}

// inquiries are the questions for changes that wait for their answers. Safe for
// concurrent use.
type inquiries struct {
	mu  sync.Mutex
	all map[inquiryKey][]*inquiry
}

type inquiryKey struct {
	hub, pattern string
	role         access.Role
}

// inquiry is one question, of all who wait for its answer. It waits for that also
// when nobody else does any more: its place at the other hub is taken until then,
// and who comes meanwhile needs no other.
type inquiry struct {
	at   position
	done chan struct{} // closed when there is an answer:
	news batch
	err  error
}

// join waits for the answer to a question that somebody has asked already, from no
// later than where f is, and else asks it.
func (l *inquiries) join(ctx context.Context, f *Follow) (batch, error) {
	i := l.under(f)
	select {
	case <-i.done:
		return i.news, i.err
	case <-ctx.Done():
		return batch{}, ctx.Err()
	}
}

// under gives the question that f is to wait for.
func (l *inquiries) under(f *Follow) *inquiry {
	key := inquiryKey{f.hub, f.pattern, f.asker.role}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, i := range l.all[key] {
		if i.at.after <= f.at.after {
			return i
		}
	}
	i := &inquiry{at: f.at, done: make(chan struct{})}
	if l.all == nil {
		l.all = map[inquiryKey][]*inquiry{}
	}
	asker := f.asker
	if asker.hub.crew.start(func() {
		i.news, i.err = asker.changes(context.Background(), key.hub, key.pattern, i.at, longestLook)
		l.answered(key, i)
	}) {
		l.all[key] = append(l.all[key], i)
	} else {
		i.err = errEnded
		close(i.done)
	}
	return i
}

// answered takes a question out that nobody is to join any more.
func (l *inquiries) answered(key inquiryKey, i *inquiry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(i.done)
	if l.all[key] = slices.DeleteFunc(l.all[key], func(other *inquiry) bool { return other == i }); len(l.all[key]) == 0 {
		delete(l.all, key)
	}
}
