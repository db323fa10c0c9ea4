package expr

import (
	"fmt"
	"slices"
	"strings"
)

// Args are the arguments of a call. The slices belong to the caller: a function
// must neither change them nor keep them after it has returned; the objects in
// them it may keep.
type Args struct {
	Pos   []Object
	Names []string // of the keyword arguments, in the order given
	Named []Object // their values
}

// Get gives the keyword argument of that name, or nil.
func (a Args) Get(name string) Object {
	for i, n := range a.Names {
		if n == name {
			return a.Named[i]
		}
	}
	return nil
}

// Exactly wants n positional arguments and no others; the error is worded as by
// CPython's functions that are written in C.
func (a Args) Exactly(fn string, n int) error { return a.Between(fn, n, n) }

// Between wants from least to most positional arguments (most < 0: any number) and
// no keyword arguments.
func (a Args) Between(fn string, least, most int) error {
	if len(a.Names) > 0 {
		return TypeError("%s() takes no keyword arguments", fn)
	}
	return countError(fn, len(a.Pos), least, most)
}

// countError words a wrong number of positional arguments as CPython's own
// argument parser does.
func countError(fn string, n, least, most int) error {
	switch {
	case n >= least && (most < 0 || n <= most):
		return nil
	case least == most && most == 0:
		return TypeError("%s() takes no arguments (%d given)", fn, n)
	case least == most && most == 1:
		return TypeError("%s() takes exactly one argument (%d given)", fn, n)
	case least == most:
		return TypeError("%s expected %d argument%s, got %d", fn, least, plural(least), n)
	case n < least:
		return TypeError("%s expected at least %d argument%s, got %d", fn, least, plural(least), n)
	}
	return TypeError("%s expected at most %d argument%s, got %d", fn, most, plural(most), n)
}

