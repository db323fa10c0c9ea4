package expr_test

import (
	"context"
	"errors"
	"math/big"
	"strings"
	"testing"

	"althing/expr"
	"althing/expr/syntax"
	"althing/value"
)

func TestValuesThereAndBack(t *testing.T) {
	for _, src := range []string{
		"None", "True", "5", "10**30", "1.5", "1+2j", "'é'", "b'\\xff'", "[1, [2]]", "(1, ())",
		"{'a': [1], 2: None}", "{1, 'b'}", "[]", "{}", "set()",
	} {
		thread := expr.NewThread(expr.Limits{})
		o, err := thread.Run(context.Background(), parse(t, src), nil)
		if err != nil {
			t.Fatal(err)
		}
		v, err := expr.ToValue(thread, o)
		if err != nil {
			t.Fatal(err)
		}
		back, err := expr.FromValue(thread, v)
		if err != nil {
			t.Fatal(err)
		}
		if equal, err := expr.Equal(thread, o, back); !equal || err != nil {
			t.Errorf("%s came back as %s, %v", src, value.Repr(v), err)
		}
		literal, err := expr.Literal(value.Repr(v))
		if err != nil || !value.Equal(literal, v) {
			t.Errorf("Literal(%s) = %v, %v", value.Repr(v), literal, err)
		}
		thread.Done()
	}
}

func TestToValueRefuses(t *testing.T) {
	for src, want := range map[string]string{
		"len":                          "TypeError: a 'builtin_function_or_method' cannot be stored: it has no literal form",
		"[lambda: 1]":                  "TypeError: a 'function' cannot be stored: it has no literal form",
		"{1: range(3)}":                "TypeError: a 'range' cannot be stored: it has no literal form",
		"frozenset()":                  "TypeError: a 'frozenset' cannot be stored: it has no literal form",
		"(x for x in [])":              "TypeError: a 'generator' cannot be stored: it has no literal form",
		"[x := [], x.append(x), x][2]": "ValueError: nested deeper than 200",
	} {
		thread := expr.NewThread(expr.Limits{})
		o, err := thread.Run(context.Background(), parse(t, src), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := expr.ToValue(thread, o); err == nil || err.Error() != want {
			t.Errorf("%s: %v", src, err)
		}
		thread.Done()
	}
}

func TestLiteralRefuses(t *testing.T) {
	for _, src := range []string{"x", "len([])", "1+1", "[x for x in []]", "(1).real", "1;2", "x = 1", "f'{1}'", "*1,", "{**{}}", "lambda: 1"} {
		if v, err := expr.Literal(src); err == nil {
			t.Errorf("Literal(%q) = %s", src, value.Repr(v))
		}
	}
	if v, err := expr.Literal("[-1, +2.5, 1-2j, set()]"); err != nil || value.Repr(v) != "[-1, 2.5, (1-2j), set()]" {
		t.Errorf("%v, %v", v, err)
	}
}

func TestBind(t *testing.T) {
	p := expr.NewParams("f", "a b c? * d? e?")
	f := expr.NewFunc("f", func(t *expr.Thread, a expr.Args) (expr.Object, error) {
		c, d, e := expr.None, expr.None, expr.None
		var x, y expr.Object
		if err := p.Bind(a, &x, &y, &c, &d, &e); err != nil {
			return nil, err
		}
		return expr.NewTuple(x, y, c, d, e), nil
	})
	for src, want := range map[string]string{
		"f(1, 2)":                  "(1, 2, None, None, None)",
		"f(1, b=2, d=3)":           "(1, 2, None, 3, None)",
		"f(1, 2, 3, e=4)":          "(1, 2, 3, None, 4)",
		"f(*[1, 2], **{'c': 5})":   "(1, 2, 5, None, None)",
		"f()":                      "TypeError: f() missing 2 required positional arguments: 'a' and 'b'",
		"f(1)":                     "TypeError: f() missing 1 required positional argument: 'b'",
		"f(1, 2, 3, 4)":            "TypeError: f() takes from 2 to 3 positional arguments but 4 were given",
		"f(1, 2, a=3)":             "TypeError: f() got multiple values for argument 'a'",
		"f(1, 2, z=3)":             "TypeError: f() got an unexpected keyword argument 'z'",
		"f(1, 2, d=1, **{'d': 2})": "TypeError: f() got multiple values for keyword argument 'd'",
	} {
		thread := expr.NewThread(expr.Limits{})
		got, err := eval(thread, src, expr.Vars{"f": f})
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s\n got  %s\n want %s", src, got, want)
		}
		thread.Done()
	}
}

