package format

import (
	"math"

	"althing/expr/internal/pyerr"
)

// appendComplex is format(z, spec).
func appendComplex(c Charger, dst []byte, z complex128, specText string) ([]byte, error) {
	s, err := parseSpec(specText, "complex", 0, '>')
	if err != nil {
		return dst, err
	}
	if err := s.checkComplex(); err != nil {
		return dst, err
	}
	if err := charge(c, s.width, len(s.fill)); err != nil {
		return dst, err
	}
	style := s.floatStyle()
	style.dotZero = false
	if err := charge(c, style.precision, 2); err != nil {
		return dst, err
	}
	var small [64]byte
	text := s.appendParts(small[:0], z, style)
	return s.appendPadded(dst, string(text), len(text)), nil
}

// checkComplex refuses what a complex has no use for.
func (s *spec) checkComplex() error {
	switch s.kind {
	case 0, 'e', 'E', 'f', 'F', 'g', 'G', 'n':
	default:
		return unknownKind(s.kind, "complex")
	}
	switch {
	case s.fill == "0":
		return pyerr.Value("Zero padding is not allowed in complex format specifier")
	case s.align == '=':
		return pyerr.Value("'=' alignment flag is not allowed in complex format specifier")
	case s.precision > maxPrecision:
		return errPrecision
	}
	return nil
}

// appendParts writes both parts and the j. Without a type it is like str(): in
// brackets, and without a real part that is zero.
func (s *spec) appendParts(dst []byte, z complex128, style floatStyle) []byte {
	part := spec{fill: " ", align: '<', sign: s.sign, width: -1, group: s.group, kind: s.kind}
	var small [64]byte
	re, im := real(z), imag(z)
	bare := s.kind == 0 && re == 0 && !math.Signbit(re)
	brackets := s.kind == 0 && !bare
	if brackets {
		dst = append(dst, '(')
	}
	if !bare {
		dst = part.appendNumber(dst, splitNumber(style.append(small[:0], re)))
		part.sign = '+'
	}
	dst = part.appendNumber(dst, splitNumber(style.append(small[:0], im)))
	dst = append(dst, 'j')
	if brackets {
		dst = append(dst, ')')
	}
	return dst
}
