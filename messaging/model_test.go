package messaging_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"althing/messaging"
)

// most is how many messages an inbox of the model holds.
const most = 3

// model is clients, groups and inboxes in the plainst words: maps, and
// everything copied.
type model struct {
	inboxes map[string][]string
	taken   map[string]int // messages that were ever taken out
	missed  map[string]int
	names   map[string]string // of clients, by ID
	groups  map[string]map[string]bool
}

func newModel() *model {
	return &model{map[string][]string{}, map[string]int{}, map[string]int{}, map[string]string{}, map[string]map[string]bool{}}
}

func (m *model) clone() *model {
	c := newModel()
	for id, inbox := range m.inboxes {
		c.inboxes[id] = slices.Clone(inbox)
	}
	maps.Copy(c.taken, m.taken)
	maps.Copy(c.missed, m.missed)
	maps.Copy(c.names, m.names)
	for name, members := range m.groups {
		c.groups[name] = maps.Clone(members)
	}
	return c
}

func (m *model) known(id string) bool { _, is := m.inboxes[id]; return is }

// find gives the ID of the client with that ID or name.
func (m *model) find(who string) string {
	if m.known(who) {
		return who
	}
	for id, name := range m.names {
		if name == who {
			return id
		}
	}
	return ""
}

// call gives a client a name, and reports whether it cannot have it.
func (m *model) call(id, name, take string) (failed bool) {
	if name != "" && name != m.names[id] {
		holder := m.find(name)
		if name == id || m.groups[name] != nil || holder != "" && (holder != take || m.names[take] != name) {
			return true
		}
		delete(m.names, holder)
	}
	delete(m.names, id)
	if name != "" {
		m.names[id] = name
	}
	return false
}

func (m *model) gone(id string) {
	delete(m.inboxes, id)
	delete(m.taken, id)
	delete(m.missed, id)
	delete(m.names, id)
	for name := range m.groups {
		m.left(id, name)
	}
}

func (m *model) left(id, name string) {
	delete(m.groups[name], id)
	if len(m.groups[name]) == 0 {
		delete(m.groups, name)
	}
}

// apply gives the result, a Message as a text, and whether it is refused.
func (m *model) apply(op messaging.Op) (result any, failed bool) {
	switch op := op.(type) {
	case *messaging.Register:
		if m.find(op.ID) != "" || m.groups[op.ID] != nil || m.call(op.ID, op.Name, op.Take) {
			return nil, true
		}
		m.inboxes[op.ID] = nil
	case *messaging.Amend:
		return nil, !m.known(op.ID) || m.call(op.ID, op.Name, op.Take)
	case *messaging.Ack:
		return m.ack(op), false
	case *messaging.Join:
		if !m.known(op.ID) || m.find(op.Group) != "" {
			return nil, true
		}
		if m.groups[op.Group] == nil {
			m.groups[op.Group] = map[string]bool{}
		}
		m.groups[op.Group][op.ID] = true
	case *messaging.Leave:
		if !m.known(op.ID) {
			return nil, true
		}
		m.left(op.ID, op.Group)
	case *messaging.Exit:
		m.gone(op.ID)
	case *messaging.Drop:
		n := 0
		for _, id := range op.IDs {
			if m.known(id) {
				n++
			}
			m.gone(id)
		}
		return n, false
	case *messaging.Send:
		return nil, m.send(op)
	case *messaging.Deliver:
		if !m.known(op.ID) || len(m.inboxes[op.ID])+len(op.Texts) > most {
			return nil, true
		}
		for _, text := range op.Texts {
			m.inboxes[op.ID] = append(m.inboxes[op.ID], op.From+">"+op.ID+": "+text)
		}
	case *messaging.Recv:
		return m.recv(op.ID), false
	}
	return nil, false
}

