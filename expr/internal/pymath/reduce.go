package pymath

import (
	"math"
	"math/big"
	"sync"
)

// pi/2 in parts: whole multiples of the first three, up to 20 bits, are exact.
// The five together have more digits than any float of that size can lie nearer
// to a multiple of pi/2.
const (
	halfPiA = 0x1.921fb544p+0
	halfPiB = 0x1.0b4611a6p-34
	halfPiC = 0x1.3198a2ep-69
	halfPiD = 0x1.b839a252049c1p-104
	halfPiE = 0x1.14cf98e804178p-160
)

// mostSimple is the multiple of pi/2 up to which the parts are enough.
const mostSimple = 1 << 20

// reduce gives x less the nearest multiple of pi/2, and that multiple modulo 4.
func reduce(x float64) (r dd, quadrant int) {
	n := math.RoundToEven(x * (2 / math.Pi))
	if math.Abs(n) > mostSimple {
		return reduceLarge(x)
	}
	if n == 0 {
		return dd{x, 0}, 0
	}
	r = twoSum(x-float64(n*halfPiA), -float64(n*halfPiB))
	r = r.add(dd{-float64(n * halfPiC), 0})
	r = r.add(twoProd(-n, halfPiD)).addF(-float64(n * halfPiE))
	return r, int(n) & 3
}

// piBits is enough to tell the largest float from a multiple of pi/2: its 1024
// bits, the 61 that it may come near to one, and the 106 of the result.
const piBits = 1280

// reduceLarge is reduce for a float of any size.
func reduceLarge(x float64) (r dd, quadrant int) {
	halfPi := halfPiBig()
	turns := new(big.Float).SetPrec(piBits).Quo(big.NewFloat(x), halfPi)
	half := big.NewFloat(math.Copysign(0.5, x))
	whole, _ := new(big.Float).SetPrec(piBits).Add(turns, half).Int(nil)
	rest := turns.Sub(turns, new(big.Float).SetPrec(piBits).SetInt(whole))
	rest.Mul(rest, halfPi)
	h, _ := rest.Float64()
	l, _ := rest.Sub(rest, big.NewFloat(h)).Float64()
	return dd{h, l}, int(new(big.Int).And(whole, big.NewInt(3)).Int64())
}

// halfPiBig works out pi/2 by Machin's formula, once.
var halfPiBig = sync.OnceValue(func() *big.Float {
	const guard = 64
	one := new(big.Int).Lsh(big.NewInt(1), piBits+guard)
	pi := new(big.Int).Mul(arctanInverse(one, 5), big.NewInt(16))
	pi.Sub(pi, new(big.Int).Mul(arctanInverse(one, 239), big.NewInt(4)))
	halfPi := new(big.Float).SetPrec(piBits).SetInt(pi)
	return halfPi.SetMantExp(halfPi, -(piBits + guard + 1))
})

// arctanInverse is one·arctan(1/n).
func arctanInverse(one *big.Int, n int64) *big.Int {
	sum, square := new(big.Int), big.NewInt(n*n)
	for power, k := new(big.Int).Quo(one, big.NewInt(n)), int64(1); power.Sign() != 0; k += 2 {
		term := new(big.Int).Quo(power, big.NewInt(k))
		if k%4 == 1 {
			sum.Add(sum, term)
		} else {
			sum.Sub(sum, term)
		}
		power.Quo(power, square)
	}
	return sum
}