// box is an object of a host that can do most of what an object can.
type box struct{ items map[string]expr.Object }

func (*box) TypeName() string { return "Box" }

func (b *box) Attr(_ *expr.Thread, name string) (expr.Object, error) {
	if name == "size" {
		return expr.Int(int64(len(b.items))), nil
	}
	return nil, nil
}

func (b *box) Item(t *expr.Thread, key expr.Object) (expr.Object, error) {
	s, ok := key.(value.Str)
	if !ok {
		return nil, expr.TypeError("keys are text")
	}
	if o, ok := b.items[string(s)]; ok {
		return o, nil
	}
	return nil, expr.KeyError(t, key)
}

func (b *box) SetItem(_ *expr.Thread, key, v expr.Object) error {
	b.items[string(key.(value.Str))] = v
	return nil
}

func (b *box) DelItem(_ *expr.Thread, key expr.Object) error {
	delete(b.items, string(key.(value.Str)))
	return nil
}

func (b *box) Len(*expr.Thread) (int, error) { return len(b.items), nil }

func (b *box) Keys(t *expr.Thread) (expr.Iterator, error) {
	l := expr.NewList(nil)
	for key := range b.items {
		if err := l.Append(t, value.Str(key)); err != nil {
			return nil, err
		}
	}
	return expr.Iterate(t, l)
}

func (b *box) Iter(t *expr.Thread) (expr.Iterator, error) { return b.Keys(t) }

func (b *box) Str(*expr.Thread) (string, error)  { return "a box", nil }
func (b *box) Repr(*expr.Thread) (string, error) { return "Box()", nil }

func (b *box) Binary(_ *expr.Thread, op expr.Op, other expr.Object, reflected bool) (expr.Object, error) {
	if i, ok := other.(value.Int); ok && op == expr.Add && !reflected {
		return expr.Int(int64(i) + int64(len(b.items))), nil
	}
	return nil, nil
}

func (b *box) CompareTo(_ *expr.Thread, op expr.CmpOp, other expr.Object) (result, ok bool, err error) {
	i, ok := other.(value.Int)
	return op.Holds(len(b.items) - int(i)), ok, nil
}

func TestHostObject(t *testing.T) {
	for src, want := range map[string]string{
		"b":                               "a box",
		"[b]":                             "[Box()]",
		"f'{b}'":                          "a box",
		"f'{b:>9}'":                       "TypeError: unsupported format string passed to Box.__format__",
		"b.size":                          "1",
		"b.none":                          "AttributeError: 'Box' object has no attribute 'none'",
		"b['a']":                          "5",
		"b['z']":                          "KeyError: 'z'",
		"b[1]":                            "TypeError: keys are text",
		"len(b)":                          "1",
		"bool(b)":                         "True",
		"list(b)":                         "['a']",
		"'a' in b":                        "True",
		"dict(b)":                         "{'a': 5}",
		"{**b, 'c': 1}":                   "{'a': 5, 'c': 1}",
		"b + 1":                           "2",
		"1 + b":                           "TypeError: unsupported operand type(s) for +: 'int' and 'Box'",
		"b - 1":                           "TypeError: unsupported operand type(s) for -: 'Box' and 'int'",
		"b < 2":                           "True",
		"2 > b":                           "True",
		"b == 1":                          "True",
		"b == 'a'":                        "False",
		"b < 'a'":                         "TypeError: '<' not supported between instances of 'Box' and 'str'",
		"{b: 1}":                          "TypeError: unhashable type: 'Box'",
		"type(b)":                         "<class 'Box'>",
		"type(b) is type(b)":              "True",
		"b()":                             "TypeError: 'Box' object is not callable",
		"b['n'] = 2; b['n'] += 1; b['n']": "3",
		"b['n'] = 2; del b['n']; len(b)":  "1",
		"-b":                              "TypeError: bad operand type for unary -: 'Box'",
	} {
		thread := expr.NewThread(expr.Limits{})
		env := expr.Vars{"b": &box{map[string]expr.Object{"a": expr.Int(5)}}}
		got, err := eval(thread, src, env)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s\n got  %s\n want %s", src, got, want)
		}
		thread.Done()
	}
}

