package state_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"althing/journal"
	"althing/messaging"
	"althing/registry"
	"althing/state"
	"althing/value"
)

// record is a transaction as a log has it.
type record struct {
	rev uint64
	at  time.Time
	tx  journal.Tx
}

// TestReplay folds a random log in several ways: live, with the operations in
// memory; replayed, from their bytes; and from a picture in its middle with the
// rest replayed. All must make the same state, refuse the same transactions,
// and a refused transaction must change nothing.
func TestReplay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log := drawLog(t)
		half := rapid.IntRange(0, len(log)).Draw(t, "half")
		live, replayed, restored := state.New(), state.New(), state.New()
		for i, r := range log {
			if i == half {
				if err := restored.Restore(bytes.NewReader(written(t, live))); err != nil {
					t.Fatal(err)
				}
			}
			before := written(t, live)
			results, err := live.Apply(r.rev, r.at, r.tx)
			if err != nil && !bytes.Equal(written(t, live), before) {
				t.Fatalf("record %d was refused (%v) and has changed something", i, err)
			}
			again := r
			again.tx.Ops = reread(t, r.tx.Ops)
			same(t, i, again, replayed, results, err)
			if i >= half {
				same(t, i, again, restored, results, err)
			}
		}
		if half == len(log) {
			restored = live
		}
		want := written(t, live)
		if !bytes.Equal(written(t, replayed), want) {
			t.Fatal("the replay made another state")
		}
		if !bytes.Equal(written(t, restored), want) || restored.Stats() != live.Stats() {
			t.Fatalf("picture and rest made %+v, the whole log %+v", restored.Stats(), live.Stats())
		}
	})
}

// same applies a record and checks that it comes to the same.
func same(t *rapid.T, i int, r record, s *state.State, results []any, err error) {
	t.Helper()
	got, gotErr := s.Apply(r.rev, r.at, r.tx)
	if text(got) != text(results) || fmt.Sprint(gotErr) != fmt.Sprint(err) {
		t.Fatalf("record %d gave %v, %v; live it gave %v, %v", i, text(got), gotErr, text(results), err)
	}
}

func text(results []any) string {
	all := ""
	for _, r := range results {
		if m, is := r.(*messaging.Message); is {
			r = *m
		}
		all += fmt.Sprintf("%+v; ", r)
	}
	return all
}

// reread writes operations and reads them back.
func reread(t *rapid.T, ops []journal.Op) []journal.Op {
	t.Helper()
	var src []byte
	var err error
	for _, op := range ops {
		if src, err = op.AppendBinary(src); err != nil {
			t.Fatal(err)
		}
	}
	var again []journal.Op
	for len(src) > 0 {
		var op journal.Op
		if op, src, err = state.New().DecodeOp(src); err != nil {
			t.Fatal(err)
		}
		again = append(again, op)
	}
	return again
}

func written(t *rapid.T, s *state.State) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := s.Freeze().WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func drawLog(t *rapid.T) []record {
	at := now
	var log []record
	for rev := range rapid.Uint64Range(1, 40).Draw(t, "records") {
		at = at.Add(time.Duration(rapid.IntRange(-1, 3).Draw(t, "seconds")) * time.Second) // clocks are set back
		r := record{rev: rev + 1, at: at}
		for range rapid.IntRange(1, 4).Draw(t, "operations") {
			r.tx.Ops = append(r.tx.Ops, drawOp(t, at))
		}
		if rapid.IntRange(0, 9).Draw(t, "expects") == 0 {
			key := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "seen")
			r.tx.Expect = []journal.Seen{state.SawKey(registry.Values, key, rapid.Uint64Range(0, 10).Draw(t, "revision"))}
		}
		log = append(log, r)
	}
	return log
}

