package expr

import (
	"strings"

	"althing/value"
)

func defineStrMethods() {
	typeStr.New = newStr
	builtins["str"] = typeStr
	typeStr.methods(
		method("find", 1, 3, strFind(strings.Index, "")),
		method("rfind", 1, 3, strFind(strings.LastIndex, "")),
		method("index", 1, 3, strFind(strings.Index, "substring not found")),
		method("rindex", 1, 3, strFind(strings.LastIndex, "substring not found")),
		method("count", 1, 3, strCount),
		method("startswith", 1, 3, strAffix("startswith", strings.HasPrefix)),
		method("endswith", 1, 3, strAffix("endswith", strings.HasSuffix)),
		method("removeprefix", 1, 1, strRemove("removeprefix", strings.TrimPrefix)),
		method("removesuffix", 1, 1, strRemove("removesuffix", strings.TrimSuffix)),
		method("join", 1, 1, strJoin),
		method("replace", 2, 3, strReplace),
		NewMethod("format", strFormat),
		method("format_map", 1, 1, strFormatMap),
		NewMethod("encode", strEncode),
	)
}

// textArg wants a str; the error is CPython's for the argument of a method.
func textArg(method string, o Object) (string, error) {
	if s, ok := strOf(o); ok {
		return s, nil
	}
	return "", TypeError("%s argument must be str, not %s", method, argName(o))
}

// window is the part of a text that the optional arguments start and stop of a
// search leave. ok is false when start is beyond the end, where not even the
// empty text is found.
func window(t *Thread, s string, args []Object) (from, to int, ok bool, err error) {
	if len(args) == 0 {
		return 0, len(s), true, nil
	}
	n, offset, err := t.textMap(s)
	if err != nil {
		return 0, 0, false, err
	}
	start, stop, err := bounds(args, n)
	if err != nil || start > stop || start > n {
		return 0, 0, false, err
	}
	return offset(start), offset(stop), true, nil
}

func strFind(search func(s, sub string) int, missing string) func(t *Thread, self Object, args []Object) (Object, error) {
	return func(t *Thread, self Object, args []Object) (Object, error) {
		s := string(self.(value.Str))
		from, to, inside, err := window(t, s, args[1:])
		if err != nil {
			return nil, err
		}
		sub, ok := strOf(args[0])
		if !ok {
			return nil, TypeError("must be str, not %s", args[0].TypeName())
		}
		if err := t.Step(int64(len(s)) / 256); err != nil {
			return nil, err
		}
		if inside {
			if at := search(s[from:to], sub); at >= 0 {
				return Int(int64(runeCount(s[:from+at]))), nil
			}
		}
		if missing != "" {
			return nil, ValueError("%s", missing)
		}
		return Int(-1), nil
	}
}

func strCount(t *Thread, self Object, args []Object) (Object, error) {
	s := string(self.(value.Str))
	from, to, inside, err := window(t, s, args[1:])
	if err != nil {
		return nil, err
	}
	sub, ok := strOf(args[0])
	if !ok {
		return nil, TypeError("must be str, not %s", args[0].TypeName())
	}
	if !inside {
		return Int(0), nil
	}
	if err := t.Step(int64(to-from) / 256); err != nil {
		return nil, err
	}
	if sub == "" {
		return Int(int64(runeCount(s[from:to]) + 1)), nil
	}
	return Int(int64(strings.Count(s[from:to], sub))), nil
}

