package modules

import (
	"strconv"

	"althing/expr"
	"althing/expr/internal/pyre"
	"althing/value"
)

// match is a re.Match. It is immutable.
type match struct {
	p           *pattern
	s           *subject
	marks       []int // begin and end of every group in bytes; -1: it took no part
	chars       []int // the same in characters
	pos, endpos int64
	last        int // the group that was closed last; -1: none
}

var (
	_ expr.HasType = &match{}
	_ expr.HasItem = &match{}
	_ expr.Texter  = &match{}
)

func (r *regex) defineMatch() {
	number := func(get func(m *match) int64) *expr.Property {
		return property(func(self expr.Object) expr.Object { return expr.Int(get(self.(*match))) })
	}
	r.match = expr.Type{Name: "re.Match", Attrs: map[string]expr.Object{
		"string":    property(func(self expr.Object) expr.Object { return self.(*match).s.object }),
		"re":        property(func(self expr.Object) expr.Object { return self.(*match).p }),
		"pos":       number(func(m *match) int64 { return m.pos }),
		"endpos":    number(func(m *match) int64 { return m.endpos }),
		"lastindex": property(func(self expr.Object) expr.Object { return self.(*match).lastIndex() }),
		"lastgroup": property(func(self expr.Object) expr.Object { return self.(*match).lastGroup() }),
		"regs":      &expr.Property{Get: matchRegs},
		"group":     expr.NewMethod("group", matchGroup),
		"groups":    matchAll("groups", (*match).groups),
		"groupdict": matchAll("groupdict", (*match).groupDict),
		"expand":    expr.NewMethod("expand", matchExpand),
		"start": matchPlace("start", func(_ *expr.Thread, from, _ int) (expr.Object, error) {
			return expr.Int(int64(from)), nil
		}),
		"end": matchPlace("end", func(_ *expr.Thread, _, to int) (expr.Object, error) {
			return expr.Int(int64(to)), nil
		}),
		"span": matchPlace("span", span),
	}}
}

func span(t *expr.Thread, from, to int) (expr.Object, error) {
	return tuple(t, expr.Int(int64(from)), expr.Int(int64(to)))
}

func (*match) TypeName() string { return "re.Match" }

// Type is re.Match.
func (m *match) Type() *expr.Type { return &m.p.match }

func (m *match) lastIndex() expr.Object {
	if m.last < 0 {
		return expr.None
	}
	return expr.Int(int64(m.last))
}

func (m *match) lastGroup() expr.Object {
	if m.last < 0 || m.p.Names[m.last] == "" {
		return expr.None
	}
	return value.Str(m.p.Names[m.last])
}

// number finds the group that an argument means.
func (m *match) number(o expr.Object) (int, error) {
	switch o := o.(type) {
	case value.Str:
		if i, ok := m.p.Group(string(o)); ok {
			return i, nil
		}
	default:
		if i, ok := expr.AsInt(plainInt(o)); ok && i >= 0 && i <= int64(m.p.Groups()) {
			return int(i), nil
		}
	}
	return 0, expr.IndexError("no such group")
}

// group is the text of a group, or what stands for one that took no part.
func (m *match) group(t *expr.Thread, i int, otherwise expr.Object) (expr.Object, error) {
	if m.marks[2*i] < 0 {
		return otherwise, nil
	}
	return m.s.part(t, m.marks[2*i], m.marks[2*i+1])
}

// Item is m[group].
func (m *match) Item(t *expr.Thread, key expr.Object) (expr.Object, error) {
	i, err := m.number(key)
	if err != nil {
		return nil, err
	}
	return m.group(t, i, expr.None)
}

func matchGroup(t *expr.Thread, self expr.Object, a expr.Args) (expr.Object, error) {
	m := self.(*match)
	if len(a.Names) > 0 {
		return nil, expr.TypeError("Match.group() takes no keyword arguments")
	}
	switch len(a.Pos) {
	case 0:
		return m.group(t, 0, expr.None)
	case 1:
		return m.Item(t, a.Pos[0])
	}
	texts := make([]expr.Object, len(a.Pos))
	for i, key := range a.Pos {
		var err error
		if texts[i], err = m.Item(t, key); err != nil {
			return nil, err
		}
	}
	return tuple(t, texts...)
}

