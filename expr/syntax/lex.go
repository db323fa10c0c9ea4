package syntax

import (
	"fmt"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxBrackets is how deep brackets may be nested, as in CPython.
const maxBrackets = 200

// cursor is where the lexer stands. Copied and put back, it makes the parser
// read on from an earlier place.
type cursor struct {
	tok         token
	op          Operator // of a tokAugAssign
	start, stop int      // the token is src[start:stop]
	prev        int      // where the token before ended
	prevLevel   int      // how many brackets were open after the token before
	level       int      // how many are open now: their places are in brackets
	text        literal  // of a tokString
	cut         bool     // the end of the text has cut a tokNumber
}

// lexer cuts src[:end] into tokens, one at a time.
type lexer struct {
	cursor
	src      string
	end      int // len(src), or where a field of an f-string ends
	brackets brackets
	base     int // the brackets below are outside a field of an f-string
	failed   bool
	why      failure
	stopped  cursor // where it failed
	// explaining: the text is wrong, and is read once more for what to say.
	explaining bool
}

// failure is the first error that was met.
type failure struct {
	kind, msg string
	at        int
	// last is the kind of the token at which a parser that never reads further
	// than it must sees the error, and src[from:reach] is that token.
	last        token
	from, reach int
	lexical     bool // found by the lexer
	unclosed    bool // a bracket that is open at the end
	joining     bool // a backslash that joins nothing
	literal     bool // in what a string stands for
}

// fail notes an error that shows at the present token, unless there was one
// before. After it there are no tokens any more.
func (l *lexer) fail(at int, msg string) {
	l.failWith(failure{kind: "SyntaxError", msg: msg, at: at, last: l.tok, from: l.start, reach: l.stop})
}

// failAs is fail for other exceptions, of which nothing that follows can be the
// cure.
func (l *lexer) failAs(kind string, at int, msg string) {
	l.failWith(failure{kind: kind, msg: msg, at: at, last: tokUnknown})
}

// lexFail is fail for errors in a token itself: src[:reach] is wrong whatever
// follows, unless reach is the end.
func (l *lexer) lexFail(at, reach int, msg string) {
	f := failure{kind: "SyntaxError", msg: msg, at: at, last: tokUnknown, reach: reach, lexical: true}
	if reach == l.end {
		f.last = tokEOF
	}
	l.failWith(f)
}

func (l *lexer) failWith(f failure) {
	if !l.failed {
		l.failed, l.why, l.stopped = true, f, l.cursor
	}
	l.tok, l.start, l.stop = tokEOF, l.end, l.end
}

// restore makes the lexer read on from an earlier place, unless it has failed
// in between.
func (l *lexer) restore(c cursor) {
	if !l.failed {
		l.cursor = c
	}
}

// set makes src[start:stop] the present token.
func (l *lexer) set(t token, start, stop int) {
	l.tok, l.start, l.stop = t, start, stop
}

// next reads the next token.
func (l *lexer) next() {
	src, i := l.src[:l.end], l.stop
	fresh, line := l.tok == tokNewline, i
	l.prev, l.prevLevel, l.cut = i, l.level, false
scan:
	for i < len(src) && classes[src[i]] == classBlank {
		i++
	}
	if i == len(src) {
		l.eof()
		return
	}
	c := src[i]
	switch classes[c] {
	case classNewline:
		stop := lineBreak(src, i)
		if l.level == 0 && !fresh {
			l.set(tokNewline, i, stop)
			return
		}
		i, line = stop, stop
		goto scan
	case classComment:
		for i < len(src) && classes[src[i]] != classNewline {
			i++
		}
		goto scan
	case classBackslash:
		stop := lineBreak(src, i+1)
		if stop == i+1 {
			l.lexFail(i+1, i+1, "unexpected character after line continuation character")
			l.why.joining = true
			return
		}
		if stop >= len(src) {
			l.unjoined(i)
			return
		}
		if i == line {
			line = stop
		}
		i = stop
		goto scan
	}
	if fresh && i != line && l.prev != 0 {
		l.set(tokIndent, i, i)
		return
	}
	switch classes[c] {
	case classLetter:
		l.name(i)
	case classDigit:
		l.number(i)
	case classQuote:
		l.string(i, i)
	case classOpen:
		l.open(i)
	case classClose:
		l.close(i)
	case classSingle:
		l.set(singles[c], i, i+1)
	case classOperator:
		l.operator(i)
	case classWide:
		l.name(i)
	default:
		if c < ' ' || c == 0x7f {
			l.lexFail(i, i, fmt.Sprintf("invalid non-printable character U+%04X", c))
			return
		}
		l.set(tokUnknown, i, i+1)
	}
}

// eof ends the tokens. A bracket that is still open is an error that nothing
// else can explain better.
func (l *lexer) eof() {
	if l.explaining && l.level > l.base {
		open := l.brackets.at(l.level - 1)
		l.lexFail(open, l.end, fmt.Sprintf("'%c' was never closed", l.src[open]))
		l.why.unclosed = true
		return
	}
	l.set(tokEOF, l.end, l.end)
}

// unjoined fails at a backslash behind which the text ends.
func (l *lexer) unjoined(i int) {
	if l.eof(); l.failed {
		return
	}
	l.lexFail(i+1, l.end, "unexpected EOF while parsing")
	l.why.joining = true
}

// lineBreak gives the place behind the line break at i, or i when there is none.
// The end of the text counts as a line break.
func lineBreak(src string, i int) int {
	switch {
	case i >= len(src):
		return i + 1
	case src[i] == '\n':
		return i + 1
	case src[i] == '\r' && i+1 < len(src) && src[i+1] == '\n':
		return i + 2
	case src[i] == '\r':
		return i + 1
	}
	return i
}

// name reads a name, a keyword, or a string that begins with a prefix.
func (l *lexer) name(start int) {
	src, i := l.src[:l.end], start
	for i < len(src) && (classes[src[i]] == classLetter || classes[src[i]] == classDigit) {
		i++
	}
	if i < len(src) && src[i] >= 0x80 {
		l.wideName(start)
		return
	}
	if i-start <= 2 && i < len(src) && classes[src[i]] == classQuote && isPrefix(src[start:i]) {
		l.string(start, i)
		return
	}
	l.set(keyword(src[start:i]), start, i)
}

// wideName reads a name with characters beyond ASCII.
func (l *lexer) wideName(start int) {
	src, i := l.src[:l.end], start
	for i < len(src) && (src[i] >= 0x80 || classes[src[i]] == classLetter || classes[src[i]] == classDigit) {
		r, n := utf8.DecodeRuneInString(src[i:])
		if !nameRune(r) || i == start && !nameStart(r) {
			msg := fmt.Sprintf("invalid non-printable character U+%04X", r)
			if unicode.IsPrint(r) {
				msg = fmt.Sprintf("invalid character '%c' (U+%04X)", r, r)
			}
			// Not the end of the text, though it may touch it: nothing that
			// follows makes this character part of a name.
			l.lexFail(i, i, msg)
			return
		}
		i += n
	}
	l.set(tokName, start, i)
}

// identifier is the name that is the present token. Names are one when their
// compatibility forms (NFKC) are: "µ" is "μ", however it was typed.
func (l *lexer) identifier() string {
	name := l.src[l.start:l.stop]
	for i := range len(name) {
		if name[i] >= utf8.RuneSelf {
			return norm.NFKC.String(name)
		}
	}
	return name
}

// nameStart: Python's XID_Start, near enough.
func nameStart(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.Is(unicode.Nl, r) || unicode.Is(unicode.Other_ID_Start, r)
}

// nameRune: Python's XID_Continue, near enough.
func nameRune(r rune) bool {
	return nameStart(r) || unicode.In(r, unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc, unicode.Other_ID_Continue)
}

// IsIdentifier is str.isidentifier: whether a text could be a name.
func IsIdentifier(s string) bool {
	for i, r := range s {
		if !nameRune(r) || i == 0 && !nameStart(r) {
			return false
		}
	}
	return s != ""
}

// open reads an opening bracket.
func (l *lexer) open(i int) {
	if l.level-l.base == maxBrackets {
		l.lexFail(i, i, "too many nested parentheses")
		return
	}
	l.brackets.put(l.level, i)
	l.level++
	l.set(singles[l.src[i]], i, i+1)
}

// close reads a closing bracket.
func (l *lexer) close(i int) {
	c := l.src[i]
	if l.level == l.base {
		l.lexFail(i, i, fmt.Sprintf("unmatched '%c'", c))
		return
	}
	at := l.brackets.at(l.level - 1)
	if open := l.src[at]; !closes(open, c) {
		where := ""
		if line, here := lineOf(l.src, at), lineOf(l.src, i); line != here {
			where = fmt.Sprintf(" on line %d", line)
		}
		l.lexFail(i, i, fmt.Sprintf("closing parenthesis '%c' does not match opening parenthesis '%c'%s", c, open, where))
		return
	}
	l.level--
	l.set(singles[c], i, i+1)
}

// brackets are the places of the open brackets. The first few need no memory of
// their own.
type brackets struct {
	near [8]int32
	far  []int32
}

func (b *brackets) at(i int) int {
	if i < len(b.near) {
		return int(b.near[i])
	}
	return int(b.far[i-len(b.near)])
}

// put sets the place of bracket i; those below it are set.
func (b *brackets) put(i, at int) {
	if i < len(b.near) {
		b.near[i] = int32(at)
		return
	}
	b.far = append(b.far[:i-len(b.near)], int32(at))
}

// closes reports whether two brackets belong together: ( and ) are neighbours in
// ASCII, the others have one character between them.
func closes(open, c byte) bool {
	return c-open == 1 || c-open == 2
}

// operator reads an operator that may be longer than a character.
func (l *lexer) operator(i int) {
	src := l.src[:l.end]
	c, second, third := src[i], byte(0), byte(0)
	if i+1 < len(src) {
		second = src[i+1]
	}
	if i+2 < len(src) {
		third = src[i+2]
	}
	t := singles[c]
	switch {
	case c == '.':
		l.dots(i, second, third)
		return
	case second == c && (c == '*' || c == '/' || c == '<' || c == '>'):
		t = doubled(c)
		if third == '=' {
			l.op = operators[t]
			l.set(tokAugAssign, i, i+3)
			return
		}
		l.set(t, i, i+2)
		return
	case c == '-' && second == '>', c == '<' && second == '>':
		l.set(tokUnknown, i, i+2)
		return
	case second != '=':
		l.set(t, i, i+1)
		return
	}
	switch c {
	case '=':
		t = tokEqual
	case '!':
		t = tokNotEqual
	case '<':
		t = tokLessEqual
	case '>':
		t = tokGreaterEqual
	case ':':
		t = tokWalrus
	default:
		l.op = operators[t]
		t = tokAugAssign
	}
	l.set(t, i, i+2)
}

func doubled(c byte) token {
	switch c {
	case '*':
		return tokPower
	case '/':
		return tokDoubleSlash
	case '<':
		return tokLShift
	}
	return tokRShift
}

// dots reads what begins with a dot: a number, an ellipsis, or the dot itself.
func (l *lexer) dots(i int, second, third byte) {
	switch {
	case second >= '0' && second <= '9':
		l.number(i)
	case second == '.' && third == '.':
		l.set(tokEllipsis, i, i+3)
	case second == '.' && i+2 == l.end:
		l.set(tokTwoDots, i, i+2)
	default:
		l.set(tokDot, i, i+1)
	}
}
