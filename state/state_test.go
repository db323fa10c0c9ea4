package state_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"althing/fault"
	"althing/journal"
	"althing/messaging"
	"althing/registry"
	"althing/state"
	"althing/value"
)

var now = time.Unix(1_700_000_000, 0).UTC()

// apply carries out one transaction, which must succeed.
func apply(tb testing.TB, s *state.State, rev uint64, ops ...journal.Op) []any {
	tb.Helper()
	results, err := s.Apply(rev, now, journal.Tx{Ops: ops})
	if err != nil {
		tb.Fatal(err)
	}
	return results
}

// stored is the whole state as a picture has it.
func stored(tb testing.TB, s *state.State) []byte {
	tb.Helper()
	var b bytes.Buffer
	n, err := s.Freeze().WriteTo(&b)
	if err != nil || n != int64(b.Len()) {
		tb.Fatalf("%d of %d bytes written, %v", n, b.Len(), err)
	}
	return b.Bytes()
}

// set and variable set a key of either space.
func set(key string, v value.Value) *registry.Set { return &registry.Set{Key: key, Value: v} }

func variable(key string, v value.Value) *registry.Set {
	return &registry.Set{Space: registry.Variables, Key: key, Value: v}
}

func TestResults(t *testing.T) {
	s := state.New()
	apply(t, s, 1,
		&messaging.Register{ID: "ann"},
		&messaging.Send{From: "ann", To: "ann", Text: "hello"},
		&registry.Set{Key: "over", Value: value.Int(1), Expire: now},
		set("b", value.Int(1)))
	for _, c := range []struct {
		op   journal.Op
		want any
	}{
		{&state.Configure{}, nil},
		{set("a", value.Int(1)), nil},
		{&registry.Delete{Keys: []string{"a", "b", "c"}}, 2},
		{&registry.Lapse{Key: "over", Rev: 1}, true},
		{&registry.Lapse{Key: "over", Rev: 1}, false},
		{&messaging.Register{ID: "bob"}, nil},
		{&messaging.Join{ID: "ann", Group: "garden"}, nil},
		{&messaging.Leave{ID: "ann", Group: "garden"}, nil},
		{&messaging.Send{From: "ann", To: "garden", Text: "x"}, nil},
		{&messaging.Deliver{ID: "bob", From: "SQLite", Texts: []string{"x"}}, nil},
		{&messaging.Recv{ID: "ann"}, &messaging.Message{From: "ann", To: "ann", Text: "hello", Rev: 1, At: now}},
		{&messaging.Recv{ID: "ann"}, nil},
		{&messaging.Send{From: "ann", To: "ann", Text: "again"}, nil},
		{&messaging.Ack{ID: "ann", UpTo: 2}, 1},
		{&messaging.Ack{ID: "ann", UpTo: 2}, 0},
		{&messaging.Amend{ID: "ann", Name: "anna"}, nil},
		{&messaging.Exit{ID: "bob"}, nil},
		{&messaging.Drop{IDs: []string{"ann", "bob"}}, 1},
	} {
		if got := apply(t, s, 2, c.op); len(got) != 1 || !reflect.DeepEqual(got[0], c.want) {
			t.Errorf("%#v gave %v, want %v", c.op, got, c.want)
		}
	}
	if got := apply(t, s, 3, set("a", value.Int(1)), &registry.Delete{Keys: []string{"a"}}); !reflect.DeepEqual(got, []any{nil, 1}) {
		t.Errorf("two operations gave %v", got)
	}
	if got := apply(t, s, 4); len(got) != 0 {
		t.Errorf("no operation gave %v", got)
	}
}

