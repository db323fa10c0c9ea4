package expr

import (
	"strings"
	"unicode/utf8"

	"althing/expr/internal/format"
	"althing/value"
)

// percentOctets is template % operand for bytes: worked out as text in which
// every byte is one character, as in Latin-1.
func percentOctets(t *Thread, template, operand Object) (Object, error) {
	b, _ := octets(template)
	if err := t.ChargeText(2 * len(b)); err != nil {
		return nil, err
	}
	host := octetsHost{formatHost{t}}
	with := percentOperand(operand)
	if _, ok := octets(operand); ok {
		with.Mapping = false
	}
	text, err := format.Percent(host, asTextTemplate(latin1(b)), with)
	if e, ok := isRaised(err, "TypeError"); ok && e.Msg == "not all arguments converted during string formatting" {
		return nil, TypeError("not all arguments converted during bytes formatting")
	}
	if e, ok := isRaised(err, "TypeError"); ok && strings.HasPrefix(e.Msg, "must be real number, ") {
		return nil, TypeError("float argument required, %s", strings.TrimPrefix(e.Msg, "must be real number, "))
	}
	if e, ok := isRaised(err, "OverflowError"); ok && e.Msg == "int too large to convert to float" {
		return nil, TypeError("float argument required, not int") // as CPython has it
	}
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, len(text))
	for _, r := range text {
		out = append(out, byte(r))
	}
	return likeOctets(template, out), nil
}

// latin1 makes a text of bytes, one character each.
func latin1(b []byte) string {
	var out strings.Builder
	for _, c := range b {
		out.WriteRune(rune(c))
	}
	return out.String()
}

// asTextTemplate exchanges the conversions that bytes have for those of texts: %b
// for %s, %r for %a, and %i, which errors call %d.
func asTextTemplate(s string) string {
	out := []byte(s)
	for i := 0; i < len(out); i++ {
		if out[i] != '%' {
			continue
		}
		i++
		if i < len(out) && out[i] == '(' {
			for i < len(out) && out[i] != ')' {
				i++
			}
			i++
		}
		for i < len(out) && strings.IndexByte("#0- +*.123456789hlL", out[i]) >= 0 {
			i++
		}
		if i < len(out) {
			switch out[i] {
			case 'b':
				out[i] = 's'
			case 'r':
				out[i] = 'a'
			case 'i':
				out[i] = 'd'
			}
		}
	}
	return string(out)
}

// octetsHost takes only bytes where a text would be made of anything.
type octetsHost struct{ formatHost }

func (h octetsHost) Str(o format.Object) (string, error) {
	b, ok := octets(o)
	if !ok {
		return "", TypeError("%%b requires a bytes-like object, or an object that implements __bytes__, not '%s'", o.TypeName())
	}
	return latin1(b), h.ChargeText(2 * len(b))
}

// Char is %c: a byte, by its number or alone in a bytes.
func (h octetsHost) Char(o format.Object) (string, error) {
	if b, ok := octets(o); ok && len(b) == 1 {
		return latin1(b), nil
	}
	if i, ok := AsBig(o); ok {
		if !i.IsInt64() || i.Int64() < 0 || i.Int64() > 255 {
			return "", OverflowError("%%c arg not in range(256)")
		}
		return latin1([]byte{byte(i.Int64())}), nil
	}
	return "", TypeError("%%c requires an integer in range(256) or a single byte")
}

// Unsupported shows the byte as it is. CPython takes one beyond 127 for a negative
// number, which no text can show, unless it stands behind the digits of a width
// or a precision.
func (octetsHost) Unsupported(kind rune, before string) error {
	rest := strings.TrimRight(before, "0123456789")
	digits := before[len(rest):]
	if kind > 127 && (digits == "" || strings.Trim(digits, "0") == "" && !strings.HasSuffix(rest, ".")) {
		return OverflowError("character argument not in range(0x110000)")
	}
	return ValueError("unsupported format character '%c' (0x%x) at index %d", kind, kind, utf8.RuneCountInString(before))
}

// Item looks keys up as bytes, since that is what the template is made of.
func (h octetsHost) Item(o format.Object, key value.Value) (format.Object, error) {
	if s, ok := key.(value.Str); ok {
		b := make([]byte, 0, len(s))
		for _, r := range string(s) {
			b = append(b, byte(r))
		}
		key = value.Bytes(b)
	}
	return h.formatHost.Item(o, key)
}
