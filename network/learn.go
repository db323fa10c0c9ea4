package network

import (
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"time"

	"althing/fault"
)

// Link says whether the link between a hub and its parent is there.
type Link struct {
	Hub, Parent ID
	Up          bool
}

// News is what one hub tells a neighbor about the tree.
type News struct {
	Records []*Record
	Links   []Link
	// Whole: it is all that the hub has to tell of its side of the tree. What it
	// does not name is there no more.
	Whole bool
}

// Empty reports whether there is nothing in it.
func (n *News) Empty() bool { return len(n.Records)+len(n.Links) == 0 && !n.Whole }

func (n *News) add(h Hub) {
	n.Records = append(n.Records, h.Record)
	if h.Parent != "" {
		n.Links = append(n.Links, Link{h.id, h.Parent, h.Up})
	}
}

func (n *News) append(more News) {
	n.Records, n.Links = append(n.Records, more.Records...), append(n.Links, more.Links...)
}

// Side gives all that a neighbor is to know when its link comes up: what is on this
// side, and of those on the neighbor's side the records that it may not have, for it
// may believe them to be here. Those are the ones that are newer than what it has
// told, or all when it has told nothing yet. Parents stand before children.
func (t *Tree) Side(neighbor ID, told ...*Record) News {
	has := make(map[ID]uint64, len(told))
	for _, r := range told {
		has[r.id] = r.Sequence
	}
	n := News{Whole: true}
	for _, h := range t.All() {
		switch {
		case t.mine(h.id, neighbor):
			n.add(h)
		case h.Sequence > has[h.id]:
			n.Records = append(n.Records, h.Record)
		}
	}
	return n
}

// Digest sums up the hub's side of the link to a neighbor, and what it believes of
// the neighbor's side. What one believes is to be what the other has: when it stays
// different although all has been told, the whole side is told again. What is behind
// links that are down does not count, for nobody can tell now how it is.
func (t *Tree) Digest(neighbor ID) (ours, theirs uint64) {
	heard := t.heard()
	for id, h := range t.hubs {
		if !heard(id) {
			continue
		}
		sum := fnv.New64a()
		fmt.Fprint(sum, id, h.Sequence, h.Up)
		if t.mine(id, neighbor) {
			ours += sum.Sum64() // in any order
		} else {
			theirs += sum.Sum64()
		}
	}
	return ours, theirs
}

// heard gives a test of whether this hub is told how another one is now: the way to
// it is free, or that to the hub above it, which knows what is below.
func (t *Tree) heard() func(ID) bool {
	free := map[ID]bool{}
	var reach func(ID)
	reach = func(id ID) {
		h, known := t.hubs[id]
		if !known || free[id] {
			return
		}
		free[id] = true
		if h.Up {
			reach(h.Parent)
		}
		for _, child := range t.children[id] {
			if t.hubs[child].Up {
				reach(child)
			}
		}
	}
	reach(t.self.id)
	return func(id ID) bool { return free[id] || free[t.hubs[id].parent()] }
}

// mine reports whether a hub is on this side of the link to a neighbor.
func (t *Tree) mine(id, neighbor ID) bool {
	if neighbor == t.self.Parent {
		return t.Below(id, t.self.id)
	}
	return !t.Below(id, neighbor)
}

// Connected notes whether the link between a hub and its parent is there; one of
// them is the hub itself. It gives what others are to be told.
func (t *Tree) Connected(child ID, up bool, at time.Time) News {
	h, known := t.hubs[child]
	ours := child == t.self.id || h.parent() == t.self.id
	if !known || !ours || h.Up == up {
		return News{} // or it has a link to another one by now
	}
	t.put(h.Record, up, at)
	return News{Links: []Link{{child, h.Parent, up}}}
}

// Suits says why a hub could not be a child, or nil.
func (t *Tree) Suits(r *Record) error {
	below := *r
	below.Parent = t.self.id
	return t.fits(&below)
}

// Adopt makes a hub a child: it has come with this record. It gives what others
// are to be told, or why it cannot be: fault.Conflict when it is above this hub,
// or not as new as what is known of it.
func (t *Tree) Adopt(r *Record, at time.Time) (News, error) {
	h, known := t.hubs[r.id]
	switch {
	case r.Parent != t.self.id:
		return News{}, fault.New(fault.Invalid, "the record is that of a hub below another one")
	case known && h.Sequence == r.Sequence && h.Parent == t.self.id:
		return t.Connected(r.id, true, at), nil // it has come back as it was
	case !t.newer(r):
		return News{}, fault.New(fault.Conflict, "something newer is known of the hub '%s' here; is it a copy of another one?", r.Name)
	}
	if err := t.fits(r); err != nil {
		return News{}, err
	}
	t.put(r, true, at)
	delete(t.gone, r.id)
	t.arrange()
	return t.under(map[ID]bool{r.id: true}), nil
}