func TestATransactionIsAllOrNothing(t *testing.T) {
	s := state.New()
	apply(t, s, 1, &messaging.Register{ID: "ann"}, set("a", value.Int(1)), variable("x", value.Int(1)))
	apply(t, s, 2, &messaging.Send{From: "ann", To: "ann", Text: "hello"}, &messaging.Join{ID: "ann", Group: "garden"})
	before, figures, limits := stored(t, s), s.Stats(), s.Limits()
	_, err := s.Apply(3, now, journal.Tx{Ops: []journal.Op{
		&state.Configure{Limits: state.Limits{Values: registry.Limits{Keys: 9}, Messaging: messaging.Limits{Clients: 9}}},
		set("a", value.Int(2)),
		set("b", value.Int(2)),
		&registry.Delete{Keys: []string{"a", "b"}},
		&registry.Set{Key: "c", Value: value.Int(3), Expire: now.Add(time.Hour)},
		variable("x", value.Int(2)),
		&messaging.Recv{ID: "ann"},
		&messaging.Register{ID: "bob"},
		&messaging.Send{From: "bob", To: "ALL", Text: "hi"},
		&messaging.Leave{ID: "ann", Group: "garden"},
		&messaging.Exit{ID: "ann"},
		&messaging.Recv{ID: "bob"},
		set("no@key", value.Int(1)),
	}})
	if !fault.Is(err, fault.Invalid) {
		t.Fatalf("got %v", err)
	}
	if after := stored(t, s); !bytes.Equal(after, before) {
		t.Errorf("the state became\n%q\nfrom\n%q", after, before)
	}
	if s.Stats() != figures || s.Limits() != limits {
		t.Errorf("figures %+v, limits %+v", s.Stats(), s.Limits())
	}
	if _, some := s.NextExpiry(); some {
		t.Error("a key that was taken back runs out")
	}
	everything, err := registry.Compile("*")
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.Changes(context.Background(), everything, 0, now)
	if err != nil || len(c.List) != 1 || c.Next != 1 {
		t.Errorf("watchers heard of %+v, %v", c, err)
	}
	if got := apply(t, s, 4, &messaging.Recv{ID: "ann"}); got[0].(*messaging.Message).Text != "hello" {
		t.Errorf("the message is gone: %v", got)
	}
}

func TestEverySingleOperationIsAllOrNothing(t *testing.T) {
	s := state.New()
	apply(t, s, 1, &messaging.Register{ID: "ann"}, set("a", value.Int(1)))
	before := stored(t, s)
	for _, op := range []journal.Op{
		&registry.Set{Key: "a", Value: value.Int(2), Create: true},
		&registry.Set{Space: 7, Key: "a", Value: value.Int(2)},
		&messaging.Register{ID: "ann"},
		&messaging.Join{ID: "bob", Group: "garden"},
		&messaging.Send{From: "bob", To: "ann", Text: "x"},
		foreign{},
		nil,
	} {
		if results, err := s.Apply(2, now, journal.Tx{Ops: []journal.Op{op}}); !errors.As(err, new(*fault.Error)) || results != nil {
			t.Errorf("%#v gave %v, %v", op, results, err)
		}
		if !bytes.Equal(stored(t, s), before) {
			t.Errorf("%#v was refused and has changed something", op)
		}
	}
}

// foreign is an operation of nobody's.
type foreign struct{}

func (foreign) AppendBinary(dst []byte) ([]byte, error) { return dst, nil }

func TestSeen(t *testing.T) {
	s := state.New()
	apply(t, s, 1, set("a", value.Int(1)))
	apply(t, s, 2, variable("a", value.Int(1)))
	apply(t, s, 3, &messaging.Register{ID: "ann"})
	apply(t, s, 4, &registry.Set{Key: "over", Value: value.Int(1), Expire: now.Add(time.Second)})
	later := now.Add(time.Second)
	for _, c := range []struct {
		name string
		seen []journal.Seen
		now  time.Time
		want bool
	}{
		{"nothing", nil, now, true},
		{"a key as it is", []journal.Seen{state.SawKey(registry.Values, "a", 1)}, now, true},
		{"a key as it was", []journal.Seen{state.SawKey(registry.Values, "a", 9)}, now, false},
		{"a key that has come", []journal.Seen{state.SawKey(registry.Values, "a", 0)}, now, false},
		{"a key that is not there", []journal.Seen{state.SawKey(registry.Values, "b", 0)}, now, true},
		{"a key that has gone", []journal.Seen{state.SawKey(registry.Values, "b", 3)}, now, false},
		{"a key with an end", []journal.Seen{state.SawKey(registry.Values, "over", 4)}, now, true},
		{"a key that has run out", []journal.Seen{state.SawKey(registry.Values, "over", 4)}, later, false},
		{"a key that had run out", []journal.Seen{state.SawKey(registry.Values, "over", 0)}, later, true},
		{"a variable as it is", []journal.Seen{state.SawKey(registry.Variables, "a", 2)}, now, true},
		{"a variable as it was", []journal.Seen{state.SawKey(registry.Variables, "a", 1)}, now, false},
		{"all values as they are", []journal.Seen{state.SawSpace(registry.Values, 4)}, now, true},
		{"all values as they were", []journal.Seen{state.SawSpace(registry.Values, 1)}, now, false},
		{"all variables as they are", []journal.Seen{state.SawSpace(registry.Variables, 2)}, now, true},
		{"clients as they are", []journal.Seen{state.SawClients(3)}, now, true},
		{"clients as they were", []journal.Seen{state.SawClients(0)}, now, false},
		{"one of two", []journal.Seen{state.SawKey(registry.Values, "a", 1), state.SawClients(0)}, now, false},
		{"what cannot be seen", []journal.Seen{{Key: "x", Rev: 0}}, now, false},
	} {
		if got := s.Verify(c.seen, c.now); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
		tx := journal.Tx{Expect: c.seen, Ops: []journal.Op{variable("done", value.Int(1))}}
		_, err := s.Apply(5, c.now, tx)
		_, done := s.Get(registry.Variables, "done", now)
		if (err == nil) != c.want || done != c.want {
			t.Errorf("%s: the transaction gave %v", c.name, err)
		}
		if c.name != "what cannot be seen" && !c.want && (!errors.Is(err, state.ErrStale) || !fault.Is(err, fault.Conflict)) {
			t.Errorf("%s: got %v", c.name, err)
		}
		apply(t, s, 2, &registry.Delete{Space: registry.Variables, Keys: []string{"done"}})
	}
	if _, err := s.Apply(9, now, journal.Tx{Ops: []journal.Op{&registry.Set{Key: "a", Value: value.Int(1), Create: true}}}); errors.Is(err, state.ErrStale) {
		t.Error("a refused condition would be worked out again")
	}
}

