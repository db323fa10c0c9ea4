package modules

import (
	"althing/expr"
	"althing/expr/internal/pyrand"
	"althing/value"
)

// stateVersion is what CPython calls the form of the states of its generators.
const stateVersion = 3

// randomTypes makes Random, of which a run makes generators of its own, and
// SystemRandom, whose generators draw from the system and cannot be seeded.
func randomTypes() []*expr.Type {
	seeded := &expr.Type{Name: "random.Random", Attrs: methodsOf(drawings)}
	seeded.New = func(t *expr.Thread, a expr.Args) (expr.Object, error) {
		seed := expr.None
		if err := randomParams.Bind(a, &seed); err != nil {
			return nil, err
		}
		d, err := newSeeded(t, seed)
		if err != nil {
			return nil, err
		}
		d.typ = seeded
		return d, nil
	}
	system := &expr.Type{Name: "random.SystemRandom", Base: seeded, Attrs: methodsOf([]drawing{
		{name: "seed", spec: "a? version?", draw: func(*expr.Thread, *draws, given) (expr.Object, error) { return expr.None, nil }},
		{name: "getstate", draw: noState},
		{name: "setstate", spec: "state", draw: noState},
	})}
	system.New = func(t *expr.Thread, a expr.Args) (expr.Object, error) {
		seed := expr.None // of no use
		if err := randomParams.Bind(a, &seed); err != nil {
			return nil, err
		}
		d, err := newDraws(t)
		if err != nil {
			return nil, err
		}
		d.typ = system
		d.FromSystem()
		return d, nil
	}
	return []*expr.Type{seeded, system}
}

func methodsOf(list []drawing) map[string]expr.Object {
	all := map[string]expr.Object{"VERSION": value.Int(stateVersion)}
	for _, w := range list {
		all[w.name] = w.method()
	}
	return all
}

var randomParams = expr.NewParams("Random.__init__", "x?")

// newSeeded makes a generator with a seed.
func newSeeded(t *expr.Thread, seed expr.Object) (*draws, error) {
	d, err := newDraws(t)
	if err != nil {
		return nil, err
	}
	_, err = randomSeed(t, d, given{seed})
	return d, err
}

func noState(*expr.Thread, *draws, given) (expr.Object, error) {
	return nil, expr.Raise("NotImplementedError", "System entropy source does not have state.")
}

// TypeName is the type's name without its module.
func (d *draws) TypeName() string { return d.typ.ShortName() }

// Type is random.Random or random.SystemRandom.
func (d *draws) Type() *expr.Type { return d.typ }

// randomGetState gives the state as CPython has it: its version, the words and
// the place among them, and the number that gauss() keeps.
func randomGetState(t *expr.Thread, d *draws, _ given) (expr.Object, error) {
	words, place := d.State()
	items := make([]expr.Object, 0, len(words)+1)
	for _, word := range words {
		items = append(items, value.Int(word))
	}
	inner, err := tuple(t, append(items, value.Int(place))...)
	if err != nil {
		return nil, err
	}
	spare := expr.None
	if d.spare != nil {
		spare = number(*d.spare)
	}
	return tuple(t, value.Int(stateVersion), inner, spare)
}

// randomSetState takes up a state where getstate() left it.
func randomSetState(t *expr.Thread, d *draws, g given) (expr.Object, error) {
	parts, err := expr.Collect(t, g[0])
	if err != nil {
		return nil, err
	}
	if len(parts) != 3 {
		return nil, expr.ValueError("a state has 3 parts, not %d", len(parts))
	}
	version, err := expr.Equal(t, parts[0], value.Int(stateVersion))
	if err != nil {
		return nil, err
	}
	if !version {
		shown, err := expr.Text(t, parts[0])
		if err != nil {
			return nil, err
		}
		return nil, expr.ValueError("state with version %s passed to Random.setstate() of version %d", shown, stateVersion)
	}
	spare, err := spareOf(parts[2])
	if err != nil {
		return nil, err
	}
	if err := d.setWords(parts[1]); err != nil {
		return nil, err
	}
	d.spare = spare
	return expr.None, nil
}

// spareOf reads what gauss() keeps.
func spareOf(o expr.Object) (*float64, error) {
	if o == expr.None {
		return nil, nil
	}
	f, err := expr.AsFloat(o)
	return &f, err
}

func (d *draws) setWords(o expr.Object) error {
	state, ok := o.(*expr.Tuple)
	if !ok {
		return expr.TypeError("state vector must be a tuple")
	}
	var words [pyrand.Words]uint32
	if len(state.Items()) != len(words)+1 {
		return expr.ValueError("state vector is the wrong size")
	}
	for i, item := range state.Items()[:len(words)] {
		word, err := index(item)
		if err != nil {
			return err
		}
		words[i] = uint32(word.Uint64())
	}
	place, err := expr.Index(state.Items()[len(words)])
	if err != nil {
		return err
	}
	if !d.SetState(words, place) {
		return expr.ValueError("invalid state")
	}
	return nil
}
