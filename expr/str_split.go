package expr

import (
	"slices"
	"strings"
	"unicode/utf8"

	"althing/value"
)

func defineStrSplit() {
	typeStr.methods(
		NewMethod("split", strSplit),
		NewMethod("rsplit", strRightSplit),
		NewMethod("splitlines", strSplitLines),
		method("partition", 1, 1, strPartition(false)),
		method("rpartition", 1, 1, strPartition(true)),
		method("strip", 0, 1, strStrip("strip", true, true)),
		method("lstrip", 0, 1, strStrip("lstrip", true, false)),
		method("rstrip", 0, 1, strStrip("rstrip", false, true)),
	)
}

var (
	splitParams      = newParamsC("split", "sep? maxsplit?")
	rightSplitParams = newParamsC("rsplit", "sep? maxsplit?")
	splitLinesParams = newParamsC("splitlines", "keepends?")
)

// splitArgs reads the arguments of split and rsplit: sep is nil for white space,
// most is negative for no bound.
func splitArgs(p *Params, a Args) (sep Object, most int, err error) {
	sep, limit := None, Int(-1)
	if err := p.Bind(a, &sep, &limit); err != nil {
		return nil, 0, err
	}
	n, err := Index(limit)
	if err != nil {
		return nil, 0, err
	}
	if sep == None {
		sep = nil
	}
	return sep, int(min(max(n, -1), 1<<30)), nil
}

func strSplit(t *Thread, self Object, a Args) (Object, error) {
	s := string(self.(value.Str))
	if len(a.Pos) == 1 && len(a.Names) == 0 {
		if sep, ok := strOf(a.Pos[0]); ok && sep != "" {
			return splitAll(t, s, sep)
		}
	}
	o, most, err := splitArgs(splitParams, a)
	if err != nil {
		return nil, err
	}
	p := newPieces(t, s)
	if o == nil {
		err = p.words(s, most)
	} else {
		var sep string
		if sep, err = separator(o); err == nil {
			err = p.between(s, sep, most)
		}
	}
	return p.list(err)
}

// splitAll is s.split(sep), which is by far the most common: its parts are counted
// first, so that everything is charged and made at once.
func splitAll(t *Thread, s, sep string) (Object, error) {
	if err := t.Step(int64(len(s)) / 128); err != nil {
		return nil, err
	}
	n := strings.Count(s, sep) + 1
	if err := t.Charge(headSize + int64(n)*(slotSize+textHead) + int64(len(s))); err != nil {
		return nil, err
	}
	if err := t.Step(int64(n) / 8); err != nil {
		return nil, err
	}
	items := make([]Object, n)
	large := len(s) > longText
	for i := range items {
		part := s
		if at := strings.Index(s, sep); i < n-1 {
			part, s = s[:at], s[at+len(sep):]
		}
		switch {
		case len(part) == 1 && part[0] < utf8.RuneSelf:
			items[i] = chars[part[0]]
		case large && n > 1:
			items[i] = value.Str(strings.Clone(part))
		default:
			items[i] = value.Str(part)
		}
	}
	return &List{items}, nil
}

func strRightSplit(t *Thread, self Object, a Args) (Object, error) {
	s := string(self.(value.Str))
	o, most, err := splitArgs(rightSplitParams, a)
	if err != nil {
		return nil, err
	}
	p := newPieces(t, s)
	if o == nil {
		err = p.wordsFromRight(s, most)
	} else {
		var sep string
		if sep, err = separator(o); err == nil {
			err = p.betweenFromRight(s, sep, most)
		}
	}
	slices.Reverse(p.l.items)
	return p.list(err)
}

func separator(o Object) (string, error) {
	sep, ok := strOf(o)
	if !ok {
		return "", TypeError("must be str or None, not %s", o.TypeName())
	}
	if sep == "" {
		return "", ValueError("empty separator")
	}
	return sep, nil
}

// pieces gathers the parts of a text.
type pieces struct {
	t *Thread
	l List
	// large: the text is so long that its parts get memory of their own, see
	// Thread.part.
	large bool
}

func newPieces(t *Thread, s string) pieces { return pieces{t: t, large: len(s) > longText} }

func (p *pieces) add(s string) error {
	if err := p.t.ChargeText(len(s)); err != nil {
		return err
	}
	if err := p.t.Step(1); err != nil {
		return err
	}
	if p.large {
		s = strings.Clone(s)
	}
	return p.l.Append(p.t, value.Str(s))
}

func (p *pieces) list(err error) (Object, error) {
	if err != nil {
		return nil, err
	}
	return &p.l, nil
}

func (p *pieces) words(s string, most int) error {
	for {
		s = strings.TrimLeftFunc(s, isSpace)
		if s == "" {
			return nil
		}
		end := strings.IndexFunc(s, isSpace)
		if most == 0 {
			return p.add(s)
		}
		if end < 0 {
			return p.add(s)
		}
		if err := p.add(s[:end]); err != nil {
			return err
		}
		s = s[end:]
		most--
	}
}

