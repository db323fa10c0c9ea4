package modules

import (
	"althing/expr"
	"althing/value"
)

// stringModule is Python's string.
func stringModule() *expr.Module {
	const (
		lower, upper, digits = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
		punctuation          = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
		whitespace           = " \t\n\r\v\f"
	)
	all := attrs(expr.NewFunc("capwords", capWords).Forgets())
	for name, text := range map[string]string{
		"ascii_lowercase": lower,
		"ascii_uppercase": upper,
		"ascii_letters":   lower + upper,
		"digits":          digits,
		"hexdigits":       digits + "abcdef" + "ABCDEF",
		"octdigits":       digits[:8],
		"punctuation":     punctuation,
		"whitespace":      whitespace,
		"printable":       digits + lower + upper + punctuation + whitespace,
	} {
		all[name] = value.Str(text)
	}
	all["Template"], all["Formatter"] = templateType(), formatterType()
	return &expr.Module{Name: "string", Attrs: all}
}

var capWordsParams = expr.NewParams("capwords", "s sep?")

// capWords capitalises the words between separators; without one, white space is
// made single blanks.
func capWords(t *expr.Thread, a expr.Args) (expr.Object, error) {
	var s expr.Object
	sep := expr.None
	if err := capWordsParams.Bind(a, &s, &sep); err != nil {
		return nil, err
	}
	between := sep
	some, err := expr.Truth(t, sep)
	if err != nil {
		return nil, err
	}
	if !some {
		between = value.Str(" ")
	}
	join, err := expr.GetAttr(t, between, "join")
	if err != nil {
		return nil, err
	}
	split, err := callMethod(t, s, "split", sep)
	if err != nil {
		return nil, err
	}
	words, err := expr.Collect(t, split)
	if err != nil {
		return nil, err
	}
	capitalize, err := expr.GetAttr(t, expr.Builtin("str"), "capitalize")
	if err != nil {
		return nil, err
	}
	for i, word := range words {
		if words[i], err = expr.Call(t, capitalize, word); err != nil {
			return nil, err
		}
	}
	return expr.Call(t, join, expr.NewList(words))
}

// callMethod is o.name(args).
func callMethod(t *expr.Thread, o expr.Object, name string, args ...expr.Object) (expr.Object, error) {
	method, err := expr.GetAttr(t, o, name)
	if err != nil {
		return nil, err
	}
	return expr.Call(t, method, args...)
}

// formatter is a string.Formatter, which nobody can refine here: it does what
// str.format does.
type formatter struct{ typ *expr.Type }

func (formatter) TypeName() string { return "Formatter" }

// Type is string.Formatter.
func (f formatter) Type() *expr.Type { return f.typ }

func formatterType() *expr.Type {
	ty := &expr.Type{Name: "string.Formatter", Attrs: map[string]expr.Object{
		"format":  expr.NewMethod("format", formatterFormat),
		"vformat": expr.NewMethod("vformat", formatterVFormat),
	}}
	ty.New = func(_ *expr.Thread, a expr.Args) (expr.Object, error) {
		if len(a.Pos)+len(a.Names) > 0 {
			return nil, expr.TypeError("Formatter() takes no arguments")
		}
		return formatter{ty}, nil
	}
	return ty
}

func formatterFormat(t *expr.Thread, _ expr.Object, a expr.Args) (expr.Object, error) {
	if len(a.Pos) == 0 {
		return nil, expr.TypeError("Formatter.format() missing 1 required positional argument: 'format_string'")
	}
	return strFormat(t, a.Pos[0], expr.Args{Pos: a.Pos[1:], Names: a.Names, Named: a.Named})
}

var vFormatParams = expr.NewParams("Formatter.vformat", "format_string args kwargs")

func formatterVFormat(t *expr.Thread, _ expr.Object, a expr.Args) (expr.Object, error) {
	var template, args, named expr.Object
	if err := vFormatParams.Bind(a, &template, &args, &named); err != nil {
		return nil, err
	}
	var given expr.Args
	var err error
	if given.Pos, err = expr.Collect(t, args); err != nil {
		return nil, err
	}
	d, ok := named.(*expr.Dict)
	if !ok {
		return nil, expr.TypeError("vformat() wants a dict, not %s", named.TypeName())
	}
	if err := t.ChargeSlots(2 * d.Len()); err != nil {
		return nil, err
	}
	for key, o := range d.All() {
		if name, ok := key.(value.Str); ok {
			given.Names, given.Named = append(given.Names, string(name)), append(given.Named, o)
		}
	}
	return strFormat(t, template, given)
}

// strFormat is str.format.
func strFormat(t *expr.Thread, template expr.Object, a expr.Args) (expr.Object, error) {
	if _, ok := template.(value.Str); !ok {
		return nil, expr.TypeError("expected str, got %s", template.TypeName())
	}
	format, err := expr.GetAttr(t, template, "format")
	if err != nil {
		return nil, err
	}
	return expr.CallArgs(t, format, a)
}
