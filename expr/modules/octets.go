package modules

import (
	"althing/expr"
	"althing/expr/internal/bintext"
	"althing/value"
)

// octets gives the bytes of bytes or a bytearray, charged; false for what is
// neither. They must not be changed.
func octets(t *expr.Thread, o expr.Object) (b []byte, ok bool, err error) {
	switch o := o.(type) {
	case value.Bytes:
		if err := t.ChargeText(len(o)); err != nil {
			return nil, true, err
		}
		return []byte(o), true, nil
	case *expr.ByteArray:
		return o.Bytes(), true, nil
	}
	return nil, false, nil
}

// octetsArg is an argument of C's functions that must be bytes.
func octetsArg(t *expr.Thread, o expr.Object) ([]byte, error) {
	b, ok, err := octets(t, o)
	if !ok {
		return nil, expr.TypeError("a bytes-like object is required, not '%s'", o.TypeName())
	}
	return b, err
}

// asciiOctets gives the bytes of an ASCII text or of bytes; other is the message
// about anything else, with the name of its type.
func asciiOctets(t *expr.Thread, o expr.Object, other string) ([]byte, error) {
	s, ok := o.(value.Str)
	if !ok {
		b, ok, err := octets(t, o)
		if !ok {
			return nil, expr.TypeError(other, o.TypeName())
		}
		return b, err
	}
	if err := t.ChargeText(len(s)); err != nil {
		return nil, err
	}
	for i := range len(s) {
		if s[i] >= 0x80 {
			return nil, expr.ValueError("string argument should contain only ASCII characters")
		}
	}
	return []byte(s), nil
}

// chargeCodec charges what package bintext makes of n bytes, and its work.
func chargeCodec(t *expr.Thread, n int) error {
	const nsPerByte = 60 // as Thread.Work counts it
	if err := t.ChargeText(bintext.MaxGrowth*n + bintext.Overhead); err != nil {
		return err
	}
	return t.Work(nsPerByte * int64(n))
}

// coded makes bytes of what f makes of b.
func coded(t *expr.Thread, b []byte, f func(b []byte) ([]byte, error)) (expr.Object, error) {
	if err := chargeCodec(t, len(b)); err != nil {
		return nil, err
	}
	out, err := f(b)
	if err != nil {
		return nil, err
	}
	return value.Bytes(out), nil
}

// cFlag is an argument that C reads as an int and takes for a truth value.
func cFlag(o expr.Object) (bool, error) {
	n, err := cNumber(o)
	return n != 0, err
}

// cNumber is an int argument of 32 bits.
func cNumber(o expr.Object) (int, error) {
	i, err := index(o)
	if err != nil {
		return 0, err
	}
	if !i.IsInt64() || i.Int64() != int64(int32(i.Int64())) {
		return 0, expr.OverflowError("Python int too large to convert to C int")
	}
	return int(i.Int64()), nil
}
