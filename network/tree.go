package network

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"althing/fault"
)

const (
	// MaxHubs bounds the hubs of a tree: every hub knows them all, a record of
	// half a kilobyte each, and a link that comes back tells them all.
	MaxHubs = 2000
	// MaxDepth bounds how deep a tree is: what goes through it is handed on so
	// often at most, whatever the records say.
	MaxDepth = 64
	// mostGone is how many hubs that are in the tree no more are remembered.
	mostGone = MaxHubs
	// nameable is for how long they can be named: longer than it takes to notice a
	// link that has gone without a word, and that neighbors do not agree.
	nameable = time.Minute
)

// Hub is a hub as the tree has it. It is immutable.
type Hub struct {
	*Record
	// Up: its link to its parent is there. Of the root it is true. Beyond a link
	// that is down it is what was last heard.
	Up    bool
	Since time.Time // when Up became what it is, by this hub's clock
}

// parent is the parent's ID; empty for what is no hub.
func (h Hub) parent() ID {
	if h.Record == nil {
		return ""
	}
	return h.Parent
}

// Tree is what a hub knows of the tree that it is in: all hubs, who is under whom,
// and which links are there. A hub that is alone is a tree of one.
type Tree struct {
	self     *Record
	hubs     map[ID]Hub // with the hub itself
	children map[ID][]ID
	named    map[string][]ID // by their names: each letter that arrives asks for one
	gone     map[ID]departed // hubs that are in the tree no more
}

// departed is a hub that was in the tree.
type departed struct {
	Name     string    `json:"name"`
	Path     string    `json:"path"`
	Sequence uint64    `json:"sequence"` // of the record by which it left
	At       time.Time `json:"at"`       // zero: it is not to be named any more
}

// NewTree makes the tree of a hub that knows nobody else.
func NewTree(self *Record, at time.Time) *Tree {
	t := &Tree{self: self, hubs: map[ID]Hub{}, gone: map[ID]departed{}}
	t.hubs[self.id] = Hub{self, self.Parent == "", at}
	t.arrange()
	return t
}

// Self gives the record of the hub whose tree it is.
func (t *Tree) Self() *Record { return t.self }

// SetSelf replaces the record of the hub itself by one under the same parent, or
// under none: then those that are not below it are forgotten.
func (t *Tree) SetSelf(r *Record, at time.Time) {
	t.self = r
	t.put(r, r.Parent == "" || t.hubs[r.id].Up, at)
	t.arrange()
	t.prune(time.Time{}) // the hub itself wants no more of them
}

// Hub gives what is known of a hub.
func (t *Tree) Hub(id ID) (Hub, bool) {
	h, known := t.hubs[id]
	return h, known
}

// Len is the number of hubs, with the hub itself.
func (t *Tree) Len() int { return len(t.hubs) }

// All gives all hubs, each behind its parent, and siblings in the order of their
// names. Those whose parent is unknown come first.
func (t *Tree) All() []Hub {
	var all []Hub
	var walk func(id ID)
	walk = func(id ID) {
		all = append(all, t.hubs[id])
		for _, child := range t.children[id] {
			walk(child)
		}
	}
	for _, top := range t.tops() {
		walk(top)
	}
	return all
}

// tops are the hubs whose parent is unknown, the root first of all.
func (t *Tree) tops() (tops []ID) {
	for id, h := range t.hubs {
		if _, known := t.hubs[h.Parent]; !known {
			tops = append(tops, id)
		}
	}
	slices.Sort(tops)
	return tops
}

// Children gives the hubs below a hub, in the order of their names.
func (t *Tree) Children(id ID) []ID { return t.children[id] }

// Root gives the hub at the top, as far as it is known.
func (t *Tree) Root() ID {
	line := t.line(t.self.id)
	return line[len(line)-1]
}

// line is a hub and those above it, up to the root.
func (t *Tree) line(id ID) []ID {
	line := []ID{id}
	for len(line) <= MaxDepth {
		h, known := t.hubs[line[len(line)-1]]
		if _, parentKnown := t.hubs[h.parent()]; !known || !parentKnown {
			break
		}
		line = append(line, h.Parent)
	}
	return line
}

// above gives the records of a hub and of those above it, up to the root.
func (t *Tree) above(id ID) (records []*Record) {
	for _, at := range t.line(id) {
		if h, known := t.hubs[at]; known {
			records = append(records, h.Record)
		}
	}
	return records
}

// Below reports whether a hub is a given other one or in the part of the tree
// below it.
func (t *Tree) Below(id, top ID) bool { return slices.Contains(t.line(id), top) }

// Path gives a hub's path: the names from the root down, main/barn/north.
func (t *Tree) Path(id ID) string {
	line := t.line(id)
	names := make([]string, len(line))
	for i, above := range line {
		names[len(line)-1-i] = t.name(above)
	}
	return strings.Join(names, "/")
}