// under gives the hubs that are, or are below, one of those: who has been told of
// one before may not know, or not have believed, what is below it.
func (t *Tree) under(tops map[ID]bool) (n News) {
	for _, h := range t.All() {
		if slices.ContainsFunc(t.line(h.id), func(id ID) bool { return tops[id] }) {
			n.add(h)
		}
	}
	return n
}

// Move puts the hub below another parent, whose link is there: r is the hub's new
// record, and side what the parent has told of its side. Each child is to be told
// its Side then. The error says why it cannot be, and the hub is where it was.
func (t *Tree) Move(r *Record, side News, at time.Time) error {
	before, self := maps.Clone(t.hubs), t.self
	t.self = r
	t.put(r, true, at)
	for _, told := range side.Records {
		if told.id != r.id && t.newer(told) {
			t.put(told, told.Parent == "", at)
		}
	}
	if line := t.line(r.id); len(line) > MaxDepth || slices.Contains(line[1:], r.id) {
		t.self, t.hubs = self, before
		return errKnot
	}
	t.arrange()
	t.prune(time.Time{}) // the hub itself wants no more of them
	t.Learn(r.Parent, side, at)
	return nil
}

var errKnot = fault.New(fault.Conflict, "the hub that was named is below this one: that would tie the tree into a knot")

// Learn takes in what a neighbor tells. A child is believed about what is below
// it, the parent about all that is not below this hub; what hubs say of themselves
// they have signed. It gives what is new and has to be handed on. knot says that a
// hub above this one has come to be below it: two have moved at the same time, and
// this hub has to leave its parent.
func (t *Tree) Learn(neighbor ID, n News, at time.Time) (fresh News, knot bool) {
	if neighbor != t.self.Parent && t.hubs[neighbor].parent() != t.self.id && !slices.ContainsFunc(n.Records, func(r *Record) bool { return t.stays(neighbor, r) }) {
		return News{}, false
	}
	records, taken := slices.Clone(n.Records), map[ID]bool{}
	for more := true; more; { // parents may stand behind their children
		more = false
		records = slices.DeleteFunc(records, func(r *Record) bool {
			if !t.take(neighbor, r, at) {
				return false
			}
			taken[r.id], more = true, true
			return true
		})
	}
	for _, r := range records {
		if t.leaves(neighbor, r) {
			t.leave(r, at)
			fresh.Records = append(fresh.Records, r)
		}
	}
	knot = slices.ContainsFunc(records, func(r *Record) bool { return t.tiesKnot(neighbor, r) })
	t.prune(at)
	for _, l := range n.Links {
		h, known := t.hubs[l.Hub]
		if !known || h.Parent != l.Parent || h.Up == l.Up || t.mine(l.Hub, neighbor) || l.Hub == neighbor && neighbor != t.self.Parent {
			continue
		}
		t.put(h.Record, l.Up, at)
		fresh.Links = append(fresh.Links, l)
	}
	if n.Whole {
		t.forgetUnnamed(neighbor, n, at)
	}
	if len(taken) > 0 {
		fresh.append(t.under(taken))
	}
	return fresh, knot
}

// tiesKnot reports whether a record, which was not taken, tells that a hub above
// this one is now below a child.
func (t *Tree) tiesKnot(neighbor ID, r *Record) bool {
	return t.newer(r) && neighbor != t.self.Parent && t.Below(r.Parent, neighbor) && t.Below(t.self.id, r.id)
}

// take takes a record that a neighbor tells; false: not (yet), or it is not new.
func (t *Tree) take(neighbor ID, r *Record, at time.Time) bool {
	if r.id == t.self.id || !t.newer(r) {
		return false
	}
	fromParent := neighbor == t.self.Parent
	_, known := t.hubs[r.id]
	_, parentKnown := t.hubs[r.Parent]
	theirs := parentKnown && !t.mine(r.Parent, neighbor)
	moves := known && parentKnown && !t.mine(r.id, neighbor)
	switch {
	case t.stays(neighbor, r):
	case (theirs || moves) && t.fits(r) == nil:
		// Of one that moves, the side where it is now will tell, too.
	case fromParent && r.Parent == "" && (t.Below(t.self.id, r.id) || !known && len(t.hubs) < MaxHubs):
	default:
		return false
	}
	before := t.hubs[r.id]
	t.put(r, r.Parent == "" || r.Parent == t.self.id && r.id == neighbor || before.parent() == r.Parent && before.Up, at)
	delete(t.gone, r.id)
	t.arrange()
	return true
}

