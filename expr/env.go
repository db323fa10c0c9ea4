package expr

// Env is where the names of a program come from and go to, after the parameters
// of lambdas and the variables of comprehensions and walruses, and before the
// built-in names. It is used by one run at a time.
type Env interface {
	// Lookup gives the object of a name; false when there is none.
	Lookup(t *Thread, name string) (Object, bool, error)
	// Assign binds a name: name = o.
	Assign(t *Thread, name string, o Object) error
	// Delete unbinds a name: del name. It returns NameError(name) when there is
	// none.
	Delete(t *Thread, name string) error
}

// Vars is an Env that is a map.
type Vars map[string]Object

// Lookup gives the object of a name.
func (v Vars) Lookup(_ *Thread, name string) (Object, bool, error) {
	o, ok := v[name]
	return o, ok, nil
}

// Assign binds a name.
func (v Vars) Assign(t *Thread, name string, o Object) error {
	if err := t.Charge(slotSize + int64(len(name))); err != nil {
		return err
	}
	v[name] = o
	return nil
}

// Delete unbinds a name.
func (v Vars) Delete(_ *Thread, name string) error {
	if _, ok := v[name]; !ok {
		return NameError(name)
	}
	delete(v, name)
	return nil
}
