package network

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"althing/fault"
)

// knows reports whether a hub can name another one.
func (f *forest) knows(m *mind, other ID) bool {
	_, known := m.tree.Hub(other)
	_, _, lately := m.tree.lately(string(other), f.at)
	return known || lately
}

// Hubs that come to a tree, move in it and lose their links at random moments go on
// knowing each other: while news is on its way, and also when it cannot come for
// hours. Only one that goes below another one that was never heard of is lost.
func TestKnown(t *testing.T) {
	for _, slow := range []bool{false, true} {
		for seed := range uint64(100) {
			f := newForest(t, seed, "h0", "h1", "h2", "h3", "h4", "h5", "h6")
			r := rand.New(rand.NewPCG(seed, 2))
			known := map[[2]ID]bool{}
			inside := f.minds[:1]
			for range 120 {
				m, to := f.minds[1+r.IntN(len(f.minds)-1)], inside[r.IntN(len(inside))]
				switch came := slices.Contains(inside, m); {
				case r.IntN(2) == 0:
					f.cut(m)
				case came || r.IntN(10) == 0:
					if f.join(m, to) && !came {
						inside = append(inside, m)
					}
				}
				for range r.IntN(12) {
					f.deliver(r)
				}
				if slow {
					f.settle(r)
					f.at = f.at.Add(time.Hour)
				}
				if f.knots > 0 {
					break // one has left by itself
				}
				for _, m := range inside {
					for _, other := range inside {
						pair := [2]ID{m.id(), other.id()}
						line := other.tree.line(other.id())
						if slices.ContainsFunc(line, func(id ID) bool { return !known[[2]ID{m.id(), id}] }) {
							delete(known, pair)
						} else if !f.knows(m, other.id()) {
							t.Fatalf("slow: %v, seed %d: %s does not know %s any more", slow, seed, m.record.Name, other.record.Name)
						}
					}
					for id := range m.tree.hubs {
						known[[2]ID{m.id(), id}] = true
					}
				}
			}
		}
	}
}

// A hub that was away does not know who has come meanwhile. One that comes below it
// goes on knowing them.
func TestBelowOneThatKnowsLess(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	f := newForest(t, 1, "main", "barn", "north", "house")
	main, barn, north, house := f.minds[0], f.minds[1], f.minds[2], f.minds[3]
	f.join(barn, main)
	f.join(north, main)
	f.settle(r)
	f.cut(barn)
	f.join(house, main)
	f.settle(r)
	f.cut(north)
	f.join(north, barn)
	f.settle(r)
	f.at = f.at.Add(time.Hour)
	if _, err := north.tree.Find("house"); err != nil {
		t.Errorf("while the link of its parent is down: %v", err)
	}
	f.join(barn, main)
	f.settle(r)
	for _, m := range f.minds {
		if got, want := picture(m.tree), f.wanted(main); got != want {
			t.Errorf("%s believes\n%s\ntrue is\n%s", m.record.Name, got, want)
		}
	}
}

// What a parent does not tell because the news is still on its way is not listed,
// but it can be named.
func TestNewsOnItsWay(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	f := newForest(t, 1, "main", "barn", "north", "house")
	main, barn, north, house := f.minds[0], f.minds[1], f.minds[2], f.minds[3]
	f.join(barn, main)
	f.join(north, main)
	f.settle(r)
	f.join(house, main)
	toBarn := [2]ID{main.id(), barn.id()}
	held := f.lines[toBarn]
	f.lines[toBarn] = nil
	f.settle(r)
	f.cut(north)
	f.join(north, barn)
	f.settle(r)
	named := func(text string) bool { _, _, is := north.tree.lately(text, f.at); return is }
	for _, text := range []string{"house", "main/house", string(house.id())} {
		if _, err := north.tree.Find(text); !fault.Is(err, fault.NotFound) || !named(text) {
			t.Errorf("%s is found: %v; it can be named: %v", text, err, named(text))
		}
	}
	f.at = f.at.Add(nameable)
	if named("house") {
		t.Error("it can be named for ever")
	}
	f.lines[toBarn] = append(held, f.lines[toBarn]...)
	f.settle(r)
	if _, err := north.tree.Find("house"); err != nil {
		t.Errorf("when the news has come: %v", err)
	}
}

