package modules_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"althing/expr"
	"althing/value"
)

func TestJSONAsCPython(t *testing.T) {
	compare(t, `
		json.dumps(float('nan'))
		json.dumps(float('nan'), allow_nan=False)
		json.dumps([1,float('inf')], allow_nan=False)
		json.dumps({float('nan'):1}, allow_nan=False)
		json.dumps(1, 2)
		json.dumps()
		json.dumps(1, foo=2)
		json.dumps([1,[2,{}],[],{'a':1}], indent=2)
		json.dumps([1,2], indent='--')
		json.dumps([1,2], indent=True)
		json.dumps([1,2], indent=0)
		json.dumps([1,2], indent=-1)
		json.dumps([1,2], indent=1.5)
		json.dumps([1,2], indent=[])
		json.dumps([1,2], separators=(',',':'))
		json.dumps({'a':1}, separators=(',',))
		json.dumps({'a':1}, separators=5)
		json.dumps({'a':1}, separators=(1,2))
		json.dumps({'a':1,'b':2}, separators=[';','='])
		json.dumps({1:2,'a':3,None:4,True:5,2.5:6})
		json.dumps({(1,2):3})
		json.dumps({(1,2):3}, skipkeys=True)
		json.dumps({b'a':3})
		json.dumps({1,2})
		json.dumps(b'a')
		json.dumps(1j)
		json.dumps(datetime.date(2020,1,1))
		json.dumps(datetime.date(2020,1,1), default=str)
		json.dumps([datetime.date(2020,1,1)], default=lambda o: [str(o)])
		json.dumps(1j, default=lambda o: o)
		json.dumps(1j, default=5)
		json.dumps({'b':1,'a':2}, sort_keys=True)
		json.dumps({'b':1,3:2}, sort_keys=True)
		json.dumps({3:1,'a':2,1:2}, sort_keys=True)
		json.dumps('é\u20ac\U0001f600"\\\n\r\t\b\f\x00\x1f\x7f/')
		json.dumps('é\u20ac\U0001f600"\\\n\x00\x7f', ensure_ascii=False)
		json.dumps('\ud800')
		json.dumps('\ud800', ensure_ascii=False)
		json.dumps(10**5000)
		json.dumps(True), json.dumps(None), json.dumps(1.0), json.dumps(1e100), json.dumps(-0.0)
		json.dumps((1,2)), json.dumps([]), json.dumps({}), json.dumps(())
		json.dumps(range(3))
		json.dumps({}.keys())
		json.dumps((lambda l: (l.append(l), l)[1])([]))
		json.dumps((lambda l: (l.append(l), l)[1])([]), check_circular=False)
		json.dumps((lambda d: (d.update(a=d), d)[1])({}))
		json.dumps(str)
		json.dumps(len)
		json.dumps({'a':[1,{'b':None}]}, indent=4, sort_keys=True)
		json.dumps({'a':{}, 'b':[]}, indent=2)
		json.dumps('x', ensure_ascii=0)
		json.dumps({'x':'é'}, ensure_ascii=False, indent=1)
		json.dumps({1:1,'1':2})
		json.dumps({True:1})
		json.dumps({10**30:1})
		json.loads('')
		json.loads(' ')
		json.loads('1')
		json.loads(' 1 2')
		json.loads('-')
		json.loads('-0'), json.loads('-0.0'), json.loads('1e5'), json.loads('1E+2'), json.loads('0.5e-3')
		json.loads('01')
		json.loads('1.')
		json.loads('.5')
		json.loads('1e')
		json.loads('1e999')
		json.loads('+1')
		json.loads('NaN'), json.loads('Infinity'), json.loads('-Infinity')
		json.loads('nan')
		json.loads('-Inf')
		json.loads('true'), json.loads('false'), json.loads('null')
		json.loads('tru')
		json.loads('[')
		json.loads('[1')
		json.loads('[1,')
		json.loads('[1,]')
		json.loads('[1 2]')
		json.loads('[]]')
		json.loads('{')
		json.loads('{"a"')
		json.loads('{"a":')
		json.loads('{"a":1')
		json.loads('{"a":1,')
		json.loads('{"a":1,}')
		json.loads('{"a" 1}')
		json.loads('{1:2}')
		json.loads('{"a":1 "b":2}')
		json.loads('{\n "a": x}')
		json.loads('{"a":1,"a":2}')
		json.loads('"abc')
		json.loads('"a\nb"')
		json.loads('"a\nb"', strict=False)
		json.loads('"\\x"')
		json.loads('"\\u12"')
		json.loads('"\\u12g4"')
		json.loads('"\\ud83d\\ude00"')
		json.loads('"\\ud83d"')
		json.loads('"\\ud83d\\u0041"')
		json.loads('"\\ud83d\\uzzzz"')
		json.loads('"\\')
		json.loads('"\\"')
		json.loads('"\\u')
		json.loads('"\\u1234')
		json.loads('"é€" x')
		json.loads('\ufeff1')
		json.loads(5)
		json.loads(None)
		json.loads(b'[1]')
		json.loads(b'\xff')
		json.loads(bytearray(b'"\xc3\xa9"'))
		json.loads('1', foo=2)
		json.loads()
		json.loads('1', '2')
		json.loads('[1.5, 2, NaN]', parse_float=str, parse_int=float, parse_constant=str)
		json.loads('{"a":1,"b":{"c":2}}', object_hook=lambda d: list(d))
		json.loads('{"a":1,"b":{"c":2}}', object_pairs_hook=lambda p: p)
		json.loads('{"a":1}', object_pairs_hook=None)
		json.loads('9'*5000)
		json.loads('-'+'9'*30)
		json.loads('[' * 2000)
		json.loads('[' * 500 + ']' * 500) == 5
		json.loads('{"a":' * 2000)
		json.dumps([[[1]]]*2)
		json.loads('\x00')
		json.loads('1\x00')
		json.loads('\xa01')
		json.loads('\n\n  [1,\n2,\n x]')
		json.loads('"\t"')
		json.loads(s='1')
		json.dumps(obj=1)
		json.loads('"\\/\\b\\f\\n\\r\\t\\"\\\\"')
		json.loads('[true, false, null, {"a": []}]')
		json.loads('"\\uD83D\\uDE00\\u00e9"')
	`)
}

