package expr

// builtins are the names that are there without anybody's doing. Nobody changes
// the map once the package is initialised.
var builtins = map[string]Object{}

// defineBuiltins adds functions that take no keyword arguments and keep nothing.
func defineBuiltins(list ...*Func) {
	for _, f := range list {
		f.forgets = true
		builtins[f.name] = f
	}
}

// builtin makes a function that takes from least to most positional
// arguments (most -1: any number) and no others.
func builtin(name string, least, most int, fn func(t *Thread, args []Object) (Object, error)) *Func {
	return &Func{name: name, args: fn, min: least, max: most}
}

// Builtin gives a built-in function or type by name; nil when there is none.
func Builtin(name string) Object {
	library()
	return builtins[name]
}

// BuiltinNames gives the names of all that is built in, in no order.
func BuiltinNames() []string {
	library()
	names := make([]string, 0, len(builtins))
	for name := range builtins {
		names = append(names, name)
	}
	return names
}
