package modules

import (
	"strings"

	"althing/expr"
	"althing/expr/internal/pyre"
	"althing/value"
)

// reModule is Python's re, as far as RE2 goes.
func reModule() *expr.Module {
	r := &regex{}
	r.defineFlag()
	r.definePattern()
	r.defineMatch()
	r.failure = expr.Type{Name: "re.error"}
	all := attrs(
		r.function("match", "pattern string flags?", 1, (*pattern).matchAt),
		r.function("fullmatch", "pattern string flags?", 1, (*pattern).fullMatch),
		r.function("search", "pattern string flags?", 1, (*pattern).search),
		r.function("sub", "pattern repl string count? flags?", 3, (*pattern).sub),
		r.function("subn", "pattern repl string count? flags?", 3, (*pattern).subn),
		r.function("split", "pattern string maxsplit? flags?", 2, (*pattern).split),
		r.function("findall", "pattern string flags?", 1, (*pattern).findAll),
		r.function("finditer", "pattern string flags?", 1, (*pattern).findIter),
		r.function("compile", "pattern flags?", 0, (*pattern).self),
		expr.NewFunc("escape", reEscape).Forgets(),
		expr.NewFunc("purge", rePurge).Forgets(),
	)
	for name, o := range r.flag.Attrs {
		if f, ok := o.(flag); ok {
			all[name] = f
		}
	}
	all["RegexFlag"] = &r.flag
	all["Pattern"], all["Match"], all["error"] = &r.pattern, &r.match, &r.failure
	return &expr.Module{Name: "re", Attrs: all}
}

// regex holds the types of the module; its address is the key of what a run
// keeps.
type regex struct{ flag, pattern, match, failure expr.Type }

// regexRun is what one run keeps: the machine, and the first patterns it used.
type regexRun struct {
	machine  pyre.Machine
	patterns map[patternKey]*pattern
}

type patternKey struct {
	source expr.Object // a str or bytes
	flags  pyre.Flags
}

// maxKept is how many patterns a run keeps. CPython keeps 512, of all that a
// process has used.
const maxKept = 64

// run gives what this run keeps.
func (r *regex) run(t *expr.Thread) (*regexRun, error) {
	if run, ok := t.Local(r).(*regexRun); ok {
		return run, nil
	}
	if err := t.Charge(objectSize); err != nil {
		return nil, err
	}
	run := &regexRun{patterns: map[patternKey]*pattern{}}
	t.SetLocal(r, run)
	return run, nil
}

// kept is the budget for what a run keeps.
type kept struct{ *expr.Thread }

// Charge counts n bytes that outlive the loop in which they are made.
func (k kept) Charge(n int64) error {
	k.Keep()
	return k.Thread.Charge(n)
}

// patternMethod is a method of a pattern; a parameter that was left out is nil.
type patternMethod func(p *pattern, t *expr.Thread, args []expr.Object) (expr.Object, error)

// mostArgs is how many arguments a function has at most.
const mostArgs = 5

// function makes a function that compiles its first argument, with the flags that
// are its last, and calls a method of it with those between.
func (r *regex) function(name, spec string, others int, method patternMethod) *expr.Func {
	params := expr.NewParams(name, spec)
	return expr.NewFunc(name, func(t *expr.Thread, a expr.Args) (expr.Object, error) {
		var args [mostArgs]expr.Object
		if err := params.Bind(a, destinations(args[:2+others])...); err != nil {
			return nil, err
		}
		p, err := r.compile(t, args[0], args[1+others])
		if err != nil {
			return nil, err
		}
		return method(p, t, args[1:1+others])
	}).Forgets()
}

// destinations are where the arguments of a call go.
func destinations(args []expr.Object) []*expr.Object {
	all := make([]*expr.Object, len(args))
	for i := range args {
		all[i] = &args[i]
	}
	return all
}

// compile gives the pattern of an object that is one or its text.
func (r *regex) compile(t *expr.Thread, o, flags expr.Object) (*pattern, error) {
	if flags == nil {
		flags = expr.Int(0)
	}
	if p, ok := o.(*pattern); ok {
		if some, err := expr.Truth(t, flags); some || err != nil {
			return nil, orElse(err, expr.ValueError("cannot process flags argument with a compiled pattern"))
		}
		return p, nil
	}
	if _, err := expr.Hash(t, o); err != nil {
		return nil, err
	}
	source, isBytes, ok := textOrBytes(o)
	if !ok {
		return nil, expr.TypeError("first argument must be string or compiled pattern")
	}
	number, ok := flagArg(flags)
	if !ok {
		_, err := expr.Hash(t, flags)
		return nil, orElse(err, expr.TypeError("unsupported operand type(s) for &: '%s' and 'RegexFlag'", flags.TypeName()))
	}
	run, err := r.run(t)
	if err != nil {
		return nil, err
	}
	key := patternKey{o, number}
	if p, ok := run.patterns[key]; ok {
		return p, nil
	}
	b, keep := pyre.Budget(t), len(run.patterns) < maxKept
	if keep {
		b = kept{t}
	}
	program, err := pyre.Compile(b, source, isBytes, number)
	if err != nil {
		return nil, err
	}
	p := &pattern{regex: r, Program: program, source: o}
	if keep {
		run.patterns[key] = p
	}
	return p, b.Charge(objectSize + int64(len(source)))
}

// orElse is the first of two errors that there is.
func orElse(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// textOrBytes gives what a str or bytes-like object holds.
func textOrBytes(o expr.Object) (s string, isBytes, ok bool) {
	switch o := o.(type) {
	case value.Str:
		return string(o), false, true
	case value.Bytes:
		return string(o), true, true
	case *expr.ByteArray:
		return string(o.Bytes()), true, true
	}
	return "", false, false
}

var escapeParams = expr.NewParams("escape", "pattern")

// special are the characters that escape() puts a backslash before.
const special = "()[]{}?*+-|^$\\.&~# \t\n\r\v\f"

func reEscape(t *expr.Thread, a expr.Args) (expr.Object, error) {
	var o expr.Object
	if err := escapeParams.Bind(a, &o); err != nil {
		return nil, err
	}
	s, isBytes, ok := textOrBytes(o)
	if !ok {
		return nil, expr.TypeError("decoding to str: need a bytes-like object, %s found", o.TypeName())
	}
	if err := t.ChargeText(2 * len(s)); err != nil {
		return nil, err
	}
	return textObject(escaped(s), isBytes), nil
}

// escaped is escape() of a text.
func escaped(s string) string {
	dst := make([]byte, 0, 2*len(s))
	for i := range len(s) {
		if strings.IndexByte(special, s[i]) >= 0 {
			dst = append(dst, '\\')
		}
		dst = append(dst, s[i])
	}
	return string(dst)
}

// textObject makes a str or bytes.
func textObject(s string, isBytes bool) expr.Object {
	if isBytes {
		return value.Bytes(s)
	}
	return value.Str(s)
}

var purgeParams = expr.NewParams("purge", "")

// rePurge is purge(). What a run keeps is bounded and ends with it.
func rePurge(_ *expr.Thread, a expr.Args) (expr.Object, error) {
	return expr.None, purgeParams.Bind(a)
}
