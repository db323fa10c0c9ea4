package modules

import (
	crand "crypto/rand"
	"encoding/binary"

	"althing/expr"
	"althing/expr/internal/pyrand"
)

// randomModule is Python's random. Each run has a generator of its own, which
// begins where nobody can know unless the run calls seed().
func randomModule() *expr.Module {
	r := &random{}
	return &expr.Module{Name: "random", Attrs: attrs(
		positional("Random", "random", 0, 0, r.random).Forgets(),
	)}
}

// random is the module; its address is the key of a run's generator. (It must
// not be empty, for then it would not have an address of its own.)
type random struct{ _ byte }

// draws is the generator of one run.
type draws struct {
	pyrand.Source
	spare    float64 // the second number of a pair that gauss() made
	hasSpare bool
}

// drawsSize is what a generator takes in memory.
const drawsSize = 2600

// draws gives the generator of the run.
func (r *random) draws(t *expr.Thread) (*draws, error) {
	if d, ok := t.Local(r).(*draws); ok {
		return d, nil
	}
	if err := t.Charge(drawsSize); err != nil {
		return nil, err
	}
	d := &draws{}
	d.seedFreely()
	t.SetLocal(r, d)
	return d, nil
}

// seedFreely begins where nobody can know. Reading crypto/rand cannot fail.
func (d *draws) seedFreely() {
	var raw [624 * 4]byte
	crand.Read(raw[:]) //nolint:errcheck // it never fails
	key := make([]uint32, len(raw)/4)
	for i := range key {
		key[i] = binary.LittleEndian.Uint32(raw[i*4:])
	}
	d.SeedWords(key)
	d.hasSpare = false
}

func (r *random) random(t *expr.Thread, _ []expr.Object) (expr.Object, error) {
	d, err := r.draws(t)
	if err != nil {
		return nil, err
	}
	return number(d.Float64()), nil
}