func TestRevisions(t *testing.T) {
	s := state.New()
	apply(t, s, 5, set("a", value.Int(1)))
	apply(t, s, 6, variable("a", value.Int(1)))
	apply(t, s, 7, &messaging.Register{ID: "ann"})
	apply(t, s, 8, &messaging.Send{From: "ann", To: "ann", Text: "x"})
	apply(t, s, 9, &registry.Delete{Keys: []string{"none"}})
	got := fmt.Sprint(s.Revision(registry.Values), s.Revision(registry.Variables), s.ClientsRevision())
	if got != "5 6 7" {
		t.Errorf("revisions %s", got)
	}
}

func TestLimitsAreThoseOfTheLog(t *testing.T) {
	tight := state.Limits{Values: registry.Limits{Keys: 1}, Variables: registry.Limits{Keys: 2}, Messaging: messaging.Limits{Clients: 1}}
	log := []journal.Tx{
		{Ops: []journal.Op{set("a", value.Int(1))}},
		{Ops: []journal.Op{set("b", value.Int(1))}},
		{Ops: []journal.Op{&state.Configure{Limits: tight}}},
		{Ops: []journal.Op{set("c", value.Int(1))}}, // refused
		{Ops: []journal.Op{&state.Configure{}}},
		{Ops: []journal.Op{set("d", value.Int(1))}},
		{Ops: []journal.Op{&state.Configure{Limits: tight}}},
	}
	replay := func() (*state.State, string) {
		s, refused := state.New(), ""
		for i, tx := range log {
			if _, err := s.Apply(uint64(i+1), now, tx); err != nil {
				refused += fmt.Sprint(i+1, " ")
			}
		}
		return s, refused
	}
	s, refused := replay()
	if refused != "4 " || s.Len(registry.Values) != 3 || s.Limits() != tight {
		t.Errorf("refused %s; %d keys under %+v", refused, s.Len(registry.Values), s.Limits())
	}
	again, _ := replay()
	if !bytes.Equal(stored(t, s), stored(t, again)) {
		t.Error("a replay made another state")
	}
	restored := state.New()
	if err := restored.Restore(bytes.NewReader(stored(t, s))); err != nil || restored.Limits() != tight {
		t.Errorf("restored under %+v, %v", restored.Limits(), err)
	}
}

