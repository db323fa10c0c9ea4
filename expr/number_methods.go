package expr

import (
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"strings"

	"althing/value"
)

func defineNumberMethods() {
	typeInt.methods(
		method("bit_length", 0, 0, func(_ *Thread, self Object, _ []Object) (Object, error) {
			return Int(int64(toBig(self).BitLen())), nil
		}),
		method("bit_count", 0, 0, func(_ *Thread, self Object, _ []Object) (Object, error) {
			n := 0
			for _, word := range toBig(self).Bits() {
				n += bits.OnesCount(uint(word))
			}
			return Int(int64(n)), nil
		}),
		method("conjugate", 0, 0, same1),
		method("as_integer_ratio", 0, 0, func(_ *Thread, self Object, _ []Object) (Object, error) {
			return NewTuple(asInt(self), Int(1)), nil
		}),
		NewMethod("to_bytes", intToBytes),
	)
	typeInt.define(map[string]Object{
		"real":        &Property{Get: func(_ *Thread, self Object) (Object, error) { return asInt(self), nil }},
		"numerator":   &Property{Get: func(_ *Thread, self Object) (Object, error) { return asInt(self), nil }},
		"imag":        &Property{Get: func(*Thread, Object) (Object, error) { return Int(0), nil }},
		"denominator": &Property{Get: func(*Thread, Object) (Object, error) { return Int(1), nil }},
		"from_bytes":  NewFunc("from_bytes", intFromBytes).Forgets(),
	})
	typeFloat.methods(
		method("is_integer", 0, 0, func(_ *Thread, self Object, _ []Object) (Object, error) {
			f := float64(self.(value.Float))
			return Bool(f == math.Trunc(f) && !math.IsInf(f, 0)), nil
		}),
		method("conjugate", 0, 0, same1),
		method("hex", 0, 0, func(_ *Thread, self Object, _ []Object) (Object, error) {
			return value.Str(floatHex(float64(self.(value.Float)))), nil
		}),
		method("as_integer_ratio", 0, 0, floatRatio),
	)
	typeFloat.define(map[string]Object{
		"real":    &Property{Get: func(_ *Thread, self Object) (Object, error) { return self, nil }},
		"imag":    &Property{Get: func(*Thread, Object) (Object, error) { return value.Float(0), nil }},
		"fromhex": builtin("fromhex", 1, 1, floatFromHex).Forgets(),
	})
	typeComplex.methods(method("conjugate", 0, 0, func(_ *Thread, self Object, _ []Object) (Object, error) {
		c := self.(value.Complex)
		return value.Complex(complex(real(c), -imag(c))), nil
	}))
	typeComplex.define(map[string]Object{
		"real": &Property{Get: func(_ *Thread, self Object) (Object, error) { return value.Float(real(self.(value.Complex))), nil }},
		"imag": &Property{Get: func(_ *Thread, self Object) (Object, error) { return value.Float(imag(self.(value.Complex))), nil }},
	})
}

func same1(_ *Thread, self Object, _ []Object) (Object, error) { return asInt(self), nil }

// asInt makes an int of a bool and leaves all else.
func asInt(o Object) Object {
	if _, ok := o.(value.Bool); ok {
		i, _ := smallInt(o)
		return Int(i)
	}
	return o
}

var (
	toBytesParams   = newParamsC("to_bytes", "length? byteorder? * signed?")
	fromBytesParams = newParamsC("from_bytes", "bytes byteorder? * signed?")
)

// byteOrder reads the argument byteorder.
func byteOrder(method string, o Object) (little bool, err error) {
	s, ok := strOf(o)
	if !ok {
		return false, TypeError("%s() argument 'byteorder' must be str, not %s", method, argName(o))
	}
	if s != "little" && s != "big" {
		return false, ValueError("byteorder must be either 'little' or 'big'")
	}
	return s == "little", nil
}

