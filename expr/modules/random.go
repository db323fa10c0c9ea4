package modules

import (
	crand "crypto/rand"
	"encoding/binary"
	"math/big"
	"slices"

	"althing/expr"
	"althing/expr/internal/pyrand"
	"althing/value"
)

// randomModule is Python's random. Each run has a generator of its own, which
// begins where nobody can know unless the run calls seed().
func randomModule() *expr.Module {
	r := &random{}
	return &expr.Module{Name: "random", Attrs: attrs(slices.Concat(
		r.generator(), r.integers(), r.sequences(), r.distributions(),
	)...)}
}

// random is the module; its address is the key of a run's generator, for which
// it must not be empty.
type random struct{ _ byte }

// draws is the generator of one run.
type draws struct {
	pyrand.Source
	spare *float64 // the second of the two numbers that gauss() makes at a time
}

const (
	// drawsSize is what a generator takes in memory.
	drawsSize = 2600
	// nsPerWord is how long 32 random bits take, as Thread.Work counts it.
	nsPerWord = 16
)

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

// seedFreely begins where nobody can know. 256 bits are more than can be tried.
func (d *draws) seedFreely() {
	var raw [32]byte
	crand.Read(raw[:]) // it never fails
	var key [len(raw) / 4]uint32
	for i := range key {
		key[i] = binary.LittleEndian.Uint32(raw[4*i:])
	}
	d.SeedWords(key[:])
}

// mostParams is how many parameters a method of the generator has at most.
const mostParams = 4

// given are the arguments of a method; nil is one that was left out.
type given [mostParams]expr.Object

// or is the i-th argument, or what stands for it.
func (g *given) or(i int, standard expr.Object) expr.Object {
	if g[i] == nil {
		return standard
	}
	return g[i]
}

// method makes a function that is a method of the generator. CPython has it in
// Python, where the generator itself counts as an argument.
func (r *random) method(name, spec string, fn func(t *expr.Thread, d *draws, g given) (expr.Object, error)) *expr.Func {
	plain, full := expr.NewParams("Random."+name, spec), expr.NewParams("Random."+name, "self "+spec)
	return expr.NewFunc(name, func(t *expr.Thread, a expr.Args) (expr.Object, error) {
		var g given
		if err := plain.Bind(a, &g[0], &g[1], &g[2], &g[3]); err != nil {
			var self expr.Object
			a.Pos = slices.Concat([]expr.Object{expr.None}, a.Pos)
			return nil, full.Bind(a, &self, &g[0], &g[1], &g[2], &g[3])
		}
		d, err := r.draws(t)
		if err != nil {
			return nil, err
		}
		return fn(t, d, g)
	})
}

// generator are the functions of the generator itself.
func (r *random) generator() []*expr.Func {
	return []*expr.Func{
		positional("Random", "random", 0, 0, func(t *expr.Thread, _ []expr.Object) (expr.Object, error) {
			d, err := r.draws(t)
			if err != nil {
				return nil, err
			}
			return number(d.Float64()), nil
		}).Forgets(),
		positional("Random", "getrandbits", 1, 1, func(t *expr.Thread, args []expr.Object) (expr.Object, error) {
			d, err := r.draws(t)
			if err != nil {
				return nil, err
			}
			return d.bits(t, args[0])
		}).Forgets(),
		r.method("randbytes", "n", randomBytes).Forgets(),
		r.method("seed", "a? version?", randomSeed).Forgets(),
	}
}

// bits is getrandbits(o).
func (d *draws) bits(t *expr.Thread, o expr.Object) (expr.Object, error) {
	k, err := bitsArg(o)
	if err != nil {
		return nil, err
	}
	if k < 64 {
		return expr.Int(int64(d.Bits(k))), nil
	}
	if err := chargeBits(t, k); err != nil {
		return nil, err
	}
	return value.Integer(d.BigBits(k)), nil
}

// bitsArg reads a number of bits.
func bitsArg(o expr.Object) (int, error) {
	big, err := index(o)
	switch {
	case err != nil:
		return 0, err
	case !big.IsInt64() || big.Int64() != int64(int32(big.Int64())):
		return 0, expr.OverflowError("Python int too large to convert to C int")
	case big.Sign() < 0:
		return 0, expr.ValueError("number of bits must be non-negative")
	}
	return int(big.Int64()), nil
}