func TestChanges(t *testing.T) {
	s := state.New()
	ctx := context.Background()
	garden, err := registry.Compile("garden.*")
	if err != nil {
		t.Fatal(err)
	}
	apply(t, s, 1, set("garden.a", value.Int(1)), set("cellar", value.Int(1)), variable("garden.x", value.Int(1)))
	apply(t, s, 2, &registry.Delete{Keys: []string{"garden.a"}})
	c, err := s.Changes(ctx, garden, 0, now)
	want := []registry.Change{{Rev: 1, Key: "garden.a", Value: value.Int(1), Set: now}, {Rev: 2, Key: "garden.a", Deleted: true}}
	if err != nil || !reflect.DeepEqual(c, state.Changes{List: want, Next: 2}) {
		t.Errorf("got %+v, %v", c, err)
	}
	if c, err = s.Changes(ctx, garden, 7, now); err != nil || len(c.List) != 0 || c.Next != 7 {
		t.Errorf("after a revision to come: %+v, %v", c, err)
	}
	apply(t, s, 3, set("garden.b", value.Int(3)))
	restored := state.New()
	if err := restored.Restore(bytes.NewReader(stored(t, s))); err != nil {
		t.Fatal(err)
	}
	apply(t, restored, 4, variable("y", value.Int(1)))
	c, err = restored.Changes(ctx, garden, 1, now)
	want = []registry.Change{{Rev: 3, Key: "garden.b", Value: value.Int(3), Set: now}}
	if err != nil || !reflect.DeepEqual(c, state.Changes{List: want, Next: 3, Anew: true}) {
		t.Errorf("after a restart: %+v, %v", c, err)
	}
	if c, err = restored.Changes(ctx, garden, c.Next, now); err != nil || len(c.List) != 0 || c.Anew {
		t.Errorf("and the next time: %+v, %v", c, err)
	}
	stopped, stop := context.WithCancel(ctx)
	stop()
	if _, err = restored.Changes(stopped, garden, 1, now); !errors.Is(err, context.Canceled) {
		t.Errorf("after its context's end: %v", err)
	}
}

func TestReads(t *testing.T) {
	s := state.New()
	apply(t, s, 1,
		&messaging.Register{ID: "ann", Addr: "10.0.0.1"}, &messaging.Register{ID: "bob"},
		&messaging.Join{ID: "ann", Group: "garden"},
		&messaging.Send{From: "bob", To: "ALL", Text: "hello"})
	apply(t, s, 2, set("a", value.Int(1)), variable("x", value.Int(1)))
	apply(t, s, 3, set("a", value.Int(2)))
	apply(t, s, 4, &registry.Set{Key: "over", Value: value.Int(1), Expire: now.Add(time.Minute)})
	if e, ok := s.Get(registry.Values, "a", now); !ok || e.Value != value.Int(2) || e.Rev != 3 {
		t.Errorf("Get: %+v, %v", e, ok)
	}
	if h := s.History("a", now); len(h) != 2 || h[0].Value != value.Int(1) {
		t.Errorf("History: %+v", h)
	}
	if n := s.View(registry.Variables).Len(); n != 1 || s.Len(registry.Variables) != 1 || s.Len(registry.Values) != 2 {
		t.Errorf("View: %d variables", n)
	}
	if s.Bytes(registry.Values) <= s.Bytes(registry.Variables) {
		t.Errorf("Bytes: %d and %d", s.Bytes(registry.Values), s.Bytes(registry.Variables))
	}
	if at, some := s.NextExpiry(); !some || !at.Equal(now.Add(time.Minute)) {
		t.Errorf("NextExpiry: %v, %v", at, some)
	}
	if ops := s.Expired(now.Add(time.Minute), 10); len(ops) != 1 || *ops[0] != (registry.Lapse{Key: "over", Rev: 4}) {
		t.Errorf("Expired: %+v", ops)
	}
	if c, known := s.Client("ann"); !known || c.Addr != "10.0.0.1" || len(s.Clients()) != 2 || len(s.ClientIDs()) != 2 {
		t.Errorf("Client: %+v, %v", c, known)
	}
	if s.Groups()["garden"] != 1 || len(s.Members("garden")) != 1 || !s.IsMember("ann", "garden") {
		t.Errorf("Groups: %v", s.Groups())
	}
	if !s.AnyMember("garden", func(c messaging.Client) bool { return c.ID == "ann" }) {
		t.Error("AnyMember: ann is not there")
	}
	want := state.Stats{
		Keys: 2, Bytes: s.Stats().Bytes, HistoryBytes: s.Stats().HistoryBytes, Variables: 1,
		Messaging: messaging.Stats{Clients: 2, Groups: 1, Messages: 2, Bytes: s.Stats().Messaging.Bytes},
	}
	if s.Pending("ann") != 1 || s.Stats() != want {
		t.Errorf("Stats: %+v", s.Stats())
	}
}