// matchAll makes a method about all groups, with what stands for those that took
// no part as its argument.
func matchAll(name string, fn func(m *match, t *expr.Thread, otherwise expr.Object) (expr.Object, error)) *expr.Method {
	s := &signature{fn: name + "()", names: []string{"default"}, pos: 1}
	return expr.NewMethod(name, func(t *expr.Thread, self expr.Object, a expr.Args) (expr.Object, error) {
		otherwise := expr.None
		if err := s.bind(a, &otherwise); err != nil {
			return nil, err
		}
		return fn(self.(*match), t, otherwise)
	})
}

func (m *match) groups(t *expr.Thread, otherwise expr.Object) (expr.Object, error) {
	texts := make([]expr.Object, m.p.Groups())
	for i := range texts {
		var err error
		if texts[i], err = m.group(t, i+1, otherwise); err != nil {
			return nil, err
		}
	}
	return tuple(t, texts...)
}

func (m *match) groupDict(t *expr.Thread, otherwise expr.Object) (expr.Object, error) {
	return m.p.byName(t, func(i int) (expr.Object, error) { return m.group(t, i, otherwise) })
}

// matchPlace makes a method about the place of a group.
func matchPlace(name string, fn func(t *expr.Thread, from, to int) (expr.Object, error)) *expr.Method {
	return expr.NewMethod(name, func(t *expr.Thread, self expr.Object, a expr.Args) (expr.Object, error) {
		m := self.(*match)
		if len(a.Names) > 0 {
			return nil, expr.TypeError("Match.%s() takes no keyword arguments", name)
		}
		if err := a.Between(name, 0, 1); err != nil {
			return nil, err
		}
		i := 0
		if len(a.Pos) > 0 {
			var err error
			if i, err = m.number(a.Pos[0]); err != nil {
				return nil, err
			}
		}
		return fn(t, m.chars[2*i], m.chars[2*i+1])
	})
}

func matchRegs(t *expr.Thread, self expr.Object) (expr.Object, error) {
	m := self.(*match)
	spans := make([]expr.Object, m.p.Groups()+1)
	for i := range spans {
		var err error
		if spans[i], err = span(t, m.chars[2*i], m.chars[2*i+1]); err != nil {
			return nil, err
		}
	}
	return tuple(t, spans...)
}

var expandSignature = signature{fn: "expand()", names: []string{"template"}, required: 1, pos: 1}

func matchExpand(t *expr.Thread, self expr.Object, a expr.Args) (expr.Object, error) {
	m := self.(*match)
	var o expr.Object
	if err := expandSignature.bind(a, &o); err != nil {
		return nil, err
	}
	text, isBytes, ok := textOrBytes(o)
	if !ok {
		return nil, notATemplate(o)
	}
	parts, err := m.p.Template(t, text, isBytes)
	if err != nil {
		return nil, err
	}
	if isBytes != m.p.Bytes {
		return nil, notJoined(0, o, m.p.Bytes)
	}
	dst, err := appendParts(t, nil, parts, m.s, m.marks)
	return textObject(string(dst), isBytes), err
}

// notATemplate is the error for what is no text.
func notATemplate(o expr.Object) error {
	return expr.TypeError("decoding to str: need a bytes-like object, %s found", o.TypeName())
}

// notJoined is the error of str.join or bytes.join.
func notJoined(at int, o expr.Object, isBytes bool) error {
	if isBytes {
		return expr.TypeError("sequence item %d: expected a bytes-like object, %s found", at, o.TypeName())
	}
	return expr.TypeError("sequence item %d: expected str instance, %s found", at, o.TypeName())
}

// appendParts appends a template with the groups of a match in their places.
func appendParts(t *expr.Thread, dst []byte, parts []pyre.Part, s *subject, marks []int) ([]byte, error) {
	for _, part := range parts {
		text := part.Text
		if part.Group >= 0 {
			text = ""
			if from := marks[2*part.Group]; from >= 0 {
				text = s.text[from:marks[2*part.Group+1]]
			}
		}
		if err := t.ChargeText(2 * len(text)); err != nil {
			return nil, err
		}
		dst = append(dst, text...)
	}
	return dst, nil
}

func (m *match) Str(t *expr.Thread) (string, error) { return m.Repr(t) }

// Repr is <re.Match object; span=(0, 1), match='a'>.
func (m *match) Repr(t *expr.Thread) (string, error) {
	const shown = 50 // characters, as in CPython
	text, err := m.group(t, 0, nil)
	if err != nil {
		return "", err
	}
	source, err := expr.Repr(t, text)
	if err != nil {
		return "", err
	}
	return "<re.Match object; span=(" + strconv.Itoa(m.chars[0]) + ", " + strconv.Itoa(m.chars[1]) +
		"), match=" + firstChars(source, shown) + ">", nil
}
