package modules

import (
	"slices"
	"strconv"

	"althing/expr"
	"althing/value"
)

// positional makes the function module.name, which takes from least to most
// arguments (most < 0: any number), none by keyword. Its errors are worded as
// those of CPython's functions that are written in C.
func positional(module, name string, least, most int, fn func(t *expr.Thread, args []expr.Object) (expr.Object, error)) *expr.Func {
	full, counted := module+"."+name, name
	if least == most && most <= 1 {
		counted = full
	}
	return expr.NewFunc(name, func(t *expr.Thread, a expr.Args) (expr.Object, error) {
		if len(a.Names) > 0 {
			return nil, expr.TypeError("%s() takes no keyword arguments", full)
		}
		if err := a.Between(counted, least, most); err != nil {
			return nil, err
		}
		return fn(t, a.Pos)
	})
}

// selfParams are the parameters of a method that CPython has in Python, where the
// object itself counts as an argument in the messages.
type selfParams struct{ plain, full *expr.Params }

func methodParams(fn, spec string) selfParams {
	return selfParams{expr.NewParams(fn, spec), expr.NewParams(fn, "self "+spec)}
}

// bind puts the arguments where they belong, as Params.Bind does.
func (p selfParams) bind(a expr.Args, dst ...*expr.Object) error {
	if err := p.plain.Bind(a, dst...); err == nil {
		return nil
	}
	var self expr.Object
	a.Pos = slices.Concat([]expr.Object{expr.None}, a.Pos)
	return p.full.Bind(a, slices.Concat([]*expr.Object{&self}, dst)...)
}

// signature is a list of parameters that are bound as CPython's functions
// written in C do it, with their errors. They differ from those of expr.Params,
// even from what it says for built-in functions: the number of arguments is
// refused first, the message tells positional ones from others, and some name
// the function without brackets.
type signature struct {
	fn       string // with brackets, if the messages have them
	names    []string
	required int // so many at the front must be given
	only     int // so many at the front are positional only
	pos      int // so many at the front may be positional
}

// bind puts the arguments where they belong, one destination a parameter.
func (s *signature) bind(a expr.Args, dst ...*expr.Object) error {
	if err := s.count(a); err != nil {
		return err
	}
	for i := len(a.Pos); i < s.required; i++ {
		if a.Get(s.names[i]) == nil {
			return expr.TypeError("%s missing required argument '%s' (pos %d)", s.fn, s.names[i], i+1)
		}
	}
	for i, o := range a.Pos {
		*dst[i] = o //nolint:gosec // dst has one for every parameter
	}
	for i, name := range a.Names {
		at := s.index(name)
		switch {
		case at < s.only:
			return expr.TypeError("'%s' is an invalid keyword argument for %s", name, s.receiver())
		case at < len(a.Pos):
			return expr.TypeError("argument for %s given by name ('%s') and position (%d)", s.fn, name, at+1)
		}
		*dst[at] = a.Named[i]
	}
	return nil
}

// count refuses a wrong number of arguments.
func (s *signature) count(a expr.Args) error {
	given, all := len(a.Pos), len(a.Pos)+len(a.Names)
	kind := ""
	if given == 0 {
		kind = "keyword "
	}
	switch exactly := s.required >= s.pos; {
	case all > len(s.names):
		return expr.TypeError("%s takes at most %s (%d given)", s.fn, arguments(len(s.names), kind), all)
	case exactly && (given > s.pos || given < s.only):
		return expr.TypeError("%s takes exactly %s (%d given)", s.fn, arguments(s.pos, "positional "), given)
	case given < s.only:
		return expr.TypeError("%s takes at least %s (%d given)", s.fn, arguments(s.only, "positional "), given)
	case given > s.pos:
		return expr.TypeError("%s takes at most %s (%d given)", s.fn, arguments(s.pos, "positional "), given)
	}
	return nil
}

// index finds a parameter; -1 when there is none, which is less than any that
// may be given by name.
func (s *signature) index(name string) int {
	for i, n := range s.names {
		if n == name && i >= s.only {
			return i
		}
	}
	return -1
}

// receiver is how the message about a wrong keyword names the function.
func (s *signature) receiver() string {
	if s.fn == "function" {
		return "this function"
	}
	return s.fn
}

// arguments is a number of arguments in words.
func arguments(n int, kind string) string {
	if n == 1 {
		return "1 " + kind + "argument"
	}
	return strconv.Itoa(n) + " " + kind + "arguments"
}

// number makes a float object.
func number(f float64) expr.Object { return value.Float(f) }

// text makes a str object, charged.
func text(t *expr.Thread, s string) (expr.Object, error) {
	return value.Str(s), t.ChargeText(len(s))
}

// tuple makes a tuple object, charged.
func tuple(t *expr.Thread, items ...expr.Object) (expr.Object, error) {
	return expr.NewTuple(items...), t.ChargeSlots(len(items))
}

// attrs collects functions under their names.
func attrs(functions ...*expr.Func) map[string]expr.Object {
	all := map[string]expr.Object{}
	for _, f := range functions {
		all[f.Name()] = f
	}
	return all
}
