package expr

// Module is a named collection of objects: math, datetime. The host chooses
// which names it offers. Immutable, and then safe for concurrent use.
type Module struct {
	Name  string
	Attrs map[string]Object
}

// TypeName is "module".
func (*Module) TypeName() string { return "module" }

// Attr gives what the module holds by that name.
func (m *Module) Attr(_ *Thread, name string) (Object, error) { return m.Attrs[name], nil }
