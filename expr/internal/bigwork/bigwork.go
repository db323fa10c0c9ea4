// Package bigwork estimates how long math/big takes, in nanoseconds of a machine
// that is some four times slower than a server of today: nothing looks at the
// clock while it is at it, so that budgets must be asked before.
package bigwork

import "math"

// PerProduct is what it takes to multiply one digit of 64 bits with another.
const PerProduct = 4

// karatsuba is the number of digits from which math/big multiplies in less than
// quadratic time: n^1.585.
const karatsuba = 40

// Mul is the work of multiplying ints of n and m bits.
func Mul(n, m int) int64 {
	x, y := Words(n), Words(m)
	if x > y {
		x, y = y, x
	}
	if x <= karatsuba {
		return int64(x * y * PerProduct)
	}
	// Blocks of x digits each, one after the other.
	return int64(y / x * karatsuba * karatsuba * math.Pow(x/karatsuba, 1.585) * PerProduct)
}

// Div is the work of dividing an int of n bits by one of m.
func Div(n, m int) int64 {
	if m >= n {
		return int64(Words(n))
	}
	x, y := Words(n-m), Words(m)
	if min(x, y) <= 100 {
		return int64(x * y * PerProduct)
	}
	return 3 * Mul(n-m, m)
}

// Words is the number of digits of 64 bits.
func Words(bits int) float64 { return float64(bits/64 + 1) }