func strAffix(name string, has func(s, affix string) bool) func(t *Thread, self Object, args []Object) (Object, error) {
	return func(t *Thread, self Object, args []Object) (Object, error) {
		s := string(self.(value.Str))
		from, to, ok, err := window(t, s, args[1:])
		if err != nil {
			return nil, err
		}
		if affix, is := strOf(args[0]); is {
			return Bool(ok && has(s[from:to], affix)), nil
		}
		several, is := args[0].(*Tuple)
		if !is {
			return nil, TypeError("%s first arg must be str or a tuple of str, not %s", name, args[0].TypeName())
		}
		for _, o := range several.items {
			affix, is := strOf(o)
			if !is {
				return nil, TypeError("tuple for %s must only contain str, not %s", name, o.TypeName())
			}
			if err := t.Step(1 + int64(len(affix))/256); err != nil {
				return nil, err
			}
			if ok && has(s[from:to], affix) {
				return True, nil
			}
		}
		return False, nil
	}
}

func strRemove(name string, trim func(s, affix string) string) func(t *Thread, self Object, args []Object) (Object, error) {
	return func(t *Thread, self Object, args []Object) (Object, error) {
		affix, err := textArg(name+"()", args[0])
		if err != nil {
			return nil, err
		}
		left := trim(string(self.(value.Str)), affix)
		if err := t.ChargeText(len(left)); err != nil {
			return nil, err
		}
		return value.Str(strings.Clone(left)), nil
	}
}

func strJoin(t *Thread, self Object, args []Object) (Object, error) {
	sep := string(self.(value.Str))
	if !isIterable(args[0]) {
		return nil, TypeError("can only join an iterable")
	}
	var parts []Object
	switch o := args[0].(type) {
	case *List:
		parts = o.items
	case *Tuple:
		parts = o.items
	default:
		var err error
		if parts, err = Collect(t, o); err != nil {
			return nil, err
		}
	}
	n := len(sep) * max(len(parts)-1, 0)
	for i, o := range parts {
		s, ok := strOf(o)
		if !ok {
			return nil, TypeError("sequence item %d: expected str instance, %s found", i, o.TypeName())
		}
		n += len(s)
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	if err := t.ChargeText(n); err != nil {
		return nil, err
	}
	if err := t.Step(int64(len(parts)) / 16); err != nil {
		return nil, err
	}
	var out strings.Builder
	out.Grow(n)
	for i, o := range parts {
		if i > 0 {
			out.WriteString(sep)
		}
		out.WriteString(string(o.(value.Str)))
	}
	return value.Str(out.String()), nil
}

func strReplace(t *Thread, self Object, args []Object) (Object, error) {
	s := string(self.(value.Str))
	var parts [2]string
	for i := range parts {
		part, ok := strOf(args[i])
		if !ok {
			return nil, TypeError("replace() argument %d must be str, not %s", i+1, argName(args[i]))
		}
		parts[i] = part
	}
	n := -1
	if len(args) == 3 {
		i, err := Index(args[2])
		if err != nil {
			return nil, err
		}
		n = int(min(max(i, -1), 1<<30))
	}
	old, with := parts[0], parts[1]
	if err := t.Step(int64(len(s)) / 128); err != nil {
		return nil, err
	}
	if old == "" {
		return replaceNothing(t, s, with, n)
	}
	times := strings.Count(s, old)
	if n >= 0 {
		times = min(times, n)
	}
	if times == 0 {
		return self, nil
	}
	if err := t.ChargeText(len(s) + times*max(len(with)-len(old), 0)); err != nil {
		return nil, err
	}
	return value.Str(strings.Replace(s, old, with, n)), nil
}

// replaceNothing puts with before every code point and at the end, n times at
// most.
func replaceNothing(t *Thread, s, with string, n int) (Object, error) {
	count := runeCount(s) + 1
	if n < 0 || n > count {
		n = count
	}
	if err := t.chargeRepeat(len(with)+4, int64(n)+1, 1); err != nil {
		return nil, err
	}
	if err := t.ChargeText(len(s)); err != nil {
		return nil, err
	}
	var out strings.Builder
	for ; n > 0; n-- {
		out.WriteString(with)
		end := skipRunes(s, 0, 1)
		out.WriteString(s[:end])
		s = s[end:]
	}
	out.WriteString(s)
	return value.Str(out.String()), nil
}
