package modules

import (
	"althing/expr"
	"althing/expr/internal/pyre"
	"althing/value"
)

// sub is sub(): args are repl, string and count.
func (p *pattern) sub(t *expr.Thread, args []expr.Object) (expr.Object, error) {
	o, _, err := p.replace(t, args)
	return o, err
}

// subn is subn(): the new text, and how many matches were replaced.
func (p *pattern) subn(t *expr.Thread, args []expr.Object) (expr.Object, error) {
	o, n, err := p.replace(t, args)
	if err != nil {
		return nil, err
	}
	return tuple(t, o, expr.Int(n))
}

// limitArg reads count or maxsplit, where 0 is no limit and a negative one is
// none at all.
func limitArg(o expr.Object) (limit int64, unlimited bool, err error) {
	if o == nil {
		return 0, true, nil
	}
	limit, err = expr.Index(plainInt(o))
	return limit, limit == 0, err
}

// replacing is a sub() under way. CPython makes a list of all parts and joins it
// at the end, so that a part of the wrong type is an error only then.
type replacing struct {
	*finder
	by    expr.Object // a function, or nil
	parts []pyre.Part // otherwise
	wrong expr.Object // what parts come from, when it has the wrong type
	dst   []byte
	items int   // in CPython's list
	err   error // about the first of them that has the wrong type
}

func (p *pattern) replace(t *expr.Thread, args []expr.Object) (result expr.Object, n int64, err error) {
	limit, unlimited, err := limitArg(args[2])
	if err != nil {
		return nil, 0, err
	}
	r := &replacing{}
	if err := r.read(t, p, args[0]); err != nil {
		return nil, 0, err
	}
	if r.finder, err = p.finder(t, args[1:2]); err != nil {
		return nil, 0, err
	}
	last := 0
	for unlimited || n < limit {
		marks, err := r.next(t)
		if err != nil {
			return nil, 0, err
		}
		if marks == nil {
			break
		}
		from, to := marks[0], marks[1]
		if err := r.keep(t, last, from); err != nil {
			return nil, 0, err
		}
		if err := r.put(t, marks); err != nil {
			return nil, 0, err
		}
		last = to
		n++
	}
	if err := r.keep(t, last, len(r.s.text)); err != nil {
		return nil, 0, err
	}
	return textObject(string(r.dst), r.s.isBytes), n, r.err
}

// read reads the argument repl: a function, or a template.
func (r *replacing) read(t *expr.Thread, p *pattern, o expr.Object) error {
	text, isBytes, ok := textOrBytes(o)
	if !ok {
		callable, err := expr.Call(t, expr.Builtin("callable"), o)
		if err != nil {
			return err
		}
		if callable != expr.True {
			_, err := expr.Hash(t, o)
			return orElse(err, notATemplate(o))
		}
		r.by = o
		return nil
	}
	var err error
	r.parts, err = p.Template(t, text, isBytes)
	if isBytes != p.Bytes {
		r.wrong = o
	}
	return err
}

// keep appends what stands between two matches.
func (r *replacing) keep(t *expr.Thread, from, to int) error {
	if from == to {
		return nil
	}
	r.items++
	return r.append(t, r.s.text[from:to])
}

// append appends a text. It is there twice for a moment at the end.
func (r *replacing) append(t *expr.Thread, text string) error {
	if err := t.ChargeText(2 * len(text)); err != nil {
		return err
	}
	r.dst = append(r.dst, text...)
	return nil
}

// put appends what stands for a match.
func (r *replacing) put(t *expr.Thread, marks []int) error {
	switch {
	case r.by != nil:
		return r.call(t, marks)
	case r.wrong != nil:
		r.fail(r.wrong)
	default:
		var err error
		r.dst, err = appendParts(t, r.dst, r.parts, r.s, marks)
		r.items++
		return err
	}
	return nil
}

// fail remembers the first part that has the wrong type.
func (r *replacing) fail(o expr.Object) {
	if r.err == nil {
		r.err = notJoined(r.items, o, r.s.isBytes)
	}
	r.items++
}

// call appends what the function makes of a match; None is nothing.
func (r *replacing) call(t *expr.Thread, marks []int) error {
	m, err := r.match(t, marks)
	if err != nil {
		return err
	}
	o, err := expr.Call(t, r.by, m)
	if err != nil {
		return err
	}
	if _, none := o.(value.None); none {
		return nil
	}
	text, isBytes, ok := textOrBytes(o)
	if !ok || isBytes != r.s.isBytes {
		r.fail(o)
		return nil
	}
	r.items++
	return r.append(t, text)
}

// split is split(): args are string and maxsplit.
func (p *pattern) split(t *expr.Thread, args []expr.Object) (expr.Object, error) {
	limit, unlimited, err := limitArg(args[1])
	if err != nil {
		return nil, err
	}
	f, err := p.finder(t, args[:1])
	if err != nil {
		return nil, err
	}
	all := expr.NewList(nil)
	add := func(o expr.Object, err error) error {
		if err != nil {
			return err
		}
		return all.Append(t, o)
	}
	last := 0
	for n := int64(0); unlimited || n < limit; n++ {
		marks, err := f.next(t)
		if err != nil {
			return nil, err
		}
		if marks == nil {
			break
		}
		if err := add(f.s.part(t, last, marks[0])); err != nil {
			return nil, err
		}
		last = marks[1]
		for i := 2; i+1 < len(marks); i += 2 {
			o := expr.None
			if marks[i] >= 0 {
				o, err = f.s.part(t, marks[i], marks[i+1])
			}
			if err := add(o, err); err != nil {
				return nil, err
			}
		}
	}
	return all, add(f.s.part(t, last, len(f.s.text)))
}
