package expr_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"althing/expr"
)

// grammar is how random programs are made: testdata/grammar says how to read it.
type grammar struct {
	leaves, rules map[byte][]string
}

// anything is the kinds of an expression of any kind, $A: the likely ones more
// than once.
const anything = "IIFFSSKLLDTBCRXXJJ"

// readGrammar reads the rules of the language and those of the modules that the
// environment has.
func readGrammar(t *testing.T, env expr.Vars) grammar {
	t.Helper()
	g := grammar{map[byte][]string{}, map[byte][]string{}}
	files, err := filepath.Glob("testdata/grammar/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no grammar: %v", err)
	}
	for name := range env {
		files = append(files, "testdata/grammar/modules/"+name+".txt")
	}
	slices.Sort(files) // a seed means the same programs every time
	texts := make([]string, len(files))
	for i, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = string(data)
	}
	all := strings.Join(texts, "\n")
	kinds := "A"
	for line := range strings.Lines(all) {
		if head, found := strings.CutPrefix(line, "## "); found {
			kinds += head[:1]
		}
	}
	var kind byte
	for line := range strings.Lines(all) {
		line = strings.TrimSuffix(line, "\n")
		switch head, found := strings.CutPrefix(line, "## "); {
		case found:
			kind = head[0]
		case line == "" || strings.HasPrefix(line, "# "):
		default:
			g.add(kind, line, kinds)
		}
	}
	return g
}

// add adds a rule. A "$" that no kind follows stands for itself; it becomes "\0",
// so that no other code has to know the kinds.
func (g *grammar) add(kind byte, text, kinds string) {
	out := []byte(strings.NewReplacer("(none)", "", "(space)", " ").Replace(text))
	leaf := true
	for i, c := range out {
		switch {
		case c != '$':
		case i+1 < len(out) && strings.IndexByte(kinds, out[i+1]) >= 0:
			leaf = false
		default:
			out[i] = 0
		}
	}
	if leaf {
		g.leaves[kind] = append(g.leaves[kind], string(out))
	} else {
		g.rules[kind] = append(g.rules[kind], string(out))
	}
}

// tree is a random program.
type tree struct {
	kind byte
	text string // a leaf, or a rule whose "$" stand for kids
	kids []*tree
}

// grow makes a tree of that kind, about so deep.
func (g *grammar) grow(r *rand.Rand, kind byte, depth int) *tree {
	if kind == 'A' {
		kind = anything[r.IntN(len(anything))]
	}
	rules, leaves := g.rules[kind], g.leaves[kind]
	if len(rules) == 0 || len(leaves) > 0 && (depth <= 0 || r.IntN(6) == 0) {
		return &tree{kind: kind, text: leaves[r.IntN(len(leaves))]}
	}
	t := &tree{kind: kind, text: rules[r.IntN(len(rules))]}
	for i := range len(t.text) - 1 {
		if t.text[i] == '$' {
			t.kids = append(t.kids, g.grow(r, t.text[i+1], depth-1))
		}
	}
	return t
}

// String is the program.
func (t *tree) String() string {
	var out strings.Builder
	next := 0
	for i := 0; i < len(t.text); i++ {
		switch c := t.text[i]; c {
		case '$':
			out.WriteString(t.kids[next].String())
			next++
			i++
		case 0:
			out.WriteByte('$')
		default:
			out.WriteByte(c)
		}
	}
	return out.String()
}

func (t *tree) size() int { return len(t.String()) }

// simpler gives all programs that are this one with one part made simpler: by
// what is inside that part, by the first leaf of its kind, or by nothing where it
// is a statement.
func (g *grammar) simpler(t *tree) []*tree {
	out := slices.Clone(t.kids)
	if leaves := g.leaves[t.kind]; len(leaves) > 0 && t.text != leaves[0] {
		out = append(out, &tree{kind: t.kind, text: leaves[0]})
	}
	out = append(out, t.fewer()...)
	for i, kid := range t.kids {
		for _, s := range g.simpler(kid) {
			kids := slices.Clone(t.kids)
			kids[i] = s
			out = append(out, &tree{t.kind, t.text, kids})
		}
	}
	return out
}

// fewer gives the programs that lack one of the statements.
func (t *tree) fewer() []*tree {
	const end = "; "
	statements := strings.Split(t.text, end)
	if t.kind != 'P' || len(statements) == 1 {
		return nil
	}
	var out []*tree
	kid := 0
	for i, s := range statements {
		n := strings.Count(s, "$")
		out = append(out, &tree{
			t.kind, strings.Join(slices.Delete(slices.Clone(statements), i, i+1), end),
			slices.Delete(slices.Clone(t.kids), kid, kid+n),
		})
		kid += n
	}
	return out
}
