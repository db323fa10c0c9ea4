package modules

import (
	"strings"

	"althing/expr"
	"althing/expr/internal/pyre"
	"althing/value"
)

// pattern is a re.Pattern. It is immutable.
type pattern struct {
	*regex
	*pyre.Program
	source expr.Object // a str or bytes
}

var (
	_ expr.HasType    = &pattern{}
	_ expr.HasCompare = &pattern{}
	_ expr.Hashable   = &pattern{}
	_ expr.Texter     = &pattern{}
)

func (r *regex) definePattern() {
	window := []string{"string", "pos", "endpos"}
	replace := []string{"repl", "string", "count"}
	methods := []*expr.Method{
		patternCall("match", window, 1, (*pattern).matchAt),
		patternCall("fullmatch", window, 1, (*pattern).fullMatch),
		patternCall("search", window, 1, (*pattern).search),
		patternCall("findall", window, 1, (*pattern).findAll),
		patternCall("finditer", window, 1, (*pattern).findIter),
		patternCall("split", []string{"string", "maxsplit"}, 1, (*pattern).split),
		patternCall("sub", replace, 2, (*pattern).sub),
		patternCall("subn", replace, 2, (*pattern).subn),
	}
	r.pattern = expr.Type{Name: "re.Pattern", Attrs: map[string]expr.Object{
		"pattern": property(func(self expr.Object) expr.Object { return self.(*pattern).source }),
		"flags":   property(func(self expr.Object) expr.Object { return expr.Int(int64(self.(*pattern).Flags)) }),
		"groups":  property(func(self expr.Object) expr.Object { return expr.Int(int64(self.(*pattern).Groups())) }),
		"groupindex": &expr.Property{Get: func(t *expr.Thread, self expr.Object) (expr.Object, error) {
			return self.(*pattern).byName(t, func(i int) (expr.Object, error) { return expr.Int(int64(i)), nil })
		}},
	}}
	for _, m := range methods {
		r.pattern.Attrs[m.Name] = m
	}
}

// patternCall makes a method of a pattern.
func patternCall(name string, params []string, required int, method patternMethod) *expr.Method {
	s := &signature{fn: name + "()", names: params, required: required, pos: len(params)}
	return expr.NewMethod(name, func(t *expr.Thread, self expr.Object, a expr.Args) (expr.Object, error) {
		args, err := bindAll(s, a)
		if err != nil {
			return nil, err
		}
		return method(self.(*pattern), t, args)
	})
}

// byName makes a dict of the groups that have a name.
func (p *pattern) byName(t *expr.Thread, get func(group int) (expr.Object, error)) (expr.Object, error) {
	d := expr.NewDict()
	for i, name := range p.Names {
		if name == "" {
			continue
		}
		o, err := get(i)
		if err != nil {
			return nil, err
		}
		if err := d.Set(t, value.Str(name), o); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func (*pattern) TypeName() string { return "re.Pattern" }

// Type is re.Pattern.
func (p *pattern) Type() *expr.Type { return &p.pattern }

// self is compile(p).
func (p *pattern) self(*expr.Thread, []expr.Object) (expr.Object, error) { return p, nil }

// CompareTo says whether two patterns have the same source and flags.
func (p *pattern) CompareTo(t *expr.Thread, op expr.CmpOp, other expr.Object) (result, ok bool, err error) {
	q, ok := other.(*pattern)
	if !ok || op > expr.Ne {
		return false, false, nil
	}
	equal, err := expr.Equal(t, p.source, q.source)
	return (equal && p.Flags == q.Flags) == (op == expr.Eq), true, err
}

// Hash goes by the source.
func (p *pattern) Hash(t *expr.Thread) (int64, error) { return expr.Hash(t, p.source) }

func (p *pattern) Str(t *expr.Thread) (string, error) { return p.Repr(t) }

// Repr is re.compile('a+', re.IGNORECASE).
func (p *pattern) Repr(t *expr.Thread) (string, error) {
	const shown = 200 // characters, as in CPython
	source, err := expr.Repr(t, p.source)
	if err != nil {
		return "", err
	}
	var bits []string
	for bit := pyre.Flags(1); bit <= allFlags; bit <<= 1 {
		if p.Flags&bit != 0 && bit != pyre.Unicode {
			bits = append(bits, flag{p.regex, bit}.names("re."))
		}
	}
	text := "re.compile(" + firstChars(source, shown)
	if len(bits) > 0 {
		text += ", " + strings.Join(bits, "|")
	}
	return text + ")", nil
}

// firstChars is at most n characters of a text.
func firstChars(s string, n int) string {
	for i := range s {
		if n--; n < 0 {
			return strings.Clone(s[:i])
		}
	}
	return s
}

// matchAt is match(): a match at the beginning.
func (p *pattern) matchAt(t *expr.Thread, args []expr.Object) (expr.Object, error) {
	return p.one(t, args, pyre.Anchored)
}

// fullMatch is fullmatch(): a match of the whole text.
func (p *pattern) fullMatch(t *expr.Thread, args []expr.Object) (expr.Object, error) {
	return p.one(t, args, pyre.Anchored|pyre.Whole)
}

// search is search(): the first match.
func (p *pattern) search(t *expr.Thread, args []expr.Object) (expr.Object, error) {
	return p.one(t, args, 0)
}

func (p *pattern) one(t *expr.Thread, args []expr.Object, how pyre.How) (expr.Object, error) {
	f, err := p.finder(t, args)
	if err != nil {
		return nil, err
	}
	f.how = how
	return f.matchOr(t, expr.None)
}

// findAll is findall(): the texts of all matches, or of their groups.
func (p *pattern) findAll(t *expr.Thread, args []expr.Object) (expr.Object, error) {
	f, err := p.finder(t, args)
	if err != nil {
		return nil, err
	}
	all := expr.NewList(nil)
	for {
		marks, err := f.next(t)
		if marks == nil || err != nil {
			return all, err
		}
		o, err := f.found(t, marks)
		if err != nil {
			return nil, err
		}
		if err := all.Append(t, o); err != nil {
			return nil, err
		}
	}
}

// found is what findall() gives for a match: its text, that of its only group, or
// a tuple of those of all groups.
func (f *finder) found(t *expr.Thread, marks []int) (expr.Object, error) {
	groups := f.p.Groups()
	if groups < 2 {
		return f.s.part(t, marks[2*groups], marks[2*groups+1])
	}
	if err := t.ChargeSlots(groups); err != nil {
		return nil, err
	}
	texts := make([]expr.Object, groups)
	for i := range texts {
		var err error
		if texts[i], err = f.s.part(t, marks[2*i+2], marks[2*i+3]); err != nil {
			return nil, err
		}
	}
	return expr.NewTuple(texts...), nil
}

// findIter is finditer(): an iterator over the matches.
func (p *pattern) findIter(t *expr.Thread, args []expr.Object) (expr.Object, error) {
	f, err := p.finder(t, args)
	if err != nil {
		return nil, err
	}
	return &matches{f}, t.Charge(objectSize)
}

// matches is the iterator of finditer().
type matches struct{ *finder }

var _ expr.Iterator = &matches{}

func (*matches) TypeName() string { return "callable_iterator" }

// Next gives the next match.
func (m *matches) Next(t *expr.Thread) (expr.Object, error) { return m.matchOr(t, nil) }
