package session

import (
	"context"
	"time"

	"althing"
	"althing/fault"
	"althing/hub"
	"althing/value"
)

// seconds is a point in time in Unix seconds.
func seconds(at time.Time) value.Value { return value.Float(float64(at.UnixMicro()) / 1e6) }

func set(_ context.Context, session *hub.Session, p *params) (althing.Answer, error) {
	set := hub.Set{Key: p.text("key"), Value: p.needed("value")}
	if after, ok := p.seconds("expire"); ok {
		set.Expire = &after
	}
	set.Expect, _ = p.given("expect")
	if revision, ok := p.number("expect_revision"); ok {
		set.ExpectRevision = &revision
	}
	if p.err != nil {
		return done, p.err
	}
	return later(session.Set(set), func(revision uint64) (althing.Answer, error) {
		return answer(member("revision", value.Int(revision)))
	})
}

func get(ctx context.Context, session *hub.Session, p *params) (althing.Answer, error) {
	key := p.text("key")
	fallback, hasFallback := p.given("default")
	if p.err != nil {
		return done, p.err
	}
	e, found, err := session.Get(ctx, key)
	switch {
	case err != nil:
		return done, err
	case found:
		return answer(member("value", e.Value), member("revision", value.Int(e.Rev)), member("time", seconds(e.At)))
	case hasFallback:
		return answer(member("value", fallback), member("revision", value.Int(0)), member("time", value.None{}))
	}
	return done, fault.New(fault.NotFound, "there is no key '%.80s'", key)
}

func fetch(ctx context.Context, session *hub.Session, p *params) (althing.Answer, error) {
	pattern := p.text("pattern")
	if p.err != nil {
		return done, p.err
	}
	if _, paged := p.given("limit"); paged {
		return page(ctx, session, p, pattern)
	}
	entries, err := session.Fetch(ctx, pattern)
	if err != nil {
		return done, err
	}
	all, err := value.NewDict(entries)
	if err != nil {
		return done, err
	}
	return answer(member("entries", all))
}

// page answers registry.fetch with a part of what matches.
func page(ctx context.Context, session *hub.Session, p *params, pattern string) (althing.Answer, error) {
	behind, most := p.maybeText("behind"), p.count("limit")
	if p.err != nil {
		return done, p.err
	}
	entries, more, err := session.Page(ctx, pattern, behind, most)
	if err != nil {
		return done, err
	}
	part, err := value.NewDict(entries)
	if err != nil {
		return done, err
	}
	return answer(member("entries", part), member("more", value.Bool(more)))
}

func list(ctx context.Context, session *hub.Session, p *params) (althing.Answer, error) {
	pattern := p.text("pattern")
	if p.err != nil {
		return done, p.err
	}
	keys, err := session.List(ctx, pattern)
	if err != nil {
		return done, err
	}
	return answer(member("keys", value.Texts(keys)))
}

func remove(ctx context.Context, session *hub.Session, p *params) (althing.Answer, error) {
	pattern := p.text("pattern")
	if p.err != nil {
		return done, p.err
	}
	n, err := session.Delete(ctx, pattern)
	if err != nil {
		return done, err
	}
	return answer(member("count", value.Int(n)))
}

func history(ctx context.Context, session *hub.Session, p *params) (althing.Answer, error) {
	key := p.text("key")
	if p.err != nil {
		return done, p.err
	}
	past, err := session.History(ctx, key)
	if err != nil {
		return done, err
	}
	values := make(value.List, len(past))
	for i, was := range past {
		values[i] = value.List{seconds(was.At), was.Value}
	}
	return answer(member("values", values))
}
