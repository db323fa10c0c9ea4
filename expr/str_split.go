package expr

import (
	"slices"
	"strings"
	"unicode/utf8"

	"althing/value"
)

func init() {
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
	splitParams      = NewParams("split", "sep? maxsplit?")
	rightSplitParams = NewParams("rsplit", "sep? maxsplit?")
	splitLinesParams = NewParams("splitlines", "keepends?")
)

// splitArgs reads the arguments of split and rsplit: sep is nil for white space,
// most is negative for no bound.
func splitArgs(p *Params, a Args) (sep Object, most int, err error) {
	if n := len(a.Pos) + len(a.Names); n > 2 {
		return nil, 0, TypeError("%s() takes at most 2 arguments (%d given)", p.fn, n)
	}
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
	o, most, err := splitArgs(splitParams, a)
	if err != nil {
		return nil, err
	}
	p := pieces{t: t}
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

func strRightSplit(t *Thread, self Object, a Args) (Object, error) {
	s := string(self.(value.Str))
	o, most, err := splitArgs(rightSplitParams, a)
	if err != nil {
		return nil, err
	}
	p := pieces{t: t}
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

// pieces gathers the parts of a text, which share its memory.
type pieces struct {
	t *Thread
	l List
}

func (p *pieces) add(s string) error {
	if err := p.t.Charge(textHead); err != nil {
		return err
	}
	if err := p.t.Step(1 + int64(len(s))/256); err != nil {
		return err
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

func strSplitLines(t *Thread, self Object, a Args) (Object, error) {
	s := string(self.(value.Str))
	keep := False
	if err := splitLinesParams.Bind(a, &keep); err != nil {
		return nil, err
	}
	ends, err := Truth(t, keep)
	if err != nil {
		return nil, err
	}
	p := pieces{t: t}
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
		switch {
		case at >= 0:
			return NewTuple(value.Str(s[:at]), value.Str(sep), value.Str(s[at+len(sep):])), t.ChargeSlots(3)
		case right:
			return NewTuple(value.Str(""), value.Str(""), value.Str(s)), t.ChargeSlots(3)
		}
		return NewTuple(value.Str(s), value.Str(""), value.Str("")), t.ChargeSlots(3)
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
		if left {
			s = strings.TrimLeftFunc(s, out)
		}
		if right {
			s = strings.TrimRightFunc(s, out)
		}
		return value.Str(s), nil
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
	for left && s != "" {
		r, size := value.DecodeRune(s)
		if !members[r] {
			break
		}
		s = s[size:]
	}
	for right && s != "" {
		at := len(s) - 1
		for at > 0 && !utf8.RuneStart(s[at]) {
			at--
		}
		if r, _ := value.DecodeRune(s[at:]); !members[r] {
			break
		}
		s = s[:at]
	}
	return value.Str(s), nil
}
