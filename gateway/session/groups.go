package session

import (
	"context"
	"maps"
	"slices"

	"althing"
	"althing/hub"
	"althing/value"
)

func join(_ context.Context, session *hub.Session, p *params) (althing.Answer, error) {
	group := p.text("group")
	if p.err != nil {
		return done, p.err
	}
	return later(session.Join(group), stored)
}

func leave(_ context.Context, session *hub.Session, p *params) (althing.Answer, error) {
	group := p.text("group")
	if p.err != nil {
		return done, p.err
	}
	return later(session.Leave(group), stored)
}

func groups(ctx context.Context, session *hub.Session, _ *params) (althing.Answer, error) {
	sizes, err := session.Groups(ctx)
	if err != nil {
		return done, err
	}
	names := slices.Sorted(maps.Keys(sizes))
	pairs := make([]value.Pair, len(names))
	for i, name := range names {
		pairs[i] = member(name, value.Int(sizes[name]))
	}
	counted, err := value.NewDict(pairs)
	if err != nil {
		return done, err
	}
	return answer(member("groups", value.Texts(names)), member("sizes", counted))
}

func members(ctx context.Context, session *hub.Session, p *params) (althing.Answer, error) {
	group := p.text("group")
	if p.err != nil {
		return done, p.err
	}
	clients, err := session.Members(ctx, group)
	if err != nil {
		return done, err
	}
	all := make(value.List, len(clients))
	for i, c := range clients {
		all[i] = value.DictOf("id", value.Str(c.ID), "name", value.Str(c.Name))
	}
	return answer(member("members", all))
}