func (p *pieces) wordsFromRight(s string, most int) error {
	for {
		s = strings.TrimRightFunc(s, isSpace)
		if s == "" {
			return nil
		}
		begin := strings.LastIndexFunc(s, isSpace)
		if most == 0 || begin < 0 {
			return p.add(s)
		}
		_, size := utf8.DecodeRuneInString(s[begin:])
		if err := p.add(s[begin+size:]); err != nil {
			return err
		}
		s = s[:begin]
		most--
	}
}

func (p *pieces) between(s, sep string, most int) error {
	for ; most != 0; most-- {
		at := strings.Index(s, sep)
		if at < 0 {
			break
		}
		if err := p.add(s[:at]); err != nil {
			return err
		}
		s = s[at+len(sep):]
	}
	return p.add(s)
}

func (p *pieces) betweenFromRight(s, sep string, most int) error {
	for ; most != 0; most-- {
		at := strings.LastIndex(s, sep)
		if at < 0 {
			break
		}
		if err := p.add(s[at+len(sep):]); err != nil {
			return err
		}
		s = s[:at]
	}
	return p.add(s)
}

// lineEnd is what ends a line for splitlines, beside "\r\n".
func lineEnd(r rune) bool {
	switch r {
	case '\n', '\r', '\v', '\f', 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029:
		return true
	}
	return false
}

// intFlag is an argument that is true or false, but has to be a number.
func intFlag(o Object) (bool, error) {
	i, ok := AsBig(o)
	switch {
	case !ok:
		_, err := Index(o)
		return false, err
	case i.BitLen() > 31:
		return false, OverflowError("Python int too large to convert to C int")
	}
	return i.Sign() != 0, nil
}

func strSplitLines(t *Thread, self Object, a Args) (Object, error) {
	s := string(self.(value.Str))
	keep := False
	if err := splitLinesParams.Bind(a, &keep); err != nil {
		return nil, err
	}
	ends, err := intFlag(keep)
	if err != nil {
		return nil, err
	}
	p := newPieces(t, s)
	for s != "" {
		at := strings.IndexFunc(s, lineEnd)
		if at < 0 {
			return p.list(p.add(s))
		}
		_, size := utf8.DecodeRuneInString(s[at:])
		if strings.HasPrefix(s[at:], "\r\n") {
			size = 2
		}
		line := s[:at]
		if ends {
			line = s[:at+size]
		}
		if err := p.add(line); err != nil {
			return nil, err
		}
		s = s[at+size:]
	}
	return p.list(nil)
}

func strPartition(right bool) func(t *Thread, self Object, args []Object) (Object, error) {
	return func(t *Thread, self Object, args []Object) (Object, error) {
		s := string(self.(value.Str))
		sep, ok := strOf(args[0])
		if !ok {
			return nil, TypeError("must be str, not %s", args[0].TypeName())
		}
		if sep == "" {
			return nil, ValueError("empty separator")
		}
		if err := t.Step(int64(len(s)) / 256); err != nil {
			return nil, err
		}
		at := strings.Index(s, sep)
		if right {
			at = strings.LastIndex(s, sep)
		}
		p := newPieces(t, s)
		cuts := [3]string{s, "", ""}
		switch {
		case at >= 0:
			cuts = [3]string{s[:at], sep, s[at+len(sep):]}
		case right:
			cuts = [3]string{"", "", s}
		}
		for _, part := range cuts {
			if err := p.add(part); err != nil {
				return nil, err
			}
		}
		return NewTuple(p.l.items...), nil
	}
}

func strStrip(name string, left, right bool) func(t *Thread, self Object, args []Object) (Object, error) {
	return func(t *Thread, self Object, args []Object) (Object, error) {
		s := string(self.(value.Str))
		out := isSpace
		work := len(s)
		if o := optional(args, 0, None); o != None {
			set, ok := strOf(o)
			if !ok {
				return nil, TypeError("%s arg must be None or str", name)
			}
			out = func(r rune) bool { return strings.ContainsRune(set, r) }
			work *= 1 + len(set)/16
			if strings.IndexByte(set, 0xed) >= 0 || strings.IndexByte(s, 0xed) >= 0 {
				return stripRunes(t, s, set, left, right)
			}
		}
		if err := t.Step(int64(work) / 256); err != nil {
			return nil, err
		}
		from, to := 0, len(s)
		if left {
			from = len(s) - len(strings.TrimLeftFunc(s, out))
		}
		if right {
			to = max(len(strings.TrimRightFunc(s, out)), from)
		}
		if to-from == len(s) {
			return self, nil
		}
		return t.part(s, from, to)
	}
}

// stripRunes is for texts in which there may be lone surrogates, which package
// strings does not know.
func stripRunes(t *Thread, s, set string, left, right bool) (Object, error) {
	if err := t.Step(int64(len(s)) * int64(1+len(set)) / 256); err != nil {
		return nil, err
	}
	members := map[rune]bool{}
	for set != "" {
		r, size := value.DecodeRune(set)
		members[r], set = true, set[size:]
	}
	from, to := 0, len(s)
	for left && from < to {
		r, size := value.DecodeRune(s[from:])
		if !members[r] {
			break
		}
		from += size
	}
	for right && from < to {
		r, size := lastRune(s[from:to])
		if !members[r] {
			break
		}
		to -= size
	}
	return t.part(s, from, to)
}
