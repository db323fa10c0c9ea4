package hub_test

import (
	"fmt"
	"strings"
	"testing"

	"althing/hub"
	"althing/hub/hubtest"
	"althing/value"
)

func TestBranches(t *testing.T) {
	h := hubtest.Open(t, nil)
	s := hubtest.Enter(t, h, "")
	for i, key := range []string{"a", "a-x", "a.b", "a.b.c", "a.d", "b.x", "b.y.z", "c[*].x", "cd.x", "d"} {
		done(t, s.Set(hub.Set{Key: key, Value: value.Int(i)}))
	}
	done(t, s.Set(hub.Set{Key: "d", Value: value.Int(10)}))
	hubtest.Ask(s, "[setReg(f'm.{i}', 'x') for i in range(1002)]")
	for _, test := range []struct{ prefix, behind, want string }{
		{"", "", "a=0 (3) | a-x=1 (0) | b (2) | c[*] (1) | cd (1) | d=10,9 (0) | m (1000+)"},
		{"a.", "", "b=2 (1) | d=4 (0)"},
		{"a.b.", "", "c=3 (0)"},
		{"c[*].", "", "x=7 (0)"},
		{"nothing.", "", ""},
		{"", "b.\U0010ffff", "c[*] (1) | cd (1) | d=10,9 (0) | m (1000+)"},
	} {
		all, more, err := s.Branches(t.Context(), test.prefix, test.behind, 100)
		if err != nil || more {
			t.Errorf("%q: %v, %v", test.prefix, more, err)
		}
		if got := said(all); got != test.want {
			t.Errorf("%q\n got %s\nwant %s", test.prefix, got, test.want)
		}
	}
	var paged []hub.Branch
	behind := ""
	for more := true; more; {
		part, others, err := s.Branches(t.Context(), "", behind, 2)
		if err != nil || len(part) == 0 {
			t.Fatal(part, err)
		}
		paged, behind, more = append(paged, part...), part[len(part)-1].After, others
	}
	if got := said(paged); got != "a=0 (3) | a-x=1 (0) | b (2) | c[*] (1) | cd (1) | d=10,9 (0) | m (1000+)" {
		t.Errorf("page by page: %s", got)
	}
}

// said is what branches are in a line.
func said(all []hub.Branch) string {
	var parts []string
	for _, one := range all {
		text := one.Name
		if one.Holds {
			text += fmt.Sprint("=", one.Entry.Value)
		}
		for _, was := range one.Past[:max(0, len(one.Past)-1)] {
			text += fmt.Sprint(",", was.Value)
		}
		text += fmt.Sprint(" (", one.Below)
		if one.Many {
			text += "+"
		}
		parts = append(parts, text+")")
	}
	return strings.Join(parts, " | ")
}
