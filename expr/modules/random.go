package modules

import (
	crand "crypto/rand"
	"encoding/binary"
	"math/big"
	"slices"
	"strings"

	"althing/expr"
	"althing/expr/internal/pyrand"
	"althing/value"
)

// randomModule is Python's random. Each run has a generator of its own, which
// begins where nobody can know unless the run calls seed().
func (r *random) module() *expr.Module {
	m := &expr.Module{Name: "random", Attrs: map[string]expr.Object{}}
	for _, typ := range randomTypes() {
		m.Attrs[typ.ShortName()] = typ
	}
	for _, w := range drawings {
		m.Attrs[w.name] = r.function(w)
	}
	return m
}

// drawings are the functions of the module, which are methods of its generators
// as well.
var drawings = slices.Concat(generator, integers, sequences, distributions)

// drawing is one of them.
type drawing struct {
	name, spec string
	inC        bool // the errors of its arguments are those of functions in C
	changes    bool // it changes an argument
	draw       func(t *expr.Thread, d *draws, g given) (expr.Object, error)
}

// random is the module; its address is the key of a run's generator, for which
// it must not be empty.
type random struct{ _ byte }

// draws is a generator: that of a run, or an object of its own.
type draws struct {
	pyrand.Source
	typ   *expr.Type // of an object: Random or SystemRandom
	spare *float64   // the second of the two numbers that gauss() makes at a time
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
	d, err := newDraws(t)
	if err != nil {
		return nil, err
	}
	t.SetLocal(r, d)
	return d, nil
}

// newDraws makes a generator that begins where nobody can know.
func newDraws(t *expr.Thread) (*draws, error) {
	if err := t.Charge(drawsSize); err != nil {
		return nil, err
	}
	d := &draws{}
	d.seedFreely()
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

// binder gives what puts the arguments of a drawing where they belong. CPython
// has most in Python.
func (w drawing) binder() func(a expr.Args) (given, error) {
	fn := "Random." + w.name
	if w.inC {
		most := len(strings.Fields(w.spec))
		return func(a expr.Args) (g given, err error) {
			if len(a.Names) == 0 {
				copy(g[:], a.Pos)
			}
			return g, a.Between(fn, most, most)
		}
	}
	params := methodParams(fn, w.spec)
	return func(a expr.Args) (g given, err error) {
		return g, params.bind(a, &g[0], &g[1], &g[2], &g[3])
	}
}

// function makes the module's function, which draws from the generator of the run.
func (r *random) function(w drawing) *expr.Func {
	bind := w.binder()
	f := expr.NewFunc(w.name, func(t *expr.Thread, a expr.Args) (expr.Object, error) {
		g, err := bind(a)
		if err != nil {
			return nil, err
		}
		d, err := r.draws(t)
		if err != nil {
			return nil, err
		}
		return w.draw(t, d, g)
	})
	if w.changes {
		return f
	}
	return f.Forgets()
}

// method makes the method of generators.
func (w drawing) method() *expr.Method {
	bind := w.binder()
	return expr.NewMethod(w.name, func(t *expr.Thread, self expr.Object, a expr.Args) (expr.Object, error) {
		g, err := bind(a)
		if err != nil {
			return nil, err
		}
		return w.draw(t, self.(*draws), g)
	})
}

// generator are the functions of the generator itself.
var generator = []drawing{
	{name: "random", inC: true, draw: func(_ *expr.Thread, d *draws, _ given) (expr.Object, error) {
		return number(d.Float64()), nil
	}},
	{name: "getrandbits", spec: "k", inC: true, draw: func(t *expr.Thread, d *draws, g given) (expr.Object, error) {
		return d.bits(t, g[0])
	}},
	{name: "randbytes", spec: "n", draw: randomBytes},
	{name: "seed", spec: "a? version?", draw: randomSeed},
	{name: "getstate", draw: randomGetState},
	{name: "setstate", spec: "state", draw: randomSetState},
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
