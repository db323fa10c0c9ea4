// Package pyrand is the generator behind Python's module random: the Mersenne
// Twister MT19937, seeded and read as CPython 3.11 does it, so that equal seeds
// give equal draws.
//
// What it draws can be foretold by who has seen enough of it: it is for games
// and samples, not for secrets.
package pyrand

import (
	"crypto/rand"
	"encoding/binary"
)

// Words is how many words the state has.
const Words = size

const (
	size   = 624
	middle = 397
)

// Source is one generator. It must be seeded before it is read, and is not safe
// for concurrent use.
type Source struct {
	state [size]uint32
	next  int // the word of state that is handed out next
	free  bool
}

// FromSystem makes the source one of the system's own random numbers, which
// nobody can foretell.
func (s *Source) FromSystem() { s.free, s.next = true, size }

// State gives the words of the state and the place of the next among them.
func (s *Source) State() (words [Words]uint32, place int) { return s.state, s.next }

// SetState takes up a state; false when the place is none.
func (s *Source) SetState(words [Words]uint32, place int64) bool {
	if place < 0 || place > size {
		return false
	}
	s.state, s.next = words, int(place)
	return true
}

// Uint32 gives 32 random bits.
func (s *Source) Uint32() uint32 {
	switch {
	case s.next < size:
	case s.free:
		s.renew()
	default:
		s.twist()
	}
	y := s.state[s.next]
	s.next++
	y ^= y >> 11
	y ^= y << 7 & 0x9d2c5680
	y ^= y << 15 & 0xefc60000
	return y ^ y>>18
}

// renew takes the next words of state from the system.
func (s *Source) renew() {
	var raw [4 * size]byte
	rand.Read(raw[:]) // it never fails
	for i := range s.state {
		s.state[i] = binary.LittleEndian.Uint32(raw[4*i:])
	}
	s.next = 0
}

// twist makes the next words of state, all at once.
func (s *Source) twist() {
	for i := range size - middle {
		s.state[i] = s.state[i+middle] ^ joined(s.state[i], s.state[i+1])
	}
	for i := size - middle; i < size-1; i++ {
		s.state[i] = s.state[i+middle-size] ^ joined(s.state[i], s.state[i+1])
	}
	s.state[size-1] = s.state[middle-1] ^ joined(s.state[size-1], s.state[0])
	s.next = 0
}

// joined mixes the highest bit of a word with the others of the word after it.
func joined(word, after uint32) uint32 {
	const highest, matrix = 1 << 31, 0x9908b0df
	y := word&highest | after&^highest
	return y>>1 ^ y&1*matrix
}

// Float64 is random(): a multiple of 2**-53, from 0 to below 1.
func (s *Source) Float64() float64 {
	high, low := s.Uint32()>>5, s.Uint32()>>6
	return (float64(high)*(1<<26) + float64(low)) / (1 << 53)
}
