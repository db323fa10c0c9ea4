package modules

import (
	"slices"
	"strings"

	"althing/expr"
	"althing/value"
)

// fnmatchModule is Python's fnmatch, as on a system that tells capital letters
// from small ones.
func fnmatchModule() *expr.Module {
	g := &globs{}
	return &expr.Module{Name: "fnmatch", Attrs: attrs(
		g.function("fnmatch", "name pat", g.fnmatch),
		g.function("fnmatchcase", "name pat", g.match),
		g.function("filter", "names pat", g.filter),
		g.function("translate", "pat", globTranslate),
	)}
}

// globs compiles its patterns with those of re, but keeps them apart.
type globs struct{ regex }

// function makes a function of one or two arguments.
func (g *globs) function(name, spec string, fn func(t *expr.Thread, a, b expr.Object) (expr.Object, error)) *expr.Func {
	params := expr.NewParams(name, spec)
	return expr.NewFunc(name, func(t *expr.Thread, a expr.Args) (expr.Object, error) {
		var args [2]expr.Object
		if err := params.Bind(a, &args[0], &args[1]); err != nil {
			return nil, err
		}
		return fn(t, args[0], args[1])
	}).Forgets()
}

// fileName refuses what os.path would not take.
func fileName(o expr.Object) error {
	switch o.(type) {
	case value.Str, value.Bytes:
		return nil
	}
	return expr.TypeError("expected str, bytes or os.PathLike object, not %s", expr.TypeOf(o).ShortName())
}

func (g *globs) fnmatch(t *expr.Thread, name, pat expr.Object) (expr.Object, error) {
	if err := orElse(fileName(name), fileName(pat)); err != nil {
		return nil, err
	}
	return g.match(t, name, pat)
}

func (g *globs) match(t *expr.Thread, name, pat expr.Object) (expr.Object, error) {
	p, err := g.pattern(t, pat)
	if err != nil {
		return nil, err
	}
	m, err := p.matchAt(t, []expr.Object{name})
	return expr.Bool(m != expr.None), err
}

// filter gives those of the names that match.
func (g *globs) filter(t *expr.Thread, names, pat expr.Object) (expr.Object, error) {
	if err := fileName(pat); err != nil {
		return nil, err
	}
	p, err := g.pattern(t, pat)
	if err != nil {
		return nil, err
	}
	it, err := expr.Iterate(t, names)
	if err != nil {
		return nil, err
	}
	found := expr.NewList(nil)
	for {
		name, err := expr.Next(t, it)
		if name == nil || err != nil {
			return found, err
		}
		m, err := p.matchAt(t, []expr.Object{name})
		if err == nil && m != expr.None {
			err = found.Append(t, name)
		}
		if err != nil {
			return nil, err
		}
	}
}

// pattern compiles a pattern of file names.
func (g *globs) pattern(t *expr.Thread, o expr.Object) (*pattern, error) {
	if _, err := expr.Hash(t, o); err != nil {
		return nil, err
	}
	text, isBytes, ok := textOrBytes(o)
	if !ok {
		return nil, expr.TypeError("object of type '%s' has no len()", o.TypeName())
	}
	source, err := translateGlob(t, text, isBytes, matchingForm)
	if err != nil {
		return nil, err
	}
	return g.compile(t, textObject(source, isBytes), nil)
}

func globTranslate(t *expr.Thread, pat, _ expr.Object) (expr.Object, error) {
	s, ok := pat.(value.Str)
	if !ok {
		return nil, expr.TypeError("object of type '%s' has no len()", pat.TypeName())
	}
	source, err := translateGlob(t, string(s), false, shownForm)
	if err != nil {
		return nil, err
	}
	return text(t, source)
}

// globForm is how to write what only some regular expressions have. Atomic groups
// save CPython time and change nothing.
type globForm struct{ atomic, nothing string }

var (
	shownForm    = globForm{"(?>", "(?!)"}
	matchingForm = globForm{"(?:", `[^\s\S]`}
)

