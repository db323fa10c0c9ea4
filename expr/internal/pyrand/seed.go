package pyrand

import (
	"crypto/sha512"
	"math/big"
	"slices"
)

// SeedInt seeds with the size of n; its sign does not matter.
func (s *Source) SeedInt(n *big.Int) {
	raw := n.Bytes()
	slices.Reverse(raw)
	key := make([]uint32, max(1, (len(raw)+3)/4))
	for i, b := range raw {
		key[i/4] |= uint32(b) << (i % 4 * 8)
	}
	s.SeedWords(key)
}

// SeedBytes seeds with a text's UTF-8 or with bytes, as version 2 of seed() does:
// their SHA-512 stands behind them, so that all of them count.
func (s *Source) SeedBytes(b []byte) {
	sum := sha512.Sum512(b)
	s.SeedInt(new(big.Int).SetBytes(slices.Concat(b, sum[:])))
}

// SeedWords seeds with a key of at least one word, the least significant first.
func (s *Source) SeedWords(key []uint32) {
	s.fill(19650218)
	i := 1
	// step goes to the word after i; the first repeats the last.
	step := func() {
		if i++; i >= size {
			s.state[0] = s.state[size-1]
			i = 1
		}
	}
	mixed := func(factor uint32) uint32 {
		before := s.state[i-1]
		return s.state[i] ^ (before^before>>30)*factor
	}
	for k, j := max(size, len(key)), 0; k > 0; k-- {
		s.state[i] = mixed(1664525) + key[j] + uint32(j)
		if j++; j >= len(key) {
			j = 0
		}
		step()
	}
	for range size - 1 {
		s.state[i] = mixed(1566083941) - uint32(i)
		step()
	}
	s.state[0] = upper
}

// fill makes all words of one number.
func (s *Source) fill(n uint32) {
	s.state[0] = n
	for i := 1; i < size; i++ {
		before := s.state[i-1]
		s.state[i] = (before^before>>30)*1812433253 + uint32(i)
	}
	s.next = size
}
