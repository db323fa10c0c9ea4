// Package pyrand is the generator behind Python's module random: the Mersenne
// Twister MT19937, seeded and read as CPython 3.11 does it, so that equal seeds
// give equal draws.
package pyrand

const (
	size   = 624 // words of state
	middle = 397
	upper  = 0x80000000 // the bit that a word gives to the one after it
	lower  = 0x7fffffff
	matrix = 0x9908b0df
)

// Source is one generator. It must be seeded before it is read, and is not safe
// for concurrent use.
type Source struct {
	state [size]uint32
	next  int // the word of state that is handed out next
}

// Uint32 gives 32 random bits.
func (s *Source) Uint32() uint32 {
	if s.next >= size {
		s.twist()
	}
	y := s.state[s.next]
	s.next++
	y ^= y >> 11
	y ^= y << 7 & 0x9d2c5680
	y ^= y << 15 & 0xefc60000
	return y ^ y>>18
}

// twist makes the next words of state, all at once.
func (s *Source) twist() {
	word := func(i, from int) {
		y := s.state[i]&upper | s.state[(i+1)%size]&lower
		s.state[i] = s.state[from] ^ y>>1 ^ y&1*matrix
	}
	for i := range size - middle {
		word(i, i+middle)
	}
	for i := size - middle; i < size; i++ {
		word(i, i+middle-size)
	}
	s.next = 0
}

// Float64 is random(): a multiple of 2**-53, from 0 to below 1.
func (s *Source) Float64() float64 {
	high, low := s.Uint32()>>5, s.Uint32()>>6
	return (float64(high)*(1<<26) + float64(low)) / (1 << 53)
}