func intToBytes(t *Thread, self Object, a Args) (Object, error) {
	length, order, signed := Int(1), Object(value.Str("big")), False
	if err := toBytesParams.Bind(a, &length, &order, &signed); err != nil {
		return nil, err
	}
	n, err := Index(length)
	if err != nil {
		return nil, err
	}
	little, err := byteOrder("to_bytes", order)
	if err != nil {
		return nil, err
	}
	if n < 0 {
		return nil, ValueError("length argument must be non-negative")
	}
	withSign, err := Truth(t, signed)
	if err != nil {
		return nil, err
	}
	i := toBig(self)
	if i.Sign() < 0 && !withSign {
		return nil, OverflowError("can't convert negative int to unsigned")
	}
	if err := t.chargeRepeat(1, n, 1); err != nil {
		return nil, err
	}
	need := int64(i.BitLen())
	if withSign {
		if need++; i.Sign() < 0 && new(big.Int).Add(i, big.NewInt(1)).BitLen() < i.BitLen() {
			need--
		}
	}
	if need > 8*n && i.Sign() != 0 {
		return nil, OverflowError("int too big to convert")
	}
	if i.Sign() < 0 {
		i = new(big.Int).Add(i, new(big.Int).Lsh(big.NewInt(1), uint(8*n)))
	}
	b := i.FillBytes(make([]byte, n))
	if little {
		reverseBytes(b)
	}
	return value.Bytes(b), nil
}

func reverseBytes(b []byte) {
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
}

func intFromBytes(t *Thread, a Args) (Object, error) {
	var o Object
	order, signed := Object(value.Str("big")), False
	if err := fromBytesParams.Bind(a, &o, &order, &signed); err != nil {
		return nil, err
	}
	little, err := byteOrder("from_bytes", order)
	if err != nil {
		return nil, err
	}
	withSign, err := Truth(t, signed)
	if err != nil {
		return nil, err
	}
	given, err := octetsOf(t, o, "bytes")
	if err != nil {
		return nil, err
	}
	if err := t.ChargeText(2 * len(given)); err != nil {
		return nil, err
	}
	b := append([]byte(nil), given...)
	if little {
		reverseBytes(b)
	}
	i := new(big.Int).SetBytes(b)
	if withSign && len(b) > 0 && b[0] >= 0x80 {
		i.Sub(i, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return value.Integer(i), nil
}

// floatHex is float.hex: 0x1.999999999999ap-4.
func floatHex(f float64) string {
	switch {
	case f != f:
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	case f == 0 && math.Signbit(f):
		return "-0x0.0p+0"
	case f == 0:
		return "0x0.0p+0"
	}
	raw := math.Float64bits(f)
	exponent, lead := int(raw>>52&0x7ff)-1023, "0x1."
	if exponent == -1023 {
		exponent, lead = -1022, "0x0."
	}
	digits := strconv.FormatUint(raw&(1<<52-1)|1<<52, 16)[1:]
	sign := ""
	if f < 0 {
		sign = "-"
	}
	mark := "p+"
	if exponent < 0 {
		mark = "p"
	}
	return sign + lead + digits + mark + strconv.Itoa(exponent)
}

// floatFromHex reads what floatHex writes, and shorter forms.
func floatFromHex(_ *Thread, args []Object) (Object, error) {
	s, ok := strOf(args[0])
	if !ok {
		return nil, TypeError("bad argument type for built-in operation")
	}
	wrong := ValueError("invalid hexadecimal floating-point string")
	if len(s) > maxFloatText {
		return nil, wrong
	}
	s = strings.ToLower(strings.Trim(s, " \t\n\v\f\r"))
	body := strings.TrimLeft(s, "+-")
	if len(s)-len(body) > 1 {
		return nil, wrong
	}
	sign := s[:len(s)-len(body)]
	switch body {
	case "inf", "infinity", "nan":
		f, ok := readFloat(s)
		if !ok {
			return nil, wrong
		}
		return value.Float(f), nil
	}
	body = strings.TrimPrefix(body, "0x")
	if strings.Contains(body, "_") || body == "" {
		return nil, wrong
	}
	if !strings.Contains(body, "p") {
		body += "p0"
	}
	f, err := strconv.ParseFloat(sign+"0x"+body, 64)
	if err != nil {
		if math.IsInf(f, 0) {
			return nil, OverflowError("hexadecimal value too large to represent as a float")
		}
		return nil, wrong
	}
	return value.Float(f), nil
}

func floatRatio(_ *Thread, self Object, _ []Object) (Object, error) {
	f := float64(self.(value.Float))
	switch {
	case f != f:
		return nil, ValueError("cannot convert NaN to integer ratio")
	case math.IsInf(f, 0):
		return nil, OverflowError("cannot convert Infinity to integer ratio")
	}
	r := new(big.Rat).SetFloat64(f)
	return NewTuple(value.Integer(new(big.Int).Set(r.Num())), value.Integer(new(big.Int).Set(r.Denom()))), nil
}