// TestErrorsPass: the error of a host's function or Env reaches the caller as it
// is.
func TestErrorsPass(t *testing.T) {
	mine := errors.New("mine")
	env := expr.Vars{"f": expr.NewFunc("f", func(*expr.Thread, expr.Args) (expr.Object, error) { return nil, mine })}
	for _, src := range []string{"f()", "[f() for _ in [1]]", "list(map(lambda x: f(), [1]))", "sorted([1, 2], key=lambda x: f())", "f'{f()}'"} {
		if _, err := parse(t, src).Run(context.Background(), env, expr.Limits{}); !errors.Is(err, mine) {
			t.Errorf("%s: %v", src, err)
		}
	}
}

func TestPrint(t *testing.T) {
	var out strings.Builder
	thread := expr.NewThread(expr.Limits{})
	defer thread.Done()
	thread.Print = func(_ *expr.Thread, text string) error {
		out.WriteString(text)
		return nil
	}
	got, err := eval(thread, "print(1, 'a', sep='-', end='!'), print()", nil)
	if err != nil || got != "(None, None)" || out.String() != "1-a!\n" {
		t.Errorf("%s, %v, %q", got, err, out.String())
	}
}

func TestParseErrors(t *testing.T) {
	_, err := expr.Parse("1 +")
	var e *syntax.Error
	if !errors.As(err, &e) || !e.Incomplete {
		t.Errorf("%v", err)
	}
	if parse(t, "x = 1").Expression() || !parse(t, "x = 1; x").Expression() {
		t.Error("Expression does not look at the last statement")
	}
}

func TestModule(t *testing.T) {
	m := &expr.Module{Name: "deep", Attrs: map[string]expr.Object{"answer": expr.Int(42)}}
	thread := expr.NewThread(expr.Limits{})
	defer thread.Done()
	if got, err := eval(thread, "deep.answer, repr(deep)", expr.Vars{"deep": m}); err != nil || got != `(42, "<module 'deep'>")` {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := eval(thread, "deep.question", expr.Vars{"deep": m}); err == nil || err.Error() != "AttributeError: module 'deep' has no attribute 'question'" {
		t.Error(err)
	}
}

// TestPrograms run at the same time and do not disturb each other.
func TestPrograms(t *testing.T) {
	p := parse(t, "[f(i) for f in [lambda v: v + x] for i in range(1000)][-1]")
	done := make(chan string)
	for n := range 8 {
		go func() {
			thread := expr.NewThread(expr.Limits{})
			defer thread.Done()
			o, err := thread.Run(context.Background(), p, expr.Vars{"x": expr.Int(int64(n))})
			if err != nil {
				done <- err.Error()
				return
			}
			text, _ := expr.Text(thread, o)
			done <- text
		}()
	}
	sum := 0
	for range 8 {
		text := <-done
		n, ok := new(big.Int).SetString(text, 10)
		if !ok {
			t.Fatal(text)
		}
		sum += int(n.Int64())
	}
	if sum != 8*999+28 {
		t.Errorf("sum %d", sum)
	}
}

// door is a host object whose type has a method.
type door struct{}

var typeDoor = expr.Type{Name: "house.door", Attrs: map[string]expr.Object{
	"knock": expr.NewMethod("knock", func(_ *expr.Thread, self expr.Object, a expr.Args) (expr.Object, error) {
		return expr.Int(int64(len(a.Pos))), a.Exactly(self.(door).TypeName()+".knock", 1)
	}),
}}

func (door) TypeName() string { return "house.door" }
func (door) Type() *expr.Type { return &typeDoor }

// TestHostMethod: a method of a host's type can be taken from the type as well.
func TestHostMethod(t *testing.T) {
	for src, want := range map[string]string{
		"d.knock(5)":             "1",
		"d.knock(*[5])":          "1",
		"d.knock(*5)":            "TypeError: house.door.knock() argument after * must be an iterable, not int",
		"type(d).knock":          "<method 'knock' of 'house.door' objects>",
		"type(d).knock(d, 5)":    "1",
		"type(d).knock(5, 5)":    "TypeError: descriptor 'knock' for 'house.door' objects doesn't apply to a 'int' object",
		"type(d).knock()":        "TypeError: unbound method house.door.knock() needs an argument",
		"type(d).knock.__name__": "knock",
	} {
		thread := expr.NewThread(expr.Limits{})
		got, err := eval(thread, src, expr.Vars{"d": door{}})
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s\n got  %s\n want %s", src, got, want)
		}
		thread.Done()
	}
}