// name is a hub's own name, or the ID of one that is unknown.
func (t *Tree) name(id ID) string {
	if h, known := t.hubs[id]; known {
		return h.Name
	}
	return cmp.Or(t.gone[id].Name, string(id))
}

// Layer gives how far a hub is from the root, whose layer is 0.
func (t *Tree) Layer(id ID) int { return len(t.line(id)) - 1 }

// Name gives the shortest text by which a hub can be found: its name when no other
// hub has it, else its path.
func (t *Tree) Name(id ID) string {
	name := t.name(id)
	if len(t.named[name]) == 1 {
		return name
	}
	return t.Path(id)
}

// lately gives a hub that is in the tree no more, as far as is known, but was a
// moment ago: by its name, path or ID of then.
func (t *Tree) lately(text string, at time.Time) (ID, departed, bool) {
	for id, was := range t.gone {
		if at.Sub(was.At) < nameable && (text == was.Name || text == was.Path || text == string(id)) {
			return id, was, true
		}
	}
	return "", departed{}, false
}

// Find gives the hub that a text names: by a name that is unique in the tree, a
// path, an ID or "parent".
func (t *Tree) Find(text string) (ID, error) {
	if text == ParentName {
		if t.self.Parent == "" {
			return "", fault.New(fault.NotFound, "this hub has no parent")
		}
		return t.self.Parent, nil
	}
	if _, known := t.hubs[ID(text)]; known {
		return ID(text), nil
	}
	var found []ID
	if strings.Contains(text, "/") {
		found = t.along(text)
	} else {
		found = t.named[text]
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", fault.New(fault.NotFound, "no hub '%.80s' in this tree; s.listnetwork() shows it", text)
	}
	paths := make([]string, len(found))
	for i, id := range found {
		paths[i] = t.Path(id)
	}
	slices.Sort(paths)
	const mostShown = 4
	if len(paths) > mostShown {
		paths = append(paths[:mostShown], "…")
	}
	return "", fault.New(fault.Conflict, "several hubs are named '%.80s': give the path, %s", text, strings.Join(paths, " or "))
}

// along follows a path from the root down.
func (t *Tree) along(path string) []ID {
	names := strings.Split(path, "/")
	at := t.Root()
	if t.hubs[at].Name != names[0] {
		return nil
	}
	for _, name := range names[1:] {
		i := slices.IndexFunc(t.children[at], func(id ID) bool { return t.hubs[id].Name == name })
		if i < 0 {
			return nil
		}
		at = t.children[at][i]
	}
	return []ID{at}
}

// Way says which way leads to another hub.
type Way struct {
	// Next is the neighbor to hand things to: the parent or a child.
	Next ID
	// Cut is the hub whose link to its parent is down on the way; empty: the way is
	// free. The nearest is given.
	Cut ID
}

// Way gives the way to another hub of the tree.
func (t *Tree) Way(to ID) (Way, error) {
	if _, known := t.hubs[to]; !known || to == t.self.id {
		return Way{}, fault.New(fault.NotFound, "no other hub '%.40s' in this tree", string(to))
	}
	up, down := t.line(t.self.id), t.line(to)
	// What both lines have in common is above the place where the way turns.
	for len(up) > 0 && len(down) > 0 && up[len(up)-1] == down[len(down)-1] {
		up, down = up[:len(up)-1], down[:len(down)-1]
	}
	slices.Reverse(down)
	steps := slices.Concat(up, down) // each is a link: the one above that hub
	w := Way{Next: t.self.Parent}
	if len(up) == 0 {
		w.Next = down[0]
	}
	if i := slices.IndexFunc(steps, func(id ID) bool { return !t.hubs[id].Up }); i >= 0 {
		w.Cut = steps[i]
	}
	return w, nil
}

// arrange brings the children in order, and notes who is called what.
func (t *Tree) arrange() {
	t.children, t.named = map[ID][]ID{}, map[string][]ID{}
	for id, h := range t.hubs {
		t.named[h.Name] = append(t.named[h.Name], id)
		if _, known := t.hubs[h.Parent]; known {
			t.children[h.Parent] = append(t.children[h.Parent], id)
		}
	}
	for _, children := range t.children {
		slices.SortFunc(children, func(a, b ID) int {
			return cmp.Or(strings.Compare(t.hubs[a].Name, t.hubs[b].Name), strings.Compare(string(a), string(b)))
		})
	}
}

func (t *Tree) put(r *Record, up bool, at time.Time) {
	before, known := t.hubs[r.id]
	if known && before.Up == up {
		at = before.Since
	}
	t.hubs[r.id] = Hub{r, up, at}
}
