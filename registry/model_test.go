package registry_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"althing/registry"
	"althing/value"
)

// model is a registry in the simplest words: maps, and everything copied.
type model map[string]modelEntry

type modelEntry struct {
	value  value.Value
	rev    uint64
	end    time.Time // zero: none
	values []value.Value
}

func (m model) live(key string, now time.Time) (modelEntry, bool) {
	e, ok := m[key]
	return e, ok && (e.end.IsZero() || e.end.After(now))
}

func (m model) apply(rev uint64, now time.Time, op registry.Op) (result any, failed bool) {
	switch op := op.(type) {
	case *registry.Set:
		old, live := m.live(op.Key, now)
		if op.Create && live || op.Expect != nil && (!live || !value.Equal(op.Expect, old.value)) {
			return nil, true
		}
		if op.ExpectRev != nil && (!live && *op.ExpectRev != 0 || live && *op.ExpectRev != old.rev) {
			return nil, true
		}
		e := modelEntry{value: op.Value, rev: rev, end: op.Expire}
		if live {
			e.values = slices.Clone(old.values)
			if old.rev == rev {
				e.values = e.values[:len(e.values)-1]
			}
		}
		e.values = append(e.values, op.Value)
		e.values = e.values[max(0, len(e.values)-registry.HistoryValues):]
		m[op.Key] = e
		return nil, false
	case *registry.Delete:
		n := 0
		for _, key := range op.Keys {
			if _, live := m.live(key, now); live {
				n++
			}
			delete(m, key)
		}
		return n, false
	case *registry.Lapse:
		e, ok := m[op.Key]
		if !ok || e.rev != op.Rev || e.end.IsZero() {
			return false, false
		}
		delete(m, op.Key)
		return true, false
	}
	return nil, true
}

// TestRegistryIsItsModel carries out random transactions on both and compares
// them, and old Views with old models.
func TestRegistryIsItsModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := registry.New(registry.Options{History: true, Changes: 16})
		m := model{}
		now := time.Unix(1_600_000_000, 0).UTC()
		views := map[*registry.View]model{}
		times := map[*registry.View]time.Time{}
		transactions := rapid.Uint64Range(1, 60).Draw(t, "transactions")
		for rev := uint64(1); rev <= transactions; rev++ {
			now = now.Add(time.Duration(rapid.IntRange(0, 2).Draw(t, "seconds")) * time.Second)
			transact(t, r, m, rev, now)
			compare(t, r.View(), m, now)
			for key := range m {
				if _, live := m.live(key, now); live && len(r.History(key, now)) != len(m[key].values) {
					t.Fatalf("%s has the history %v, want %v", key, r.History(key, now), m[key].values)
				}
			}
			if rapid.IntRange(0, 9).Draw(t, "view") == 0 {
				v := r.View()
				views[v], times[v] = maps.Clone(m), now
			}
		}
		for v, m := range views {
			compare(t, v, m, times[v])
		}
		reload(t, r)
	})
}

// reload stores the registry and reads it back: what it has counted on its way
// must be what a new one counts.
func reload(t *rapid.T, r *registry.Registry) {
	again := registry.New(registry.Options{History: true})
	v := r.View()
	if err := again.LoadHead(v.Head()); err != nil {
		t.Fatal(err)
	}
	for block := range v.Blocks() {
		if err := again.LoadBlock(block); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := figures(again), figures(r); got != want {
		t.Fatalf("read back it has %s, before it had %s", got, want)
	}
	if got, want := stored(again.View()), stored(v); !bytes.Equal(got, want) {
		t.Fatalf("read back it is %x, before it was %x", got, want)
	}
}

func figures(r *registry.Registry) string {
	next, some := r.NextExpiry()
	return fmt.Sprint(r.Len(), " keys, ", r.Bytes(), "+", r.HistoryBytes(), " bytes, revision ", r.Revision(), ", next end ", next, some)
}

func stored(v *registry.View) []byte {
	all := v.Head()
	for block := range v.Blocks() {
		all = append(all, block...)
	}
	return all
}

// transact carries out one transaction on both; when an operation fails,
// neither keeps any of it.
func transact(t *rapid.T, r *registry.Registry, m model, rev uint64, now time.Time) {
	before := maps.Clone(m)
	r.Begin()
	for range rapid.IntRange(1, 4).Draw(t, "operations") {
		op := drawOp(t, now)
		want, wantFailed := m.apply(rev, now, op)
		got, err := r.Apply(rev, now, op)
		if (err != nil) != wantFailed || got != want {
			t.Fatalf("%#v gave %v, %v; want %v, %v", op, got, err, want, wantFailed)
		}
		if err != nil {
			r.Rollback()
			clear(m)
			maps.Copy(m, before)
			return
		}
	}
	r.Commit()
}

func drawOp(t *rapid.T, now time.Time) registry.Op {
	key := fmt.Sprintf("k%d", rapid.IntRange(0, 5).Draw(t, "key"))
	switch rapid.IntRange(0, 5).Draw(t, "kind") {
	case 0:
		return &registry.Delete{Keys: rapid.SliceOfN(rapid.SampledFrom([]string{"k0", "k1", "k2", "k3", "k4", "k5"}), 0, 3).Draw(t, "keys")}
	case 1:
		return &registry.Lapse{Key: key, Rev: uint64(rapid.IntRange(0, 60).Draw(t, "rev"))}
	}
	op := &registry.Set{Key: key, Value: value.Int(rapid.IntRange(0, 3).Draw(t, "value"))}
	switch rapid.IntRange(0, 9).Draw(t, "condition") {
	case 0:
		op.Create = true
	case 1:
		op.Expect = value.Float(rapid.IntRange(0, 3).Draw(t, "expect"))
	case 2:
		rev := uint64(rapid.IntRange(0, 10).Draw(t, "expected revision"))
		op.ExpectRev = &rev
	case 3, 4:
		op.Expire = now.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "end")) * time.Second)
	}
	return op
}

// compare compares what a View shows with a model, and the sums with the parts.
func compare(t *rapid.T, v *registry.View, m model, now time.Time) {
	shown := 0
	for key, e := range v.All(now) {
		shown++
		want, live := m.live(key, now)
		if !live || e.Value != want.value || e.Rev != want.rev || !e.Expire.Equal(want.end) {
			t.Fatalf("%s is shown as %+v, want %+v", key, e, want)
		}
	}
	for key := range m {
		if _, live := m.live(key, now); live {
			shown--
		}
	}
	if shown != 0 || v.Len() != len(m) {
		t.Fatalf("%d shown too many or too few; it has %d keys of %d", shown, v.Len(), len(m))
	}
}
