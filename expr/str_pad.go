package expr

import (
	"strings"
	"unicode/utf8"

	"althing/value"
)

func defineStrPad() {
	typeStr.methods(
		method("center", 1, 2, strJustify("center")),
		method("ljust", 1, 2, strJustify("ljust")),
		method("rjust", 1, 2, strJustify("rjust")),
		method("zfill", 1, 1, strZfill),
		NewMethod("expandtabs", strExpandTabs),
		method("translate", 1, 1, strTranslate),
	)
	typeStr.define(map[string]Object{"maketrans": builtin("maketrans", 1, 3, strMakeTrans).Forgets()})
}

// padding charges a result of so many fill characters more.
func padding(t *Thread, s string, width int64, fill int) (int, error) {
	n := width - int64(runeCount(s))
	if n <= 0 {
		return 0, nil
	}
	if err := t.chargeRepeat(fill, n, 1); err != nil {
		return 0, err
	}
	return int(n), t.ChargeText(len(s))
}

func strJustify(how string) func(t *Thread, self Object, args []Object) (Object, error) {
	return func(t *Thread, self Object, args []Object) (Object, error) {
		s := string(self.(value.Str))
		width, err := Index(args[0])
		if err != nil {
			return nil, err
		}
		fill := " "
		if len(args) == 2 {
			var ok bool
			if fill, ok = strOf(args[1]); !ok {
				return nil, TypeError("The fill character must be a unicode character, not %s", args[1].TypeName())
			}
			if runeCount(fill) != 1 {
				return nil, TypeError("The fill character must be exactly one character long")
			}
		}
		n, err := padding(t, s, width, len(fill))
		if err != nil {
			return nil, err
		}
		left := 0
		switch how {
		case "rjust":
			left = n
		case "center":
			// CPython puts the odd one to the left when the width is odd too.
			left = n/2 + n&int(width)&1
		}
		return value.Str(strings.Repeat(fill, left) + s + strings.Repeat(fill, n-left)), nil
	}
}

func strZfill(t *Thread, self Object, args []Object) (Object, error) {
	s := string(self.(value.Str))
	width, err := Index(args[0])
	if err != nil {
		return nil, err
	}
	n, err := padding(t, s, width, 1)
	if err != nil {
		return nil, err
	}
	return value.Str(zeroFilled(s, n)), nil
}

// zeroFilled puts n zeros behind the sign.
func zeroFilled(s string, n int) string {
	if s != "" && (s[0] == '+' || s[0] == '-') {
		return s[:1] + strings.Repeat("0", n) + s[1:]
	}
	return strings.Repeat("0", n) + s
}

var expandTabsParams = newParamsC("expandtabs", "tabsize?")

func strExpandTabs(t *Thread, self Object, a Args) (Object, error) {
	s := string(self.(value.Str))
	size := Int(8)
	if err := expandTabsParams.Bind(a, &size); err != nil {
		return nil, err
	}
	by, err := Index(size)
	if err != nil {
		return nil, err
	}
	by = max(by, 0)
	if err := t.chargeRepeat(strings.Count(s, "\t"), by, 1); err != nil {
		return nil, err
	}
	if err := t.ChargeText(len(s)); err != nil {
		return nil, err
	}
	var out strings.Builder
	column := int64(0)
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\t':
			if by > 0 {
				n := by - column%by
				out.WriteString(strings.Repeat(" ", int(n)))
				column += n
			}
			continue
		case c == '\n' || c == '\r':
			column = 0
		case utf8.RuneStart(c):
			column++
		}
		out.WriteByte(s[i])
	}
	return value.Str(out.String()), nil
}

// strMakeTrans makes a table for translate: of a dict, or of texts of equal
// length, with those to be taken out.
func strMakeTrans(t *Thread, args []Object) (Object, error) {
	out := NewDict()
	if len(args) == 1 {
		d, ok := args[0].(*Dict)
		if !ok {
			return nil, TypeError("if you give only one argument to maketrans it must be a dict")
		}
		for key, val := range d.All() {
			if s, ok := strOf(key); ok {
				if runeCount(s) != 1 {
					return nil, ValueError("string keys in translate table must be of length 1")
				}
				r, _ := value.DecodeRune(s)
				key = Int(int64(r))
			} else if _, ok := AsBig(key); !ok {
				return nil, TypeError("keys in translate table must be strings or integers")
			}
			if err := out.put(t, key, val); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	var texts [3]string
	for k := range args {
		i := (k + 1) % len(args) // CPython looks at the first one last
		o := args[i]
		s, ok := strOf(o)
		if !ok {
			if i == 0 {
				return nil, TypeError("first maketrans argument must be a string if there is a second argument")
			}
			return nil, TypeError("maketrans() argument %d must be str, not %s", i+1, argName(o))
		}
		texts[i] = s
	}
	from, to := texts[0], texts[1]
	if runeCount(from) != runeCount(to) {
		return nil, ValueError("the first two maketrans arguments must have equal length")
	}
	for from != "" {
		r, n := value.DecodeRune(from)
		with, m := value.DecodeRune(to)
		if err := out.put(t, Int(int64(r)), Int(int64(with))); err != nil {
			return nil, err
		}
		from, to = from[n:], to[m:]
	}
	for gone := texts[2]; gone != ""; {
		r, n := value.DecodeRune(gone)
		if err := out.put(t, Int(int64(r)), None); err != nil {
			return nil, err
		}
		gone = gone[n:]
	}
	return out, nil
}

func strTranslate(t *Thread, self Object, args []Object) (Object, error) {
	w := writer{t: t}
	for s := string(self.(value.Str)); s != ""; {
		if err := t.Step(1); err != nil {
			return nil, err
		}
		r, n := value.DecodeRune(s)
		if err := w.translate(s[:n], args[0], r); err != nil {
			return nil, err
		}
		s = s[n:]
	}
	return value.Str(w.buf), w.settle()
}

// translate writes what a table has for a code point: itself when it has none.
func (w *writer) translate(s string, table Object, r rune) error {
	o, err := GetItem(w.t, table, Int(int64(r)))
	_, noKey := isRaised(err, "KeyError")
	if _, noIndex := isRaised(err, "IndexError"); noKey || noIndex {
		w.buf = append(w.buf, s...)
		return w.settle()
	}
	if err != nil {
		return err
	}
	switch o := o.(type) {
	case value.None:
	case value.Str:
		if err := w.t.ChargeText(len(o)); err != nil {
			return err
		}
		w.buf = append(w.buf, o...)
	default:
		if _, ok := AsBig(o); !ok {
			return TypeError("character mapping must return integer, None or str")
		}
		i, ok := smallInt(o)
		if !ok || i < 0 || i > utf8.MaxRune {
			return ValueError("character mapping must be in range(0x110000)")
		}
		w.buf = value.AppendRune(w.buf, rune(i))
	}
	return w.settle()
}
