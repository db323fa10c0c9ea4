package pystruct

import (
	"math"
	"math/big"

	"althing/expr/internal/pyerr"
	"althing/expr/internal/pymath"
)

// PutInt writes an int into dst, which is as long as the item of that character.
func (f *Format) PutInt(char byte, dst []byte, i *big.Int) error {
	if err := f.fits(char, 8*len(dst), i); err != nil {
		return err
	}
	bits := i.Uint64()
	if i.Sign() < 0 {
		bits = -new(big.Int).Neg(i).Uint64()
	}
	f.put(dst, bits)
	return nil
}

// put writes the low bits of a number.
func (f *Format) put(dst []byte, bits uint64) {
	switch len(dst) {
	case 1:
		dst[0] = byte(bits)
	case 2:
		f.order.PutUint16(dst, uint16(bits))
	case 4:
		f.order.PutUint32(dst, uint32(bits))
	default:
		f.order.PutUint64(dst, bits)
	}
}

// get reads what put has written.
func (f *Format) get(src []byte) uint64 {
	switch len(src) {
	case 1:
		return uint64(src[0])
	case 2:
		return uint64(f.order.Uint16(src))
	case 4:
		return uint64(f.order.Uint32(src))
	}
	return f.order.Uint64(src)
}

// Signed reports whether the ints of a character have a sign.
func Signed(char byte) bool { return char >= 'a' }

// Int reads an int. What has no sign are the bits of the result.
func (f *Format) Int(char byte, src []byte) int64 {
	bits := f.get(src)
	if !Signed(char) {
		return int64(bits)
	}
	unused := 64 - 8*len(src)
	return int64(bits<<unused) >> unused
}

var (
	errRange    = Error("argument out of range")
	errTooLarge = Error("int too large to convert")
)

// small are the names by which messages call the short ints.
var small = map[byte]string{'b': "byte", 'B': "ubyte", 'h': "short", 'H': "ushort"}

// fits refuses an int that an item of so many bits cannot hold, in the words of
// the C function that would have written it.
func (f *Format) fits(char byte, bits int, i *big.Int) error {
	if char == 'P' {
		if i.IsInt64() || i.IsUint64() {
			return nil
		}
		return errTooLarge
	}
	whole := i.IsInt64()
	name, isSmall := small[char]
	if isSmall = isSmall && (bits == 8 || f.mode != bigEndian); !isSmall && !Signed(char) {
		whole = i.IsUint64()
	}
	switch {
	case whole:
	case f.mode == bigEndian && bits == 64:
		return errTooLarge
	default:
		return errRange
	}
	if bits == 64 {
		return nil
	}
	least, most := int64(0), int64(1)<<bits-1
	if Signed(char) {
		least, most = -1<<(bits-1), 1<<(bits-1)-1
	}
	if n := i.Int64(); i.IsInt64() && least <= n && n <= most {
		return nil
	}
	if isSmall {
		return Error("%s format requires %d <= number <= %d", name, least, most)
	}
	return Error("'%c' format requires %d <= number <= %d", char, least, most)
}

// PutFloat writes a float.
func (f *Format) PutFloat(char byte, dst []byte, x float64) error {
	switch char {
	case 'e':
		half, ok := toHalf(x)
		if !ok {
			return pyerr.Overflow("float too large to pack with e format")
		}
		f.put(dst, uint64(half))
	case 'f':
		y := float32(x)
		if math.IsInf(float64(y), 0) && !math.IsInf(x, 0) && f.mode != native {
			return pyerr.Overflow("float too large to pack with f format")
		}
		f.put(dst, uint64(math.Float32bits(y)))
	default:
		f.put(dst, math.Float64bits(x))
	}
	return nil
}

// Float reads a float.
func (f *Format) Float(char byte, src []byte) float64 {
	bits := f.get(src)
	switch char {
	case 'e':
		return fromHalf(uint16(bits))
	case 'f':
		return float64(math.Float32frombits(uint32(bits)))
	}
	return math.Float64frombits(bits)
}

// The parts of a float of 16 bits: a sign, 5 bits of exponent, 10 of fraction.
const (
	halfSign     = 1 << 15
	halfInf      = 31 << 10
	halfNaN      = halfInf | 1<<9
	halfFraction = 1<<10 - 1
	halfBias     = 15
)

// toHalf rounds to 16 bits, halves to even; false when that is too large.
func toHalf(x float64) (half uint16, ok bool) {
	if math.Signbit(x) {
		half = halfSign
	}
	x = math.Abs(x)
	switch {
	case x != x:
		return half | halfNaN, true
	case math.IsInf(x, 0):
		return half | halfInf, true
	case x == 0:
		return half, true
	}
	_, exponent := math.Frexp(x)
	exponent = max(exponent-1, 1-halfBias)
	// A fraction that rounds up to the next power of two carries into the exponent.
	units := math.RoundToEven(math.Ldexp(x, 10-exponent))
	bits := int(units) + (exponent+halfBias-1)<<10
	return half | uint16(bits), bits < halfInf
}

func fromHalf(half uint16) float64 {
	exponent, fraction := int(half>>10&31), float64(half&halfFraction)
	x := math.Ldexp(fraction, 1-halfBias-10)
	switch {
	case exponent == 31 && fraction != 0:
		x = pymath.NaN
	case exponent == 31:
		x = math.Inf(1)
	case exponent > 0:
		x = math.Ldexp(fraction+(halfFraction+1), exponent-halfBias-10)
	}
	if half&halfSign != 0 {
		return -x
	}
	return x
}
