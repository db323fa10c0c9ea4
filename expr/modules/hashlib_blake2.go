package modules

import (
	"hash"
	"math"

	"althing/expr"
	"althing/expr/internal/blake2"
)

// blake2Variant is what the two BLAKE2 hashes do not have in common.
type blake2Variant struct {
	name        string
	most, extra int // bytes of digest and key, and of salt and personalization
	offsetBits  int
	begin       func(p blake2.Params) hash.Cloner
	typ         *expr.Type
	signature   signature
}

// blake2Types are the two by name.
var blake2Types = map[string]*expr.Type{
	"blake2b": blake2Type(&blake2Variant{
		name: "blake2b", most: blake2.B.MaxSize, extra: blake2.B.Extra, offsetBits: blake2.B.OffsetBits,
		begin: func(p blake2.Params) hash.Cloner { return blake2.B.New(p) },
	}),
	"blake2s": blake2Type(&blake2Variant{
		name: "blake2s", most: blake2.S.MaxSize, extra: blake2.S.Extra, offsetBits: blake2.S.OffsetBits,
		begin: func(p blake2.Params) hash.Cloner { return blake2.S.New(p) },
	}),
}

func blake2Type(v *blake2Variant) *expr.Type {
	attrs := digestMethods(v.name)
	attrs["MAX_DIGEST_SIZE"], attrs["MAX_KEY_SIZE"] = expr.Int(int64(v.most)), expr.Int(int64(v.most))
	attrs["SALT_SIZE"], attrs["PERSON_SIZE"] = expr.Int(int64(v.extra)), expr.Int(int64(v.extra))
	v.typ = &expr.Type{Name: "_blake2." + v.name, New: v.new, Attrs: attrs}
	v.signature = signature{fn: v.name + "()", pos: 1, names: []string{
		"", "digest_size", "key", "salt", "person", "fanout", "depth", "leaf_size", "node_offset",
		"node_depth", "inner_size", "last_node", "usedforsecurity",
	}}
	return v.typ
}

func (v *blake2Variant) new(t *expr.Thread, a expr.Args) (expr.Object, error) {
	if err := t.Charge(digestSize); err != nil {
		return nil, err
	}
	args, err := bindAll(&v.signature, a)
	if err != nil {
		return nil, err
	}
	p, err := v.params(t, args)
	if err != nil {
		return nil, err
	}
	d := &digest{typ: v.typ, name: v.name, hash: v.begin(p)}
	if args[0] == nil {
		return d, nil
	}
	return d, d.update(t, args[0])
}

// blake2Args reads arguments one by one and keeps the first error.
type blake2Args struct {
	t    *expr.Thread
	args []expr.Object
	err  error
}

// number reads argument i; standard stands for one left out.
func (a *blake2Args) number(i, standard int) int {
	if a.args[i] == nil || a.err != nil {
		return standard
	}
	var n int
	n, a.err = cNumber(a.args[i])
	return n
}

func (a *blake2Args) octets(i int) []byte {
	if a.args[i] == nil || a.err != nil {
		return nil
	}
	var b []byte
	b, a.err = octetsArg(a.t, a.args[i])
	return b
}

func (a *blake2Args) flag(i int) bool {
	if a.args[i] == nil || a.err != nil {
		return false
	}
	var yes bool
	yes, a.err = expr.Truth(a.t, a.args[i])
	return yes
}

// want keeps an error unless ok.
func (a *blake2Args) want(ok bool, format string, args ...any) {
	if a.err == nil && !ok {
		a.err = expr.ValueError(format, args...)
	}
}

// unsigned reads argument i, which must fit so many bits; tooBig is the message
// about one of more than 64.
func (a *blake2Args) unsigned(i, width int, name, tooBig string) uint64 {
	if a.args[i] == nil || a.err != nil {
		return 0
	}
	n, ok := expr.AsBig(a.args[i])
	switch {
	case !ok:
		a.err = expr.TypeError("an integer is required")
	case n.Sign() < 0:
		a.err = expr.ValueError("value must be positive")
	case n.BitLen() > 64:
		a.err = expr.OverflowError("%s", tooBig)
	case n.BitLen() > width:
		a.err = expr.OverflowError("%s is too large", name)
	default:
		return n.Uint64()
	}
	return 0
}

// params reads the parameters and checks them in CPython's order: first their
// types, then their values.
func (v *blake2Variant) params(t *expr.Thread, args []expr.Object) (blake2.Params, error) {
	a := blake2Args{t: t, args: args}
	size, key, salt, person := a.number(1, v.most), a.octets(2), a.octets(3), a.octets(4)
	fanout, depth := a.number(5, 1), a.number(6, 1)
	nodeDepth, inner := a.number(9, 0), a.number(10, 0)
	last := a.flag(11)
	a.want(size > 0 && size <= v.most, "digest_size must be between 1 and %d bytes", v.most)
	a.want(len(salt) <= v.extra, "maximum salt length is %d bytes", v.extra)
	a.want(len(person) <= v.extra, "maximum person length is %d bytes", v.extra)
	a.want(fanout >= 0 && fanout <= math.MaxUint8, "fanout must be between 0 and 255")
	a.want(depth > 0 && depth <= math.MaxUint8, "depth must be between 1 and 255")
	leaf := a.unsigned(7, 32, "leaf_size", "Python int too large to convert to C unsigned long")
	offset := a.unsigned(8, v.offsetBits, "node_offset", "int too big to convert")
	a.want(nodeDepth >= 0 && nodeDepth <= math.MaxUint8, "node_depth must be between 0 and 255")
	a.want(inner >= 0 && inner <= v.most, "inner_size must be between 0 and is %d", v.most)
	a.want(len(key) <= v.most, "maximum key length is %d bytes", v.most)
	return blake2.Params{
		Size: size, Key: key, Salt: salt, Person: person, Fanout: byte(fanout), Depth: byte(depth),
		LeafSize: uint32(leaf), NodeOffset: offset, NodeDepth: byte(nodeDepth), InnerSize: byte(inner), LastNode: last,
	}, a.err
}
