package network

import (
	"context"
	"log/slog"
	"maps"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"althing"
	"althing/value"
)

// nobody is a Local that has nothing and answers nothing.
type nobody struct{}

func (nobody) Push(ID, func(Letter) error)                           {}
func (nobody) Acknowledge(ID, string, uint64)                        {}
func (nobody) Waiting() []ID                                         { return nil }
func (nobody) Arrive(l Letter, done func(uint64, error))             { done(l.Number, nil) }
func (nobody) Answer(context.Context, Question) (value.Value, error) { return value.None{}, nil }
func (nobody) Changed()                                              {}

// serve gives a hub of the forest links: a node at an address.
func (f *forest) serve(tb testing.TB, m *mind) (*Node, string) {
	tb.Helper()
	n, err := New(Options{Identity: m.identity, Name: m.record.Name, Local: nobody{}, Store: new(memory), ParentMay: Admin, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		tb.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	server := &althing.Server{}
	if err := n.Attach(server); err != nil {
		tb.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	if err := n.Start(l.Addr().String(), ""); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := n.Close(); err != nil {
			tb.Error(err)
		}
		_ = server.Close()
		<-served
	})
	return n, l.Addr().String()
}

// FuzzNeighbor has a child and a parent say anything in place of what hubs say to
// each other, and a stranger in place of what hubs say when they join. Whatever it
// is, the hub knows itself, and its tree is one.
func FuzzNeighbor(f *testing.F) {
	trees := newForest(f, 1, "main", "barn", "north")
	main, at := trees.serve(f, trees.mind("main"))
	barn, _ := trees.serve(f, trees.mind("barn"))
	token, err := main.MakeToken()
	if err != nil {
		f.Fatal(err)
	}
	if err := barn.Move(f.Context(), at, token); err != nil {
		f.Fatal(err)
	}
	north := trees.mind("north")
	north.record.Parent = barn.ID()
	record := trees.sign(north)
	letter := Letter{To: main.ID(), Origin: barn.ID(), Stream: "s.1", Number: 1, First: 1, Sender: "ann", Receiver: "bob", Headers: []Header{{"a", "b"}}, Body: "x"}
	id, bytes := func(id ID) value.Value { return value.Str(id) }, func(b []byte) value.Value { return value.Bytes(b) }
	seeds := map[string]*value.Dict{
		"hub.tree":      packNews(News{Records: []*Record{record}, Links: []Link{{record.ID(), barn.ID(), true}}, Whole: true}),
		"hub.beat":      value.DictOf("tree", value.Str("1f")),
		"hub.letter":    packLetter(letter, 1),
		"hub.ack":       value.DictOf("hub", id(main.ID()), "origin", id(barn.ID()), "stream", value.Str("s.1"), "number", value.Int(1), "again", value.Bool(true), "hops", value.Int(1)),
		"hub.ask":       value.DictOf("hub", id(main.ID()), "origin", id(barn.ID()), "role", value.Int(2), "hops", value.Int(1), "within", value.Float(0.01), "what", value.Str(passQuestion), "params", value.DictOf("hub", id(barn.ID()), "token", value.Str("a/b"))),
		"hub.withdrawn": value.DictOf("tokens", value.List{value.Str(string(barn.ID()) + "/abc")}),
		"hub.pass":      value.DictOf("pass", bytes(main.pass.Packed())),
		"hub.again":     value.DictOf(),
		"hub.join":      value.DictOf("protocol", value.Int(linkProtocol), "record", bytes(record.Packed()), "nonce", bytes(nonce()), "clock", value.Float(float64(time.Now().Unix())), "token", value.Str(token[:6])),
		"hub.prove":     value.DictOf("record", bytes(record.Packed()), "proof", bytes(make([]byte, 64)), "mac", bytes(make([]byte, 32))),
	}
	names := slices.Sorted(maps.Keys(seeds))
	for i, name := range names {
		f.Add(uint8(i), value.AppendJSON(nil, seeds[name]))
		f.Add(uint8(len(names)+i), value.AppendJSON(nil, seeds[name]))
	}
	f.Fuzz(func(t *testing.T, which uint8, text []byte) {
		v, err := value.FromJSON(text)
		said, ok := v.(*value.Dict)
		if err != nil || !ok {
			t.Skip()
		}
		n, neighbor := main, barn
		if int(which)/len(names)%2 == 1 {
			n, neighbor = barn, main
		}
		n.mu.Lock()
		l := n.links[neighbor.ID()]
		n.mu.Unlock()
		if l == nil {
			t.Skip("the link is being made anew")
		}
		methods := n.methods()
		methods["hub.join"], methods["hub.prove"] = n.join, n.prove
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if answer, err := methods[names[int(which)%len(names)]](ctx, l.conn, said); err == nil && answer.Later != nil {
			_, _ = answer.Later(ctx) // it may say anything
		}
		n.Tree(func(tree *Tree) {
			if h, known := tree.Hub(n.ID()); !known || h.Record != tree.Self() {
				t.Error("the hub does not know itself any more")
			}
			for _, h := range tree.All() {
				hubs := tree.line(h.ID())
				slices.Sort(hubs)
				if len(slices.Compact(hubs)) < tree.Layer(h.ID())+1 || strings.Count(tree.Path(h.ID()), "/") > MaxDepth {
					t.Errorf("a knot: %s", tree.Path(h.ID()))
				}
			}
		})
	})
}
