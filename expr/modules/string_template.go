package modules

import (
	"slices"
	"strings"

	"althing/expr"
	"althing/value"
)

// template is a string.Template.
type template struct {
	typ  *expr.Type
	text expr.Object
}

func (*template) TypeName() string { return "Template" }

// Type is string.Template.
func (s *template) Type() *expr.Type { return s.typ }

func templateType() *expr.Type {
	ty := &expr.Type{Name: "string.Template", Attrs: map[string]expr.Object{
		"delimiter":       value.Str("$"),
		"template":        property(func(self expr.Object) expr.Object { return self.(*template).text }),
		"substitute":      substitution("substitute", false),
		"safe_substitute": substitution("safe_substitute", true),
		"is_valid":        templateMethod("is_valid", (*template).isValid),
		"get_identifiers": templateMethod("get_identifiers", (*template).identifiers),
	}}
	params := expr.NewParams("Template.__init__", "self template")
	ty.New = func(t *expr.Thread, a expr.Args) (expr.Object, error) {
		var self expr.Object
		s := &template{typ: ty}
		if err := params.Bind(withSelf(s, a), &self, &s.text); err != nil {
			return nil, err
		}
		return s, t.Charge(objectSize)
	}
	return ty
}

// withSelf puts the object before the arguments, as functions written in Python
// count it among them.
func withSelf(self expr.Object, a expr.Args) expr.Args {
	a.Pos = slices.Concat([]expr.Object{self}, a.Pos)
	return a
}

// templateMethod makes a method without arguments.
func templateMethod(name string, fn func(s *template, t *expr.Thread) (expr.Object, error)) *expr.Method {
	params := expr.NewParams("Template."+name, "self")
	return expr.NewMethod(name, func(t *expr.Thread, self expr.Object, a expr.Args) (expr.Object, error) {
		if err := params.Bind(withSelf(self, a), &self); err != nil {
			return nil, err
		}
		return fn(self.(*template), t)
	})
}

// placeholder is what begins with a dollar. Its name is empty for $$, and for what
// is neither.
type placeholder struct {
	begin, end int // in the text
	name       string
	dollar     bool // $$
}

// placeholders gives all of them, in order.
func (s *template) placeholders(t *expr.Thread) ([]placeholder, string, error) {
	text, ok := s.text.(value.Str)
	if !ok {
		return nil, "", expr.TypeError("expected string or bytes-like object, got '%s'", s.text.TypeName())
	}
	const size = 48
	if err := t.Charge(size * int64(strings.Count(string(text), "$"))); err != nil {
		return nil, "", err
	}
	if err := t.Step(int64(len(text)) / 16); err != nil {
		return nil, "", err
	}
	var all []placeholder
	for end := 0; ; {
		at := strings.IndexByte(string(text[end:]), '$')
		if at < 0 {
			return all, string(text), nil
		}
		p := readPlaceholder(string(text), end+at)
		all, end = append(all, p), p.end
	}
}

// readPlaceholder reads $$, $name or ${name}.
func readPlaceholder(text string, begin int) placeholder {
	p := placeholder{begin: begin, end: begin + len("$")}
	rest := text[p.end:]
	if strings.HasPrefix(rest, "$") {
		p.dollar = true
		p.end++
		return p
	}
	inside, braced := strings.CutPrefix(rest, "{")
	n := 0
	for n < len(inside) && (isWordStart(inside[n]) || n > 0 && inside[n] >= '0' && inside[n] <= '9') {
		n++
	}
	switch {
	case n == 0, braced && !strings.HasPrefix(inside[n:], "}"):
		return p
	case braced:
		p.end += len("{}")
	}
	p.name = inside[:n]
	p.end += n
	return p
}

func isWordStart(c byte) bool { return c == '_' || c|' ' >= 'a' && c|' ' <= 'z' }

// substitution makes substitute(), or safe_substitute(), which leaves what it does
// not know as it is.
func substitution(name string, safe bool) *expr.Method {
	params := expr.NewParams("Template."+name, "self mapping? /")
	return expr.NewMethod(name, func(t *expr.Thread, self expr.Object, a expr.Args) (expr.Object, error) {
		var mapping expr.Object
		if err := params.Bind(withSelf(self, expr.Args{Pos: a.Pos}), &self, &mapping); err != nil {
			return nil, err
		}
		return self.(*template).substitute(t, mapping, a, safe)
	})
}

func (s *template) substitute(t *expr.Thread, mapping expr.Object, named expr.Args, safe bool) (expr.Object, error) {
	all, text, err := s.placeholders(t)
	if err != nil {
		return nil, err
	}
	var out strings.Builder
	last := 0
	put := func(text string) error {
		out.WriteString(text)
		return t.ChargeText(2 * len(text))
	}
	for _, p := range all {
		shown, err := p.value(t, text, mapping, named, safe)
		if err == nil {
			err = put(text[last:p.begin])
		}
		if err == nil {
			err = put(shown)
		}
		if err != nil {
			return nil, err
		}
		last = p.end
	}
	err = put(text[last:])
	return value.Str(out.String()), err
}

// value is what stands for a placeholder.
func (p *placeholder) value(t *expr.Thread, text string, mapping expr.Object, named expr.Args, safe bool) (string, error) {
	switch {
	case p.dollar:
		return "$", nil
	case p.name == "" && safe:
		return text[p.begin:p.end], nil
	case p.name == "":
		return "", p.invalid(t, text)
	}
	o := named.Get(p.name)
	if o == nil {
		var err error
		if o, err = lookUp(t, mapping, p.name); err != nil {
			if safe && isRaised(err, "KeyError") {
				return text[p.begin:p.end], nil
			}
			return "", err
		}
	}
	return expr.Text(t, o)
}

// lookUp is mapping[name]; without a mapping nothing is there.
func lookUp(t *expr.Thread, mapping expr.Object, name string) (expr.Object, error) {
	if mapping == nil {
		return nil, expr.KeyError(t, value.Str(name))
	}
	return expr.GetItem(t, mapping, value.Str(name))
}

// invalid is the error for a dollar that begins no placeholder.
func (p *placeholder) invalid(t *expr.Thread, text string) error {
	lines, err := callMethod(t, value.Str(text[:p.begin+1]), "splitlines")
	if err != nil {
		return err
	}
	all, err := expr.Collect(t, lines)
	if err != nil {
		return err
	}
	last, err := expr.Len(t, all[len(all)-1])
	return orElse(err, expr.ValueError("Invalid placeholder in string: line %d, col %d", len(all), last))
}

// isValid says whether substitute() could do without an error about the text.
func (s *template) isValid(t *expr.Thread) (expr.Object, error) {
	all, _, err := s.placeholders(t)
	for _, p := range all {
		if p.name == "" && !p.dollar {
			return expr.False, err
		}
	}
	return expr.True, err
}

// identifiers are the names in the order of their first places.
func (s *template) identifiers(t *expr.Thread) (expr.Object, error) {
	all, _, err := s.placeholders(t)
	if err != nil {
		return nil, err
	}
	names := expr.NewDict()
	for _, p := range all {
		if p.name == "" {
			continue
		}
		if err := names.Set(t, value.Str(p.name), expr.None); err != nil {
			return nil, err
		}
	}
	list, err := expr.Collect(t, names)
	return expr.NewList(list), err
}
