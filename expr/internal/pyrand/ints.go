package pyrand

import (
	"encoding/binary"
	"math/big"
	"math/bits"
	"slices"
)

// Bits is getrandbits(k), for k from 0 to 64.
func (s *Source) Bits(k int) uint64 {
	switch {
	case k == 0:
		return 0
	case k <= 32:
		return uint64(s.Uint32() >> (32 - k))
	}
	low := s.Uint32()
	return uint64(s.Uint32()>>(64-k))<<32 | uint64(low)
}

// BigBits is getrandbits(k), for any k from 0 on.
func (s *Source) BigBits(k int) *big.Int {
	raw := make([]byte, (k+31)/32*4)
	for at := 0; at < len(raw); at += 4 {
		binary.LittleEndian.PutUint32(raw[at:], uint32(s.Bits(min(32, k-8*at))))
	}
	slices.Reverse(raw)
	return new(big.Int).SetBytes(raw)
}

// Fill is randbytes(len(dst)).
func (s *Source) Fill(dst []byte) {
	for ; len(dst) >= 4; dst = dst[4:] {
		binary.LittleEndian.PutUint32(dst, s.Uint32())
	}
	rest := s.Bits(8 * len(dst))
	for i := range dst {
		dst[i] = byte(rest >> (8 * i))
	}
}

// Below gives a number from 0 to below n > 0, as randrange(n) does.
func (s *Source) Below(n uint64) uint64 {
	k := bits.Len64(n)
	for {
		if r := s.Bits(k); r < n {
			return r
		}
	}
}

// BigBelow is Below for an n of any size.
func (s *Source) BigBelow(n *big.Int) *big.Int {
	for {
		if r := s.BigBits(n.BitLen()); r.Cmp(n) < 0 {
			return r
		}
	}
}
