package value

import (
	"encoding/binary"
	"math"
	"math/big"

	"althing/fault"
)

// The first byte of a value in binary. The numbers are written to disk: they
// never change their meaning, new ones may be added.
const (
	binNone    = 0x00
	binFalse   = 0x01
	binTrue    = 0x02
	binInt     = 0x03 // zigzag varint
	binBig     = 0x04 // length, magnitude with the high byte first
	binNegBig  = 0x05
	binFloat   = 0x06 // IEEE 754, low byte first
	binComplex = 0x07 // two of them
	binStr     = 0x08 // length, bytes
	binBytes   = 0x09
	binList    = 0x0a // count, values
	binTuple   = 0x0b
	binDict    = 0x0c // count, key and value in turn
	binSet     = 0x0d

	// Most values are short texts and small numbers: those have their length or
	// themselves in the first byte.
	binShortStr = 0x40 // up to 0x7f: a text of 0 to 63 bytes
	binSmallInt = 0x80 // up to 0xff: 0 to 127
	maxShortStr = binSmallInt - binShortStr - 1
	maxSmallInt = 0xff - binSmallInt
)

// prealloc is how many items room is made for before they have been seen: a few
// bytes may claim a million.
const prealloc = 64

// AppendBinary appends v in the compact form that DecodeBinary reads. The form
// has no version of its own: the record around it has. v must have passed
// Check.
func AppendBinary(dst []byte, v Value) []byte {
	switch v := v.(type) {
	case Bool:
		if v {
			return append(dst, binTrue)
		}
		return append(dst, binFalse)
	case Int:
		if v >= 0 && v <= maxSmallInt {
			return append(dst, binSmallInt+byte(v))
		}
		return binary.AppendVarint(append(dst, binInt), int64(v))
	case Big:
		kind := byte(binBig)
		if v.i.Sign() < 0 {
			kind = binNegBig
		}
		size := (v.i.BitLen() + 7) / 8
		dst = appendCount(append(dst, kind), size)
		dst = append(dst, make([]byte, size)...)
		v.i.FillBytes(dst[len(dst)-size:])
		return dst
	case Float:
		return appendBits(append(dst, binFloat), float64(v))
	case Complex:
		return appendBits(appendBits(append(dst, binComplex), real(v)), imag(v))
	case Str:
		if len(v) <= maxShortStr {
			dst = append(dst, binShortStr+byte(len(v)))
		} else {
			dst = appendCount(append(dst, binStr), len(v))
		}
		return append(dst, v...)
	case Bytes:
		return append(appendCount(append(dst, binBytes), len(v)), v...)
	case List:
		return appendBinaryItems(append(dst, binList), v)
	case Tuple:
		return appendBinaryItems(append(dst, binTuple), v)
	case *Dict:
		dst = appendCount(append(dst, binDict), v.Len())
		for _, p := range v.pairs {
			dst = AppendBinary(AppendBinary(dst, p.Key), p.Value)
		}
		return dst
	case *Set:
		return appendBinaryItems(append(dst, binSet), v.items)
	}
	return append(dst, binNone)
}

func appendCount(dst []byte, n int) []byte {
	return binary.AppendUvarint(dst, uint64(n))
}

func appendBits(dst []byte, f float64) []byte {
	return binary.LittleEndian.AppendUint64(dst, math.Float64bits(f))
}

func appendBinaryItems(dst []byte, items []Value) []byte {
	dst = appendCount(dst, len(items))
	for _, v := range items {
		dst = AppendBinary(dst, v)
	}
	return dst
}

// DecodeBinary reads one value and gives what follows it. The value holds
// nothing of src. Anything may be in src: what AppendBinary would not have
// written is an error of code Invalid, and the memory used is in proportion to
// the length of src.
func DecodeBinary(src []byte) (v Value, rest []byte, err error) {
	d := decoder{src: src}
	v, err = d.value(0)
	if err != nil {
		return nil, nil, err
	}
	return v, d.src, nil
}

type decoder struct{ src []byte }

func damaged(what string) error { return fault.New(fault.Invalid, "damaged value: %s", what) }

