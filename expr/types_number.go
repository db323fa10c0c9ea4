package expr

import (
	"math/big"
	"math/bits"
	"strconv"
	"strings"
	"unicode"

	"althing/expr/internal/format"
	"althing/value"
)

func defineTypesNumber() {
	typeInt.New = newInt
	typeBool.New = newBool
	typeFloat.New = newFloat
	typeComplex.New = newComplex
	for _, ty := range []*Type{typeInt, typeBool, typeFloat, typeComplex} {
		builtins[ty.Name] = ty
	}
}

var (
	intParams     = newParamsC("int", "x? / base?")
	complexParams = newParamsC("complex", "real? imag?")
)

func newInt(t *Thread, a Args) (Object, error) {
	var o, base Object
	if err := intParams.Bind(a, &o, &base); err != nil {
		return nil, err
	}
	if base == nil {
		if o == nil {
			return Int(0), nil
		}
		return toInt(t, o)
	}
	n, err := Index(base)
	_, huge := base.(value.Big)
	if err != nil && !huge {
		return nil, err
	}
	if huge || n != 0 && (n < 2 || n > 36) {
		return nil, ValueError("int() base must be >= 2 and <= 36, or 0")
	}
	switch o := o.(type) {
	case nil:
		return nil, TypeError("int() missing string argument")
	case value.Str:
		return parseInt(t, string(o), int(n), o)
	case value.Bytes, *ByteArray:
		b, _ := octets(o)
		return parseInt(t, string(b), int(n), value.Bytes(b))
	}
	return nil, TypeError("int() can't convert non-string with explicit base")
}

func toInt(t *Thread, o Object) (Object, error) {
	switch o := o.(type) {
	case value.Int, value.Big:
		return o, nil
	case value.Bool:
		i, _ := smallInt(o)
		return Int(i), nil
	case value.Float:
		v, err := format.Trunc(float64(o))
		return v, err
	case value.Str:
		return parseInt(t, string(o), 10, o)
	case value.Bytes, *ByteArray:
		b, _ := octets(o)
		return parseInt(t, string(b), 10, value.Bytes(b))
	case hasInt:
		return o.Int(t)
	}
	return nil, TypeError("int() argument must be a string, a bytes-like object or a real number, not '%s'", o.TypeName())
}

// hasInt is an object of the host that int() can take.
type hasInt interface {
	Object
	Int(t *Thread) (Object, error)
}

// parseInt reads an int; base 0 goes by its prefix. from is what to show when it
// is none.
func parseInt(t *Thread, s string, base int, from Object) (Object, error) {
	if base == 10 && len(s) < 18 {
		if i, err := strconv.ParseInt(s, 10, 64); err == nil {
			return Int(i), nil
		}
	}
	shown := base
	digits, negative, base, ok := intDigits(s, base)
	if _, text := from.(value.Str); !text && !isASCII(s) {
		ok = false // bytes are no text: other digits are for that
	}
	if ok {
		if err := t.Charge(int64(len(digits))); err != nil {
			return nil, err
		}
		if base&(base-1) != 0 {
			if err := tooManyDigits(digits, base); err != nil {
				return nil, err
			}
		}
		digits, ok = withoutUnderscores(digits)
	}
	if !ok {
		return nil, notAnInt(t, shown, from)
	}
	if base&(base-1) == 0 && len(digits) > 64 {
		i, err := powerOfTwo(t, digits, base)
		if err != nil {
			return nil, err
		}
		if i != nil {
			return signed(i, negative), nil
		}
	} else if i, ok := new(big.Int).SetString(digits, base); ok {
		return signed(i, negative), nil
	}
	return nil, notAnInt(t, shown, from)
}

func notAnInt(t *Thread, base int, from Object) error {
	text, err := Repr(t, from)
	if err != nil {
		return err
	}
	const shown = 200 // code points, as in CPython
	return ValueError("invalid literal for int() with base %d: %s", base, text[:skipRunes(text, 0, shown)])
}

func signed(i *big.Int, negative bool) Object {
	if negative {
		i.Neg(i)
	}
	return value.Integer(i)
}

// powerOfTwo reads many digits to a base that is a power of two, in time in
// proportion to their number, for which package big needs the square. nil: there
// is a digit that is none.
func powerOfTwo(t *Thread, digits string, base int) (*big.Int, error) {
	per := bits.TrailingZeros(uint(base))
	if err := t.budgetBig(2*per*len(digits), int64(len(digits))*8); err != nil {
		return nil, err
	}
	b := make([]byte, (per*len(digits)+7)/8)
	for i := range len(digits) {
		d := digitValue(digits[len(digits)-1-i])
		if d >= base {
			return nil, nil
		}
		at := i * per
		two := uint16(d) << (at % 8)
		b[len(b)-1-at/8] |= byte(two)
		if two > 0xff {
			b[len(b)-2-at/8] |= byte(two >> 8)
		}
	}
	return new(big.Int).SetBytes(b), nil
}

// digitValue is the value of a digit to a base of up to 36, or 36.
func digitValue(c byte) int {
	switch {
	case isDigitOctet(c):
		return int(c - '0')
	case isLetterOctet(c):
		return int(lowerOctet(c, false)-'a') + 10
	}
	return 36
}

