package expr

import (
	"math"
	"strconv"
	"strings"

	"althing/expr/internal/pymath"
	"althing/value"
)

// maxFloatText bounds the text of a float: more digits than that say nothing.
const maxFloatText = 1 << 16

// parseFloat reads a float. from is what to show when it is none.
func parseFloat(t *Thread, s string, from Object) (Object, error) {
	if len(s) <= maxFloatText {
		if f, ok := readFloat(asciiDigits(strings.TrimSpace(s))); ok {
			return value.Float(f), nil
		}
	}
	text, err := Repr(t, from)
	if err != nil {
		return nil, err
	}
	return nil, ValueError("could not convert string to float: %s", text)
}

// readFloat reads the text of a float without white space.
func readFloat(s string) (float64, bool) {
	s, ok := withoutUnderscoresInNumber(s)
	if !ok {
		return 0, false
	}
	switch strings.ToLower(strings.TrimLeft(s, "+-")) {
	case "inf", "infinity", "nan":
		if strings.Count(s, "+")+strings.Count(s, "-") > 1 {
			return 0, false
		}
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || f != f { // Go knows no sign of a NaN
			f = pymath.NaN
			if s[0] == '-' {
				f = -f
			}
		}
		return f, true
	}
	// Go reads more than Python: hexadecimal, and Inf within.
	if strings.Trim(s, "0123456789.eE+-") != "" || strings.ContainsAny(s, "xXpPiInN") {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(f, 0) {
		return 0, false
	}
	return f, true
}

// withoutUnderscoresInNumber takes out underscores that stand between digits.
func withoutUnderscoresInNumber(s string) (string, bool) {
	if strings.IndexByte(s, '_') < 0 {
		return s, true
	}
	isDigit := func(i int) bool { return i >= 0 && i < len(s) && s[i] >= '0' && s[i] <= '9' }
	for i := range len(s) {
		if s[i] == '_' && (!isDigit(i-1) || !isDigit(i+1)) {
			return "", false
		}
	}
	return strings.ReplaceAll(s, "_", ""), true
}

// parseComplex reads a complex number: "1+2j", "(3j)", "-inf+nanj".
func parseComplex(t *Thread, s string) (Object, error) {
	malformed := ValueError("complex() arg is a malformed string")
	if len(s) > maxFloatText {
		return nil, malformed
	}
	shown := s
	s = asciiDigits(strings.TrimSpace(s))
	if _, ok := withoutUnderscoresInNumber(s); !ok {
		text, err := Repr(t, value.Str(shown))
		if err != nil {
			return nil, err
		}
		return nil, ValueError("could not convert string to complex: %s", text)
	}
	if strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") {
		s = strings.TrimFunc(s[1:len(s)-1], isSpace)
	}
	if s == "" {
		return nil, malformed
	}
	last := s[len(s)-1]
	if last != 'j' && last != 'J' {
		f, ok := readFloat(s)
		if !ok {
			return nil, malformed
		}
		return value.Complex(complex(f, 0)), nil
	}
	s = s[:len(s)-1]
	at := splitComplex(s)
	re, im, ok := 0.0, 0.0, true
	if at > 0 {
		re, ok = readFloat(s[:at])
	}
	if ok {
		im, ok = readImaginary(s[at:])
	}
	if !ok {
		return nil, malformed
	}
	return value.Complex(complex(re, im)), nil
}

// splitComplex finds the sign between the real and the imaginary part, or 0.
func splitComplex(s string) int {
	for i := len(s) - 1; i > 0; i-- {
		if (s[i] == '+' || s[i] == '-') && s[i-1] != 'e' && s[i-1] != 'E' {
			return i
		}
	}
	return 0
}

// readImaginary reads what stands before the j; a sign alone, or nothing, is one.
func readImaginary(s string) (float64, bool) {
	switch s {
	case "", "+":
		return 1, true
	case "-":
		return -1, true
	}
	return readFloat(s)
}
