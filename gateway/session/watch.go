package session

import (
	"context"
	"maps"
	"slices"

	"althing"
	"althing/fault"
	"althing/hub"
	"althing/value"
)

// eventAnew tells that a watch begins anew.
const eventAnew = "anew"

var errLinkClosed error = fault.New(fault.Closed, "the client has gone")

// watching is a watch that goes on until it is stopped.
type watching interface{ Stop() }

// watch begins to tell the client of what changes.
func (s *Server) watch(ctx context.Context, c *althing.Conn, given *value.Dict) (althing.Answer, error) {
	p := params{of: given}
	pattern := p.text("pattern")
	if p.err != nil {
		return done, p.err
	}
	a, err := s.hub.Locate(pattern)
	if err != nil {
		return done, err
	}
	l := linkOf(ctx)
	t := &teller{conn: c, link: l, id: l.number(), answered: make(chan struct{})}
	if a.Every {
		return t.watchAll(ctx, a.Name, &p)
	}
	after, knows := p.number("after")
	t.knows = knows
	switch {
	case p.err != nil:
		return done, p.err
	case !a.Here:
		t.where = "@" + s.hub.NameOf(a.Hubs[0])
		return t.follow(ctx, a, after)
	}
	err = l.use(func(session *hub.Session) error {
		w, err := session.Watch(ctx, a.Name, after, func(news hub.Changes) error { return t.tell(ctx, news) })
		if err == nil {
			l.keep(t.id, w)
		}
		return err
	})
	if err != nil {
		return done, err
	}
	return t.begun()
}

// follow begins to tell the client of what changes at another hub.
func (t *teller) follow(ctx context.Context, a hub.Address, after uint64) (althing.Answer, error) {
	var f *hub.Follow
	err := t.link.use(func(session *hub.Session) (err error) {
		f, err = session.Follow(a.Hubs[0], a.Name, after, func(news hub.Changes) error { return t.tell(ctx, news) })
		return err
	})
	if err != nil {
		return done, err
	}
	return althing.Answer{Later: func(ctx context.Context) (althing.Answer, error) {
		t.link.keep(t.id, f)
		if err := f.Begin(ctx); err != nil {
			t.link.forget(t.id)
			return done, err
		}
		return t.begun()
	}}, nil
}

// watchAll begins to tell the client of what changes at any hub. What it tells of
// each of them goes on behind that hub's own revision.
func (t *teller) watchAll(ctx context.Context, pattern string, p *params) (althing.Answer, error) {
	behind := p.numbers("after", hub.MostHubs)
	if p.err != nil {
		return done, p.err
	}
	err := t.link.use(func(session *hub.Session) error {
		w, err := session.WatchAll(ctx, pattern, slices.Collect(maps.Keys(behind)), func(name string) (uint64, func(hub.Changes) error) {
			of := *t
			of.hub, of.where = name, "@"+name
			var after uint64
			after, of.knows = behind[name]
			delete(behind, name) // another hub of that name is another one
			return after, func(news hub.Changes) error { return of.tell(ctx, news) }
		})
		if err == nil {
			t.link.keep(t.id, w)
		}
		return err
	})
	if err != nil {
		return done, err
	}
	return t.begun()
}

// teller tells one client of what one watch sees at one hub. tell is called by one
// goroutine at a time.
type teller struct {
	conn     *althing.Conn
	link     *link
	id       value.Int
	answered chan struct{} // closed when the client knows the watch
	knows    bool          // the client has been told of something, or says so
	where    string        // what the client finds behind a key: @hub, when it is another's
	hub      string        // of a watch of all hubs: the one that is told of
}

// begun is the answer that names the watch. What it tells comes behind it.
func (t *teller) begun() (althing.Answer, error) {
	begun, err := answer(member("watch", t.id))
	begun.After = func() { close(t.answered) }
	return begun, err
}

// tell tells of changes, at the pace at which the client reads.
func (t *teller) tell(ctx context.Context, news hub.Changes) error {
	select {
	case <-t.answered:
	case <-t.link.closed:
		return errLinkClosed
	}
	if t.knows && news.Anew {
		if err := t.say(ctx, func() error { return t.anew() }); err != nil {
			return err
		}
	}
	if t.knows && len(news.List) == 0 { // what it knows is there no more
		return t.changed(ctx, member("after", value.Int(news.After)))
	}
	t.knows = true
	for i, change := range news.List {
		members := []value.Pair{
			member("key", value.Str(change.Key+t.where)), member("value", value.None{}), member("revision", value.Int(change.Rev)),
		}
		if change.Deleted {
			members = append(members, member("deleted", value.Bool(true)))
		} else {
			members[1].Value = change.Value
		}
		if i == len(news.List)-1 && news.After > 0 {
			members = append(members, member("after", value.Int(news.After)))
		}
		if err := t.changed(ctx, members...); err != nil {
			return err
		}
	}
	return nil
}

// changed sends one notification of the watch.
func (t *teller) changed(ctx context.Context, members ...value.Pair) error {
	d, err := value.NewDict(append(t.about(), members...))
	if err != nil {
		return err
	}
	return t.say(ctx, func() error { return t.conn.Notify("registry.changed", d) })
}

func (t *teller) anew() error {
	d, err := value.NewDict(t.about())
	if err != nil {
		return err
	}
	return t.conn.Event(eventAnew, d)
}

// about says of what something is told.
func (t *teller) about() []value.Pair {
	about := []value.Pair{member("watch", t.id)}
	if t.hub != "" {
		about = append(about, member("hub", value.Str(t.hub)))
	}
	return about
}

// say says something when there is room for it. The watches of a client take
// turns: otherwise each would work out what there is no room for, and hold it.
func (t *teller) say(ctx context.Context, something func() error) error {
	t.link.telling.Lock()
	defer t.link.telling.Unlock()
	for {
		err := something()
		if !fault.Is(err, fault.Full) {
			return err
		}
		if err := t.conn.Flush(ctx); err != nil {
			return err
		}
	}
}

// unwatch ends a watch.
func unwatch(ctx context.Context, _ *althing.Conn, given *value.Dict) (althing.Answer, error) {
	p := params{of: given}
	id, ok := p.number("watch")
	if !ok {
		p.wrong("'watch' is missing among the params")
	}
	if p.err != nil {
		return done, p.err
	}
	w := linkOf(ctx).forget(value.Int(id))
	if w == nil {
		return done, fault.New(fault.NotFound, "there is no watch %d", id)
	}
	w.Stop()
	return done, nil
}

// number gives a watch a number of its own.
func (l *link) number() value.Int {
	l.watching.Lock()
	defer l.watching.Unlock()
	l.last++
	return l.last
}

func (l *link) keep(id value.Int, w watching) {
	l.watching.Lock()
	defer l.watching.Unlock()
	if l.watches == nil {
		l.watches = map[value.Int]watching{}
	}
	l.watches[id] = w
}

// forget gives the watch with that number, and nil when there is none.
func (l *link) forget(id value.Int) watching {
	l.watching.Lock()
	defer l.watching.Unlock()
	w := l.watches[id]
	delete(l.watches, id)
	return w
}
