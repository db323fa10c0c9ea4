package expr

import (
	"bytes"
	"slices"

	"althing/value"
)

func defineBytesText() {
	for _, ty := range []*Type{typeBytes, typeByteArray} {
		ty.methods(
			NewMethod("split", bytesSplit(false)),
			NewMethod("rsplit", bytesSplit(true)),
			NewMethod("splitlines", bytesSplitLines),
			method("partition", 1, 1, bytesPartition(false)),
			method("rpartition", 1, 1, bytesPartition(true)),
			method("strip", 0, 1, bytesStrip(true, true)),
			method("lstrip", 0, 1, bytesStrip(true, false)),
			method("rstrip", 0, 1, bytesStrip(false, true)),
			method("lower", 0, 0, bytesMap(lowerOctet)),
			method("upper", 0, 0, bytesMap(upperOctet)),
			method("swapcase", 0, 0, bytesMap(func(c byte, _ bool) byte {
				if isUpperOctet(c) {
					return c + 'a' - 'A'
				}
				return upperOctet(c, false)
			})),
			method("capitalize", 0, 0, bytesCapitalize),
			method("title", 0, 0, bytesMap(func(c byte, inWord bool) byte {
				if inWord {
					return lowerOctet(c, false)
				}
				return upperOctet(c, false)
			})),
			method("isalnum", 0, 0, bytesAll(func(c byte) bool { return isLetterOctet(c) || isDigitOctet(c) })),
			method("isalpha", 0, 0, bytesAll(isLetterOctet)),
			method("isdigit", 0, 0, bytesAll(isDigitOctet)),
			method("isspace", 0, 0, bytesAll(isSpaceOctet)),
			method("isascii", 0, 0, func(_ *Thread, self Object, _ []Object) (Object, error) {
				b, _ := octets(self)
				return Bool(isASCII(string(b))), nil
			}),
			method("islower", 0, 0, bytesCase(isLowerOctet, isUpperOctet)),
			method("isupper", 0, 0, bytesCase(isUpperOctet, isLowerOctet)),
			method("istitle", 0, 0, bytesIsTitle),
			method("center", 1, 2, bytesJustify("center")),
			method("ljust", 1, 2, bytesJustify("ljust")),
			method("rjust", 1, 2, bytesJustify("rjust")),
			method("zfill", 1, 1, bytesZfill),
			NewMethod("expandtabs", bytesExpandTabs),
			NewMethod("translate", bytesTranslate),
		)
	}
}

func isLowerOctet(c byte) bool  { return c >= 'a' && c <= 'z' }
func isUpperOctet(c byte) bool  { return c >= 'A' && c <= 'Z' }
func isLetterOctet(c byte) bool { return isLowerOctet(c) || isUpperOctet(c) }
func isDigitOctet(c byte) bool  { return c >= '0' && c <= '9' }
func isSpaceOctet(c byte) bool  { return c == ' ' || c >= '\t' && c <= '\r' }

func lowerOctet(c byte, _ bool) byte {
	if isUpperOctet(c) {
		return c + 'a' - 'A'
	}
	return c
}

func upperOctet(c byte, _ bool) byte {
	if isLowerOctet(c) {
		return c - 'a' + 'A'
	}
	return c
}

// bytesMap makes a method of what becomes of every byte; inWord: a letter stands
// before it.
func bytesMap(change func(c byte, inWord bool) byte) func(t *Thread, self Object, args []Object) (Object, error) {
	return func(t *Thread, self Object, _ []Object) (Object, error) {
		b, _ := octets(self)
		if err := t.ChargeText(len(b)); err != nil {
			return nil, err
		}
		out := make([]byte, len(b))
		for i, c := range b {
			out[i] = change(c, i > 0 && isLetterOctet(b[i-1]))
		}
		return likeOctets(self, out), nil
	}
}

func bytesCapitalize(t *Thread, self Object, _ []Object) (Object, error) {
	b, _ := octets(self)
	if err := t.ChargeText(len(b)); err != nil {
		return nil, err
	}
	out := make([]byte, len(b))
	for i, c := range b {
		if out[i] = lowerOctet(c, false); i == 0 {
			out[i] = upperOctet(c, false)
		}
	}
	return likeOctets(self, out), nil
}

