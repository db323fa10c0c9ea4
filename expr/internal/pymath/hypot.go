package pymath

import "math"

// Hypot is the Euclidean length of a vector of any number of coordinates.
func Hypot(coordinates ...float64) float64 {
	largest, nan := 0.0, false
	for _, c := range coordinates {
		largest = math.Max(largest, math.Abs(c)) // NaN sticks, but gives way to infinity
		nan = nan || c != c
	}
	for _, c := range coordinates {
		if math.IsInf(c, 0) {
			return math.Inf(1)
		}
	}
	switch {
	case nan:
		return NaN
	case largest == 0 || len(coordinates) == 1:
		return largest
	}
	_, k := math.Frexp(largest)
	var sum dd
	for _, c := range coordinates {
		c = math.Ldexp(c, -k)
		sum = sum.add(twoProd(c, c))
	}
	return sum.sqrt().round(k)
}

// Dist is the Euclidean distance of two points with equally many coordinates.
func Dist(p, q []float64) float64 {
	differences := make([]float64, len(p))
	for i := range p {
		differences[i] = math.Abs(p[i] - q[i])
	}
	return Hypot(differences...)
}
