package repl

import "testing"

func TestColumns(t *testing.T) {
	words := []string{"a", "bb", "ccc", "dä", "e"}
	for width, want := range map[int]string{
		80: "a    bb   ccc  dä   e\n", 10: "a    bb\nccc  dä\ne\n", 9: "a    bb\nccc  dä\ne\n", 1: "a\nbb\nccc\ndä\ne\n",
	} {
		if got := columns(words, width); got != want {
			t.Errorf("%d wide: %q", width, got)
		}
	}
}