func (d *decoder) value(depth int) (Value, error) {
	if len(d.src) == 0 {
		return nil, damaged("it ends too early")
	}
	kind := d.src[0]
	d.src = d.src[1:]
	switch {
	case kind >= binSmallInt:
		return Int(kind - binSmallInt), nil
	case kind >= binShortStr:
		return d.text(int(kind - binShortStr))
	}
	switch kind {
	case binNone:
		return None{}, nil
	case binFalse, binTrue:
		return Bool(kind == binTrue), nil
	case binInt:
		return d.integer()
	case binFloat:
		f, err := d.float()
		return Float(f), err
	case binComplex:
		re, err := d.float()
		if err != nil {
			return nil, err
		}
		im, err := d.float()
		return Complex(complex(re, im)), err
	}
	n, err := d.count()
	if err != nil {
		return nil, err
	}
	switch kind {
	case binBig, binNegBig:
		return d.big(n, kind == binNegBig)
	case binStr:
		return d.text(n)
	case binBytes:
		return Bytes(d.take(n)), nil
	}
	if depth == MaxDepth {
		return nil, tooDeep()
	}
	return d.container(kind, n, depth+1)
}

func (d *decoder) container(kind byte, n, depth int) (Value, error) {
	switch kind {
	case binList:
		items, err := d.items(n, depth)
		return List(items), err
	case binTuple:
		items, err := d.items(n, depth)
		return Tuple(items), err
	case binSet:
		items, err := d.items(n, depth)
		if err != nil {
			return nil, err
		}
		s, err := NewSet(items)
		if err == nil && s.Len() != n {
			err = damaged("a set has two equal members")
		}
		return s, err
	case binDict:
		pairs, err := d.pairs(n, depth)
		if err != nil {
			return nil, err
		}
		dict, err := NewDict(pairs)
		if err == nil && dict.Len() != n {
			err = damaged("a dict has two equal keys")
		}
		return dict, err
	}
	return nil, damaged("unknown kind")
}

// count reads a length or a number of items. Every byte and item takes at least
// one byte of what follows, so that no more of them are believed.
func (d *decoder) count() (int, error) {
	n, size := binary.Uvarint(d.src)
	if size <= 0 || n > uint64(len(d.src)-size) {
		return 0, damaged("it ends too early")
	}
	d.src = d.src[size:]
	return int(n), nil
}

// take cuts n bytes, which count or the caller has compared with what is left.
func (d *decoder) take(n int) []byte {
	taken := d.src[:n]
	d.src = d.src[n:]
	return taken
}

func (d *decoder) text(n int) (Value, error) {
	if n > len(d.src) {
		return nil, damaged("it ends too early")
	}
	s := string(d.take(n))
	if !ValidText(s) {
		return nil, damaged("a text is not UTF-8")
	}
	return Str(s), nil
}

func (d *decoder) integer() (Value, error) {
	i, size := binary.Varint(d.src)
	if size <= 0 {
		return nil, damaged("it ends too early")
	}
	d.src = d.src[size:]
	return Int(i), nil
}

func (d *decoder) big(n int, negative bool) (Value, error) {
	i := new(big.Int).SetBytes(d.take(n))
	if negative {
		i.Neg(i)
	}
	if i.IsInt64() {
		return nil, damaged("a small integer written as a big one")
	}
	return Big{i}, nil
}

func (d *decoder) float() (float64, error) {
	if len(d.src) < 8 {
		return 0, damaged("it ends too early")
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(d.take(8))), nil
}

func (d *decoder) items(n, depth int) ([]Value, error) {
	items := make([]Value, 0, min(n, prealloc))
	for range n {
		v, err := d.value(depth)
		if err != nil {
			return nil, err
		}
		items = append(items, v)
	}
	return items, nil
}

func (d *decoder) pairs(n, depth int) ([]Pair, error) {
	pairs := make([]Pair, 0, min(n, prealloc))
	for range n {
		key, err := d.value(depth)
		if err != nil {
			return nil, err
		}
		v, err := d.value(depth)
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, Pair{key, v})
	}
	return pairs, nil
}
