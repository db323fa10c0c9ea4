package expr

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"althing/expr/syntax"
	"althing/value"
)

// direct is a program that is one call with literals, such as setReg('lamp', 3).
// Devices send hardly anything else, thousands a second, and each text runs once:
// so that one is read in a single pass, without a tree, and lies in one piece of
// memory. It is made of the nodes that Parse would have made.
type direct struct {
	Program
	statement expressionStatement
	call      call
	fn        global
	args      [directArgs]Object
}

// directArgs is how many arguments such a call has at most.
const directArgs = 4

// Parser reads one text after the other and uses its memory again, for those who
// run every text once. One goroutine uses it.
type Parser struct{ direct direct }

// Parse is like the function Parse, but the program must not be used any more when
// the next text is read.
func (p *Parser) Parse(src string) (*Program, error) {
	if p.direct.parse(src) {
		return &p.direct.Program, nil
	}
	return parse(src)
}

// parse reads a text that is one call with literals, as long as it is plain: false
// says that the text is for the parser of everything, not that it is wrong.
func (d *direct) parse(src string) bool {
	name := directName(src)
	if name == "" || len(name) == len(src) || src[len(name)] != '(' || syntax.IsKeyword(name) {
		return false
	}
	rest := strings.TrimLeft(src[len(name)+1:], " ")
	n := 0
	for ; !strings.HasPrefix(rest, ")"); n++ {
		if n > 0 {
			if !strings.HasPrefix(rest, ",") {
				return false
			}
			rest = strings.TrimLeft(rest[1:], " ")
		}
		if n == directArgs {
			return false
		}
		var size int
		if d.args[n], size = directLiteral(rest); size == 0 {
			return false
		}
		rest = strings.TrimLeft(rest[size:], " ")
	}
	if len(rest) != 1 {
		return false
	}
	library()
	d.fn = global{name, builtins[name]}
	d.call = call{fn: &d.fn, consts: d.args[:n:n]}
	d.statement.x = &d.call
	d.one[0] = &d.statement
	d.body, d.expression = d.one[:], true
	return true
}

// directName is the ASCII name that a text begins with.
func directName(src string) string {
	n := 0
	for n < len(src) && (src[n]|0x20-'a' < 26 || src[n] == '_' || n > 0 && src[n]-'0' < 10) {
		n++
	}
	return src[:n]
}

// directLiteral reads a literal at the beginning of a text, and says how long it
// is. 0: there is none, or none so plain.
func directLiteral(src string) (Object, int) {
	if src == "" {
		return nil, 0
	}
	switch c := src[0]; {
	case c == '\'' || c == '"':
		return directText(src)
	case c == '-' || c-'0' < 10:
		return directNumber(src)
	}
	return directConstant(src)
}

// directText reads 'text' or "text" in which nothing has to be decoded.
func directText(src string) (Object, int) {
	ascii := true
	for i := 1; i < len(src); i++ {
		switch c := src[i]; {
		case c == src[0]:
			if i == 1 && i+1 < len(src) && src[i+1] == c {
				return nil, 0 // three quotes
			}
			if text := src[1:i]; ascii || utf8.ValidString(text) {
				return value.Str(text), i + 1
			}
			return nil, 0
		case c == '\\' || c < ' ':
			return nil, 0
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return nil, 0
}

// safeDigits always fit 64 bits.
const safeDigits = 18

// directNumber reads 12, -12 or 3.5.
func directNumber(src string) (Object, int) {
	digits := src
	if src[0] == '-' {
		digits = src[1:]
	}
	whole := countDigits(digits)
	end, float := len(src)-len(digits)+whole, false
	if end < len(src) && src[end] == '.' {
		float = true
		end += 1 + countDigits(src[end+1:])
	}
	switch {
	case whole == 0 || !ends(src, end):
		return nil, 0 // an exponent, an underscore, a letter, an operator
	case float:
		f, err := strconv.ParseFloat(src[:end], 64)
		if err != nil {
			return nil, 0
		}
		return value.Float(f), end
	case whole > safeDigits || whole > 1 && digits[0] == '0':
		return nil, 0
	}
	i, err := strconv.ParseInt(src[:end], 10, 64)
	if err != nil {
		return nil, 0
	}
	return Int(i), end
}

func countDigits(s string) int {
	n := 0
	for n < len(s) && s[n]-'0' < 10 {
		n++
	}
	return n
}

// ends reports whether an argument may end there.
func ends(src string, at int) bool {
	return at < len(src) && (src[at] == ',' || src[at] == ')' || src[at] == ' ')
}

// directConstant reads True, False or None.
func directConstant(src string) (Object, int) {
	switch name := directName(src); name {
	case "True":
		return value.Bool(true), len(name)
	case "False":
		return value.Bool(false), len(name)
	case "None":
		return value.None{}, len(name)
	}
	return nil, 0
}