func bytesAll(is func(c byte) bool) func(t *Thread, self Object, args []Object) (Object, error) {
	return func(t *Thread, self Object, _ []Object) (Object, error) {
		b, _ := octets(self)
		return Bool(len(b) > 0 && !slices.ContainsFunc(b, func(c byte) bool { return !is(c) })), t.Step(int64(len(b)) / 256)
	}
}

func bytesCase(is, not func(c byte) bool) func(t *Thread, self Object, args []Object) (Object, error) {
	return func(t *Thread, self Object, _ []Object) (Object, error) {
		b, _ := octets(self)
		return Bool(slices.ContainsFunc(b, is) && !slices.ContainsFunc(b, not)), t.Step(int64(len(b)) / 128)
	}
}

func bytesIsTitle(t *Thread, self Object, _ []Object) (Object, error) {
	b, _ := octets(self)
	found := false
	for i, c := range b {
		inWord := i > 0 && isLetterOctet(b[i-1])
		if isUpperOctet(c) && inWord || isLowerOctet(c) && !inWord {
			return False, nil
		}
		found = found || isLetterOctet(c)
	}
	return Bool(found), t.Step(int64(len(b)) / 128)
}

// octetPieces gathers parts of bytes.
type octetPieces struct {
	t    *Thread
	self Object
	l    List
}

func (p *octetPieces) add(b []byte) error {
	o, err := p.t.result(p.self, b)
	if err != nil {
		return err
	}
	if err := p.t.Step(1); err != nil {
		return err
	}
	return p.l.Append(p.t, o)
}

func bytesSplit(right bool) func(t *Thread, self Object, a Args) (Object, error) {
	params := splitParams
	if right {
		params = rightSplitParams
	}
	return func(t *Thread, self Object, a Args) (Object, error) {
		b, _ := octets(self)
		o, most, err := splitArgs(params, a)
		if err != nil {
			return nil, err
		}
		find := func(b []byte) (at, next int) {
			return bytes.IndexFunc(b, isASCIISpace), 1
		}
		trim := func(b []byte) []byte { return bytes.TrimLeftFunc(b, isASCIISpace) }
		if right {
			find = func(b []byte) (at, next int) { return bytes.LastIndexFunc(b, isASCIISpace), 1 }
			trim = func(b []byte) []byte { return bytes.TrimRightFunc(b, isASCIISpace) }
		}
		if o != nil {
			sep, err := bytesLike(o)
			if err != nil {
				return nil, err
			}
			if len(sep) == 0 {
				return nil, ValueError("empty separator")
			}
			trim = nil
			find = func(b []byte) (at, next int) { return bytes.Index(b, sep), len(sep) }
			if right {
				find = func(b []byte) (at, next int) { return bytes.LastIndex(b, sep), len(sep) }
			}
		}
		p := octetPieces{t: t, self: self}
		if err := p.split(b, most, right, find, trim); err != nil {
			return nil, err
		}
		if right {
			slices.Reverse(p.l.items)
		}
		return &p.l, nil
	}
}

func isASCIISpace(r rune) bool { return r == ' ' || r >= '\t' && r <= '\r' }

// split cuts b at what find finds; with trim, separators side by side count as
// one, and none stands at the ends.
func (p *octetPieces) split(b []byte, most int, right bool, find func([]byte) (int, int), trim func([]byte) []byte) error {
	for {
		if trim != nil {
			if b = trim(b); len(b) == 0 {
				return nil
			}
		}
		at, size := find(b)
		if at < 0 || most == 0 {
			return p.add(b)
		}
		part, rest := b[:at], b[at+size:]
		if right {
			part, rest = rest, part
		}
		if err := p.add(part); err != nil {
			return err
		}
		b = rest
		most--
	}
}

func bytesSplitLines(t *Thread, self Object, a Args) (Object, error) {
	b, _ := octets(self)
	keep := False
	if err := splitLinesParams.Bind(a, &keep); err != nil {
		return nil, err
	}
	ends, err := intFlag(keep)
	if err != nil {
		return nil, err
	}
	p := octetPieces{t: t, self: self}
	for len(b) > 0 {
		at := bytes.IndexAny(b, "\r\n")
		size := 1
		switch {
		case at < 0:
			at, size = len(b), 0
		case bytes.HasPrefix(b[at:], []byte("\r\n")):
			size = 2
		}
		line := b[:at]
		if ends {
			line = b[:at+size]
		}
		if err := p.add(line); err != nil {
			return nil, err
		}
		b = b[at+size:]
	}
	return &p.l, nil
}