func drawOp(t *rapid.T, at time.Time) journal.Op {
	key := rapid.SampledFrom([]string{"a", "b", "c.d", "c.e"})
	id := rapid.SampledFrom([]string{"ann", "bob", "cid", "garden"})
	to := rapid.SampledFrom([]string{"ann", "bob", "garden", "cellar", "lamp.hall", "ALL", "NOPLY"})
	space := registry.Space(rapid.IntRange(0, 3).Draw(t, "space") / 3)
	text := rapid.StringN(0, 5, 20).Draw(t, "text")
	name := rapid.SampledFrom([]string{"", "lamp.hall", "garden", "bob"})
	take := rapid.SampledFrom([]string{"", "ann", "bob"})
	hub := rapid.SampledFrom([]string{"barn", "north"})
	stream := rapid.SampledFrom([]string{"s", "t"})
	switch rapid.IntRange(0, 21).Draw(t, "kind") {
	case 0:
		return &registry.Delete{Space: space, Keys: rapid.SliceOfN(key, 0, 3).Draw(t, "keys")}
	case 1:
		return &registry.Lapse{Space: space, Key: key.Draw(t, "key"), Rev: rapid.Uint64Range(1, 40).Draw(t, "rev")}
	case 2:
		return &messaging.Join{ID: id.Draw(t, "id"), Group: to.Draw(t, "group")}
	case 3:
		return &messaging.Leave{ID: id.Draw(t, "id"), Group: to.Draw(t, "group")}
	case 4:
		return &messaging.Exit{ID: id.Draw(t, "id")}
	case 5:
		return &messaging.Drop{IDs: rapid.SliceOfN(id, 0, 2).Draw(t, "ids")}
	case 6, 7:
		return &messaging.Register{
			ID: id.Draw(t, "id"), Addr: "local", Name: name.Draw(t, "name"),
			Token: rapid.SampledFrom([]string{"", "\xff"}).Draw(t, "token"), Take: take.Draw(t, "take"),
		}
	case 8, 9:
		return &messaging.Send{From: to.Draw(t, "from"), To: to.Draw(t, "to"), Text: text, Headers: drawHeaders(t)}
	case 10:
		return &messaging.Deliver{ID: id.Draw(t, "id"), From: "REGISTRY", Texts: []string{text, "x"}}
	case 11:
		return &messaging.Recv{ID: id.Draw(t, "id")}
	case 13:
		return &messaging.Amend{ID: id.Draw(t, "id"), Addr: text, Name: name.Draw(t, "name"), Take: take.Draw(t, "take")}
	case 14:
		return &messaging.Ack{ID: id.Draw(t, "id"), UpTo: rapid.Uint64Range(0, 5).Draw(t, "up to"), Missed: rapid.Uint64Range(0, 2).Draw(t, "missed")}
	case 15:
		return &messaging.Forward{
			Hubs: rapid.SliceOfNDistinct(hub, 1, 2, rapid.ID[string]).Draw(t, "hubs"), Stream: stream.Draw(t, "stream"),
			From: to.Draw(t, "from"), To: "farmers", Text: text, Headers: drawHeaders(t),
		}
	case 16:
		return &messaging.Arrive{
			Hub: hub.Draw(t, "hub"), Stream: stream.Draw(t, "stream"),
			Run: rapid.Uint64Range(1, 2).Draw(t, "run"), Kept: rapid.Uint64Range(0, 2).Draw(t, "kept"),
			First: rapid.Uint64Range(0, 2).Draw(t, "first"), Number: rapid.Uint64Range(1, 3).Draw(t, "number"),
			From: "x@barn", To: to.Draw(t, "to"), Text: text, Headers: drawHeaders(t),
		}
	case 17:
		return &messaging.Forget{Hub: hub.Draw(t, "hub")}
	case 18:
		return &messaging.Ack{ID: hub.Draw(t, "hub"), UpTo: rapid.Uint64Range(0, 3).Draw(t, "up to")}
	case 12:
		return &state.Configure{Limits: state.Limits{
			Values:    registry.Limits{Keys: 3, HistoryBytes: 200},
			Messaging: messaging.Limits{Messages: rapid.Int64Range(1, 4).Draw(t, "messages"), Bytes: 2000, Hubs: rapid.Int64Range(0, 2).Draw(t, "hubs"), OutboxMessages: 3},
		}}
	}
	op := &registry.Set{Space: space, Key: key.Draw(t, "key"), Value: value.Str(text)}
	op.Create = rapid.IntRange(0, 9).Draw(t, "create") == 0
	if rapid.IntRange(0, 3).Draw(t, "ends") == 0 {
		op.Expire = at.Add(time.Duration(rapid.IntRange(0, 4000).Draw(t, "milliseconds")) * time.Millisecond)
	}
	return op
}

func drawHeaders(t *rapid.T) []messaging.Header {
	if rapid.IntRange(0, 2).Draw(t, "headed") > 0 {
		return nil
	}
	return []messaging.Header{{Name: rapid.SampledFrom([]string{"", "kind"}).Draw(t, "header"), Value: "v"}}
}
