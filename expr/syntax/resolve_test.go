package syntax_test

import (
	"fmt"
	"strings"
	"testing"

	"althing/expr/syntax"
)

// places writes where each name of a source lives, in the order of the source,
// behind the frames: their names, and a star on those that may be captured.
func places(t *testing.T, src string) string {
	t.Helper()
	m, err := syntax.Parse(src)
	if err != nil {
		t.Fatalf("%q: %v", src, err)
	}
	at := make([]string, len(src))
	frames := []string{frame(m.Frame)}
	visitNames(m, func(f syntax.Frame) { frames = append(frames, frame(f)) }, func(n *syntax.Name) {
		kind := map[syntax.Scope]string{syntax.Free: "free", syntax.Local: "local", syntax.Top: "top"}[n.Scope]
		if n.Scope != syntax.Free {
			kind += fmt.Sprintf(" %d.%d", n.Depth, n.Slot)
		}
		at[n.Pos] = n.ID + " " + kind
	})
	names := []string{}
	for _, s := range at {
		if s != "" {
			names = append(names, s)
		}
	}
	return strings.Join(frames, " ") + ": " + strings.Join(names, ", ")
}

func frame(f syntax.Frame) string {
	s := "[" + strings.Join(f.Names, " ") + "]"
	if f.Captured {
		s += "*"
	}
	return s
}

// visitNames walks a tree with its frames from the outside in.
func visitNames(m *syntax.Module, frames func(syntax.Frame), names func(*syntax.Name)) {
	syntax.Walk(m, func(e syntax.Expr) {
		switch e := e.(type) {
		case *syntax.Name:
			names(e)
		case *syntax.Lambda:
			frames(e.Frame)
		case *syntax.ListComp:
			frames(e.Frame)
		case *syntax.SetComp:
			frames(e.Frame)
		case *syntax.DictComp:
			frames(e.Frame)
		case *syntax.GeneratorExp:
			frames(e.Frame)
		}
	})
}

func TestNamesAreResolved(t *testing.T) {
	for src, want := range map[string]string{
		"a + b":       "[]: a free, b free",
		"x = y":       "[]: x free, y free",
		"lambda a: a": "[]* [a]: a local 0.0",
		"lambda a, *b, c=d, **e: (e, c, b, a, d)": "[]* [a b c e]: d free, e local 0.3, c local 0.2, b local 0.1, a local 0.0, d free",
		"lambda a=a: a":                                          "[]* [a]: a free, a local 0.0",
		"lambda a: lambda b: a + b + c":                          "[]* [a]* [b]: a local 1.0, b local 0.0, c free",
		"lambda a: lambda a: a":                                  "[]* [a]* [a]: a local 0.0",
		"(lambda a: a, a)":                                       "[]* [a]: a local 0.0, a free",
		"[x for x in x]":                                         "[] [x]: x local 0.0, x local 0.0, x free",
		"[x for x in y if x]":                                    "[] [x]: x local 0.0, x local 0.0, y free, x local 0.0",
		"[a for a in b for b in a]":                              "[] [a b]: a local 0.0, a local 0.0, b free, b local 0.1, a local 0.0",
		"[a for b in c for a in a]":                              "[] [b a]: a local 0.1, b local 0.0, c free, a local 0.1, a local 0.1",
		"{k: v for k, (v, *w) in y}":                             "[] [k v w]: k local 0.0, v local 0.1, k local 0.0, v local 0.1, w local 0.2, y free",
		"[x for a.b in y for c[d] in x]":                         "[] []: x free, a free, y free, c free, d free, x free",
		"[[x for x in y] for y in x]":                            "[] [y] [x]: x local 0.0, x local 0.0, y local 0.0, y local 0.0, x free",
		"[x for x in [y for y in x]]":                            "[] [x] [y]: x local 0.0, x local 0.0, y local 0.0, y local 0.0, x free",
		"sum(x for x in y)":                                      "[]* [x]: sum free, x local 0.0, x local 0.0, y free",
		"[lambda: x for x in y]":                                 "[]* [x]* []: x local 1.0, x local 0.0, y free",
		"{x for x in y}":                                         "[] [x]: x local 0.0, x local 0.0, y free",
		"(x := 1) + x":                                           "[x]: x top 0.0, x top 0.0",
		"x + (x := 1)":                                           "[x]: x top 0.0, x top 0.0",
		"(x := 1); y = x":                                        "[x]: x top 0.0, y free, x top 0.0",
		"x = 1; (x := 2)":                                        "[]: x free, x free",
		"(x := 2); x += 1":                                       "[]: x free, x free",
		"(x := 2); del [x]":                                      "[]: x free, x free",
		"(x := 2); a.x = x":                                      "[x]: x top 0.0, a free, x top 0.0",
		"[(x := a) for a in b] + x":                              "[x] [a]: x top 1.0, a local 0.0, a local 0.0, b free, x top 0.0",
		"lambda: (x := 1) + x":                                   "[]* [x]: x local 0.0, x local 0.0",
		"lambda x: (x := 1) + x":                                 "[]* [x]: x local 0.0, x local 0.0",
		"lambda y: [(x := a) for a in b]":                        "[]* [y x] [a]: x local 1.1, a local 0.0, a local 0.0, b free",
		"(x := 1, lambda: (x := 2, x), x)":                       "[x]* [x]: x top 0.0, x local 0.0, x local 0.0, x top 0.0",
		"(x := 1, lambda: x)":                                    "[x]* []: x top 0.0, x top 1.0",
		"lambda a=(x := 1): x":                                   "[x]* [a]: x top 0.0, x top 1.0",
		"f'{(x := 1)} {x:{x}}'":                                  "[x]: x top 0.0, x top 0.0, x top 0.0",
		"[f'{a}{b}' for a in c]":                                 "[] [a]: a local 0.0, b free, a local 0.0, c free",
		"f(a=[b for b in c], *[d for d in e])":                   "[] [d] [b]: f free, b local 0.0, b local 0.0, c free, d local 0.0, d local 0.0, e free",
		"x[(lambda: y)():[z for z in w]]":                        "[]* [] [z]: x free, y free, z local 0.0, z local 0.0, w free",
		"{**a, (lambda a: a)(b): c}":                             "[]* [a]: a free, a local 0.0, b free, c free",
		"a if (lambda b: b)(c) else not [a for a in d] or e < f": "[]* [b] [a]: a free, b local 0.0, c free, a local 0.0, a local 0.0, d free, e free, f free",
	} {
		if got := places(t, src); got != want {
			t.Errorf("%s\n got %s\nwant %s", src, got, want)
		}
	}
}
