package registry_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"althing/registry"
	"althing/value"
)

// changes are the changes that match, as a text.
func changes(tb testing.TB, r registry.Recent, pattern string, now time.Time) string {
	tb.Helper()
	p, err := registry.Compile(pattern)
	if err != nil {
		tb.Fatal(err)
	}
	list, err := r.Match(context.Background(), p, now)
	if err != nil {
		tb.Fatal(err)
	}
	return written(list)
}

func written(list []registry.Change) string {
	var texts []string
	for _, c := range list {
		text := fmt.Sprintf("%d %s", c.Rev, c.Key)
		if c.Deleted {
			text += " deleted"
		} else {
			text += "=" + value.Repr(c.Value)
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ", ")
}

func TestChanges(t *testing.T) {
	s := newShelf(t, registry.Limits{}) // remembers 8
	s.set("a.x", value.Int(1))
	s.set("b.x", value.Int(2))
	s.do(&registry.Delete{Keys: []string{"a.x", "b.x"}})
	s.do(&registry.Set{Key: "a.y", Value: value.Int(4), Expire: s.now.Add(time.Second)})
	s.do(&registry.Lapse{Key: "a.y", Rev: 4})
	recent, _ := s.Since(2)
	for pattern, want := range map[string]bool{"a.x": true, "b.x": true, "a.y": true, "a.*": true, "c*": false} {
		p, err := registry.Compile(pattern)
		if err != nil {
			t.Fatal(err)
		}
		if recent.Touches(p) != want {
			t.Errorf("whether a change matches %q is %v", pattern, !want)
		}
	}
	since := func(after uint64, pattern string, now time.Time) string {
		recent, all := s.Since(after)
		if !all {
			return "forgotten"
		}
		return changes(t, recent, pattern, now)
	}
	for _, c := range []struct {
		after   uint64
		pattern string
		now     time.Time
		want    string
	}{
		{0, "*", s.now, "1 a.x=1, 2 b.x=2, 3 a.x deleted, 3 b.x deleted, 4 a.y=4, 5 a.y deleted"},
		{0, "a.*", s.now, "1 a.x=1, 3 a.x deleted, 4 a.y=4, 5 a.y deleted"},
		{2, "b.*", s.now, "3 b.x deleted"},
		{3, "*", s.now.Add(time.Second), "5 a.y deleted"}, // never a value that has run out
		{5, "*", s.now, ""},
		{99, "*", s.now, ""},
	} {
		if got := since(c.after, c.pattern, c.now); got != c.want {
			t.Errorf("after %d, %s: %s; want %s", c.after, c.pattern, got, c.want)
		}
	}
	for range 4 {
		s.set("c", value.Int(s.rev))
	}
	if got := since(0, "*", s.now); got != "forgotten" {
		t.Errorf("after 0: %s", got)
	}
	if got := since(2, "*.x", s.now); got != "3 a.x deleted, 3 b.x deleted" {
		t.Errorf("after 2: %s", got)
	}
	s.set("c", value.Int(0))
	if got := since(2, "*", s.now); got != "forgotten" { // half of revision 3 is
		t.Errorf("after 2: %s", got)
	}
}

func TestChangesRememberedAreBoundedByBytes(t *testing.T) {
	s := newShelf(t, registry.Limits{})
	s.Registry = registry.New(registry.Options{Changes: 8, ChangeBytes: 3000})
	for range 5 {
		s.set("a", value.Str(strings.Repeat("x", 1000)))
	}
	if recent, all := s.Since(3); !all || strings.Count(changes(t, recent, "*", s.now), "a=") != 2 {
		t.Error("two of 1,000 bytes should be remembered")
	}
	if _, all := s.Since(2); all {
		t.Error("three of 1,000 bytes are more than 3,000 with their keys")
	}
	s.set("a", value.Str(strings.Repeat("x", 5000)))
	if _, all := s.Since(5); all {
		t.Error("one that is too large alone is remembered")
	}
	if _, all := s.Since(6); !all {
		t.Error("there is nothing after the last")
	}
}

// TestChangesAnewDoNotRepeat follows the changes as a client does who always
// asks after the highest revision it was told.
func TestChangesAnewDoNotRepeat(t *testing.T) {
	s := newShelf(t, registry.Limits{})
	for i := range 30 {
		s.set(fmt.Sprintf("k%02d", i), value.Int(i))
	}
	p, err := registry.Compile("k0*")
	if err != nil {
		t.Fatal(err)
	}
	if _, all := s.Since(0); all {
		t.Fatal("30 changes are remembered")
	}
	list, err := s.View().Changes(context.Background(), p, s.now)
	if err != nil || len(list) != 10 {
		t.Fatalf("%v, %v", list, err)
	}
	last := list[len(list)-1].Rev
	if recent, all := s.Since(last); !all || changes(t, recent, "k0*", s.now) != "" {
		t.Errorf("after %d it begins anew or tells something twice", last)
	}
	s.do(&registry.Delete{Keys: []string{"k03"}})
	if recent, all := s.Since(last); !all || changes(t, recent, "k0*", s.now) != "31 k03 deleted" {
		t.Error("what followed is missing")
	}
}
