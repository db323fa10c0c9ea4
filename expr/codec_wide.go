package expr

import (
	"unicode/utf16"
	"unicode/utf8"

	"althing/value"
)

// wideCodec is a codec whose units are of two or four bytes: UTF-16 or UTF-32.
type wideCodec struct{ codec }

// unitText is the size of a character in UTF-16 and UTF-32 at most.
const unitText = 4

// shift is how far byte i of a unit is from its lowest bit.
func (c *wideCodec) shift(i int) int {
	if c.big {
		i = c.unit - 1 - i
	}
	return 8 * i
}

// append appends one unit.
func (c *wideCodec) append(dst []byte, unit rune) []byte {
	for i := range c.unit {
		dst = append(dst, byte(unit>>c.shift(i)))
	}
	return dst
}

// first is the unit at the beginning of b.
func (c *wideCodec) first(b string) (unit rune) {
	for i := range c.unit {
		unit |= rune(b[i]) << c.shift(i)
	}
	return unit
}

// encode makes bytes of a text, with a byte order mark where the encoding's name
// does not tell the order.
func (c *wideCodec) encode(t *Thread, s string) (string, error) {
	if err := t.ChargeText(unitText * (len(s) + 1)); err != nil {
		return "", err
	}
	var dst []byte
	if c.mark {
		dst = c.append(dst, bom)
	}
	at := 0
	for rest := s; rest != ""; at++ {
		r, n := value.DecodeRune(rest)
		switch first, second := utf16.EncodeRune(r); {
		case c.unit == 2 && r > 0xffff:
			dst = c.append(c.append(dst, first), second)
		case c.has(r) || c.errors == "surrogatepass":
			dst = c.append(dst, r)
		case c.errors == "surrogateescape": // gives single bytes
			return "", c.strict(at, rest)
		default:
			instead, err := c.appendBad(nil, r, at, rest)
			if err != nil {
				return "", err
			}
			if err := t.Charge(unitText * int64(len(instead))); err != nil {
				return "", err
			}
			for _, char := range instead {
				dst = c.append(dst, rune(char))
			}
		}
		rest = rest[n:]
	}
	return string(dst), nil
}

// bom is the byte order mark.
const bom = '\ufeff'

// decode makes a text of bytes. Without a mark the order is the little one.
func (c *wideCodec) decode(t *Thread, b string) (Object, error) {
	if err := t.ChargeText(len(`\x00`) * len(b)); err != nil {
		return nil, err
	}
	if c.errors == "surrogateescape" {
		c.errors = "strict" // it stands for single bytes
	}
	at := 0
	if c.mark {
		at = c.readMark(b)
	}
	var dst []byte
	for at < len(b) {
		r, n, why := c.next(b[at:])
		if why == "" || c.errors == "surrogatepass" && n == c.unit && r >= 0xd800 && r <= 0xdfff {
			dst = value.AppendRune(dst, r)
		} else {
			var err error
			if dst, err = c.appendUndecoded(dst, b, at, n, why); err != nil {
				return nil, err
			}
		}
		at += n
	}
	return value.Str(dst), nil
}

// readMark takes the order from the mark at the beginning of b, and gives its
// length. Without a mark the order is the little one.
func (c *wideCodec) readMark(b string) int {
	for _, big := range []bool{false, true} {
		if c.big = big; len(b) >= c.unit && c.first(b) == bom {
			c.name = orderName(c.unit, big)
			return c.unit
		}
	}
	c.big, c.name = false, orderName(c.unit, false)
	return 0
}

// orderName is the name of an encoding that tells the order of bytes.
func orderName(unit int, big bool) string {
	if big {
		return "utf-" + itoa(8*unit) + "-be"
	}
	return "utf-" + itoa(8*unit) + "-le"
}

// next reads the character at the beginning of b. n is how many bytes it has, or
// how many of them cannot be decoded if there is a reason why not.
func (c *wideCodec) next(b string) (r rune, n int, why string) {
	if len(b) < c.unit {
		return 0, len(b), "truncated data"
	}
	r = c.first(b)
	switch surrogate := r >= 0xd800 && r <= 0xdfff; {
	case c.unit == 4 && surrogate:
		return r, 4, "code point in surrogate code point range(0xd800, 0xe000)"
	case r < 0 || r > utf8.MaxRune:
		return 0, 4, "code point not in range(0x110000)"
	case !surrogate:
		return r, c.unit, ""
	case r >= 0xdc00:
		return r, 2, "illegal encoding"
	case len(b) < 4:
		return r, len(b), "unexpected end of data"
	}
	if whole := utf16.DecodeRune(r, c.first(b[2:])); whole != utf8.RuneError {
		return whole, 4, ""
	}
	return r, 2, "illegal UTF-16 surrogate"
}
