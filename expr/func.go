package expr

// Func is a function of the host or a built-in one. It is immutable, so that any
// number of runs may share it.
type Func struct {
	name string
	fn   func(t *Thread, a Args) (Object, error)
	// args and the bounds stand for fn where no keyword arguments are taken.
	args     func(t *Thread, args []Object) (Object, error)
	min, max int
	// forgets: nothing that the function made or was given outlives the call but
	// its result, so that a loop may give back the memory charged meanwhile.
	forgets bool
}

// NewFunc makes a function that an expression can call. fn runs on the
// goroutine of the run; what it does that takes long belongs into
// Thread.Outside, what it makes that is large into Thread.Charge. Its error
// reaches the caller of Run unchanged.
func NewFunc(name string, fn func(t *Thread, a Args) (Object, error)) *Func {
	return &Func{name: name, fn: fn}
}

// Forgets declares that f keeps nothing it was given or made beyond its result,
// so that a loop around it may reuse the memory charged. It returns f, which must
// not have been called yet.
func (f *Func) Forgets() *Func {
	f.forgets = true
	return f
}

// Name is the function's name.
func (f *Func) Name() string { return f.name }

// TypeName is Python's name for functions that are not written in Python.
func (*Func) TypeName() string { return "builtin_function_or_method" }

// Call calls the function.
func (f *Func) Call(t *Thread, a Args) (Object, error) {
	if !f.forgets {
		t.kept++
	}
	if f.args == nil {
		return f.fn(t, a)
	}
	if err := a.Between(f.name, f.min, f.max); err != nil {
		return nil, err
	}
	return f.args(t, a.Pos)
}
