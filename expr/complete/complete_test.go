package complete

import (
	"context"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"althing/expr"
	"althing/expr/modules"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newCompleter() *Completer {
	names := expr.Vars{"getReg": expr.None, "MyData": expr.NewDict()}
	for name, m := range modules.Standard(modules.Options{}) {
		names[name] = m
	}
	return &Completer{
		Names: names, Variables: expr.Vars{"mine": expr.NewList(nil)},
		Keys: func(_ context.Context, prefix string) []string {
			var found []string
			for _, key := range []string{"garden.temp", "garden.wet", "gate", "it's", "back\\slash", "line\n", "other"} {
				if strings.HasPrefix(key, prefix) {
					found = append(found, key)
				}
			}
			return found
		},
	}
}

func TestComplete(t *testing.T) {
	c := newCompleter()
	c.Learn("barometer, [thermometer] = a.b = 1, [2]; hygrometer += 1; c['x'] = 2")
	for _, test := range []struct{ text, want string }{
		{"math.flo", "floor"},
		{"1 + math.flo", "floor"},
		{"math.pi.hex", "hex"},
		{"math.pi.is_", "is_integer"},
		{"'abc'.upp", "upper"},
		{"x + 'abc'.upper().isup", "isupper"},
		{"print('a', [1].app", "append"},
		{"{}.setd", "setdefault"},
		{"{1}.isd", "isdisjoint"},
		{"(1).bit_l", "bit_length"},
		{"(1 + 2).bit_l", "bit_length"},
		{"(1) + (2.5).is_", "is_integer"},
		{"f'{x}'.upp", ""},
		{"f'{1}'.upp", "upper"},
		{"b'x'.dec", "decode"},
		{"datetime.datetime.fromiso", "fromisocalendar fromisoformat"},
		{"datetime.timedelta(days=1).tot", "total_seconds"},
		{"str.joi", "join"},
		{"MyData.popi", "popitem"},
		{"mine.app", "append"},
		{"mine.pop().app", ""},
		{"getReg('x').upp", ""},
		{"nosuch.", ""},
		{"1.", ""},
		{"1e", ""},
		{"0x", ""},
		{"''.__", ""},
		{"[0] * 10**9.r", ""},
		{"('a' * 10**9).upp", ""},
		{"getR", "getReg"},
		{"enum", "enumerate"},
		{"lamb", "lambda"},
		{"baro", "barometer"},
		{"thermo", "thermometer"},
		{"hygro", "hygrometer"},
		{"min", "min mine"},
		{"'math.flo", ""},
		{"'''math.flo", ""},
		{"(", ""},
		{"getReg('gar", "garden.temp garden.wet"},
		{"1 + MyData[\"gate", "gate"},
		{"MyData.get( 'gat", "gate"},
		{"getReg('it", ""},
		{"getReg('back", ""},
		{"getReg('line", ""},
		{"getReg(x, 'gar", ""},
	} {
		got := c.At(t.Context(), test.text)
		if words := strings.Join(got.Words, " "); words != test.want {
			t.Errorf("%s: %q, want %q", test.text, words, test.want)
		}
	}
	if got := c.At(t.Context(), "''."); !slices.Contains(got.Words, "upper") || slices.ContainsFunc(got.Words, func(w string) bool { return w[0] == '_' }) {
		t.Errorf("all methods: %q", got.Words)
	}
	if got := c.Variables["mine"].(*expr.List).TypeName(); got != "list" {
		t.Errorf("the variable is a %s", got)
	}
}

func TestCommon(t *testing.T) {
	for want, words := range map[string][]string{
		"a.": {"a.b", "a.c"}, "ab": {"ab", "abc"}, "": {"a", "b"}, "x": {"xä", "xö"}, "one": {"one"},
	} {
		if got := Common(words); got != want {
			t.Errorf("%q: %q", words, got)
		}
	}
}

func FuzzComplete(f *testing.F) {
	for _, text := range []string{"math.fl", "MyData['ga", "(x).", "'ä", "1 +", ".", "[[[[", "\xff."} {
		f.Add(text)
	}
	c := newCompleter()
	f.Fuzz(func(t *testing.T, text string) {
		got := c.At(t.Context(), text)
		if got.From > len(text) {
			t.Fatalf("%q: from %d", text, got.From)
		}
		for _, w := range got.Words {
			if !strings.HasPrefix(w, text[got.From:]) {
				t.Fatalf("%q: %q does not go on from there", text, w)
			}
		}
	})
}
