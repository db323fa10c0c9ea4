// Package blake2 is BLAKE2b and BLAKE2s with all their parameters (RFC 7693 and
// the specification of BLAKE2): digests of any size, key, salt, personalization
// and tree hashing, which the usual libraries leave out and CPython has.
package blake2

import (
	"hash"
	"math/bits"
	"slices"
)

// Params are the parameters of a hash. Key, salt and personalization are no
// longer than the variant allows, the numbers no larger than its block of
// parameters has room for.
type Params struct {
	Size              int // of the digest in bytes, from 1 to MaxSize
	Key, Salt, Person []byte
	Fanout, Depth     byte // both 1 without a tree
	LeafSize          uint32
	NodeOffset        uint64
	NodeDepth         byte
	InnerSize         byte
	LastNode          bool
}

// word is what a variant computes with: 64 bits in BLAKE2b, 32 in BLAKE2s.
type word interface{ uint32 | uint64 }

// Variant is BLAKE2b or BLAKE2s.
type Variant[W word] struct {
	// MaxSize bounds digest and key, in bytes; Extra is the length of salt and
	// personalization.
	MaxSize, Extra int
	// OffsetBits is how large a NodeOffset may be.
	OffsetBits int

	iv      [8]W
	rounds  int
	rotates [4]int
}

// The two variants.
var (
	B = Variant[uint64]{
		MaxSize: 64, Extra: 16, OffsetBits: 64, rounds: 12, rotates: [4]int{32, 24, 16, 63},
		iv: [8]uint64{
			0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
			0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
		},
	}
	S = Variant[uint32]{
		MaxSize: 32, Extra: 8, OffsetBits: 48, rounds: 10, rotates: [4]int{16, 12, 8, 7},
		iv: [8]uint32{
			0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
		},
	}
)

// schedule is the order in which a round takes the words of a block.
var schedule = [10][16]byte{
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
	{14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
	{11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
	{7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
	{9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
	{2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
	{12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
	{13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
	{6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
	{10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
}

// mixed are the places that each half round mixes: columns, then diagonals.
var mixed = [8][4]byte{
	{0, 4, 8, 12},
	{1, 5, 9, 13},
	{2, 6, 10, 14},
	{3, 7, 11, 15},
	{0, 5, 10, 15},
	{1, 6, 11, 12},
	{2, 7, 8, 13},
	{3, 4, 9, 14},
}

// Hash is a hash under way. It is a hash.Cloner, for one goroutine at a time.
type Hash[W word] struct {
	v        *Variant[W]
	size     int
	lastNode bool
	state    chain[W]
	start    chain[W] // where Reset goes back to
}

// chain is what a hash has made of its input so far.
type chain[W word] struct {
	h     [8]W
	count [2]W // bytes in the blocks that are done, low word first
	block [128]byte
	n     int // bytes in block
}

var (
	_ hash.Cloner = &Hash[uint32]{}
	_ hash.Cloner = &Hash[uint64]{}
)

// New begins a hash.
func (v *Variant[W]) New(p Params) *Hash[W] {
	d := &Hash[W]{v: v, size: p.Size, lastNode: p.LastNode}
	block := v.parameters(p)
	width := len(block) / len(v.iv)
	for i := range d.state.h {
		d.state.h[i] = v.iv[i] ^ little[W](block[i*width:][:width])
	}
	if len(p.Key) > 0 {
		copy(d.state.block[:], p.Key)
		d.state.n = d.BlockSize()
	}
	d.start = d.state
	return d
}

// parameters is the block that is mixed into the initial value.
func (v *Variant[W]) parameters(p Params) []byte {
	block := []byte{byte(p.Size), byte(len(p.Key)), p.Fanout, p.Depth}
	for i := range 4 {
		block = append(block, byte(p.LeafSize>>(8*i)))
	}
	for i := range v.OffsetBits / 8 {
		block = append(block, byte(p.NodeOffset>>(8*i)))
	}
	block = append(block, p.NodeDepth, p.InnerSize)
	full := make([]byte, v.MaxSize)
	copy(full, block)
	copy(full[v.MaxSize-2*v.Extra:], p.Salt)
	copy(full[v.MaxSize-v.Extra:], p.Person)
	return full
}

// little reads a number, the low byte first.
func little[W word](b []byte) (w W) {
	for _, c := range slices.Backward(b) {
		w = w<<8 | W(c)
	}
	return w
}

// Size is the length of the digest.
func (d *Hash[W]) Size() int { return d.size }

// BlockSize is the length of a block.
func (d *Hash[W]) BlockSize() int { return 2 * d.v.MaxSize }

// Reset begins anew, with the same parameters.
func (d *Hash[W]) Reset() { d.state = d.start }

// Clone gives a hash that goes on by itself from here.
func (d *Hash[W]) Clone() (hash.Cloner, error) {
	c := *d
	return &c, nil
}

// Write adds input. It never fails.
func (d *Hash[W]) Write(b []byte) (int, error) {
	all, full := len(b), d.BlockSize()
	for len(b) > 0 {
		// A full block waits until more comes: the last one is made otherwise.
		if d.state.n == full {
			d.compress(full, 0)
			d.state.n = 0
		}
		n := copy(d.state.block[d.state.n:full], b)
		d.state.n += n
		b = b[n:]
	}
	return all, nil
}

// Sum appends the digest of the input so far.
func (d *Hash[W]) Sum(b []byte) []byte {
	c := *d
	clear(c.state.block[c.state.n:])
	c.compress(c.state.n, ^W(0))
	width := c.v.MaxSize / 8
	for i := range c.size {
		b = append(b, byte(c.state.h[i/width]>>(8*(i%width))))
	}
	return b
}

// compress mixes the block in, of which so many bytes are input. last is all
// ones for the last block.
func (d *Hash[W]) compress(input int, last W) {
	s, v := &d.state, d.v
	if s.count[0] += W(input); s.count[0] < W(input) {
		s.count[1]++
	}
	width := v.MaxSize / 8
	var m, x [16]W
	for i := range m {
		m[i] = little[W](s.block[i*width:][:width])
	}
	copy(x[:8], s.h[:])
	copy(x[8:], v.iv[:])
	x[12] ^= s.count[0]
	x[13] ^= s.count[1]
	x[14] ^= last
	if d.lastNode {
		x[15] ^= last
	}
	for round := range v.rounds {
		order := &schedule[round%len(schedule)]
		for i, at := range mixed {
			v.mix(&x, at, m[order[2*i]], m[order[2*i+1]])
		}
	}
	for i := range s.h {
		s.h[i] ^= x[i] ^ x[i+8]
	}
}

// mix mixes two words of the block into four of the state.
func (v *Variant[W]) mix(x *[16]W, at [4]byte, m, n W) {
	a, b, c, d := x[at[0]&15], x[at[1]&15], x[at[2]&15], x[at[3]&15]
	a += b + m
	d = right(d^a, v.rotates[0])
	c += d
	b = right(b^c, v.rotates[1])
	a += b + n
	d = right(d^a, v.rotates[2])
	c += d
	b = right(b^c, v.rotates[3])
	x[at[0]&15], x[at[1]&15], x[at[2]&15], x[at[3]&15] = a, b, c, d
}

// right rotates to the right.
func right[W word](w W, n int) W {
	return w>>n | w<<(bits.Len64(uint64(^W(0)))-n)
}
