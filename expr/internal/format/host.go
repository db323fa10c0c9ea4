package format

import "althing/value"

// Host does for the formatter what only the evaluator can: everything that
// concerns objects other than scalars. Errors it gives end the formatting and
// are passed on unchanged.
type Host interface {
	Charger
	// Str is str(o), Repr is repr(o), Format is format(o, spec).
	Str(o Object) (string, error)
	Repr(o Object) (string, error)
	Format(o Object, spec string) (string, error)
	// Attr is o.name; Item is o[key] with an Int or a Str as key.
	Attr(o Object, name string) (Object, error)
	Item(o Object, key value.Value) (Object, error)
}

// CharHost is a Host with its own rule for %c.
type CharHost interface {
	Char(o Object) (string, error)
}

// KindHost is a Host with its own words for a conversion that there is not; before
// is the template up to its letter.
type KindHost interface {
	Unsupported(kind rune, before string) error
}

// convert is the conversion that a field names by !r, !s, !a and % by its type.
func convert(h Host, o Object, conversion rune) (string, error) {
	switch conversion {
	case 's':
		return h.Str(o)
	case 'a':
		text, err := h.Repr(o)
		if err != nil {
			return "", err
		}
		return ASCII(h, text)
	}
	return h.Repr(o)
}

// ASCII escapes what is not ASCII in the repr of an object, which makes it
// Python's ascii() of it.
func ASCII(c Charger, repr string) (string, error) {
	const longest = 10 // \U0001f600, out of four bytes
	if isASCII(repr) {
		return repr, nil
	}
	if err := charge(c, len(repr), longest/4+1); err != nil {
		return "", err
	}
	dst := make([]byte, 0, 2*len(repr))
	for repr != "" {
		r, n := value.DecodeRune(repr)
		dst, repr = appendEscaped(dst, r), repr[n:]
	}
	return string(dst), nil
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func appendEscaped(dst []byte, r rune) []byte {
	switch {
	case r < 0x80:
		return append(dst, byte(r))
	case r < 0x100:
		return appendHex(append(dst, `\x`...), r, 2)
	case r < 0x10000:
		return appendHex(append(dst, `\u`...), r, 4)
	}
	return appendHex(append(dst, `\U`...), r, 8)
}

func appendHex(dst []byte, r rune, digits int) []byte {
	for shift := 4 * (digits - 1); shift >= 0; shift -= 4 {
		dst = append(dst, "0123456789abcdef"[r>>shift&15])
	}
	return dst
}
