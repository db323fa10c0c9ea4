package session

import (
	"math"

	"althing/value"
	"althing/wire"
)

// params takes members out of a method's params, and keeps the first error. A
// member that is null is as good as missing.
type params struct {
	of  *value.Dict
	err error
}

// wrong notes that the params are wrong.
func (p *params) wrong(format string, args ...any) {
	if p.err == nil {
		p.err = wire.WrongParams(format, args...)
	}
}

// value gives a member, and nil when it is missing.
func (p *params) value(key string) value.Value {
	v, ok := p.of.Get(value.Str(key))
	if _, none := v.(value.None); !ok || none {
		return nil
	}
	return v
}

// given gives a member, which may be null.
func (p *params) given(key string) (value.Value, bool) { return p.of.Get(value.Str(key)) }

// needed gives a member that must be there, and may be null.
func (p *params) needed(key string) value.Value {
	v, ok := p.given(key)
	if !ok {
		p.wrong("'%s' is missing among the params", key)
	}
	return v
}

// text gives a text that must be there.
func (p *params) text(key string) string {
	if p.value(key) == nil {
		p.wrong("'%s' is missing among the params", key)
	}
	return p.maybeText(key)
}

// maybeText gives a text, and nothing when it is missing.
func (p *params) maybeText(key string) string {
	v := p.value(key)
	text, ok := v.(value.Str)
	if v != nil && !ok {
		p.wrong("'%s' is a text, not %s", key, v.TypeName())
	}
	return string(text)
}

// list gives the items of a list, none when it is missing.
func (p *params) list(key string) []value.Value {
	v := p.value(key)
	list, ok := v.(value.List)
	if v != nil && !ok {
		p.wrong("'%s' is a list, not %s", key, v.TypeName())
	}
	return list
}

// flag gives a truth that must be there.
func (p *params) flag(key string) bool {
	b, ok := p.value(key).(value.Bool)
	if !ok {
		p.wrong("'%s' is true or false", key)
	}
	return bool(b)
}

// seconds gives a number, and false when it is missing.
func (p *params) seconds(key string) (float64, bool) {
	switch v := p.value(key).(type) {
	case nil:
		return 0, false
	case value.Int:
		return float64(v), true
	case value.Float:
		if !math.IsNaN(float64(v)) {
			return float64(v), true
		}
	}
	p.wrong("'%s' is a number of seconds", key)
	return 0, false
}

// number gives a whole number that is not negative, and false when it is missing.
func (p *params) number(key string) (uint64, bool) {
	v := p.value(key)
	n, ok := v.(value.Int)
	switch {
	case v == nil:
		return 0, false
	case !ok || n < 0:
		p.wrong("'%s' is a whole number from 0", key)
	}
	return uint64(n), true
}

// numbers gives whole numbers that are not negative, by their names, and none when
// they are missing.
func (p *params) numbers(key string, most int) map[string]uint64 {
	given := p.value(key)
	d, ok := given.(*value.Dict)
	switch {
	case given == nil:
		return nil
	case !ok || d.Len() > most:
		p.wrong("'%s' is an object with a whole number for each hub", key)
		return nil
	}
	all := make(map[string]uint64, d.Len())
	for _, pair := range d.Pairs() {
		name, named := pair.Key.(value.Str)
		n, counted := pair.Value.(value.Int)
		if !named || !counted || n < 0 {
			p.wrong("'%s' is an object with a whole number for each hub", key)
		}
		all[string(name)] = uint64(n)
	}
	return all
}

// count gives a whole number that is not negative, 0 when it is missing.
func (p *params) count(key string) int {
	n, _ := p.number(key)
	return int(min(n, math.MaxInt32))
}