// stays reports whether a record is a child's own, by which it says that it is one
// still: it was thought to have moved.
func (t *Tree) stays(neighbor ID, r *Record) bool {
	return r.id == neighbor && r.Parent == t.self.id && t.newer(r) && t.fits(r) == nil
}

// leaves reports whether a record, which was not taken, tells that a hub on the
// neighbor's side is in this tree no more. One that is below another one which is
// believed to be below it is somewhere in it: there is more to come.
func (t *Tree) leaves(neighbor ID, r *Record) bool {
	_, known := t.hubs[r.id]
	return known && t.newer(r) && !t.mine(r.id, neighbor) && !t.Below(t.self.id, r.id) && !t.Below(r.Parent, r.id)
}

// leave forgets the hub that has left by a record, and those below it. One that is
// below another one may be in the tree all the same, and then be told of.
func (t *Tree) leave(r *Record, at time.Time) {
	if r.Parent == "" {
		at = time.Time{}
	}
	t.forget(func(id ID) bool { return t.Below(id, r.id) }, at)
	left := t.gone[r.id]
	left.Sequence = r.Sequence
	t.gone[r.id] = left
}

// Lose forgets a child that will not come back, and those below it. The neighbors are
// to be told the whole Side, in which it is not named; those behind them find out by
// the digest. Should it come back all the same, it is taken in as one that was away.
func (t *Tree) Lose(id ID) error {
	h, known := t.hubs[id]
	switch {
	case !known || h.Parent != t.self.id:
		return fault.New(fault.Conflict, "only the hub above can forget a hub; this is not below '%s'", t.self.Name)
	case h.Up:
		return fault.New(fault.Conflict, "the hub '%s' is there; it goes by 'althing parent clear' at itself", h.Name)
	}
	t.forget(func(other ID) bool { return t.Below(other, id) }, time.Time{})
	return nil
}

// newer reports whether a record is newer than what is known of its hub.
func (t *Tree) newer(r *Record) bool {
	if h, known := t.hubs[r.id]; known {
		return r.Sequence > h.Sequence
	}
	return r.Sequence >= t.gone[r.id].Sequence
}

// fits says why a record does not leave the tree a tree, of bounded depth and size.
func (t *Tree) fits(r *Record) error {
	_, known := t.hubs[r.id]
	line := t.line(r.Parent)
	switch {
	case slices.Contains(line, r.id):
		return errKnot
	case len(line) >= MaxDepth:
		return fault.New(fault.Limit, "a tree of hubs has at most %d layers", MaxDepth)
	case !known && len(t.hubs) >= MaxHubs:
		return fault.New(fault.Limit, "a tree has at most %d hubs", MaxHubs)
	}
	return nil
}

// forgetUnnamed forgets what a neighbor, which tells all, does not name. Of what is
// behind a link that is down it may have heard less than this hub.
func (t *Tree) forgetUnnamed(neighbor ID, n News, at time.Time) {
	named := make(map[ID]bool, len(n.Records))
	for _, r := range n.Records {
		named[r.id] = true
	}
	heard := t.heard()
	t.forget(func(id ID) bool { return id != neighbor && !t.mine(id, neighbor) && !named[id] && heard(id) }, at)
	t.prune(at)
}

// prune forgets the hubs that are in this tree no more: their line ends at another
// hub than this one's.
func (t *Tree) prune(at time.Time) {
	root := t.Root()
	t.forget(func(id ID) bool { return !t.Below(id, root) }, at)
}

// forget forgets hubs. One that comes back has a record that is at least as new;
// until then it can be named for a while, unless at is zero.
func (t *Tree) forget(which func(ID) bool, at time.Time) {
	left := map[ID]departed{}
	for id, h := range t.hubs {
		if which(id) {
			left[id] = departed{h.Name, t.Path(id), h.Sequence, at}
		}
	}
	if len(left) == 0 {
		return
	}
	if len(t.gone)+len(left) > mostGone {
		clear(t.gone) // what is then told of a hub that has left is believed until it says otherwise
	}
	maps.Copy(t.gone, left)
	maps.DeleteFunc(t.hubs, func(id ID, _ Hub) bool { _, is := left[id]; return is })
	t.arrange()
}
