package expr

import (
	"strings"
	"unicode/utf8"

	"althing/value"
)

func defineBuiltinsMisc() {
	defineBuiltins(
		builtin("ascii", 1, 1, func(t *Thread, args []Object) (Object, error) {
			s, err := ASCII(t, args[0])
			return value.Str(s), err
		}),
		builtin("repr", 1, 1, func(t *Thread, args []Object) (Object, error) {
			s, err := Repr(t, args[0])
			return value.Str(s), err
		}),
		builtin("callable", 1, 1, func(_ *Thread, args []Object) (Object, error) { return Bool(isCallable(args[0])), nil }),
		builtin("chr", 1, 1, builtinChr),
		builtin("ord", 1, 1, builtinOrd),
		builtin("format", 1, 2, builtinFormat),
		builtin("isinstance", 2, 2, builtinIsinstance),
		builtin("issubclass", 2, 2, builtinIssubclass),
	)
	builtins["print"] = NewFunc("print", builtinPrint)
	builtins["Ellipsis"] = ellipsis{}
}

func isCallable(o Object) bool {
	switch o.(type) {
	case *Func, *lambda, *boundMethod, *Type, *Method, Callable:
		return true
	}
	return false
}

func builtinChr(_ *Thread, args []Object) (Object, error) {
	i, err := Index(args[0])
	if err != nil {
		if _, big := args[0].(value.Big); big {
			return nil, OverflowError("Python int too large to convert to C int")
		}
		return nil, err
	}
	switch {
	case i != int64(int32(i)):
		return nil, OverflowError("Python int too large to convert to C int")
	case i < 0 || i > utf8.MaxRune:
		return nil, ValueError("chr() arg not in range(0x110000)")
	case i < 128:
		return chars[i], nil
	}
	return value.Str(value.AppendRune(nil, rune(i))), nil
}

func builtinOrd(_ *Thread, args []Object) (Object, error) {
	var n int
	switch o := args[0].(type) {
	case value.Str:
		if o != "" {
			if r, size := value.DecodeRune(string(o)); size == len(o) {
				return Int(int64(r)), nil
			}
		}
		n = runeCount(string(o))
	case value.Bytes, *ByteArray:
		b, _ := octets(o)
		if len(b) == 1 {
			return Int(int64(b[0])), nil
		}
		n = len(b)
	default:
		return nil, TypeError("ord() expected string of length 1, but %s found", o.TypeName())
	}
	return nil, TypeError("ord() expected a character, but string of length %d found", n)
}

func builtinFormat(t *Thread, args []Object) (Object, error) {
	spec := ""
	if len(args) == 2 {
		s, ok := strOf(args[1])
		if !ok {
			return nil, TypeError("format() argument 2 must be str, not %s", argName(args[1]))
		}
		spec = s
	}
	s, err := Format(t, args[0], spec)
	return value.Str(s), err
}

func builtinIsinstance(_ *Thread, args []Object) (Object, error) {
	ok, err := isOf(typeOf(args[0]), args[1], "isinstance", "isinstance() arg 2 must be a type, a tuple of types, or a union")
	return Bool(ok), err
}

func builtinIssubclass(_ *Thread, args []Object) (Object, error) {
	ty, ok := args[0].(*Type)
	if !ok {
		return nil, TypeError("issubclass() arg 1 must be a class")
	}
	ok, err := isOf(ty, args[1], "issubclass", "issubclass() arg 2 must be a class, a tuple of classes, or a union")
	return Bool(ok), err
}

// isOf says whether a type is another or one of several, which may be nested.
func isOf(ty *Type, of Object, fn, wrong string) (bool, error) {
	var several []Object
	switch of := of.(type) {
	case *Type:
		return ty.Is(of), nil
	case *Tuple:
		several = of.items
	case *union:
		several = of.members
	case *alias:
		return false, TypeError("%s() argument 2 cannot be a parameterized generic", fn)
	default:
		return false, TypeError("%s", wrong)
	}
	for _, one := range several {
		if ok, err := isOf(ty, one, fn, wrong); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

var printParams = newParamsC("print", "* sep? end? file? flush?")

// builtinPrint hands its text to the thread's Print.
func builtinPrint(t *Thread, a Args) (Object, error) {
	sep, end, file, flush := None, None, None, None
	if err := printParams.Bind(Args{Names: a.Names, Named: a.Named}, &sep, &end, &file, &flush); err != nil {
		return nil, err
	}
	if file != None {
		return nil, TypeError("print() cannot write to a file here")
	}
	between, err := printPart("sep", sep, " ")
	if err != nil {
		return nil, err
	}
	last, err := printPart("end", end, "\n")
	if err != nil {
		return nil, err
	}
	var out strings.Builder
	for i, o := range a.Pos {
		if i > 0 {
			out.WriteString(between)
		}
		s, err := Text(t, o)
		if err != nil {
			return nil, err
		}
		if err := t.ChargeText(2 * (len(s) + len(between))); err != nil {
			return nil, err
		}
		out.WriteString(s)
	}
	out.WriteString(last)
	if t.Print == nil {
		return None, nil
	}
	return None, t.Print(t, out.String())
}

func printPart(name string, o Object, otherwise string) (string, error) {
	if o == None {
		return otherwise, nil
	}
	s, ok := strOf(o)
	if !ok {
		return "", TypeError("%s must be None or a string, not %s", name, o.TypeName())
	}
	return s, nil
}