func (m *model) send(op *messaging.Send) (failed bool) {
	if m.find(op.From) == "" && m.groups[op.From] == nil {
		return true
	}
	message := op.From + ">" + op.To + ": " + op.Text
	for _, h := range op.Headers {
		message += " " + h.Name + "=" + h.Value
	}
	if to := m.find(op.To); to != "" {
		if len(m.inboxes[to]) == most {
			return true
		}
		m.inboxes[to] = append(m.inboxes[to], message)
		return false
	}
	for id, inbox := range m.inboxes {
		switch {
		case op.To != "ALL" && !m.groups[op.To][id]:
		case len(inbox) == most:
			m.missed[id]++
		default:
			m.inboxes[id] = append(inbox, message)
		}
	}
	return false
}

func (m *model) recv(id string) any {
	if n := m.missed[id]; n > 0 {
		delete(m.missed, id)
		return fmt.Sprintf("SYSTEM>%s: %d missed", id, n)
	}
	if len(m.inboxes[id]) == 0 {
		return nil
	}
	return m.take(id)
}

// take takes the first message out.
func (m *model) take(id string) string {
	message := m.inboxes[id][0]
	m.inboxes[id] = m.inboxes[id][1:]
	m.taken[id]++
	return message
}

func (m *model) ack(op *messaging.Ack) (n int) {
	for ; len(m.inboxes[op.ID]) > 0 && m.taken[op.ID] < int(op.UpTo); n++ {
		m.take(op.ID)
	}
	m.missed[op.ID] -= min(m.missed[op.ID], int(op.Missed))
	return n
}

// text is a message as the model has it.
func text(m *messaging.Message) string {
	text := m.From + ">" + m.To + ": " + m.Text
	for _, h := range m.Headers {
		text += " " + h.Name + "=" + h.Value
	}
	return text
}

// TestMessagingIsItsModel carries out random transactions on both and compares
// them, and reads the picture of each state back.
func TestMessagingIsItsModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		house, plain := messaging.New(), newModel()
		house.SetLimits(messaging.Limits{Messages: most})
		transactions := rapid.Uint64Range(1, 60).Draw(t, "transactions")
		for rev := uint64(1); rev <= transactions; rev++ {
			before, was := plain.clone(), picture(house)
			house.Begin()
			refused := false
			for range rapid.IntRange(1, 4).Draw(t, "operations") {
				if refused = step(t, house, plain, rev); refused {
					break
				}
			}
			if refused {
				house.Rollback()
				plain = before
				if picture(house) != was {
					t.Fatal("a transaction that was taken back has changed something")
				}
			} else {
				house.Commit()
			}
			compare(t, house, plain)
		}
		if again := reload(t, house); picture(again) != picture(house) || again.Stats() != house.Stats() {
			t.Fatalf("read back it is %+v, before it was %+v", again.Stats(), house.Stats())
		}
	})
}

func step(t *rapid.T, house *messaging.Messaging, plain *model, rev uint64) (refused bool) {
	op := drawOp(t)
	want, refused := plain.apply(op)
	got, err := house.Apply(rev, time.Unix(1, 0), op)
	if m, is := got.(*messaging.Message); is {
		got = text(m)
		if m.From == "SYSTEM" {
			count, _, _ := strings.Cut(m.Text, " ")
			got = "SYSTEM>" + m.To + ": " + count + " missed"
		}
	}
	if (err != nil) != refused || got != want {
		t.Fatalf("%#v gave %v, %v; want %v, %v", op, got, err, want, refused)
	}
	return refused
}

