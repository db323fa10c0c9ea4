package modules

import (
	"strconv"
	"strings"

	"althing/expr"
	"althing/expr/internal/pyre"
)

// flag is a re.RegexFlag: an int that shows the names of its bits.
type flag struct {
	*regex
	pyre.Flags
}

var (
	_ expr.HasType    = flag{}
	_ expr.HasAttr    = flag{}
	_ expr.HasBinary  = flag{}
	_ expr.HasUnary   = flag{}
	_ expr.HasCompare = flag{}
	_ expr.HasTruth   = flag{}
	_ expr.Hashable   = flag{}
	_ expr.Container  = flag{}
	_ expr.Texter     = flag{}
)

// flagNames are the flags in CPython's order. Those without a short name are not
// offered, only shown.
var flagNames = []struct {
	flag        pyre.Flags
	long, short string
}{
	{pyre.ASCII, "ASCII", "A"},
	{pyre.IgnoreCase, "IGNORECASE", "I"},
	{pyre.Locale, "LOCALE", "L"},
	{pyre.Unicode, "UNICODE", "U"},
	{pyre.MultiLine, "MULTILINE", "M"},
	{pyre.DotAll, "DOTALL", "S"},
	{pyre.Verbose, "VERBOSE", "X"},
	{1, "TEMPLATE", ""},
	{128, "DEBUG", ""},
}

// allFlags are the bits of all flags.
const allFlags = 511

func (r *regex) defineFlag() {
	r.flag = expr.Type{Name: "re.RegexFlag", New: func(_ *expr.Thread, a expr.Args) (expr.Object, error) {
		if err := a.Exactly("RegexFlag", 1); err != nil {
			return nil, err
		}
		n, ok := flagArg(a.Pos[0])
		if !ok {
			return nil, expr.ValueError("a %s is not a valid RegexFlag", a.Pos[0].TypeName())
		}
		return flag{r, n}, nil
	}, Attrs: intAttrs()}
	for _, f := range flagNames {
		if f.short != "" {
			r.flag.Attrs[f.long], r.flag.Attrs[f.short] = flag{r, f.flag}, flag{r, f.flag}
		}
	}
	r.flag.Attrs["NOFLAG"] = flag{r, 0}
}

// intAttrs are the attributes of int, which look at the number of a flag.
func intAttrs() map[string]expr.Object {
	all := map[string]expr.Object{}
	for name, attr := range expr.Builtin("int").(*expr.Type).Attrs {
		switch attr.(type) {
		case *expr.Method:
			attr = expr.NewMethod(name, func(t *expr.Thread, self expr.Object, a expr.Args) (expr.Object, error) {
				method, err := expr.GetAttr(t, self.(flag).number(), name)
				if err != nil {
					return nil, err
				}
				return expr.CallArgs(t, method, a)
			})
		case *expr.Property:
			attr = &expr.Property{Get: func(t *expr.Thread, self expr.Object) (expr.Object, error) {
				return expr.GetAttr(t, self.(flag).number(), name)
			}}
		}
		all[name] = attr
	}
	return all
}

// flagArg reads flags, given as such or as an int.
func flagArg(o expr.Object) (pyre.Flags, bool) {
	if f, ok := o.(flag); ok {
		return f.Flags, true
	}
	i, ok := expr.AsInt(o)
	return pyre.Flags(i), ok
}

// plainInt is o, or the int that a flag is.
func plainInt(o expr.Object) expr.Object {
	if f, ok := o.(flag); ok {
		return f.number()
	}
	return o
}

func (f flag) number() expr.Object { return expr.Int(int64(f.Flags)) }

func (flag) TypeName() string { return "RegexFlag" }

// Type is re.RegexFlag.
func (f flag) Type() *expr.Type { return &f.flag }

// Int is int(f).
func (f flag) Int(*expr.Thread) (expr.Object, error) { return f.number(), nil }

// Attr gives name and value.
func (f flag) Attr(_ *expr.Thread, name string) (expr.Object, error) {
	switch name {
	case "name":
		return textObject(f.names(""), false), nil
	case "value":
		return f.number(), nil
	}
	return nil, nil
}

func (f flag) Truth(*expr.Thread) (bool, error) { return f.Flags != 0, nil }

func (f flag) Hash(t *expr.Thread) (int64, error) { return expr.Hash(t, f.number()) }

// Contains says whether all bits of another flag are set.
func (f flag) Contains(_ *expr.Thread, o expr.Object) (bool, error) {
	other, ok := o.(flag)
	if !ok {
		return false, expr.TypeError("unsupported operand type(s) for 'in': '%s' and 'RegexFlag'", o.TypeName())
	}
	return f.Flags&other.Flags == other.Flags, nil
}

// CompareTo compares as an int.
func (f flag) CompareTo(t *expr.Thread, op expr.CmpOp, other expr.Object) (result, ok bool, err error) {
	other = plainInt(other)
	if _, is := expr.AsBig(other); !is {
		return false, false, nil
	}
	result, err = expr.Compare(t, op, f.number(), other)
	return result, true, err
}

// Binary gives a flag for | & ^, and an int for what else ints can.
func (f flag) Binary(t *expr.Thread, op expr.Op, other expr.Object, reflected bool) (expr.Object, error) {
	a, b := f.number(), plainInt(other)
	n, ok := flagArg(b)
	switch {
	case !ok:
		return nil, nil
	case op == expr.BitOr:
		return flag{f.regex, f.Flags | n}, nil
	case op == expr.BitAnd:
		return flag{f.regex, f.Flags & n}, nil
	case op == expr.BitXor:
		return flag{f.regex, f.Flags ^ n}, nil
	case reflected:
		a, b = b, a
	}
	return expr.Binary(t, op, a, b)
}

// Unary gives a flag for ~, and an int for the signs.
func (f flag) Unary(_ *expr.Thread, op expr.Op) (expr.Object, error) {
	switch op {
	case expr.Invert:
		return flag{f.regex, ^f.Flags & allFlags}, nil
	case expr.Sub:
		return expr.Int(-int64(f.Flags)), nil
	}
	return f.number(), nil
}

func (f flag) Str(t *expr.Thread) (string, error) { return f.Repr(t) }

func (f flag) Repr(*expr.Thread) (string, error) { return f.names("re."), nil }

// names are the names of the bits, each behind a prefix; bits without a name are
// shown as a number.
func (f flag) names(prefix string) string {
	if f.Flags == 0 {
		return prefix + "NOFLAG"
	}
	var parts []string
	rest := f.Flags
	for _, name := range flagNames {
		if rest&name.flag != 0 {
			parts = append(parts, prefix+name.long)
			rest &^= name.flag
		}
	}
	if rest != 0 {
		parts = append(parts, "0x"+strconv.FormatUint(uint64(rest), 16))
	}
	return strings.Join(parts, "|")
}
