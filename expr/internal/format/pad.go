package format

import "slices"

// number is a number's text in the parts that padding and grouping treat apart.
type number struct {
	negative bool
	prefix   string // 0x, or none
	digits   []byte // of the integer part
	rest     []byte // from the point or the exponent on; inf, nan
}

// appendNumber writes n with s's sign, grouping and padding. The caller has
// charged for the width.
func (s *spec) appendNumber(dst []byte, n number) []byte {
	sign := s.signOf(n.negative)
	fixed := len(n.prefix) + len(n.rest)
	if sign != 0 {
		fixed++
	}
	digits := len(n.digits)
	if digits > 0 && s.align == '=' && s.fill == "0" {
		digits = s.fillDigits(digits, s.width-fixed)
	}
	left, inside, right := s.split(s.width - fixed - s.grouped(digits))
	dst = appendFill(dst, s.fill, left)
	if sign != 0 {
		dst = append(dst, sign)
	}
	dst = append(dst, n.prefix...)
	dst = appendFill(dst, s.fill, inside)
	dst = s.appendDigits(dst, n.digits, digits)
	dst = append(dst, n.rest...)
	return appendFill(dst, s.fill, right)
}

func (s *spec) signOf(negative bool) byte {
	switch {
	case negative:
		return '-'
	case s.sign == '+' || s.sign == ' ':
		return s.sign
	}
	return 0
}

// groupSize is how many digits stand between separators.
func (s *spec) groupSize() int {
	switch s.kind {
	case 'b', 'o', 'x', 'X':
		return 4
	}
	return 3
}

// grouped is how long that many digits are with their separators.
func (s *spec) grouped(digits int) int {
	if s.group == 0 || digits == 0 {
		return digits
	}
	return digits + (digits-1)/s.groupSize()
}

// fillDigits is the least number of digits, zeros in front included, that take
// up width with their separators.
func (s *spec) fillDigits(digits, width int) int {
	if s.group == 0 {
		return max(digits, width)
	}
	fill := width - width/(s.groupSize()+1)
	for s.grouped(fill) < width {
		fill++
	}
	return max(digits, fill)
}

// appendDigits writes the digits with zeros in front up to count, grouped.
func (s *spec) appendDigits(dst, digits []byte, count int) []byte {
	zeros := count - len(digits)
	if s.group == 0 {
		return append(appendFill(dst, "0", zeros), digits...)
	}
	size := s.groupSize()
	for i := range count {
		if i > 0 && (count-i)%size == 0 {
			dst = append(dst, s.group)
		}
		if i < zeros {
			dst = append(dst, '0')
		} else {
			dst = append(dst, digits[i-zeros])
		}
	}
	return dst
}

// split shares out padding: in front, between sign and digits, behind.
func (s *spec) split(padding int) (left, inside, right int) {
	if padding <= 0 {
		return 0, 0, 0
	}
	switch s.align {
	case '<':
		return 0, 0, padding
	case '^':
		return padding / 2, 0, padding - padding/2
	case '=':
		return 0, padding, 0
	}
	return padding, 0, 0
}

// appendPadded writes text, which is size code points long, into the width.
func (s *spec) appendPadded(dst []byte, text string, size int) []byte {
	left, inside, right := s.split(s.width - size)
	dst = appendFill(dst, s.fill, left+inside)
	dst = append(dst, text...)
	return appendFill(dst, s.fill, right)
}

func appendFill(dst []byte, fill string, count int) []byte {
	if count <= 0 {
		return dst
	}
	dst = slices.Grow(dst, count*len(fill))
	for range count {
		dst = append(dst, fill...)
	}
	return dst
}