// argName is what CPython's argument parser calls an argument of a wrong type.
func argName(o Object) string {
	if o == None {
		return "None"
	}
	return o.TypeName()
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// Params is a list of parameters: made once with NewParams, it binds the
// arguments of any number of calls, also at the same time.
type Params struct {
	fn       string
	inC      bool // errors are worded as those of CPython's functions in C
	names    []string
	required []bool
	only     int // so many at the front are positional only
	pos      int // so many at the front may be positional
}

// NewParams describes the parameters of fn: their names between blanks, those
// that may be left out with a question mark behind. What stands before a "/" is
// positional only, what stands after a "*" must be named:
//
//	NewParams("setReg", "key value expire? * expect? create?")
//
// The description is part of a program, so that a wrong one panics.
func NewParams(fn, spec string) *Params {
	p := &Params{fn: fn, pos: -1}
	for word := range strings.FieldsSeq(spec) {
		switch word {
		case "/":
			p.only = len(p.names)
		case "*":
			p.pos = len(p.names)
		default:
			name, optional := strings.CutSuffix(word, "?")
			if name == "" || strings.ContainsAny(name, "=,*/") {
				panic("expr.NewParams: " + fn + ": " + word)
			}
			p.names = append(p.names, name)
			p.required = append(p.required, !optional)
		}
	}
	if p.pos < 0 {
		p.pos = len(p.names)
	}
	return p
}

// newParamsC is NewParams for a function that CPython has in C, where errors are
// worded otherwise.
func newParamsC(fn, spec string) *Params {
	p := NewParams(fn, spec)
	p.inC = true
	return p
}

// Bind puts the arguments where they belong, one destination a parameter, in
// order. A destination whose argument was left out keeps what it held. The
// errors are worded as those of functions written in Python.
func (p *Params) Bind(a Args, dst ...*Object) error {
	if len(a.Pos) > p.pos || p.inC && len(a.Pos)+len(a.Names) > len(p.names) {
		return p.tooMany(a)
	}
	for i, o := range a.Pos {
		*dst[i] = o //nolint:gosec // dst has one for every parameter
	}
	lacks := p.lacks(a)
	if len(a.Names) > 0 && (!lacks || !p.inC) {
		if err := p.bindNamed(a, dst); err != nil {
			return err
		}
	}
	if lacks {
		return p.missing(a)
	}
	return nil
}

// lacks says whether a required argument was not given.
func (p *Params) lacks(a Args) bool {
	for i := len(a.Pos); i < len(p.names); i++ {
		if p.required[i] && (i < p.only || a.Get(p.names[i]) == nil) {
			return true
		}
	}
	return false
}

func (p *Params) bindNamed(a Args, dst []*Object) error {
	for i, name := range a.Names {
		at := p.index(name)
		switch {
		case p.inC && (at < p.only || at < 0):
			return TypeError("'%s' is an invalid keyword argument for %s()", name, p.fn)
		case p.inC && at < len(a.Pos):
			return TypeError("argument for %s() given by name ('%s') and position (%d)", p.fn, name, at+1)
		case at < 0:
			return TypeError("%s() got an unexpected keyword argument '%s'", p.fn, name)
		case at < p.only:
			return TypeError("%s() got some positional-only arguments passed as keyword arguments: '%s'", p.fn, name)
		case at < len(a.Pos):
			return TypeError("%s() got multiple values for argument '%s'", p.fn, name)
		}
		*dst[at] = a.Named[i]
	}
	return nil
}

func (p *Params) index(name string) int {
	for i, n := range p.names {
		if n == name {
			return i
		}
	}
	return -1
}

func (p *Params) tooMany(a Args) error {
	if p.inC {
		return p.tooManyInC(a)
	}
	least, named := 0, 0
	for i := range p.pos {
		if p.required[i] {
			least++
		}
	}
	for _, name := range a.Names {
		if p.index(name) >= p.pos {
			named++
		}
	}
	return tooManyError(p.fn, len(a.Pos), least, p.pos, named)
}

// tooManyError words a surplus of positional arguments. least and most are what
// the function takes, named the number of keyword-only arguments given.
func tooManyError(fn string, given, least, most, named int) error {
	takes := fmt.Sprintf("%d positional argument%s", most, plural(most))
	if least < most {
		takes = fmt.Sprintf("from %d to %d positional arguments", least, most)
	}
	were := "were"
	if given == 1 {
		were = "was"
	}
	if named > 0 {
		return TypeError("%s() takes %s but %d positional argument%s (and %d keyword-only argument%s) were given",
			fn, takes, given, plural(given), named, plural(named))
	}
	return TypeError("%s() takes %s but %d %s given", fn, takes, given, were)
}

func (p *Params) tooManyInC(a Args) error {
	most, given, kind := len(p.names), len(a.Pos)+len(a.Names), ""
	if p.pos < most && len(a.Pos) > p.pos {
		most, given, kind = p.pos, len(a.Pos), "positional "
	}
	bound := "exactly"
	if slices.Contains(p.required[:most], false) || p.pos < len(p.names) {
		bound = "at most"
	}
	if most == 0 {
		return TypeError("%s() takes no %sarguments", p.fn, kind)
	}
	return TypeError("%s() takes %s %d %sargument%s (%d given)", p.fn, bound, most, kind, plural(most), given)
}

func (p *Params) missing(a Args) error {
	var pos, kw []string
	for i := len(a.Pos); i < len(p.names); i++ {
		if !p.required[i] || i >= p.only && a.Get(p.names[i]) != nil {
			continue
		}
		if p.inC && i < p.only {
			return TypeError("%s() takes at least %d positional argument%s (%d given)", p.fn, i+1, plural(i+1), len(a.Pos))
		}
		if p.inC {
			return TypeError("%s() missing required argument '%s' (pos %d)", p.fn, p.names[i], i+1)
		}
		if i < p.pos {
			pos = append(pos, p.names[i])
		} else {
			kw = append(kw, p.names[i])
		}
	}
	if len(pos) > 0 {
		return missingError(p.fn, "positional", pos)
	}
	return missingError(p.fn, "keyword-only", kw)
}

// missingError words arguments that are missing: "f() missing 2 required
// positional arguments: 'a' and 'b'".
func missingError(fn, kind string, names []string) error {
	var list strings.Builder
	for i, name := range names {
		switch {
		case i == 0:
		case len(names) == 2:
			list.WriteString(" and ")
		case i == len(names)-1:
			list.WriteString(", and ")
		default:
			list.WriteString(", ")
		}
		list.WriteString("'" + name + "'")
	}
	return TypeError("%s() missing %d required %s argument%s: %s", fn, len(names), kind, plural(len(names)), list.String())
}
