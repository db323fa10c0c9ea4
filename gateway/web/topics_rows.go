package web

import (
	"context"
	"encoding/json"
	"time"

	"althing/fault"
	"althing/hub"
	"althing/registry"
)

// tellRegistry tells of the shared values that match a pattern, here or, behind an @,
// at another hub.
func tellRegistry(ctx context.Context, s *source) error {
	at, err := s.feed.hub.Locate(s.about)
	switch {
	case err != nil:
		return err
	case at.Every:
		return fault.New(fault.Invalid, "a topic is about one hub's keys; subscribe to one for each")
	case at.Here:
		return tellOwnRegistry(ctx, s, at.Name)
	}
	r := newRows(s)
	f, err := s.session.Follow(at.Hubs[0], at.Name, 0, func(news hub.Changes) error { return tellChanges(r, news) })
	if err != nil {
		return err
	}
	if err := f.Begin(ctx); err != nil {
		return err
	}
	defer f.Stop()
	<-ctx.Done()
	return nil
}

// tellOwnRegistry looks at as many keys as are told of, however many match: what
// changes meanwhile waits, and is told behind them.
func tellOwnRegistry(ctx context.Context, s *source, pattern string) error {
	r, shown := newRows(s), make(chan struct{})
	w, err := s.session.Watch(ctx, pattern, hub.FromNow, func(news hub.Changes) error {
		select {
		case <-shown:
			return tellChanges(r, news)
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	if err != nil {
		return err
	}
	defer w.Stop()
	found, more, err := s.session.Entries(ctx, pattern, "", mostRows)
	if err != nil {
		return err
	}
	for _, f := range found {
		r.set(f.Key, registryRow(f.Key, f.Entry))
	}
	r.more = r.more || more
	r.show()
	close(shown)
	<-ctx.Done()
	return nil
}

// tellChanges tells of a part of what a watch tells.
func tellChanges(r *rows, news hub.Changes) error {
	if news.Anew {
		r.anew()
	}
	for _, change := range news.List {
		if change.Deleted {
			r.remove(change.Key)
		} else {
			r.set(change.Key, registryRow(change.Key, registry.Entry{Value: change.Value, Rev: change.Rev, At: change.Set, Expire: change.Expire}))
		}
	}
	if !r.shown && (news.After > 0 || len(news.List) == 0) {
		r.show()
	}
	return nil
}

// registryRow is a shared value, as GET /registry gives it.
func registryRow(key string, e registry.Entry) []byte {
	row, _ := json.Marshal(entryOf(key, e)) // values, texts and times can be written
	return row
}

// tellGroups tells which groups there are.
func tellGroups(ctx context.Context, s *source) error {
	return tellOverview(ctx, s, func(o hub.Overview) (all []row, more bool) {
		for group, members := range o.Groups() {
			all = append(all, row{group, struct {
				Key     string `json:"key"`
				Members int    `json:"members"`
			}{group, members}})
		}
		return all, false
	})
}

// tellTree tells which hubs there are, and which links.
func tellTree(ctx context.Context, s *source) error {
	return tellOverview(ctx, s, func(o hub.Overview) (all []row, more bool) {
		for _, h := range o.Hubs() {
			all = append(all, row{h.ID, hubRowOf(h)})
		}
		return all, false
	})
}

// hubRow is a hub of the tree.
type hubRow struct {
	Key     string    `json:"key"` // its ID
	Name    string    `json:"name"`
	Path    string    `json:"path"`
	Parent  string    `json:"parent"` // its ID; empty: none is known
	Layer   int       `json:"layer"`
	Version string    `json:"version"`
	Session string    `json:"session"` // addresses
	Text    string    `json:"text"`
	Self    bool      `json:"self"`
	Up      bool      `json:"up"` // the link to its parent
	Since   time.Time `json:"since"`
}

func hubRowOf(h hub.Place) hubRow {
	return hubRow{
		Key: h.ID, Name: h.Name, Path: h.Path, Parent: string(h.Parent), Layer: h.Layer, Version: h.Version,
		Session: h.Session, Text: h.Text, Self: h.Self, Up: h.Up, Since: h.Since,
	}
}

// tellOverview looks once a second and tells what has changed.
func tellOverview(ctx context.Context, s *source, look func(hub.Overview) (all []row, more bool)) error {
	o, err := s.session.Overview()
	if err != nil {
		return err
	}
	r := newRows(s)
	return each(ctx, usualTick, func(time.Time) error { return r.become(look(o)) })
}
