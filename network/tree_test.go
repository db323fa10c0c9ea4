package network

import (
	"cmp"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"althing/fault"
)

// mind is a hub in a tree that is played through without links: what neighbors
// tell each other waits in queues, each of which keeps its order.
type mind struct {
	identity *Identity
	record   Record
	tree     *Tree
	parent   *mind // whose link is there
}

// forest plays several hubs.
type forest struct {
	t     testing.TB
	minds []*mind
	lines map[[2]ID][]News // from, to
	at    time.Time
	knots int // that were noticed
}

// newForest makes hubs that are alone. Their IDs are those of the seed.
func newForest(t testing.TB, seed uint64, names ...string) *forest {
	t.Helper()
	f := &forest{t: t, lines: map[[2]ID][]News{}, at: time.Unix(1e9, 0)}
	for _, name := range names {
		key := sha256.Sum256(fmt.Append(nil, seed, name))
		m := &mind{identity: identity(ed25519.NewKeyFromSeed(key[:])), record: Record{Name: name}}
		m.tree = NewTree(f.sign(m), f.at)
		f.minds = append(f.minds, m)
	}
	return f
}

// sign makes a hub's next record.
func (f *forest) sign(m *mind) *Record {
	f.t.Helper()
	m.record.Sequence++
	r, err := m.identity.Record(m.record)
	if err != nil {
		f.t.Fatal(err)
	}
	return r
}

func (f *forest) mind(name string) *mind {
	f.t.Helper()
	i := slices.IndexFunc(f.minds, func(m *mind) bool { return m.record.Name == name })
	if i < 0 {
		f.t.Fatalf("no hub %s", name)
	}
	return f.minds[i]
}

func (m *mind) id() ID { return m.identity.ID() }

// neighbors are those with whom a hub has a link now.
func (f *forest) neighbors(m *mind) (all []*mind) {
	for _, other := range f.minds {
		if other.parent == m || m.parent == other {
			all = append(all, other)
		}
	}
	return all
}

// tell hands news to all neighbors but one.
func (f *forest) tell(m *mind, n News, but ID) {
	if n.Empty() {
		return
	}
	for _, other := range f.neighbors(m) {
		if other.id() != but {
			line := [2]ID{m.id(), other.id()}
			f.lines[line] = append(f.lines[line], n)
		}
	}
}

// cut takes away the link of a hub to its parent.
func (f *forest) cut(m *mind) {
	p := m.parent
	if p == nil {
		return
	}
	m.parent = nil
	delete(f.lines, [2]ID{m.id(), p.id()})
	delete(f.lines, [2]ID{p.id(), m.id()})
	f.tell(m, m.tree.Connected(m.id(), false, f.at), "")
	f.tell(p, p.tree.Connected(m.id(), false, f.at), "")
}

// join gives a hub a link to a parent: its old one, or another, of which it tells the
// one that it has; unless one of them knows that it would tie a knot.
func (f *forest) join(m, to *mind) (joined bool) {
	if m.parent == to || m == to {
		return false
	}
	before := m.record
	if m.tree.Self().Parent != to.id() {
		m.record.Parent = to.id()
	}
	r := f.sign(m)
	fresh, err := to.tree.Adopt(r, f.at)
	if err != nil {
		m.record = before
		return false
	}
	f.tell(to, fresh, "")
	if m.tree.Move(r, News{Records: to.tree.above(to.id())}, f.at) != nil { // it goes back to where it was
		f.tell(to, to.tree.Connected(m.id(), false, f.at), "")
		m.record.Parent = before.Parent
		m.tree.SetSelf(f.sign(m), f.at)
		f.tell(m, News{Records: []*Record{m.tree.Self()}}, "")
		return false
	}
	if old := m.parent; old != nil {
		m.parent = nil
		f.lines[[2]ID{old.id(), m.id()}] = nil
		f.hear(old, m, News{Records: m.tree.above(m.id())})
		f.lines[[2]ID{m.id(), old.id()}] = nil
	}
	for _, child := range f.neighbors(m) {
		f.tellAll(m, child)
	}
	m.parent = to
	f.lines[[2]ID{m.id(), to.id()}], f.lines[[2]ID{to.id(), m.id()}] = nil, nil
	f.tellAll(to, m)
	return true
}

// tellAll has a hub tell a neighbor all of its side, and what the neighbor has not
// told by now.
func (f *forest) tellAll(m, to *mind, told ...*Record) {
	line := [2]ID{m.id(), to.id()}
	f.lines[line] = append(f.lines[line], m.tree.Side(to.id(), told...))
}