// Who leaves is forgotten everywhere as soon as it is heard. It can be named for a
// minute when it has gone below another hub, which may be in the tree, too. Who has
// left by its own will names none of those that it left.
func TestLeft(t *testing.T) {
	for _, alone := range []bool{true, false} {
		f := farm(t)
		main, barn, north := f.mind("main"), f.mind("barn"), f.mind("north")
		other := newForest(t, 1, "other").minds[0]
		if barn.record.Parent = ""; !alone {
			barn.record.Parent = other.id()
		}
		left := f.sign(barn)
		f.hear(main, barn, News{Records: []*Record{left}})
		f.cut(barn)
		if alone {
			barn.tree.SetSelf(left, f.at)
		} else if err := barn.tree.Move(left, News{Records: []*Record{other.tree.Self()}}, f.at); err != nil {
			t.Fatal(err)
		}
		f.tellAll(barn, north)
		f.settle(rand.New(rand.NewPCG(1, 1)))
		second := f.minds[len(f.minds)-1]
		for _, m := range []*mind{main, f.mind("house"), second} {
			if got, want := picture(m.tree), "main true\nmain/house true\nmain/house/north true"; got != want {
				t.Errorf("%s believes\n%s", m.record.Name, got)
			}
			if _, _, is := m.tree.lately("cellar", f.at); is == alone {
				t.Errorf("%s can name what is below the hub that left: %v", m.record.Name, is)
			}
		}
		want := "barn true\nbarn/north true\nbarn/north/cellar true"
		if !alone {
			want = "other true\nother/" + strings.ReplaceAll(want, "\n", "\nother/")
		}
		for _, m := range []*mind{barn, north, f.mind("cellar")} {
			if got := picture(m.tree); got != want {
				t.Errorf("%s believes\n%s", m.record.Name, got)
			}
		}
		if _, _, is := barn.tree.lately("main", f.at); is {
			t.Error("who left can name main")
		}
	}
}

// A hub that wanted to move, was taken and came to nothing says that it is still
// where it was. The parent of before may have heard of the other one by then.
func TestStays(t *testing.T) {
	f := farm(t)
	main, barn, house, north := f.mind("main"), f.mind("barn"), f.mind("house"), f.mind("north")
	north.record.Parent = house.id()
	fresh, err := house.tree.Adopt(f.sign(north), f.at)
	if err != nil {
		t.Fatal(err)
	}
	f.tell(house, fresh, "")
	f.settle(rand.New(rand.NewPCG(1, 1)))
	if h, _ := barn.tree.Hub(north.id()); h.Parent != house.id() {
		t.Fatal("barn has not heard of the move")
	}
	f.tell(house, house.tree.Connected(north.id(), false, f.at), "")
	north.record.Parent = barn.id()
	north.tree.SetSelf(f.sign(north), f.at)
	f.tell(north, News{Records: []*Record{north.tree.Self()}}, "")
	f.settle(rand.New(rand.NewPCG(1, 1)))
	for _, m := range f.minds {
		if got, want := picture(m.tree), f.wanted(main); got != want {
			t.Errorf("%s believes\n%s\ntrue is\n%s", m.record.Name, got, want)
		}
	}
}

// memory is a Store.
type memory []byte

func (m *memory) Load() ([]byte, error)  { return *m, nil }
func (m *memory) Save(data []byte) error { *m = data; return nil }

// What was lost a moment ago can also be named after a restart.
func TestNamedAfterRestart(t *testing.T) {
	f := farm(t)
	house := f.mind("house")
	now := time.Unix(2e9, 0)
	start := func(store Store) *Node {
		n, err := New(Options{Identity: f.mind("main").identity, Name: "main", Store: store, Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	var store memory
	n := start(&store)
	if _, err := n.tree.Adopt(house.tree.Self(), now); err != nil {
		t.Fatal(err)
	}
	n.tree.leave(house.tree.Self(), now)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		later time.Duration
		lost  bool
	}{{nameable / 2, false}, {nameable / 2, true}} {
		now = now.Add(c.later)
		n := start(&store)
		if id, err := n.Find("house"); (err == nil && id == house.id()) == c.lost {
			t.Errorf("after %v more: %s, %v", c.later, id, err)
		}
		if err := n.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
