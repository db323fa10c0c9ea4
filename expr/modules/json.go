package modules

import (
	"slices"
	"strconv"
	"strings"

	"althing/expr"
	"althing/expr/internal/pyjson"
	"althing/value"
)

// jsonModule is Python's json: dumps and loads.
func jsonModule() *expr.Module {
	return &expr.Module{Name: "json", Attrs: attrs(
		expr.NewFunc("dumps", jsonDumps),
		expr.NewFunc("loads", jsonLoads),
	)}
}

const loadsSpec = "s * cls? object_hook? parse_float? parse_int? parse_constant? object_pairs_hook? strict?"

var loadsParams = expr.NewParams("loads", loadsSpec)

func jsonLoads(t *expr.Thread, a expr.Args) (expr.Object, error) {
	if err := unexpected("JSONDecoder", loadsSpec, a); err != nil {
		return nil, err
	}
	b := &jsonBuilder{Thread: t}
	var source, class expr.Object
	strict := expr.True
	if err := loadsParams.Bind(a, &source, &class, &b.object, &b.float, &b.int, &b.constant, &b.pairs, &strict); err != nil {
		return nil, err
	}
	if class != nil && class != expr.None {
		return nil, expr.TypeError("loads() takes no cls here")
	}
	for _, hook := range []*expr.Object{&b.object, &b.float, &b.int, &b.constant, &b.pairs} {
		if *hook == expr.None {
			*hook = nil
		}
	}
	isStrict, err := expr.Truth(t, strict)
	if err != nil {
		return nil, err
	}
	s, err := jsonText(t, source)
	if err != nil {
		return nil, err
	}
	return pyjson.Decode[expr.Object](b, s, isStrict)
}

// unexpected words a keyword argument that nobody knows as CPython does, which
// hands it on to a class.
func unexpected(class, spec string, a expr.Args) error {
	for _, name := range a.Names {
		if words := strings.Fields(spec); !slices.Contains(words, name) && !slices.Contains(words, name+"?") {
			return expr.TypeError("%s.__init__() got an unexpected keyword argument '%s'", class, name)
		}
	}
	return nil
}

// jsonText is the text to read.
func jsonText(t *expr.Thread, o expr.Object) (string, error) {
	text, isBytes, ok := textOrBytes(o)
	if !ok {
		return "", expr.TypeError("the JSON object must be str, bytes or bytearray, not %s", expr.TypeOf(o).ShortName())
	}
	if !isBytes {
		return text, nil
	}
	decode, err := expr.GetAttr(t, o, "decode")
	if err != nil {
		return "", err
	}
	s, err := expr.Call(t, decode, value.Str(jsonEncoding(text)), value.Str("surrogatepass"))
	if err != nil {
		return "", err
	}
	return expr.Text(t, s)
}

// jsonEncoding tells the encoding by the byte order mark, and else by where zeros
// are, since a text of JSON begins with ASCII.
func jsonEncoding(b string) string {
	mark := func(text string) bool { return strings.HasPrefix(b, text) }
	zero := func(at int) bool { return at < len(b) && b[at] == 0 }
	switch {
	case mark("\x00\x00\xfe\xff") || mark("\xff\xfe\x00\x00"):
		return "utf-32"
	case mark("\xfe\xff") || mark("\xff\xfe"):
		return "utf-16"
	case mark("\xef\xbb\xbf"):
		return "utf-8-sig"
	case len(b) != 2 && len(b) < 4:
		return "utf-8"
	case zero(0) && zero(1) && len(b) > 2:
		return "utf-32-be"
	case zero(0):
		return "utf-16-be"
	case zero(1) && zero(2) && zero(3):
		return "utf-32-le"
	case zero(1):
		return "utf-16-le"
	}
	return "utf-8"
}

// jsonBuilder makes the evaluator's objects of a JSON text, or what the caller's
// functions make of them.
type jsonBuilder struct {
	*expr.Thread
	object, float, int, constant, pairs expr.Object // nil: none
}

func (*jsonBuilder) Null() expr.Object { return expr.None }

func (*jsonBuilder) Bool(v bool) expr.Object { return expr.Bool(v) }

func (*jsonBuilder) String(s string) expr.Object { return value.Str(s) }

func (b *jsonBuilder) Int(s string) (expr.Object, error) {
	if b.int != nil {
		return b.hook(b.int, value.Str(s))
	}
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		return expr.Int(i), nil
	}
	return expr.Call(b.Thread, expr.Builtin("int"), value.Str(s))
}

func (b *jsonBuilder) Float(s string) (expr.Object, error) {
	if b.float != nil {
		return b.hook(b.float, value.Str(s))
	}
	f, _ := strconv.ParseFloat(s, 64) // too large is infinite, as in Python
	return number(f), nil
}

func (b *jsonBuilder) Constant(s string) (expr.Object, error) {
	if b.constant != nil {
		return b.hook(b.constant, value.Str(s))
	}
	return expr.Call(b.Thread, expr.Builtin("float"), value.Str(s))
}

func (b *jsonBuilder) List(items []expr.Object) (expr.Object, error) { return expr.NewList(items), nil }

func (b *jsonBuilder) Dict(pairs []pyjson.Pair[expr.Object]) (expr.Object, error) {
	if b.pairs != nil {
		list, err := b.pairList(pairs)
		if err != nil {
			return nil, err
		}
		return b.hook(b.pairs, list)
	}
	d := expr.NewDict()
	for _, p := range pairs {
		if err := d.Set(b.Thread, value.Str(p.Key), p.Value); err != nil {
			return nil, err
		}
	}
	if b.object != nil {
		return b.hook(b.object, d)
	}
	return d, nil
}

// pairList is the entries as a list of tuples.
func (b *jsonBuilder) pairList(pairs []pyjson.Pair[expr.Object]) (expr.Object, error) {
	items := make([]expr.Object, len(pairs))
	for i, p := range pairs {
		var err error
		if items[i], err = tuple(b.Thread, value.Str(p.Key), p.Value); err != nil {
			return nil, err
		}
	}
	return expr.NewList(items), b.ChargeSlots(len(items))
}

func (b *jsonBuilder) hook(fn, arg expr.Object) (expr.Object, error) {
	return expr.Call(b.Thread, fn, arg)
}
