package pymath

import "math"

// quotient is one polynomial divided by another, their coefficients from the
// highest power down.
type quotient struct{ num, den [8]float64 }

func (q *quotient) at(x float64) (num, den float64) {
	for i := range q.num {
		num = float64(num*x) + q.num[i]
		den = float64(den*x) + q.den[i]
	}
	return num, den
}

// The normal distribution's quantiles, near the middle and towards the ends:
// algorithm AS 241 (M. J. Wichura, Applied Statistics 37, 1988), which CPython
// uses as well.
var (
	normalMiddle = quotient{
		num: [8]float64{
			2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
			13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.3871328727963666080,
		},
		den: [8]float64{
			5226.4952788528545610, 28729.085735721942674, 39307.895800092710610, 21213.794301586595867,
			5394.1960214247511077, 687.18700749205790830, 42.313330701600911252, 1,
		},
	}
	normalSide = quotient{
		num: [8]float64{
			7.7454501427834140764e-4, 0.0227238449892691845833, 0.241780725177450611770, 1.27045825245236838258,
			3.64784832476320460504, 5.76949722146069140550, 4.63033784615654529590, 1.42343711074968357734,
		},
		den: [8]float64{
			1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.148103976427480074590,
			0.689767334985100004550, 1.67638483018380384940, 2.05319162663775882187, 1,
		},
	}
	normalEnd = quotient{
		num: [8]float64{
			2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.0265321895265761230930,
			0.296560571828504891230, 1.78482653991729133580, 5.46378491116411436990, 6.65790464350110377720,
		},
		den: [8]float64{
			2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
			0.0148753612908506148525, 0.136929880922735805310, 0.599832206555887937690, 1,
		},
	}
)

// NormalInverse gives the number below which a standard normal number is with
// probability p, which is above 0 and below 1.
func NormalInverse(p float64) float64 {
	q := p - 0.5
	if math.Abs(q) <= 0.425 {
		num, den := normalMiddle.at(0.180625 - float64(q*q))
		return num * q / den
	}
	tail := p
	if q > 0 {
		tail = 1 - p
	}
	r := math.Sqrt(-Log(tail))
	part, from := &normalSide, 1.6
	if r > 5 {
		part, from = &normalEnd, 5
	}
	num, den := part.at(r - from)
	return math.Copysign(num/den, q)
}