// randomJSON is a text that is JSON, or nearly.
func randomJSON(r *rand.Rand, depth int) string {
	blank := []string{"", "", " ", "\n\t "}[r.IntN(4)]
	var text string
	switch n := r.IntN(12); {
	case n < 2 && depth < 4:
		var items []string
		for range r.IntN(4) {
			items = append(items, randomJSON(r, depth+1))
		}
		text = "[" + strings.Join(items, ",") + "]"
	case n < 4 && depth < 4:
		var items []string
		for range r.IntN(4) {
			items = append(items, `"`+string("aéb"[r.IntN(3)])+`"`+blank+":"+randomJSON(r, depth+1))
		}
		text = "{" + strings.Join(items, ",") + "}"
	case n < 7:
		text = []string{"0", "-1", "12345678901234567890", "1.5", "-0.0", "1e5", "2E-3", "1.e5", "00", "-", "1e+", "NaN", "-Infinity", "Infinity"}[r.IntN(14)]
	case n < 10:
		text = []string{`""`, `"x"`, `"é€😀"`, `"\n\"\\"`, `"\u00e9"`, `"\ud83d\ude00"`, `"\ud83d"`, `"\q"`, `"\u12"`, "\"\t\"", `"abc`}[r.IntN(11)]
	default:
		text = []string{"null", "true", "false", "nul", ""}[r.IntN(5)]
	}
	return blank + text + blank
}

func TestRandomJSONAsCPython(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var expressions []string
	for range 4000 {
		text := randomJSON(r, 0)
		if r.IntN(3) == 0 && text != "" {
			at := r.IntN(len(text))
			text = text[:at] + []string{"", "x", ",", "]", "}", `"`, "\\", "é"}[r.IntN(8)] + text[at:]
		}
		if !value.ValidText(text) {
			continue
		}
		source := value.Repr(value.Str(text))
		expressions = append(expressions, "json.loads("+source+")")
		if r.IntN(2) == 0 {
			expressions = append(expressions, fmt.Sprintf("json.dumps(json.loads(%s), indent=%d, ensure_ascii=%v)", source, r.IntN(3), []string{"True", "False"}[r.IntN(2)]))
		}
	}
	compareAll(t, expressions)
}

func TestJSONIsBounded(t *testing.T) {
	env := names()
	patient := expr.Limits{Time: time.Minute} // for the race detector on a busy machine
	for text, want := range map[string]string{
		"json.dumps([0] * 5000000)":                           "MemoryError",
		"json.dumps('x' * 10000000)":                          "MemoryError",
		"json.dumps([[1]], indent=10**8)":                     "MemoryError",
		"json.dumps([[[[[1]]]]], indent=' ' * 10**7)":         "MemoryError",
		"len(json.loads('[' + '1,' * 3000000 + '1]'))":        "MemoryError",
		"json.loads('{' + '\"a\":1,' * 1000000 + '\"b\":2}')": "MemoryError",
		"json.dumps([1] * 1000, indent=' ' * 10**5)":          "MemoryError",
	} {
		if got := evaluateWithin(t, env, text, patient); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %.100s, want %s", text, got, want)
		}
	}
}

func FuzzJSON(f *testing.F) {
	for _, text := range []string{`{"a": [1, 2.5, "x\u00e9", null]}`, `[[[]]]`, `"\ud83d\ude00"`, `-1e5 `, `{"a":1,}`} {
		f.Add(text)
	}
	loads, err := expr.Parse("x = json.loads(text); y = json.dumps(x); json.loads(y) == x or y")
	if err != nil {
		f.Fatal(err)
	}
	module := names()["json"]
	f.Fuzz(func(t *testing.T, text string) {
		if !value.ValidText(text) {
			return // which no str is
		}
		env := expr.Vars{"json": module, "text": value.Str(text)}
		thread := expr.NewThread(expr.Limits{})
		defer thread.Done()
		result, err := thread.Run(context.Background(), loads, env)
		if err == nil && result != expr.True && !strings.Contains(string(result.(value.Str)), "NaN") {
			t.Errorf("%q does not come back: %v", text, result)
		}
	})
}
