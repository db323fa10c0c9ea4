package format

import "althing/expr/internal/pyerr"

// appendStr is format(text, spec) of a str.
func appendStr(c Charger, dst []byte, text, specText string) ([]byte, error) {
	if specText == "" {
		return append(dst, text...), c.Charge(int64(len(text)))
	}
	s, err := parseSpec(specText, "str", 's', '<')
	if err != nil {
		return dst, err
	}
	if err := s.checkStr(); err != nil {
		return dst, err
	}
	if s.precision >= 0 && s.precision < len(text) {
		text = cut(text, s.precision)
	}
	if s.width <= 0 {
		return append(dst, text...), c.Charge(int64(len(text)))
	}
	size := length(text)
	if err := charge(c, s.width-size, len(s.fill)); err != nil {
		return dst, err
	}
	return s.appendPadded(dst, text, size), c.Charge(int64(len(text)))
}

// checkStr refuses what a str has no use for, in CPython's order.
func (s *spec) checkStr() error {
	switch {
	case s.kind != 's':
		return unknownKind(s.kind, "str")
	case s.sign == ' ':
		return pyerr.Value("Space not allowed in string format specifier")
	case s.sign != 0:
		return pyerr.Value("Sign not allowed in string format specifier")
	case s.noNegZero:
		return pyerr.Value("Negative zero coercion (z) not allowed in string format specifier")
	case s.alternate:
		return pyerr.Value("Alternate form (#) not allowed in string format specifier")
	case s.align == '=':
		return pyerr.Value("'=' alignment not allowed in string format specifier")
	}
	return nil
}
