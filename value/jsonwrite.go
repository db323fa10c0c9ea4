package value

import (
	"encoding/base64"
	"math"
	"strconv"
	"unicode/utf8"
)

// The names by which the session protocol sends what JSON has no form for: an
// object whose only key is one of them.
const (
	jsonTuple   = "$tuple"
	jsonBytes   = "$bytes"
	jsonSet     = "$set"
	jsonComplex = "$complex"
	jsonInt     = "$int"
	jsonFloat   = "$float"
	jsonDict    = "$dict"
)

// maxPlainInt is the largest integer that every JSON reader keeps exactly, those
// included that read all numbers as floats.
const maxPlainInt = 1 << 53

// AppendJSON appends v as the session protocol sends it. Plain values look as
// anyone would write them; tuples, bytes, sets, complex numbers, integers
// beyond 2**53, not-a-number and infinities are objects with one key ("$tuple",
// "$bytes" …), and so is a dict of which a key is no text or begins with "$".
// An integer beyond MaxDigits is written as Repr writes it. A lone surrogate is
// written as an escape. The text has no line breaks.
func AppendJSON(dst []byte, v Value) []byte {
	switch v := v.(type) {
	case Bool:
		return strconv.AppendBool(dst, bool(v))
	case Int:
		if v < -maxPlainInt || v > maxPlainInt {
			return append(strconv.AppendInt(openTag(dst, jsonInt, '"'), int64(v), 10), `"}`...)
		}
		return strconv.AppendInt(dst, int64(v), 10)
	case Big:
		return append(appendBig(openTag(dst, jsonInt, '"'), v), `"}`...)
	case Float:
		return appendJSONFloat(dst, float64(v))
	case Complex:
		dst = appendJSONFloat(openTag(dst, jsonComplex, '['), real(v))
		return append(appendJSONFloat(append(dst, ','), imag(v)), "]}"...)
	case Str:
		return appendJSONText(dst, string(v))
	case Bytes:
		dst = base64.StdEncoding.AppendEncode(openTag(dst, jsonBytes, '"'), []byte(v))
		return append(dst, `"}`...)
	case List:
		return append(appendJSONItems(append(dst, '['), v), ']')
	case Tuple:
		return append(appendJSONItems(openTag(dst, jsonTuple, '['), v), "]}"...)
	case *Set:
		return append(appendJSONItems(openTag(dst, jsonSet, '['), v.items), "]}"...)
	case *Dict:
		if plainKeys(v) {
			return appendJSONObject(dst, v)
		}
		return appendJSONPairs(dst, v)
	}
	return append(dst, "null"...)
}

// openTag begins the object that stands for a value JSON does not have.
func openTag(dst []byte, tag string, open byte) []byte {
	dst = append(dst, `{"`...)
	dst = append(dst, tag...)
	return append(dst, '"', ':', open)
}

func appendJSONFloat(dst []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(AppendFloat(openTag(dst, jsonFloat, '"'), f), `"}`...)
	}
	return AppendFloat(dst, f)
}

func appendJSONItems(dst []byte, items []Value) []byte {
	for i, v := range items {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendJSON(dst, v)
	}
	return dst
}

func plainKeys(d *Dict) bool {
	for _, p := range d.pairs {
		if key, ok := p.Key.(Str); !ok || key != "" && key[0] == '$' {
			return false
		}
	}
	return true
}

func appendJSONObject(dst []byte, d *Dict) []byte {
	dst = append(dst, '{')
	for i, p := range d.pairs {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(AppendJSON(dst, p.Key), ':')
		dst = AppendJSON(dst, p.Value)
	}
	return append(dst, '}')
}

func appendJSONPairs(dst []byte, d *Dict) []byte {
	dst = openTag(dst, jsonDict, '[')
	for i, p := range d.pairs {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(AppendJSON(append(dst, '['), p.Key), ',')
		dst = append(AppendJSON(dst, p.Value), ']')
	}
	return append(dst, "]}"...)
}

func appendJSONText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	plain := 0 // where the run of bytes that stand for themselves began
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' {
			i++
			continue
		}
		r, n := rune(c), 1
		if c >= utf8.RuneSelf {
			r, n = DecodeRune(s[i:])
			if r < surrogateMin || r > surrogateMax {
				i += n
				continue
			}
		}
		dst = appendJSONEscape(append(dst, s[plain:i]...), r)
		i += n
		plain = i
	}
	return append(append(dst, s[plain:]...), '"')
}

func appendJSONEscape(dst []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(dst, '\\', byte(r))
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	}
	return append(dst, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}
