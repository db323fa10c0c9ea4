package registry

import (
	"context"
	"iter"
	"strings"
	"time"

	"github.com/tidwall/btree"
)

// View is a picture of a registry at one revision. It costs a pointer for
// every 63 keys, not a copy, and never changes: any number of goroutines may
// read it while the registry goes on.
type View struct {
	names    *btree.Map[string, uint32]
	table    table
	revision uint64
}

// View takes the picture. It may not run beside anything else of the registry.
func (r *Registry) View() *View {
	return &View{names: r.names.Copy(), table: r.table.picture(), revision: r.revision}
}

// Len is the number of keys, those that have run out among them.
func (v *View) Len() int { return v.names.Len() }

// Revision is that of the last change which the picture shows.
func (v *View) Revision() uint64 { return v.revision }

// Get gives what a key holds at the time now.
func (v *View) Get(key string, now time.Time) (Entry, bool) {
	slot, there := v.names.Get(key)
	if !there {
		return Entry{}, false
	}
	e := v.table.get(slot)
	if e.over(now.UnixNano()) {
		return Entry{}, false
	}
	return e.public(), true
}

// All gives every key in order, with what it holds at the time now.
func (v *View) All(now time.Time) iter.Seq2[string, Entry] {
	return v.Match(context.Background(), everything, now)
}

// namesPerLook is how many names are matched before the context is asked
// again: the worst pattern on the worst name takes about a millisecond.
const namesPerLook = 16

// Match gives, in order, the keys that match and what they hold at the time
// now. It ends early when ctx does; ask ctx.Err afterwards.
func (v *View) Match(ctx context.Context, p *Pattern, now time.Time) iter.Seq2[string, Entry] {
	return v.MatchBehind(ctx, p, "", now)
}

// MatchBehind is Match for the keys behind one, in their order; all are behind
// the empty one.
func (v *View) MatchBehind(ctx context.Context, p *Pattern, key string, now time.Time) iter.Seq2[string, Entry] {
	return func(yield func(string, Entry) bool) {
		for e := range v.match(ctx, p, key, now) {
			if !yield(e.key, e.public()) {
				return
			}
		}
	}
}

func (v *View) match(ctx context.Context, p *Pattern, behind string, now time.Time) iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		nanos, looked := now.UnixNano(), 0
		v.names.Ascend(max(p.prefix, behind), func(key string, slot uint32) bool {
			if looked++; looked%namesPerLook == 0 && ctx.Err() != nil {
				return false
			}
			if !strings.HasPrefix(key, p.prefix) {
				return false
			}
			if key == behind {
				return true
			}
			if !p.Match(key) {
				return !p.exact // nothing else begins with all of it and is it
			}
			e := v.table.get(slot)
			return e.over(nanos) || yield(e)
		})
	}
}
