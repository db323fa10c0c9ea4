package pyrand

import (
	"crypto/sha512"
	"encoding/binary"
	"math/big"
	"slices"
)

// SeedInt seeds with the size of n; its sign does not matter.
func (s *Source) SeedInt(n *big.Int) {
	key := make([]uint32, max(1, (n.BitLen()+31)/32))
	raw := n.FillBytes(make([]byte, 4*len(key)))
	for i := range key {
		key[len(key)-1-i] = binary.BigEndian.Uint32(raw[4*i:])
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
	i, j := 1, 0
	for range max(size, len(key)) {
		s.state[i] = s.stirred(i, 1664525) + key[j] + uint32(j)
		i = s.after(i)
		if j++; j == len(key) {
			j = 0
		}
	}
	for range size - 1 {
		s.state[i] = s.stirred(i, 1566083941) - uint32(i)
		i = s.after(i)
	}
	s.state[0] = 1 << 31
}

// fill makes all words of one number.
func (s *Source) fill(n uint32) {
	s.state[0] = n
	for i := 1; i < size; i++ {
		s.state[i] = mixed(s.state[i-1])*1812433253 + uint32(i)
	}
	s.next = size
}

func mixed(word uint32) uint32 { return word ^ word>>30 }

// stirred is a word with the one before it.
func (s *Source) stirred(i int, factor uint32) uint32 { return s.state[i] ^ mixed(s.state[i-1])*factor }

// after is the place of the next word while seeding. The first word is then the
// last one again.
func (s *Source) after(i int) int {
	if i++; i < size {
		return i
	}
	s.state[0] = s.state[size-1]
	return 1
}