// deliver hands over one piece of news, of a line that chance picks.
func (f *forest) deliver(r *rand.Rand) bool {
	lines := slices.SortedFunc(maps.Keys(f.lines), func(a, b [2]ID) int {
		return cmp.Or(strings.Compare(string(a[0]), string(b[0])), strings.Compare(string(a[1]), string(b[1])))
	})
	lines = slices.DeleteFunc(lines, func(l [2]ID) bool { return len(f.lines[l]) == 0 })
	if len(lines) == 0 {
		return false
	}
	line := lines[r.IntN(len(lines))]
	n := f.lines[line][0]
	f.lines[line] = f.lines[line][1:]
	byID := func(id ID) *mind {
		return f.minds[slices.IndexFunc(f.minds, func(m *mind) bool { return m.id() == id })]
	}
	f.hear(byID(line[1]), byID(line[0]), n)
	return true
}

// hear has a hub hear what another one tells, and do what follows.
func (f *forest) hear(m, from *mind, n News) {
	fresh, knot := m.tree.Learn(from.id(), n, f.at)
	f.tell(m, fresh, from.id())
	if m.parent == from && n.Whole {
		f.tellAll(m, from, n.Records...)
	}
	if knot {
		f.knots++
		f.cut(m)
		m.record.Parent = ""
		m.tree.SetSelf(f.sign(m), f.at)
		f.tell(m, News{Records: []*Record{m.tree.Self()}}, "")
	}
}

func (f *forest) settle(r *rand.Rand) {
	for f.deliver(r) {
	}
}

// compare has all neighbors compare what they believe of each other, and tell it
// again where that differs; false: nowhere.
func (f *forest) compare() (different bool) {
	for _, m := range f.minds {
		for _, other := range f.neighbors(m) {
			has, _ := m.tree.Digest(other.id())
			_, believes := other.tree.Digest(m.id())
			if has != believes {
				f.tellAll(m, other)
				different = true
			}
		}
	}
	return different
}

