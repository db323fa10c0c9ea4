package registry_test

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"

	"althing/fault"
	"althing/registry"
)

// patterns are patterns and names whose meaning was taken from CPython 3.11;
// TestPatternIsPythons asks a Python again where there is one.
var patterns = []struct {
	pattern, name string
	want          bool
}{
	{"", "", true},
	{"", "a", false},
	{"abc", "abc", true},
	{"abc", "abcd", false},
	{"abc", "Abc", false},
	{"*", "", true},
	{"*", "a\nb", true},
	{"**", "ab", true},
	{"a*", "a", true},
	{"*a", "ba", true},
	{"*a", "ab", false},
	{"a*a", "a", false},
	{"a*a", "aa", true},
	{"a*b*c", "a-b-c", true},
	{"a*b*c", "acb", false},
	{"*ab*ab*", "abab", true},
	{"*ab*ab*", "aba", false},
	{"*aab", "aaaab", true},
	{"?", "", false},
	{"?", "é", true},
	{"?", "\n", true},
	{"??", "é", false},
	{"*?", "", false},
	{"?*?", "a", false},
	{"?*?", "日本", true},
	{"*?b", "éb", true},
	{"garden.*.temp", "garden.soil.temp", true},
	{"garden.*.temp", "garden.temp", false},
	{"[abc]", "b", true},
	{"[abc]", "d", false},
	{"[!abc]", "d", true},
	{"[!abc]", "a", false},
	{"[^abc]", "^", true},
	{"[^abc]", "d", false},
	{"[a-c]x", "bx", true},
	{"[é-ü]", "ö", true},
	{"[!a-c]*", "dog", true},
	{"[]]", "]", true},
	{"[]-a]", "_", true},
	{"[!]]", "]", false},
	{"[!]]", "a", true},
	{"[]", "[]", true},
	{"[!]", "[!]", true},
	{"[a", "[a", true},
	{"a[b*", "a[bcd", true},
	{"[a-]", "-", true},
	{"[-a]", "-", true},
	{"[--0]", ".", true},
	{"[+--]", ",", true},
	{"[a-c-e]", "-", true},
	{"[a-c-e]", "d", false},
	{"[z-a]", "z", false},
	{"[z-a]", "", false},
	{"[!z-a]", "z", true},
	{"[z-ab]", "b", true},
	{"[z-ab]", "a", false},
	{"[z-a!b]", "b", false}, // the empty range gone, a '!' stands in front
	{"[z-a!b]", "c", true},
	{"[z-a!-c]", "-", false}, // and a hyphen behind it
	{"[z-a!-c]", "b", true},
	{"[a--b]", "b", true},
	{"[a--b]", "a", false},
	{`[\]`, `\`, true},
	{`[a\-z]`, "b", true},
	{`\*`, `\x`, true},
	{"[&&||~~]", "|", true},
	{"[[a]", "[", true},
	{"[!!]", "!", false},
	{"[!-a]", "-", false},
	{"[!-a]", "b", true},
	{"x[*]y", "x*y", true},
	{"x[?]y", "xay", false},
	{".", "a", false},
	{"(a|b)+", "a", false},
	{"a{2}", "aa", false},
	{"$^", "", false},
	{"*\x00", "a\x00", true},
	{"?", "\xed\xa0\x80", true}, // a surrogate that stands alone
	{"*?b", "\xed\xa0\x80b", true},
}

func TestPattern(t *testing.T) {
	for _, c := range patterns {
		got, err := match(c.pattern, c.name)
		if err != nil || got != c.want {
			t.Errorf("Match(%q, %q) = %v, %v; want %v", c.pattern, c.name, got, err, c.want)
		}
	}
}

// TestPatternIsPythons asks Python's own fnmatchcase about the table and about
// all short patterns of the characters that matter.
func TestPatternIsPythons(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 here to ask")
	}
	var pairs [][2]string
	for _, c := range patterns {
		if utf8.ValidString(c.name) { // JSON could not carry it
			pairs = append(pairs, [2]string{c.pattern, c.name})
		}
	}
	for _, body := range words("-!]ac^z", 4) {
		for _, name := range []string{"-", "!", "]", "a", "b", "c", "^", "[" + body + "]"} {
			pairs = append(pairs, [2]string{"[" + body + "]", name})
		}
	}
	for _, pattern := range words("*?ab[", 5) {
		for _, name := range []string{"", "a", "ab", "aab", "abab", "b[a"} {
			pairs = append(pairs, [2]string{pattern, name})
		}
	}
	question, err := json.Marshal(pairs)
	if err != nil {
		t.Fatal(err)
	}
	const program = `import fnmatch, json, sys, warnings
warnings.simplefilter("ignore")
print(json.dumps([fnmatch.fnmatchcase(n, p) for p, n in json.load(sys.stdin)]))`
	cmd := exec.Command(python, "-c", program)
	cmd.Stdin = strings.NewReader(string(question))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var answers []bool
	if err := json.Unmarshal(out, &answers); err != nil || len(answers) != len(pairs) {
		t.Fatalf("python answered %d of %d: %v", len(answers), len(pairs), err)
	}
	for i, p := range pairs {
		if got, _ := match(p[0], p[1]); got != answers[i] {
			t.Errorf("Match(%q, %q) = %v; Python says %v", p[0], p[1], got, answers[i])
		}
	}
}

// words are all words of up to so many of the letters.
func words(letters string, most int) []string {
	all := []string{""}
	for from := 0; most > 0; most-- {
		to := len(all)
		for _, w := range all[from:to] {
			for _, l := range letters {
				all = append(all, w+string(l))
			}
		}
		from = to
	}
	return all
}

func TestPatternThatIsHostileEnds(t *testing.T) {
	name := strings.Repeat("a", 4096)
	for _, pattern := range []string{
		strings.Repeat("*a", registry.MaxPattern/2-1) + "*b",
		strings.Repeat("*?", registry.MaxPattern/2-1) + "*b",
		strings.Repeat("*[a]", registry.MaxPattern/4-1) + "*b",
		"*" + strings.Repeat("?", registry.MaxPattern/2) + "b*",
		"*" + strings.Repeat("[!b]", registry.MaxPattern/4-1) + "b*",
	} {
		if got, err := match(pattern, name); got || err != nil {
			t.Errorf("Match(%.20q…) = %v, %v", pattern, got, err)
		}
	}
}

func TestExactly(t *testing.T) {
	for _, name := range []string{"garden.soil", "a*", "[a]", "what?", "[!x]*?", "]", ""} {
		for other, want := range map[string]bool{name: true, name + "x": false, "a": false, "what!": false} {
			if got, err := match(registry.Exactly(name), other); got != want || err != nil {
				t.Errorf("%q is %q: %v, %v", other, name, got, err)
			}
		}
	}
}

func TestPatternThatIsTooLong(t *testing.T) {
	if _, err := registry.Compile(strings.Repeat("*", registry.MaxPattern+1)); !fault.Is(err, fault.Limit) {
		t.Errorf("got %v", err)
	}
}

func FuzzMatch(f *testing.F) {
	for _, c := range patterns {
		f.Add(c.pattern, c.name)
	}
	f.Add("\xff*\xed\xa0\x80", "\xff\xed\xa0\x80")
	f.Fuzz(func(t *testing.T, pattern, name string) {
		if len(pattern) > 40 || len(name) > 40 { // the reference is exponential
			return
		}
		got, err := match(pattern, name)
		if err != nil {
			t.Fatal(err)
		}
		if !utf8.ValidString(pattern) || !utf8.ValidString(name) {
			return // it had to end, no more
		}
		want, odd := reference([]rune(pattern), []rune(name))
		if got != want && !odd {
			t.Errorf("Match(%q, %q) = %v, want %v", pattern, name, got, want)
		}
	})
}

// reference is fnmatchcase by trying everything. It does not know the oddities
// of empty ranges: where it met one it says so.
func reference(pattern, name []rune) (matches, odd bool) {
	if len(pattern) == 0 {
		return len(name) == 0, false
	}
	if pattern[0] == '*' {
		for i := range len(name) + 1 {
			if matches, odd = reference(pattern[1:], name[i:]); matches || odd {
				break
			}
		}
		return matches, odd
	}
	if len(name) == 0 {
		return false, false
	}
	here, size := pattern[0] == '?' || pattern[0] == name[0], 1
	if end := closing(pattern); pattern[0] == '[' && end > 0 {
		if here, odd = inClass(pattern[1:end], name[0]); odd {
			return false, true
		}
		size = end + 1
	}
	if !here {
		return false, false
	}
	return reference(pattern[size:], name[1:])
}

// closing is where the class that the pattern begins with ends; 0: nowhere.
func closing(pattern []rune) int {
	for i := 1; i < len(pattern); i++ {
		first := i == 1 || i == 2 && pattern[1] == '!'
		if pattern[i] == ']' && !first {
			return i
		}
	}
	return 0
}

func inClass(class []rune, r rune) (is, odd bool) {
	negated := class[0] == '!' && len(class) > 1
	if negated {
		class = class[1:]
	}
	for i := 0; i < len(class); i++ {
		low, high := class[i], class[i]
		if i+2 < len(class) && class[i+1] == '-' {
			high = class[i+2]
			i += 2
		}
		if low > high {
			return false, true
		}
		is = is || low <= r && r <= high
	}
	return is != negated, false
}

// match asks a pattern about one name.
func match(pattern, name string) (bool, error) {
	p, err := registry.Compile(pattern)
	if err != nil {
		return false, err
	}
	return p.Match(name), nil
}
