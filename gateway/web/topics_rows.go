package web

import (
	"context"
	"strconv"
	"time"

	"althing/fault"
	"althing/hub"
	"althing/registry"
	"althing/value"
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
	}
	r := newRows(s)
	tell := func(news hub.Changes) error {
		tellChanges(r, news)
		return ctx.Err()
	}
	if at.Here {
		w, err := s.session.Watch(ctx, at.Name, 0, tell)
		if err != nil {
			return err
		}
		defer w.Stop()
	} else {
		f, err := s.session.Follow(at.Hubs[0], at.Name, 0, tell)
		if err != nil {
			return err
		}
		if err := f.Begin(ctx); err != nil {
			return err
		}
		defer f.Stop()
	}
	<-ctx.Done()
	return nil
}

// tellChanges tells of a part of what a watch tells.
func tellChanges(r *rows, news hub.Changes) {
	if news.Anew {
		r.anew()
	}
	for _, change := range news.List {
		if change.Deleted {
			r.remove(change.Key)
		} else {
			r.set(change.Key, registryRow(change))
		}
	}
	if !r.shown && (news.After > 0 || len(news.List) == 0) {
		r.show()
	}
}

// registryRow is a shared value in JSON.
func registryRow(change registry.Change) []byte {
	row := append([]byte(`{"key":`), quoted(change.Key)...)
	row = value.AppendJSON(append(row, `,"value":`...), change.Value)
	row = strconv.AppendUint(append(row, `,"revision":`...), change.Rev, 10)
	return append(row, '}')
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
