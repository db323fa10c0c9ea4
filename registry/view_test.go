package registry_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"althing/registry"
	"althing/value"
)

func TestViewStaysWhatItWas(t *testing.T) {
	s := newShelf(t, registry.Limits{})
	for i := range 200 {
		s.set(fmt.Sprintf("k%03d", i), value.Int(i))
	}
	view := s.View()
	s.set("k000", value.Str("other"))
	s.set("k0005", value.Str("new"))
	s.do(&registry.Delete{Keys: []string{"k001", "k150"}})
	s.set("zzz", value.Str("in a slot that was free"))
	i := 0
	for key, e := range view.All(s.now) {
		if key != fmt.Sprintf("k%03d", i) || e.Value != value.Int(i) {
			t.Fatalf("entry %d is %s: %v", i, key, e.Value)
		}
		i++
	}
	if i != 200 || view.Len() != 200 || view.Revision() != 200 {
		t.Errorf("it shows %d of %d keys at revision %d", i, view.Len(), view.Revision())
	}
	if _, there := view.Get("zzz", s.now); there {
		t.Error("it shows what came later")
	}
	if e, there := view.Get("k150", s.now); !there || e.Value != value.Int(150) {
		t.Error("it lost what was removed later")
	}
}

func TestViewMatch(t *testing.T) {
	s := newShelf(t, registry.Limits{})
	for _, key := range []string{"b", "a.b", "a", "a.c.d", "ab", "ba", "a.", "", "a*"} {
		if key != "" {
			s.set(key, value.Str(key))
		}
	}
	s.do(&registry.Set{Key: "a.over", Value: value.Int(1), Expire: s.now})
	for pattern, want := range map[string]string{
		"*":     "a a* a. a.b a.c.d ab b ba",
		"a.*":   "a. a.b a.c.d",
		"a":     "a",
		"c":     "",
		"":      "",
		"a?":    "a* a. ab",
		"*b":    "a.b ab b",
		"[ab]":  "a b",
		"a[*]":  "a*",
		"*.*.*": "a.c.d",
	} {
		p, err := registry.Compile(pattern)
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		for key, e := range s.View().Match(context.Background(), p, s.now) {
			if e.Value != value.Str(key) {
				t.Errorf("%s holds %v", key, e.Value)
			}
			keys = append(keys, key)
		}
		if got := strings.Join(keys, " "); got != want {
			t.Errorf("%q matches %q, want %q", pattern, got, want)
		}
		for _, behind := range []string{"", "a", "a.", "a.b", "a.x", "b", "z"} {
			var rest []string
			for key := range s.View().MatchBehind(context.Background(), p, behind, s.now) {
				rest = append(rest, key)
			}
			from := slices.IndexFunc(keys, func(key string) bool { return key > behind })
			if from < 0 {
				from = len(keys)
			}
			if !slices.Equal(rest, keys[from:]) {
				t.Errorf("%q matches %q behind %q, want %q", pattern, rest, behind, keys[from:])
			}
		}
	}
}

func TestMatchEndsWithItsContext(t *testing.T) {
	s := newShelf(t, registry.Limits{})
	for i := range 1000 {
		s.set(fmt.Sprintf("k%03d", i), value.Int(i))
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	p, err := registry.Compile("k*")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for range s.View().Match(ctx, p, s.now) {
		if n++; n == 100 {
			cancel()
		}
	}
	if n >= 200 {
		t.Errorf("it went on for %d names", n)
	}
	recent, _ := s.Since(995)
	if _, err := recent.Match(ctx, p, s.now); err == nil {
		t.Error("matching changes went on")
	}
	if _, err := s.View().Changes(ctx, p, s.now); err == nil {
		t.Error("a list made anew went on")
	}
}
