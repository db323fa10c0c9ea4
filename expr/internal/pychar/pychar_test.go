package pychar_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"go.uber.org/goleak"

	"althing/expr/internal/cpython"
	"althing/expr/internal/pychar"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestEveryName finds each character that CPython has a name for by that name.
func TestEveryName(t *testing.T) {
	const prelude = "import unicodedata"
	const block = 0x800
	var questions []string
	for first := rune(0); first <= unicode.MaxRune; first += block {
		questions = append(questions, fmt.Sprintf("'\\n'.join(unicodedata.name(chr(c), '') for c in range(%d, %d))", first, first+block))
	}
	wrong, named := 0, 0
	for i, answer := range cpython.Eval(t, prelude, questions) {
		char := rune(i * block)
		for name := range strings.SplitSeq(answer.Text, "\n") {
			if name != "" {
				named++
				found, ok := pychar.Lookup(name)
				shown, is := pychar.Name(char)
				if !ok || found != char || !is || shown != name {
					if wrong++; wrong < 20 {
						t.Errorf("%q: found %U %t, want %U; named %q", name, found, ok, char, shown)
					}
				}
			}
			char++
		}
	}
	if named < 100_000 {
		t.Errorf("only %d names compared", named)
	}
}

// TestAliases compares names that are not the Unicode name, and what is none.
func TestAliases(t *testing.T) {
	names := []string{
		"NULL", "nul", "LINE FEED", "lf", "new line", "NBSP", "zwj", "BOM", "VS1", "VS16", "VS17", "VS256", "DELETE", "ESC", "SP",
		"latin small letter a", "Latin Small Letter A", "hangul syllable ga", "cjk unified ideograph-4e00", "CJK UNIFIED IDEOGRAPH-04E00",
		"CJK UNIFIED IDEOGRAPH-4E", "CJK UNIFIED IDEOGRAPH-", "CJK UNIFIED IDEOGRAPH-110000", "CJK UNIFIED IDEOGRAPH-20000",
		"HANGUL SYLLABLE ", "HANGUL SYLLABLE A", "HANGUL SYLLABLE GGWAELG", "HANGUL SYLLABLE XA", "", " ", "VS", "VS257", "VSA", "<control>", "A",
		"SNOWMAN ", "SNOWMAN", "TANGUT IDEOGRAPH-17000", "BELL", "BEL",
	}
	var questions []string
	for _, name := range names {
		questions = append(questions, fmt.Sprintf("ord(unicodedata.lookup('%s'))", name))
	}
	for i, answer := range cpython.Eval(t, "import unicodedata", questions) {
		char, ok := pychar.Lookup(names[i])
		if got := fmt.Sprint(char); ok != (answer.Exception == "") || ok && got != answer.Text {
			t.Errorf("%q is %d, %t, want %s", names[i], char, ok, answer)
		}
	}
}

// FuzzLookup finds only what has the name that was asked for, or an alias.
func FuzzLookup(f *testing.F) {
	for _, seed := range []string{"SNOWMAN", "HANGUL SYLLABLE GAG", "CJK UNIFIED IDEOGRAPH-4E00", "VS3", "lf", "\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		char, ok := pychar.Lookup(name)
		if again, is := pychar.Name(char); ok && is {
			if found, same := pychar.Lookup(again); !same || found != char {
				t.Errorf("%q is %U, whose name %q is %U", name, char, again, found)
			}
		}
	})
}