func bytesPartition(right bool) func(t *Thread, self Object, args []Object) (Object, error) {
	return func(t *Thread, self Object, args []Object) (Object, error) {
		b, _ := octets(self)
		sep, err := bytesLike(args[0])
		if err != nil {
			return nil, err
		}
		if len(sep) == 0 {
			return nil, ValueError("empty separator")
		}
		at := bytes.Index(b, sep)
		if right {
			at = bytes.LastIndex(b, sep)
		}
		parts := [3][]byte{b, nil, nil}
		switch {
		case at >= 0:
			parts = [3][]byte{b[:at], sep, b[at+len(sep):]}
		case right:
			parts = [3][]byte{nil, nil, b}
		}
		var items [3]Object
		for i, part := range parts {
			if items[i], err = t.result(self, part); err != nil {
				return nil, err
			}
		}
		if _, fixed := self.(value.Bytes); fixed && at >= 0 {
			items[1] = args[0]
		}
		return NewTuple(items[:]...), nil
	}
}

func bytesStrip(left, right bool) func(t *Thread, self Object, args []Object) (Object, error) {
	return func(t *Thread, self Object, args []Object) (Object, error) {
		b, _ := octets(self)
		out := isSpaceOctet
		if o := optional(args, 0, None); o != None {
			set, err := bytesLike(o)
			if err != nil {
				return nil, err
			}
			out = func(c byte) bool { return bytes.IndexByte(set, c) >= 0 }
		}
		for left && len(b) > 0 && out(b[0]) {
			b = b[1:]
		}
		for right && len(b) > 0 && out(b[len(b)-1]) {
			b = b[:len(b)-1]
		}
		return t.result(self, b)
	}
}

func bytesJustify(how string) func(t *Thread, self Object, args []Object) (Object, error) {
	return func(t *Thread, self Object, args []Object) (Object, error) {
		b, _ := octets(self)
		width, err := Index(args[0])
		if err != nil {
			return nil, err
		}
		fill := []byte(" ")
		if len(args) == 2 {
			var ok bool
			if fill, ok = octets(args[1]); !ok || len(fill) != 1 {
				return nil, TypeError("%s() argument 2 must be a byte string of length 1, not %s", how, args[1].TypeName())
			}
		}
		n := max(width-int64(len(b)), 0)
		if err := t.chargeRepeat(1, n, 1); err != nil {
			return nil, err
		}
		left := int64(0)
		switch how {
		case "rjust":
			left = n
		case "center":
			left = n/2 + n&width&1
		}
		return t.result(self, slices.Concat(bytes.Repeat(fill, int(left)), b, bytes.Repeat(fill, int(n-left))))
	}
}

func bytesZfill(t *Thread, self Object, args []Object) (Object, error) {
	b, _ := octets(self)
	width, err := Index(args[0])
	if err != nil {
		return nil, err
	}
	n := max(width-int64(len(b)), 0)
	if err := t.chargeRepeat(1, n, 1); err != nil {
		return nil, err
	}
	return t.result(self, []byte(zeroFilled(string(b), int(n))))
}

func bytesExpandTabs(t *Thread, self Object, a Args) (Object, error) {
	b, _ := octets(self)
	// Bytes stand for characters of their own here, so that a text of them has the
	// same columns.
	text, err := strExpandTabs(t, value.Str(latin1(b)), a)
	if err != nil {
		return nil, err
	}
	out := []byte{}
	for _, r := range string(text.(value.Str)) {
		out = append(out, byte(r))
	}
	return t.result(self, out)
}

var translateParams = newParamsC("translate", "table / delete?")

func bytesTranslate(t *Thread, self Object, a Args) (Object, error) {
	b, _ := octets(self)
	gone := Object(value.Bytes(""))
	var table Object
	if err := translateParams.Bind(a, &table, &gone); err != nil {
		return nil, err
	}
	var with []byte
	var err error
	if table != None {
		if with, err = bytesLike(table); err != nil {
			return nil, err
		}
		if len(with) != 256 {
			return nil, ValueError("translation table must be 256 characters long")
		}
	}
	without, err := bytesLike(gone)
	if err != nil {
		return nil, err
	}
	if err := t.ChargeText(len(b)); err != nil {
		return nil, err
	}
	out := make([]byte, 0, len(b))
	for _, c := range b {
		if bytes.IndexByte(without, c) >= 0 {
			continue
		}
		if with != nil {
			c = with[c]
		}
		out = append(out, c)
	}
	return t.result(self, out)
}
