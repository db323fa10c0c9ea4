package expr

import (
	"strings"
	"unicode"
	"unicode/utf8"
	"unsafe"

	"althing/value"
)

// A text is kept as UTF-8, so that the place of a code point has to be looked for
// unless all are ASCII. What was found out of the last long text is kept: a loop
// over its indices would take quadratic time otherwise.

// longText is the length from which it is worth while to remember a text.
const longText = 64

// markEvery is the number of code points between two marks in a long text.
const markEvery = 64

// lastText remembers a text.
type lastText struct {
	s     string
	ascii bool
	n     int     // its code points
	marks []int32 // where every 64th of them begins; none when ascii
}

// look gives what is known of a text.
func (t *Thread) lookText(s string) (*lastText, error) {
	last := &t.last
	if len(last.s) == len(s) && unsafe.StringData(last.s) == unsafe.StringData(s) { //nolint:gosec // compared, never followed
		return last, nil
	}
	if err := t.Step(int64(len(s)) / 512); err != nil {
		return nil, err
	}
	*last = lastText{s: s, ascii: isASCII(s), n: len(s)}
	if last.ascii {
		return last, nil
	}
	if err := t.Charge(int64(len(s)) / 16); err != nil {
		*last = lastText{}
		return nil, err
	}
	last.n = 0
	for i := range len(s) {
		if !utf8.RuneStart(s[i]) {
			continue
		}
		if last.n%markEvery == 0 {
			last.marks = append(last.marks, int32(i))
		}
		last.n++
	}
	return last, nil
}

// offset gives the byte at which code point i of a text begins; len(s) for n.
func (l *lastText) offset(i int) int {
	switch {
	case l.ascii:
		return i
	case i >= l.n:
		return len(l.s)
	}
	return skipRunes(l.s, int(l.marks[i/markEvery]), i%markEvery)
}

// skipRunes goes n code points further from a byte offset.
func skipRunes(s string, at, n int) int {
	for ; n > 0 && at < len(s); n-- {
		for at++; at < len(s) && !utf8.RuneStart(s[at]); at++ {
		}
	}
	return at
}

// textMap gives the number of code points of a text and where each begins.
func (t *Thread) textMap(s string) (n int, offset func(int) int, err error) {
	if len(s) <= longText {
		if isASCII(s) {
			return len(s), func(i int) int { return i }, nil
		}
		return runeCount(s), func(i int) int { return skipRunes(s, 0, i) }, nil
	}
	l, err := t.lookText(s)
	if err != nil {
		return 0, nil, err
	}
	return l.n, l.offset, nil
}

func strItem(t *Thread, o value.Str, key Object) (Object, error) {
	s := string(o)
	if cut, ok := key.(*Slice); ok {
		return strSlice(t, s, cut)
	}
	n, offset, err := t.textMap(s)
	if err != nil {
		return nil, err
	}
	at, ok, err := place(key, n, "string")
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, IndexError("string index out of range")
	}
	return charAt(t, s, offset(at))
}

// charAt gives the text of the one code point at a byte offset.
func charAt(t *Thread, s string, at int) (Object, error) {
	if s[at] < utf8.RuneSelf {
		return chars[s[at]], nil
	}
	_, size := value.DecodeRune(s[at:])
	return t.part(s, at, at+size)
}

// part makes a text of the bytes from one offset of another text to another. The
// two share their memory only when the whole is not much more than the part:
// else a few characters would keep it alive, though it is no longer charged.
func (t *Thread) part(s string, from, to int) (Object, error) {
	sub := s[from:to]
	if err := t.ChargeText(len(sub)); err != nil {
		return nil, err
	}
	if len(s) > longText && len(s) > 2*len(sub) {
		sub = strings.Clone(sub)
	}
	return value.Str(sub), nil
}

func strSlice(t *Thread, s string, by *Slice) (Object, error) {
	n, offset, err := t.textMap(s)
	if err != nil {
		return nil, err
	}
	c, err := by.cut(n)
	if err != nil {
		return nil, err
	}
	if c.n == 0 {
		return value.Str(""), nil
	}
	if c.step == 1 {
		return t.part(s, offset(c.start), offset(c.start+c.n))
	}
	if err := t.ChargeText(c.n * 4); err != nil {
		return nil, err
	}
	if len(s) == n {
		return value.Str(everyByte(s, c)), nil
	}
	runes := []rune{}
	for rest := s; rest != ""; {
		r, size := value.DecodeRune(rest)
		runes, rest = append(runes, r), rest[size:]
	}
	var out []byte
	for i, at := 0, c.start; i < c.n; i, at = i+1, at+c.step {
		out = value.AppendRune(out, runes[at])
	}
	return value.Str(out), nil
}

func everyByte(s string, c cut) string {
	out := make([]byte, 0, c.n)
	for i, at := 0, c.start; i < c.n; i, at = i+1, at+c.step {
		out = append(out, s[at])
	}
	return string(out)
}

// containsText is sub in s. Go's search takes time in proportion to the text,
// whatever is searched for.
func containsText(t *Thread, s, sub string) (bool, error) {
	if err := t.Step(int64(len(s)) / 512); err != nil {
		return false, err
	}
	return strings.Contains(s, sub), nil
}

// isSpace is white space as str.isspace and str.strip know it.
func isSpace(r rune) bool {
	return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f
}
