package modules

import (
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"althing/expr"
	"althing/expr/internal/format"
	"althing/expr/internal/pyjson"
	"althing/value"
)

const dumpsSpec = "obj * skipkeys? ensure_ascii? check_circular? allow_nan? cls? indent? separators? default? sort_keys?"

var dumpsParams = expr.NewParams("dumps", dumpsSpec)

func jsonDumps(t *expr.Thread, a expr.Args) (expr.Object, error) {
	if err := unexpected("JSONEncoder", dumpsSpec, a); err != nil {
		return nil, err
	}
	w := &jsonWriter{Thread: t, itemEnd: ", ", keyEnd: ": "}
	var o, class, indent, separators expr.Object
	skip, ascii, circular, nan, sorted := expr.False, expr.True, expr.True, expr.True, expr.False
	err := dumpsParams.Bind(a, &o, &skip, &ascii, &circular, &nan, &class, &indent, &separators, &w.otherwise, &sorted)
	if err != nil {
		return nil, err
	}
	if class != nil && class != expr.None {
		return nil, expr.TypeError("dumps() takes no cls here")
	}
	if w.otherwise == expr.None {
		w.otherwise = nil
	}
	for flag, given := range map[*bool]expr.Object{&w.skip: skip, &w.ascii: ascii, &w.circular: circular, &w.nan: nan, &w.sorted: sorted} {
		if *flag, err = expr.Truth(t, given); err != nil {
			return nil, err
		}
	}
	if err := w.layout(indent, separators); err != nil {
		return nil, err
	}
	if err := w.value(o); err != nil {
		return nil, err
	}
	return text(t, string(w.dst))
}

// jsonWriter writes an object as JSON.
type jsonWriter struct {
	*expr.Thread
	skip, ascii, circular, nan, sorted bool
	otherwise                          expr.Object // for what is not known; nil: none

	itemEnd, keyEnd string
	indented        bool
	indent          string // of one level

	dst     []byte
	charged int           // so much of dst's length has been charged
	open    []expr.Object // the containers around the place of writing
}

// layout reads how the text is to be laid out.
func (w *jsonWriter) layout(indent, separators expr.Object) error {
	if indent != nil && indent != expr.None {
		w.indented, w.itemEnd = true, ","
		step, ok := indent.(value.Str)
		if !ok {
			// Python multiplies a blank by it.
			blanks, err := expr.Binary(w.Thread, expr.Mul, value.Str(" "), indent)
			if err != nil {
				return err
			}
			step = blanks.(value.Str)
		}
		w.indent = string(step)
	}
	if separators == nil || separators == expr.None {
		return nil
	}
	if _, err := expr.Iterate(w.Thread, separators); err != nil {
		return expr.TypeError("cannot unpack non-iterable %s object", separators.TypeName())
	}
	pair, err := expr.Collect(w.Thread, separators)
	switch {
	case err != nil:
		return err
	case len(pair) < 2:
		return expr.ValueError("not enough values to unpack (expected 2, got %d)", len(pair))
	case len(pair) > 2:
		return expr.ValueError("too many values to unpack (expected 2)")
	}
	for i, end := range [...]*string{&w.keyEnd, &w.itemEnd} {
		s, ok := pair[1-i].(value.Str)
		if !ok {
			return expr.TypeError("make_encoder() argument %d must be str, not %s", 5+i, typeShown(pair[1-i]))
		}
		*end = string(s)
	}
	return nil
}

// room asks for n bytes more, which are about to be written.
func (w *jsonWriter) room(n int) error {
	if err := w.Step(1 + int64(n)/64); err != nil {
		return err
	}
	need := len(w.dst) + n
	if need <= w.charged {
		return nil
	}
	more := max(need-w.charged, w.charged)
	w.charged += more
	return w.Charge(int64(more))
}

func (w *jsonWriter) text(s string) error {
	if err := w.room(len(s)); err != nil {
		return err
	}
	w.dst = append(w.dst, s...)
	return nil
}

func (w *jsonWriter) value(o expr.Object) error {
	switch o := o.(type) {
	case value.Str:
		return w.string(string(o))
	case value.None:
		return w.text("null")
	case value.Bool, value.Int, value.Big, value.Float:
		s, err := w.scalar(o)
		if err != nil {
			return err
		}
		return w.text(s)
	case *expr.List:
		return w.nest(o, func() error { return w.list(o.Items()) })
	case *expr.Tuple:
		return w.nest(o, func() error { return w.list(o.Items()) })
	case *record:
		return w.nest(o, func() error { return w.list(o.items.Items()) })
	case *expr.Dict:
		return w.nest(o, func() error { return w.dict(o) })
	case expr.Mapping:
		d, err := expr.Call(w.Thread, expr.Builtin("dict"), o)
		if err != nil {
			return err
		}
		return w.value(d)
	}
	if w.otherwise == nil {
		return expr.TypeError("Object of type %s is not JSON serializable", expr.TypeOf(o).ShortName())
	}
	place := o
	if !reflect.TypeOf(o).Comparable() {
		place = nil // which is no place that could come again
	}
	return w.nest(place, func() error {
		other, err := expr.Call(w.Thread, w.otherwise, o)
		if err != nil {
			return err
		}
		return w.value(other)
	})
}