// chargeBits charges k bits before they are drawn: as bytes, and as an object.
func chargeBits(t *expr.Thread, k int) error {
	const head = 64
	if err := t.Charge(head + 2*int64(k)/8); err != nil {
		return err
	}
	return t.Work(int64(k) / 32 * nsPerWord)
}

func randomBytes(t *expr.Thread, d *draws, g given) (expr.Object, error) {
	f := formula{t: t}
	n, err := f.result(f.mul(g[0], expr.Int(8)))
	if err != nil {
		return nil, err
	}
	k, err := bitsArg(n)
	if err != nil {
		return nil, err
	}
	if err := chargeBits(t, k); err != nil {
		return nil, err
	}
	dst := make([]byte, k/8)
	d.Fill(dst)
	return value.Bytes(dst), nil
}

func randomSeed(t *expr.Thread, d *draws, g given) (expr.Object, error) {
	version := g.or(1, expr.Int(2))
	first, err := expr.Equal(t, version, expr.Int(1))
	if err != nil {
		return nil, err
	}
	second, err := expr.Equal(t, version, expr.Int(2))
	if err != nil {
		return nil, err
	}
	d.spare = nil
	switch a := g.or(0, expr.None).(type) {
	case value.None:
		d.seedFreely()
	case value.Bool, value.Int, value.Big:
		return expr.None, d.seedInt(t, a)
	case value.Str, value.Bytes, *expr.ByteArray:
		switch {
		case second:
			return expr.None, d.seedText(t, a)
		case first:
			return expr.None, d.seedAsBefore(t, a)
		}
		return expr.None, d.seedHash(t, a)
	case value.Float:
		return expr.None, d.seedHash(t, a)
	default:
		return nil, expr.TypeError("The only supported seed types are: None,\nint, float, str, bytes, and bytearray.")
	}
	return expr.None, nil
}

func (d *draws) seedInt(t *expr.Thread, o expr.Object) error {
	n, _ := expr.AsBig(o)
	if err := chargeBits(t, n.BitLen()); err != nil {
		return err
	}
	d.SeedInt(n)
	return nil
}

// seedHash seeds with the hash of o, which has no sign.
func (d *draws) seedHash(t *expr.Thread, o expr.Object) error {
	h, err := expr.Hash(t, o)
	if err != nil {
		return err
	}
	d.SeedInt(new(big.Int).SetUint64(uint64(h)))
	return nil
}

// seedText seeds with a text or bytes.
func (d *draws) seedText(t *expr.Thread, o expr.Object) error {
	raw, err := encoded(t, o)
	if err != nil {
		return err
	}
	if err := chargeBits(t, 16*len(raw)); err != nil {
		return err
	}
	d.SeedBytes(raw)
	return nil
}

// encoded gives the bytes of bytes or a bytearray, and the UTF-8 of a text.
func encoded(t *expr.Thread, o expr.Object) ([]byte, error) {
	if s, ok := o.(value.Str); ok {
		encode, err := expr.GetAttr(t, s, "encode")
		if err != nil {
			return nil, err
		}
		if o, err = expr.Call(t, encode); err != nil {
			return nil, err
		}
	}
	if b, ok := o.(*expr.ByteArray); ok {
		return b.Bytes(), nil
	}
	return []byte(o.(value.Bytes)), nil
}

// seedAsBefore is version 1 of seed(), in which a text or bytes come down to 64
// bits.
func (d *draws) seedAsBefore(t *expr.Thread, o expr.Object) error {
	n, err := expr.Len(t, o)
	if err != nil {
		return err
	}
	if err := t.Step(int64(n) / 8); err != nil {
		return err
	}
	var x uint64
	mix := func(i int, c rune) {
		if i == 0 {
			x = uint64(c) << 7
		}
		x = x*1000003 ^ uint64(c)
	}
	switch o := o.(type) {
	case value.Str:
		rest := string(o)
		for i := range n {
			c, size := value.DecodeRune(rest)
			mix(i, c)
			rest = rest[size:]
		}
	case value.Bytes:
		for i := range n {
			mix(i, rune(o[i]))
		}
	default:
		return d.seedHash(t, o)
	}
	d.SeedInt(new(big.Int).SetUint64(x ^ uint64(n)))
	return nil
}