// translateGlob makes a regular expression of a pattern of file names.
func translateGlob(t *expr.Thread, pat string, isBytes bool, form globForm) (string, error) {
	const mostPerByte = 64
	if err := t.Charge(mostPerByte * int64(len(pat))); err != nil {
		return "", err
	}
	if err := t.Step(int64(len(pat)) / 4); err != nil {
		return "", err
	}
	parts := globParts(globChars(pat, isBytes), form)
	out := append([]byte("(?s:"), parts[0]...)
	for i, part := range parts[1:] {
		if i == len(parts)-2 {
			out = append(append(out, ".*"...), part...)
			continue
		}
		out = append(append(out, form.atomic+".*?"...), part...)
		out = append(out, ')')
	}
	out = append(out, `)\Z`...)
	if !isBytes {
		return string(out), nil
	}
	raw := make([]byte, 0, len(out))
	for _, r := range string(out) {
		raw = append(raw, byte(r))
	}
	return string(raw), nil
}

// globChars are the characters of a pattern; bytes are those of Latin-1.
func globChars(pat string, isBytes bool) []rune {
	chars := make([]rune, 0, len(pat))
	for pat != "" {
		r, n := rune(pat[0]), 1
		if !isBytes {
			r, n = value.DecodeRune(pat)
		}
		chars, pat = append(chars, r), pat[n:]
	}
	return chars
}

// globParts writes what stands between the stars of a pattern as regular
// expressions. Stars side by side are one.
func globParts(pat []rune, form globForm) [][]byte {
	parts := [][]byte{nil}
	last := 0
	for i := 0; i < len(pat); i++ {
		switch pat[i] {
		case '*':
			if last == 0 || len(parts[last]) > 0 {
				parts = append(parts, nil)
				last++
			}
		case '?':
			parts[last] = append(parts[last], '.')
		case '[':
			end := globSetEnd(pat, i+1)
			if end < 0 {
				parts[last] = append(parts[last], `\[`...)
				continue
			}
			parts[last] = append(parts[last], globSet(pat[i+1:end], form)...)
			i = end
		default:
			parts[last] = append(parts[last], escaped(runesText(pat[i:i+1]))...)
		}
	}
	return parts
}

// globSetEnd finds the bracket that closes a set; one that comes first is a
// member. -1: there is none.
func globSetEnd(pat []rune, begin int) int {
	at := begin
	if at < len(pat) && pat[at] == '!' {
		at++
	}
	if at < len(pat) {
		at++
	}
	for ; at < len(pat); at++ {
		if pat[at] == ']' {
			return at
		}
	}
	return -1
}

// globSet writes a set.
func globSet(set []rune, form globForm) string {
	var out strings.Builder
	for i, chunk := range globChunks(set) {
		if i > 0 {
			out.WriteByte('-')
		}
		for _, r := range chunk {
			if strings.ContainsRune(`\&~|`, r) || r == '-' && slices.Contains(set, '-') {
				out.WriteByte('\\')
			}
			out.WriteString(runesText([]rune{r}))
		}
	}
	switch s := out.String(); {
	case s == "":
		return form.nothing
	case s == "!":
		return "."
	case s[0] == '!':
		return "[^" + s[1:] + "]"
	case s[0] == '^' || s[0] == '[':
		return `[\` + s + "]"
	default:
		return "[" + s + "]"
	}
}

// globChunks cuts a set where a hyphen makes a range of the characters around it.
// A range that goes backwards is empty, and left out.
func globChunks(set []rune) [][]rune {
	var chunks [][]rune
	from := 1
	if set[0] == '!' {
		from = 2
	}
	for from < len(set) {
		at := slices.Index(set[from:], '-')
		if at < 0 {
			break
		}
		chunks = append(chunks, set[:from+at])
		set = set[from+at+1:]
		from = 2
	}
	if len(set) > 0 || len(chunks) == 0 {
		chunks = append(chunks, set)
	} else {
		last := len(chunks) - 1
		chunks[last] = append(slices.Clone(chunks[last]), '-')
	}
	for i := len(chunks) - 1; i > 0; i-- {
		before, after := chunks[i-1], chunks[i]
		if before[len(before)-1] > after[0] {
			chunks[i-1] = append(slices.Clone(before[:len(before)-1]), after[1:]...)
			chunks = slices.Delete(chunks, i, i+1)
		}
	}
	return chunks
}

// runesText is the text of code points.
func runesText(runes []rune) string {
	var dst []byte
	for _, r := range runes {
		dst = value.AppendRune(dst, r)
	}
	return string(dst)
}