// picture is what a hub believes: the paths of all hubs and which links are there.
func picture(t *Tree) string {
	var lines []string
	for _, h := range t.All() {
		lines = append(lines, fmt.Sprint(t.Path(h.ID()), " ", h.Up))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// wanted is what is true.
func (f *forest) wanted(top *mind) string {
	var lines []string
	for _, m := range f.minds {
		path := m.record.Name
		at := m
		for ; at.parent != nil; at = at.parent {
			path = at.parent.record.Name + "/" + path
		}
		if at == top {
			lines = append(lines, path+" true")
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// Hubs that come, go, move and lose their links agree about the tree as soon as
// the links are there and all has been said.
func TestAgree(t *testing.T) {
	const forests = 80
	repaired := 0
	for seed := range uint64(forests) {
		r := rand.New(rand.NewPCG(seed, 1))
		var names []string
		for i := range 3 + r.IntN(10) {
			names = append(names, fmt.Sprintf("h%d", i))
		}
		f := newForest(t, seed, names...)
		for range 120 {
			m, other := f.minds[r.IntN(len(f.minds))], f.minds[r.IntN(len(f.minds))]
			switch {
			case m == f.minds[0]: // the root stays
			case r.IntN(2) == 0:
				f.join(m, other)
			case r.IntN(2) == 0:
				f.cut(m)
			}
			for range r.IntN(12) {
				f.deliver(r)
			}
		}
		f.settle(r)
		for range f.minds {
			for _, m := range f.minds[1:] {
				if m.parent == nil {
					f.join(m, f.minds[0])
				}
			}
			f.settle(r)
		}
		for rounds := 0; f.compare(); rounds++ {
			if repaired++; rounds > len(f.minds) {
				t.Fatalf("seed %d: the hubs do not come to agree", seed)
			}
			f.settle(r)
		}
		want := f.wanted(f.minds[0])
		for _, m := range f.minds {
			if got := picture(m.tree); got != want {
				t.Errorf("seed %d: %s believes\n%s\ntrue is\n%s", seed, m.record.Name, got, want)
			}
		}
	}
	if repaired > forests/20 {
		t.Errorf("%d of %d forests agreed only when sides were told again", repaired, forests)
	}
}

// farm is main over barn and house; barn over north, which is over cellar; house
// over another north.
func farm(t *testing.T) *forest {
	t.Helper()
	f := newForest(t, 1, "main", "barn", "house", "north", "cellar")
	for _, pair := range [][2]string{{"barn", "main"}, {"house", "main"}, {"north", "barn"}, {"cellar", "north"}} {
		f.join(f.mind(pair[0]), f.mind(pair[1]))
	}
	second := newForest(t, 2, "north").minds[0]
	f.minds = append(f.minds, second)
	f.join(second, f.mind("house"))
	f.settle(rand.New(rand.NewPCG(1, 1)))
	return f
}

func TestFind(t *testing.T) {
	f := farm(t)
	cellar := f.mind("cellar").tree
	for text, want := range map[string]string{
		"main": "main", "barn": "main/barn", "cellar": "main/barn/north/cellar", "parent": "main/barn/north",
		"main/house/north": "main/house/north", "main/barn": "main/barn", "main/barn/north": "main/barn/north",
		string(f.mind("house").id()): "main/house",
	} {
		id, err := cellar.Find(text)
		if err != nil || cellar.Path(id) != want {
			t.Errorf("Find(%q) = %s, %v; want %s", text, cellar.Path(id), err, want)
		}
	}
	for text, code := range map[string]fault.Code{
		"north": fault.Conflict, "nobody": fault.NotFound, "barn/north": fault.NotFound, "main/": fault.NotFound,
		"": fault.NotFound, "/": fault.NotFound, "main/nobody": fault.NotFound,
	} {
		if id, err := cellar.Find(text); !fault.Is(err, code) {
			t.Errorf("Find(%q) = %s, %v; want %s", text, cellar.Path(id), err, code)
		}
	}
	if _, err := f.mind("main").tree.Find("parent"); !fault.Is(err, fault.NotFound) {
		t.Errorf("the root's parent: %v", err)
	}
	if got := cellar.Name(f.mind("barn").id()); got != "barn" {
		t.Errorf("the short name of barn is %s", got)
	}
	if got := cellar.Name(f.mind("north").id()); got != "main/barn/north" {
		t.Errorf("the short name of the first north is %s", got)
	}
	if got := cellar.Layer(f.mind("cellar").id()); got != 3 {
		t.Errorf("cellar is in layer %d", got)
	}
}

func TestWay(t *testing.T) {
	f := farm(t)
	name := func(at *mind, id ID) string { h, _ := at.tree.Hub(id); return h.nameOr("") }
	f.cut(f.mind("north"))
	f.settle(rand.New(rand.NewPCG(1, 1)))
	for _, c := range []struct{ from, to, next, cut string }{
		{"main", "barn", "barn", ""},
		{"main", "cellar", "barn", "north"},
		{"cellar", "north", "north", ""},
		{"cellar", "house", "north", "north"},
		{"house", "barn", "main", ""},
		{"house", "cellar", "main", "north"},
		{"barn", "main", "main", ""},
		{"barn", "north", "north", "north"},
	} {
		from, to := f.mind(c.from), f.mind(c.to)
		w, err := from.tree.Way(to.id())
		if err != nil || name(from, w.Next) != c.next || name(from, w.Cut) != c.cut {
			t.Errorf("from %s to %s: next %s, cut %s, %v; want %s, %s", c.from, c.to, name(from, w.Next), name(from, w.Cut), err, c.next, c.cut)
		}
	}
	main := f.mind("main")
	if _, err := main.tree.Way(main.id()); !fault.Is(err, fault.NotFound) {
		t.Errorf("the way to oneself: %v", err)
	}
}

// nameOr is the name of a hub that may be unknown.
func (h Hub) nameOr(other string) string {
	if h.Record == nil {
		return other
	}
	return h.Name
}

// A child is not believed about what is not below it.
func TestLies(t *testing.T) {
	f := farm(t)
	main, barn, house := f.mind("main"), f.mind("barn"), f.mind("house")
	before := picture(main.tree)
	stranger := newForest(t, 1, "stranger").minds[0]
	stranger.record.Parent = house.id()
	beside := f.sign(stranger)
	stranger.record.Parent = "aaaaaaaaaaaaaaaa"
	nowhere := f.sign(stranger)
	for lie, n := range map[string]News{
		"a link that is not below it": {Links: []Link{{house.id(), main.id(), false}}},
		"its own link":                {Links: []Link{{barn.id(), main.id(), false}}},
		"a link to another parent":    {Links: []Link{{f.mind("cellar").id(), barn.id(), false}}},
		"a hub below a sibling":       {Records: []*Record{beside}},
		"a hub below nobody":          {Records: []*Record{nowhere}},
	} {
		if fresh, _ := main.tree.Learn(barn.id(), n, f.at); !fresh.Empty() || picture(main.tree) != before {
			t.Errorf("%s was believed: %v\n%s", lie, fresh, picture(main.tree))
		}
	}
	// A knot: barn says that it is below its own cellar.
	barn.record.Parent = f.mind("cellar").id()
	main.tree.Learn(barn.id(), News{Records: []*Record{f.sign(barn)}}, f.at)
	for _, h := range main.tree.All() {
		if strings.Count(main.tree.Path(h.ID()), "barn") > 1 {
			t.Errorf("a knot: %s", main.tree.Path(h.ID()))
		}
	}
}

func TestBounds(t *testing.T) {
	f := newForest(t, 1, "main", "barn")
	f.join(f.minds[1], f.minds[0])
	main, barn := f.minds[0].tree, f.minds[1]
	var many []*Record
	above := barn.id()
	for i := range MaxDepth + 5 {
		i2, err := NewIdentity()
		if err != nil {
			t.Fatal(err)
		}
		r, err := i2.Record(Record{Name: fmt.Sprint("deep", i), Parent: above, Sequence: 1})
		if err != nil {
			t.Fatal(err)
		}
		many, above = append(many, r), r.ID()
	}
	main.Learn(barn.id(), News{Records: many}, f.at)
	if main.Len() > MaxDepth+1 {
		t.Errorf("a tree of %d hubs below each other", main.Len())
	}
}
