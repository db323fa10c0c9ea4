package hub

import (
	"context"
	"strings"

	"althing/registry"
	"althing/value"
)

const (
	// mostBelow is how many keys below a branch are counted, and mostCounted those
	// below all branches of an answer.
	mostBelow   = 1000
	mostCounted = 100_000
)

// Branch is a name at one place of the tree that dotted names make: a key, others below
// it, or both.
type Branch struct {
	Name  string // the next part
	Key   string // all of it
	Entry registry.Entry
	Holds bool            // the key itself is there, and holds the Entry
	Past  []registry.Past // of a number: its last values, the oldest first, the present one last
	Below int             // keys below it,
	Many  bool            // and more than that
	After string          // what a call begins behind that goes on behind it
}

// Branches gives the names that come next behind a prefix, "" or "garden.", as many as
// are wanted at most and behind what a Branch's After says. more says that there may be
// others. The keys that the hub itself keeps are left out.
func (s *Session) Branches(ctx context.Context, prefix, behind string, most int) (found []Branch, more bool, err error) {
	if err := s.reading(ctx); err != nil {
		return nil, false, err
	}
	err = s.hub.match(ctx, literally(prefix)+"*", func(ctx context.Context, p *registry.Pattern) error {
		b := branching{hub: s.hub, view: s.hub.state.View(registry.Values), prefix: prefix, left: mostCounted}
		room := s.hub.room()
		for {
			one, is := b.next(ctx, p, behind)
			if !is {
				return nil
			}
			full := room.take(len(one.Key) + value.Size(one.Entry.Value))
			if more = full != nil || len(found) == most; more {
				return nil
			}
			found, behind = append(found, one), one.After
		}
	})
	if err != nil {
		return nil, false, s.refuse(err)
	}
	return found, more, nil
}

// branching goes through the branches behind a prefix.
type branching struct {
	hub    *Hub
	view   *registry.View
	prefix string
	left   int // keys that may still be counted
}

// lastBelow ends a key that is behind all those below a name.
const lastBelow = ".\U0010ffff"

// next gives the first branch behind a key. One that is a key comes where that is, one
// that has only keys below it where the first of them is.
func (b *branching) next(ctx context.Context, p *registry.Pattern, behind string) (Branch, bool) {
	for {
		key, e, is := first(b.view.MatchBehind(ctx, p, behind, b.hub.Now()))
		if !is {
			return Branch{}, false
		}
		name, _, deeper := strings.Cut(key[len(b.prefix):], ".")
		one := Branch{Name: name, Key: b.prefix + name, After: key}
		if !deeper {
			one.Entry, one.Holds = e, true
			if _, is := number(e.Value); is {
				one.Past = b.hub.state.History(key, b.hub.Now())
			}
		} else {
			one.After = one.Key + lastBelow
			if _, there := b.view.Get(one.Key, b.hub.Now()); there {
				behind = one.After // it was given where its key is
				continue
			}
		}
		one.Below, one.Many = b.count(ctx, one.Key+".")
		return one, true
	}
}

// count counts the keys that begin so.
func (b *branching) count(ctx context.Context, prefix string) (n int, many bool) {
	p, err := registry.Compile(literally(prefix) + "*")
	if err != nil {
		return 0, false
	}
	most := min(mostBelow, max(1, b.left))
	for range b.view.Match(ctx, p, b.hub.Now()) {
		if n == most {
			many = true
			break
		}
		n++
	}
	b.left -= n
	return n, many
}

func first(all func(func(string, registry.Entry) bool)) (key string, e registry.Entry, is bool) {
	for key, e := range all {
		return key, e, true
	}
	return "", registry.Entry{}, false
}

// literally is a pattern that means the text itself.
func literally(text string) string { return special.Replace(text) }

var special = strings.NewReplacer("*", "[*]", "?", "[?]", "[", "[[]")
