package modules_test

import (
	"strings"
	"testing"
	"time"

	"althing/expr"
)

// TestRERefuses: what no automaton can do is refused with its name and place.
func TestRERefuses(t *testing.T) {
	env := names()
	for text, want := range map[string]string{
		`re.compile('a(?=b)')`:                  "error: look-ahead is not supported at position 1",
		`re.compile('a(?!b)')`:                  "error: look-ahead is not supported at position 1",
		`re.compile('(?<=a)b')`:                 "error: look-behind is not supported at position 0",
		`re.compile('(?<!a)b')`:                 "error: look-behind is not supported at position 0",
		`re.compile('(a)\\1')`:                  "error: a back reference is not supported at position 3",
		`re.compile('(?P<n>a)(?P=n)')`:          "error: a back reference is not supported at position 8",
		`re.compile('(a)?(?(1)b|c)')`:           "error: a conditional group is not supported at position 4",
		`re.compile('(?>a)')`:                   "error: an atomic group is not supported at position 0",
		`re.compile('ba*+')`:                    "error: possessive repetition is not supported at position 2",
		`re.compile('a{1,2}+')`:                 "error: possessive repetition is not supported at position 1",
		`re.compile('a?+')`:                     "error: possessive repetition is not supported at position 1",
		`re.compile('(a*)*')`:                   "error: repeating a group that can match nothing is not supported at position 4",
		`re.compile('(?:|(a)){0,2}')`:           "error: repeating a group that can match nothing is not supported at position 8",
		`re.compile('(?:|a)*')`:                 "error: repeating what prefers to match nothing is not supported at position 6",
		`re.compile('(?:a*?)+')`:                "error: repeating what prefers to match nothing is not supported at position 7",
		`re.compile(b'a', re.L)`:                "error: the LOCALE flag is not supported",
		`re.compile(b'(?L)a')`:                  "error: the LOCALE flag is not supported at position 3",
		`re.compile('(' * 300 + ')' * 300)`:     "RecursionError: maximum recursion depth exceeded",
		`re.compile('a{100000}')`:               "error: the pattern is too large",
		`re.compile('((a{100}){100}){100}')`:    "error: the pattern is too large",
		`re.compile('(?:(?:a{99}){99}){99}')`:   "error: the pattern is too large",
		`re.compile('(?:){4294967294}')`:        "error: the pattern is too large",
		`re.compile('a' * 100000)`:              "error: the pattern is too large",
		`re.compile('|' * 100000)`:              "error: the pattern is too large",
		`re.compile('()' * 100000)`:             "error: the pattern is too large",
		`fnmatch.fnmatch('a', '?' * 30000)`:     "error: the pattern is too large",
		`re.DEBUG`:                              "AttributeError: module 're' has no attribute 'DEBUG'",
		`re.error('x')`:                         "TypeError: cannot create 're.error' instances",
		`re.search('a', 'b' * 10**5).__class__`: "AttributeError: 'NoneType' object has no attribute '__class__'",
	} {
		if got := evaluate(t, env, text); !strings.HasPrefix(got, want) {
			t.Errorf("%s\n got  %s\n want %s", text, got, want)
		}
	}
}