func (w *jsonWriter) string(s string) error {
	const longest = 6 // bytes that one byte may become
	if err := w.room(longest*len(s) + 2); err != nil {
		return err
	}
	w.dst = pyjson.AppendString(w.dst, s, w.ascii)
	return nil
}

// scalar is the text of a bool or a number, as a value or as a key.
func (w *jsonWriter) scalar(o expr.Object) (string, error) {
	switch o := o.(type) {
	case value.Bool:
		return strconv.FormatBool(bool(o)), nil
	case value.Int:
		return strconv.FormatInt(int64(o), 10), nil
	case value.Big:
		digits, err := format.AppendBig(w.Thread, nil, o)
		return string(digits), err
	}
	f := float64(o.(value.Float))
	switch {
	case f == f && !math.IsInf(f, 0):
		return value.Repr(value.Float(f)), nil
	case !w.nan:
		return "", expr.ValueError("Out of range float values are not JSON compliant")
	case f != f:
		return "NaN", nil
	case f > 0:
		return "Infinity", nil
	}
	return "-Infinity", nil
}

// maxNesting is how deep a value may be nested, near to where CPython's stack
// ends.
const maxNesting = 990

// nest writes a container, unless it is one of those around it. What is no
// pointer and is there again after others was made anew: it is another object.
func (w *jsonWriter) nest(o expr.Object, write func() error) error {
	around := w.open
	if o != nil && reflect.TypeOf(o).Kind() != reflect.Pointer {
		around = around[max(0, len(around)-1):]
	}
	if w.circular && o != nil && slices.Contains(around, o) {
		return expr.ValueError("Circular reference detected")
	}
	if len(w.open) == maxNesting {
		return expr.Raise("RecursionError", "maximum recursion depth exceeded while encoding a JSON object")
	}
	w.open = append(w.open, o)
	err := write()
	w.open = w.open[:len(w.open)-1]
	return err
}

// line begins a new line, if there are lines.
func (w *jsonWriter) line(depth int) error {
	if !w.indented {
		return nil
	}
	if len(w.indent) > 0 && depth > math.MaxInt32/len(w.indent) {
		return w.room(math.MaxInt32)
	}
	if err := w.room(1 + depth*len(w.indent)); err != nil {
		return err
	}
	w.dst = append(w.dst, '\n')
	w.dst = append(w.dst, strings.Repeat(w.indent, depth)...)
	return nil
}

// begin begins an element: its line, behind the comma that ends the one before.
func (w *jsonWriter) begin(first bool) error {
	if !first {
		if err := w.text(w.itemEnd); err != nil {
			return err
		}
	}
	return w.line(len(w.open))
}

func (w *jsonWriter) list(items []expr.Object) error {
	if len(items) == 0 {
		return w.text("[]")
	}
	if err := w.text("["); err != nil {
		return err
	}
	for i, item := range items {
		if err := w.begin(i == 0); err != nil {
			return err
		}
		if err := w.value(item); err != nil {
			return err
		}
	}
	if err := w.line(len(w.open) - 1); err != nil {
		return err
	}
	return w.text("]")
}

func (w *jsonWriter) dict(d *expr.Dict) error {
	if d.Len() == 0 {
		return w.text("{}")
	}
	keys, err := w.keys(d)
	if err != nil {
		return err
	}
	if err := w.text("{"); err != nil {
		return err
	}
	first := true
	for _, key := range keys {
		name, ok, err := w.key(key)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if err := w.entry(d, key, name, first); err != nil {
			return err
		}
		first = false
	}
	if !first {
		if err := w.line(len(w.open) - 1); err != nil {
			return err
		}
	}
	return w.text("}")
}

// keys gives the keys in the order they are to be written in.
func (w *jsonWriter) keys(d *expr.Dict) ([]expr.Object, error) {
	keys, err := expr.Collect(w.Thread, d)
	if err != nil || !w.sorted {
		return keys, err
	}
	list, err := expr.Call(w.Thread, expr.Builtin("sorted"), expr.NewList(keys))
	if err != nil {
		return nil, err
	}
	return list.(*expr.List).Items(), nil
}

// key is a key's text; ok is false for one that is to be skipped.
func (w *jsonWriter) key(key expr.Object) (name string, ok bool, err error) {
	switch key := key.(type) {
	case value.Str:
		return string(key), true, nil
	case value.None:
		return "null", true, nil
	case value.Bool, value.Int, value.Big, value.Float:
		name, err = w.scalar(key)
		return name, true, err
	}
	if w.skip {
		return "", false, nil
	}
	return "", false, expr.TypeError("keys must be str, int, float, bool or None, not %s", expr.TypeOf(key).ShortName())
}

func (w *jsonWriter) entry(d *expr.Dict, key expr.Object, name string, first bool) error {
	if err := w.begin(first); err != nil {
		return err
	}
	if err := w.string(name); err != nil {
		return err
	}
	if err := w.text(w.keyEnd); err != nil {
		return err
	}
	o, _, err := d.Get(w.Thread, key)
	if err != nil {
		return err
	}
	if o == nil {
		return expr.Raise("RuntimeError", "dictionary changed size during iteration")
	}
	return w.value(o)
}
