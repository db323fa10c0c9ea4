package pickle

import (
	"encoding/binary"
	"math"
	"math/big"
	"slices"

	"althing/value"
)

// Append appends the pickle of v, which must have passed value.Check. Nothing
// that it writes names a global, so that a complex number, for which Python has
// no other form, becomes the tuple of its two parts.
func Append(dst []byte, v value.Value) []byte {
	return append(appendValue(append(dst, opProto, protocol), v), opStop)
}

func appendValue(dst []byte, v value.Value) []byte {
	switch v := v.(type) {
	case value.Bool:
		if v {
			return append(dst, opNewTrue)
		}
		return append(dst, opNewFalse)
	case value.Int:
		return appendInt(dst, int64(v))
	case value.Big:
		return appendBig(dst, v.Int())
	case value.Float:
		return binary.BigEndian.AppendUint64(append(dst, opBinFloat), math.Float64bits(float64(v)))
	case value.Complex:
		return appendValue(dst, value.Tuple{value.Float(real(v)), value.Float(imag(v))})
	case value.Str:
		return append(appendLength(dst, len(v), opShortBinUnicode, opBinUnicode, opBinUnicode8), v...)
	case value.Bytes:
		return append(appendLength(dst, len(v), opShortBinBytes, opBinBytes, opBinBytes8), v...)
	case value.List:
		return appendFilled(append(dst, opEmptyList), v, opAppends)
	case value.Tuple:
		return appendTuple(dst, v)
	case *value.Set:
		return appendFilled(append(dst, opEmptySet), v.Items(), opAddItems)
	case *value.Dict:
		return appendDict(dst, v)
	}
	return append(dst, opNone)
}

// appendLength writes the opcode that has room for the length, and the length.
func appendLength(dst []byte, n int, short, middle, long byte) []byte {
	switch {
	case n <= math.MaxUint8:
		return append(dst, short, byte(n))
	case int64(n) <= math.MaxUint32:
		return binary.LittleEndian.AppendUint32(append(dst, middle), uint32(n))
	}
	return binary.LittleEndian.AppendUint64(append(dst, long), uint64(n))
}

func appendInt(dst []byte, i int64) []byte {
	switch {
	case i >= 0 && i <= math.MaxUint8:
		return append(dst, opBinInt1, byte(i))
	case i >= 0 && i <= math.MaxUint16:
		return binary.LittleEndian.AppendUint16(append(dst, opBinInt2), uint16(i))
	case i >= math.MinInt32 && i <= math.MaxInt32:
		return binary.LittleEndian.AppendUint32(append(dst, opBinInt), uint32(i))
	}
	return binary.LittleEndian.AppendUint64(append(dst, opLong1, 8), uint64(i))
}

// appendBig writes a two's complement with the low byte first, and one byte more
// than the magnitude has, for the sign.
func appendBig(dst []byte, i *big.Int) []byte {
	n := i.BitLen()/8 + 1
	twos := i
	if i.Sign() < 0 {
		twos = new(big.Int).Add(i, new(big.Int).Lsh(big.NewInt(1), uint(8*n)))
	}
	if n <= math.MaxUint8 {
		dst = append(dst, opLong1, byte(n))
	} else {
		dst = binary.LittleEndian.AppendUint32(append(dst, opLong4), uint32(n))
	}
	dst = append(dst, make([]byte, n)...)
	digits := dst[len(dst)-n:]
	twos.FillBytes(digits)
	slices.Reverse(digits)
	return dst
}

func appendTuple(dst []byte, t value.Tuple) []byte {
	if len(t) == 0 {
		return append(dst, opEmptyTuple)
	}
	small := len(t) <= 3
	if !small {
		dst = append(dst, opMark)
	}
	for _, v := range t {
		dst = appendValue(dst, v)
	}
	if small {
		return append(dst, opTuple1+byte(len(t)-1))
	}
	return append(dst, opTuple)
}

// appendFilled fills the empty container that stands at the end of dst.
func appendFilled(dst []byte, items []value.Value, fill byte) []byte {
	if len(items) == 0 {
		return dst
	}
	dst = append(dst, opMark)
	for _, v := range items {
		dst = appendValue(dst, v)
	}
	return append(dst, fill)
}

func appendDict(dst []byte, d *value.Dict) []byte {
	dst = append(dst, opEmptyDict)
	if d.Len() == 0 {
		return dst
	}
	dst = append(dst, opMark)
	for _, p := range d.Pairs() {
		dst = appendValue(appendValue(dst, p.Key), p.Value)
	}
	return append(dst, opSetItems)
}