// TestREEndsInTime: patterns and texts that would take minutes end soon after
// their time.
func TestREEndsInTime(t *testing.T) {
	env := names()
	const limit = 100 * time.Millisecond
	for _, text := range []string{
		"re.search('(?:a?){2000}a{2000}b', 'a' * 10**6)",
		"re.findall('(?:a|b|ab)*c', 'ab' * 10**7)",
		"re.search('(a+)+$', 'a' * 10**7 + 'b')",
		"re.search('.*.*.*=.*y', 'x=' * 10**7)",
		"re.findall('a.*b|a', 'a' * 10**5)",
		"re.sub('(?:a*b)?', '', 'a' * 10**5)",
		"re.match('(x+x+)+y', 'x' * 2 * 10**7)",
		"[re.search('[^a]*b', 'x' * 10**6) for i in iter(int, 1)]",
		"[len(re.compile(str(i) + r'[\\w-]' * 50).pattern) for i in iter(int, 1)]",
		"re.compile('(?i)' + '[\u0100-\uffff]' * 10000)",
		"[m.group() for m in re.finditer('.*', 'é' * 10**6 + '\\n' * 10**7)]",
		"[re.compile('.').search('é' * 10**6, i).start() for i in range(10**6)]",
		"[(s := 'é' * 10**6), [re.compile('.').search(s, i).start() for i in range(10**6)]]",
		"fnmatch.fnmatch('a' * 10**6, '*a' * 1000 + 'b')",
		"fnmatch.filter(iter(str, 1), 'a*')",
	} {
		begin := time.Now()
		got := evaluateWithin(t, env, text, expr.Limits{Time: limit})
		took := time.Since(begin)
		if !strings.HasPrefix(got, "TimeoutError") && !strings.HasPrefix(got, "MemoryError") {
			t.Errorf("%s: %.100s", text, got)
		}
		t.Logf("%4d ms  %s", took.Milliseconds(), text)
		// The tests of other packages run beside these.
		if took > limit+2*time.Second {
			t.Errorf("%s took %v", text, took)
		}
	}
}

// TestREFitsMemory: what would be too large is refused before it is made.
func TestREFitsMemory(t *testing.T) {
	env := names()
	patient := expr.Limits{Time: time.Minute} // for the race detector on a busy machine
	for _, text := range []string{
		"[re.compile('a{%d}' % i) for i in range(1, 10**4)]",
		"[re.compile(str(i) + r'[\\w-]' * 50) for i in range(10**5)]",
		"re.compile('()' * 6000).match('')",
		"re.sub('', 'x' * 10**4, 'a' * 10**5)",
		"re.sub('a', r'\\g<0>' * 10**5, 'a' * 10**5)",
		"re.sub('(a*)', r'\\1' * 100, 'a' * 10**6)",
		"re.split('', 'a' * 10**7)",
		"re.findall('(a)(b)?', 'a' * 10**6)",
		"[m for m in re.finditer('', 'a' * 10**6)]",
		"re.escape('.' * 2 * 10**7)",
		"fnmatch.translate('[' + '-&' * 10**7 + ']')",
		"string.Template('$a' * 10**6).substitute(a='x' * 100)",
		"string.capwords('a ' * 10**7)",
	} {
		if got := evaluateWithin(t, env, text, patient); !strings.HasPrefix(got, "MemoryError") {
			t.Errorf("%s: %.100s", text, got)
		}
	}
}

// TestREIsFrugal: what is not kept may be had again and again.
func TestREIsFrugal(t *testing.T) {
	env := names()
	for text, want := range map[string]string{
		"sum(len(re.sub('a', 'b', 'a' * 1000)) for i in range(1000))":                        "1000000",
		"sum(re.search(r'\\d+', 'abc %d' % i).start() for i in range(5000))":                 "20000",
		"sum(len(re.compile('a%d' % i).pattern) for i in range(10000))":                      "48890",
		"sum(m.end() for m in re.finditer('a', 'a' * 10000))":                                "50005000",
		"len([re.search('(a)(b)', 'x' * i + 'ab') for i in range(200)])":                     "200",
		"sum(len(re.findall('(a)', 'a' * 100)) for i in range(2000))":                        "200000",
		"sum(fnmatch.fnmatch('a%d' % i, 'a*') for i in range(5000))":                         "5000",
		"sum(len(string.Template('$a').substitute(a='x' * 1000)) for i in range(1000))":      "1000000",
		"(lambda p: sum(p.match('é' * 100).end() for i in range(2000)))(re.compile('(é)*'))": "200000",
	} {
		got := evaluateWithin(t, env, text, expr.Limits{Memory: 256 << 10, Time: time.Minute})
		if got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