func drawOp(t *rapid.T) messaging.Op {
	name := rapid.SampledFrom([]string{"a", "b", "c", "d", "e"})
	one, two := name.Draw(t, "one"), name.Draw(t, "two")
	text := rapid.StringMatching("[xyz]").Draw(t, "text")
	called := rapid.SampledFrom([]string{"", "", "n", "m.m", "a"}).Draw(t, "name")
	switch rapid.IntRange(0, 14).Draw(t, "kind") {
	case 0, 1:
		return &messaging.Register{ID: one, Name: called, Token: called, Take: two}
	case 12:
		return &messaging.Amend{ID: one, Addr: text, Name: called, Take: two}
	case 13:
		return &messaging.Ack{ID: one, UpTo: rapid.Uint64Range(0, 6).Draw(t, "up to"), Missed: rapid.Uint64Range(0, 2).Draw(t, "missed")}
	case 14:
		return &messaging.Send{From: one, To: called, Text: text, Headers: []messaging.Header{{Name: "k", Value: text}}}
	case 2, 3:
		return &messaging.Join{ID: one, Group: two}
	case 4:
		return &messaging.Leave{ID: one, Group: two}
	case 5:
		return &messaging.Exit{ID: one}
	case 6:
		return &messaging.Drop{IDs: []string{one, two}}
	case 7:
		return &messaging.Deliver{ID: one, From: "REGISTRY", Texts: []string{text, text}}
	case 8:
		return &messaging.Recv{ID: one}
	case 9:
		return &messaging.Send{From: one, To: "ALL", Text: text}
	default:
		return &messaging.Send{From: one, To: two, Text: text}
	}
}

func compare(t *rapid.T, house *messaging.Messaging, plain *model) {
	waiting := 0
	for id, inbox := range plain.inboxes {
		waiting += len(inbox)
		want := len(inbox)
		if plain.missed[id] > 0 {
			want++
		}
		if got := house.Pending(id); got != want {
			t.Fatalf("%s would be handed %d messages, want %d", id, got, want)
		}
		compareInbox(t, house, plain, id)
	}
	groups := house.Groups()
	for name, members := range plain.groups {
		if groups[name] != len(members) {
			t.Fatalf("in %s are %d, want %d", name, groups[name], len(members))
		}
		for id := range members {
			if c, _ := house.Client(id); !house.IsMember(id, name) || !slices.Contains(c.Groups, name) {
				t.Fatalf("%s is not in %s", id, name)
			}
		}
	}
	s := house.Stats()
	if s.Clients != len(plain.inboxes) || s.Groups != len(plain.groups) || s.Messages != waiting {
		t.Fatalf("figures %+v; want %d clients, %d groups, %d messages", s, len(plain.inboxes), len(plain.groups), waiting)
	}
}

// compareInbox compares what a session would be handed, wherever it begins.
func compareInbox(t *rapid.T, house *messaging.Messaging, plain *model, id string) {
	taken, inbox := plain.taken[id], plain.inboxes[id]
	if c, known := house.Find(id); !known || c.Name != plain.names[id] {
		t.Fatalf("%s is %+v, want the name %q", id, c, plain.names[id])
	}
	for after := range taken + len(inbox) + 2 {
		for limit := range most + 1 {
			w, known := house.Waiting(id, uint64(after), limit)
			first := min(max(after, taken), taken+len(inbox))
			want := inbox[first-taken:]
			want = want[:min(limit, len(want))]
			var got []string
			for _, m := range w.Messages {
				got = append(got, text(m))
			}
			if !known || w.First != uint64(first+1) || !slices.Equal(got, want) || w.Missed != uint64(plain.missed[id]) {
				t.Fatalf("behind %d wait for %s %v from %d, missed %d; want %v from %d, %d", after, id, got, w.First, w.Missed, want, first+1, plain.missed[id])
			}
		}
	}
}

// reload reads the picture back into a new Messaging.
func reload(t *rapid.T, m *messaging.Messaging) *messaging.Messaging {
	l, p := messaging.NewLoader(), m.Picture()
	if err := l.LoadHead(p.Head()); err != nil {
		t.Fatal(err)
	}
	for block := range p.Blocks() {
		if err := l.LoadBlock(block); err != nil {
			t.Fatal(err)
		}
	}
	again, err := l.Done()
	if err != nil {
		t.Fatal(err)
	}
	return again
}