// intDigits takes white space, sign and prefix off.
func intDigits(s string, base int) (digits string, negative bool, inBase int, ok bool) {
	s = asciiDigits(strings.TrimSpace(s))
	if s != "" && (s[0] == '+' || s[0] == '-') {
		negative = s[0] == '-'
		s = s[1:]
	}
	shown := base
	if len(s) > 2 && s[0] == '0' {
		for prefix, of := range map[string]int{"bB": 2, "oO": 8, "xX": 16} {
			if strings.IndexByte(prefix, s[1]) >= 0 && (base == of || base == 0) {
				// An underscore may follow the prefix.
				return strings.TrimPrefix(s[2:], "_"), negative, of, s[2] != '+' && s[2] != '-'
			}
		}
	}
	if base == 0 {
		base = 10
		if len(s) > 1 && s[0] == '0' && strings.Trim(s, "0_") != "" {
			return "", false, shown, false
		}
	}
	ok = s != "" && s[0] != '+' && s[0] != '-'
	if !ok {
		base = shown
	}
	return s, negative, base, ok
}

// tooManyDigits refuses what begins with more digits than are read, whatever comes
// behind them.
func tooManyDigits(s string, base int) error {
	if len(s) <= value.MaxDigits {
		return nil
	}
	end := strings.IndexFunc(s, func(r rune) bool { return r != '_' && !isDigitOf(r, base) })
	if end < 0 {
		end = len(s)
	}
	digits, ok := withoutUnderscores(s[:end])
	if !ok || len(digits) <= value.MaxDigits {
		return nil
	}
	return ValueError("Exceeds the limit (%d digits) for integer string conversion: value has %d digits; "+
		"use sys.set_int_max_str_digits() to increase the limit", value.MaxDigits, len(digits))
}

func isDigitOf(r rune, base int) bool {
	digit, err := strconv.ParseUint(string(r), 36, 8)
	return err == nil && int(digit) < base
}

// withoutUnderscores takes out single underscores between digits.
func withoutUnderscores(s string) (string, bool) {
	if strings.IndexByte(s, '_') < 0 {
		return s, true
	}
	if s[0] == '_' || s[len(s)-1] == '_' || strings.Contains(s, "__") {
		return "", false
	}
	return strings.ReplaceAll(s, "_", ""), true
}

// asciiDigits turns the decimal digits of all scripts into those of ASCII.
func asciiDigits(s string) string {
	if isASCII(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if d, ok := decimalDigit(r); ok {
			return '0' + rune(d)
		}
		return r
	}, s)
}

// decimalDigit is the value of a decimal digit. In Unicode they stand in runs of
// ten, from zero to nine.
func decimalDigit(r rune) (int, bool) {
	if r < 128 {
		return int(r - '0'), r >= '0' && r <= '9'
	}
	if !unicode.Is(unicode.Nd, r) {
		return 0, false
	}
	for _, run := range unicode.Nd.R16 {
		if r >= rune(run.Lo) && r <= rune(run.Hi) {
			return int(r-rune(run.Lo)) % 10, true
		}
	}
	for _, run := range unicode.Nd.R32 {
		if r >= rune(run.Lo) && r <= rune(run.Hi) {
			return int(r-rune(run.Lo)) % 10, true
		}
	}
	return 0, false
}

func newBool(t *Thread, a Args) (Object, error) {
	if err := a.Between("bool", 0, 1); err != nil {
		return nil, err
	}
	if len(a.Pos) == 0 {
		return False, nil
	}
	ok, err := Truth(t, a.Pos[0])
	return Bool(ok), err
}

func newFloat(t *Thread, a Args) (Object, error) {
	if err := a.Between("float", 0, 1); err != nil {
		return nil, err
	}
	if len(a.Pos) == 0 {
		return value.Float(0), nil
	}
	switch o := a.Pos[0].(type) {
	case value.Str:
		return parseFloat(t, string(o), o)
	case value.Bytes, *ByteArray:
		b, _ := octets(o)
		return parseFloat(t, string(b), o)
	case value.Complex:
	case value.Value, hasFloat:
		if o == None {
			break
		}
		f, err := AsFloat(o)
		return value.Float(f), err
	}
	return nil, TypeError("float() argument must be a string or a real number, not '%s'", a.Pos[0].TypeName())
}

// newComplex is complex(text) and complex(real, imag).
func newComplex(t *Thread, a Args) (Object, error) {
	var re, im Object
	if err := complexParams.Bind(a, &re, &im); err != nil {
		return nil, err
	}
	if s, ok := strOf(re); ok {
		if im != nil {
			return nil, TypeError("complex() can't take second arg if first is a string")
		}
		return parseComplex(t, s)
	}
	if _, ok := im.(value.Str); ok {
		return nil, TypeError("complex() second arg can't be a string")
	}
	if isComplex(re) && im == nil {
		return re, nil
	}
	var x, y complex128
	var err error
	if re != nil && !isNumber(re) {
		return nil, TypeError("complex() first argument must be a string or a number, not '%s'", re.TypeName())
	}
	if im != nil && !isNumber(im) {
		return nil, TypeError("complex() second argument must be a number, not '%s'", im.TypeName())
	}
	if re != nil {
		if x, err = AsComplex(re); err != nil {
			return nil, err
		}
	}
	if im != nil {
		if y, err = AsComplex(im); err != nil {
			return nil, err
		}
	}
	// What is zero because it was not given must not touch the sign of a zero.
	if isComplex(im) {
		x -= complex(imag(y), 0)
	}
	if isComplex(re) {
		y += complex(imag(x), 0)
	}
	return value.Complex(complex(real(x), real(y))), nil
}
