package pytime

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"althing/expr/internal/format"
	"althing/expr/internal/pyerr"
)

// Delta is Python's timedelta. Its parts are normalised as Python's attributes
// are: only Days may be negative.
type Delta struct {
	Days    int // at most 999,999,999, either way
	Seconds int // 0 … 86,399
	Micros  int // 0 … 999,999
}

const (
	maxDeltaDays    = 999_999_999
	microsPerSecond = 1_000_000
	microsPerDay    = secondsPerDay * microsPerSecond
)

// The bounds and the smallest step.
var (
	MinDelta  = Delta{Days: -maxDeltaDays}
	MaxDelta  = Delta{maxDeltaDays, secondsPerDay - 1, microsPerSecond - 1}
	Microsec  = Delta{Micros: 1}
	OneDay    = Delta{Days: 1}
	perSecond = big.NewInt(microsPerSecond)
)

// DeltaOf makes a delta of so many microseconds.
func DeltaOf(micros *big.Int) (Delta, error) {
	days, rest := new(big.Int).DivMod(micros, big.NewInt(microsPerDay), new(big.Int))
	if !days.IsInt64() || days.Int64() != int64(int32(days.Int64())) {
		return Delta{}, pyerr.Overflow("Python int too large to convert to C int")
	}
	if n := days.Int64(); n > maxDeltaDays || n < -maxDeltaDays {
		return Delta{}, pyerr.Overflow("days=%d; must have magnitude <= %d", n, maxDeltaDays)
	}
	return Delta{int(days.Int64()), int(rest.Int64() / microsPerSecond), int(rest.Int64() % microsPerSecond)}, nil
}

// shortDelta makes a delta of so many microseconds, which 64 bits always fit.
func shortDelta(micros int64) Delta {
	days, rest := micros/microsPerDay, micros%microsPerDay
	if rest < 0 {
		days, rest = days-1, rest+microsPerDay
	}
	return Delta{int(days), int(rest / microsPerSecond), int(rest % microsPerSecond)}
}

// Total is the number of microseconds.
func (d Delta) Total() *big.Int {
	total := new(big.Int).Mul(big.NewInt(int64(d.Days)), big.NewInt(microsPerDay))
	return total.Add(total, big.NewInt(d.withinDay()))
}

func (d Delta) withinDay() int64 { return int64(d.Seconds)*microsPerSecond + int64(d.Micros) }

// TotalSeconds is total_seconds().
func (d Delta) TotalSeconds() float64 {
	f, _ := new(big.Rat).SetFrac(d.Total(), perSecond).Float64()
	return f
}

// IsZero reports whether d is no time at all.
func (d Delta) IsZero() bool { return d == Delta{} }

// Add is d + e.
func (d Delta) Add(e Delta) (Delta, error) { return DeltaOf(new(big.Int).Add(d.Total(), e.Total())) }

// Neg is -d.
func (d Delta) Neg() (Delta, error) { return DeltaOf(new(big.Int).Neg(d.Total())) }

// Compare orders deltas: -1, 0 or 1.
func (d Delta) Compare(e Delta) int {
	switch {
	case d == e:
		return 0
	case d.Days != e.Days && d.Days < e.Days, d.Days == e.Days && d.withinDay() < e.withinDay():
		return -1
	}
	return 1
}

// Times is d · over/under, rounded to the nearest microsecond, a tie to the even
// one.
func (d Delta) Times(over, under *big.Int) (Delta, error) {
	if under.Sign() == 0 {
		return Delta{}, errDivision
	}
	total := new(big.Int).Mul(d.Total(), over)
	divisor := new(big.Int).Set(under)
	if divisor.Sign() < 0 {
		total.Neg(total)
		divisor.Neg(divisor)
	}
	quotient, rest := total.DivMod(total, divisor, new(big.Int))
	switch rest.Lsh(rest, 1).Cmp(divisor) {
	case 1:
		quotient.Add(quotient, big.NewInt(1))
	case 0:
		quotient.Add(quotient, big.NewInt(int64(quotient.Bit(0))))
	}
	return DeltaOf(quotient)
}

var (
	errDivision = pyerr.New("ZeroDivisionError", "integer division or modulo by zero")
	errModulo   = pyerr.New("ZeroDivisionError", "integer modulo by zero")
)

// FloorDiv is d // n for an int n.
func (d Delta) FloorDiv(n *big.Int) (Delta, error) {
	if n.Sign() == 0 {
		return Delta{}, errDivision
	}
	quotient, _ := floorDivMod(d.Total(), n)
	return DeltaOf(quotient)
}

// DivMod is divmod(d, e); the quotient alone is d // e.
func (d Delta) DivMod(e Delta) (*big.Int, Delta, error) {
	if e.IsZero() {
		return nil, Delta{}, errDivision
	}
	quotient, rest := floorDivMod(d.Total(), e.Total())
	delta, err := DeltaOf(rest)
	return quotient, delta, err
}

// Mod is d % e.
func (d Delta) Mod(e Delta) (Delta, error) {
	if e.IsZero() {
		return Delta{}, errModulo
	}
	_, rest := floorDivMod(d.Total(), e.Total())
	return DeltaOf(rest)
}

// floorDivMod divides as Python does: the rest has the sign of the divisor.
func floorDivMod(x, y *big.Int) (quotient, rest *big.Int) {
	quotient, rest = new(big.Int).QuoRem(x, y, new(big.Int))
	if rest.Sign() != 0 && rest.Sign() != y.Sign() {
		quotient.Sub(quotient, big.NewInt(1))
		rest.Add(rest, y)
	}
	return quotient, rest
}

// Ratio is d / e, correctly rounded.
func (d Delta) Ratio(e Delta) (float64, error) {
	if e.IsZero() {
		return 0, pyerr.New("ZeroDivisionError", "division by zero")
	}
	f, _ := new(big.Rat).SetFrac(d.Total(), e.Total()).Float64()
	if f == 0 && e.Days < 0 {
		f = math.Copysign(0, -1) // 0 / -1 for ints
	}
	return f, nil
}

// String is str(d): "1 day, 2:03:04.000005".
func (d Delta) String() string {
	var text strings.Builder
	if d.Days != 0 {
		fmt.Fprintf(&text, "%d day", d.Days)
		if d.Days != 1 && d.Days != -1 {
			text.WriteByte('s')
		}
		text.WriteString(", ")
	}
	fmt.Fprintf(&text, "%d:%02d:%02d", d.Seconds/3600, d.Seconds/60%60, d.Seconds%60)
	if d.Micros != 0 {
		fmt.Fprintf(&text, ".%06d", d.Micros)
	}
	return text.String()
}

// Repr is repr(d).
func (d Delta) Repr() string {
	var parts []string
	for _, part := range []struct {
		name string
		n    int
	}{{"days", d.Days}, {"seconds", d.Seconds}, {"microseconds", d.Micros}} {
		if part.n != 0 {
			parts = append(parts, part.name+"="+strconv.Itoa(part.n))
		}
	}
	if parts == nil {
		return "datetime.timedelta(0)"
	}
	return "datetime.timedelta(" + strings.Join(parts, ", ") + ")"
}

// DeltaSum adds up the arguments of timedelta(...), of which some may be
// fractions: only their sum is rounded. The zero DeltaSum is empty.
type DeltaSum struct {
	micros big.Int
	rest   float64 // fractions of a microsecond
}

// The units of a DeltaSum, in microseconds.
const (
	MicrosUnit  = 1
	MillisUnit  = 1000
	SecondUnit  = microsPerSecond
	MinuteUnit  = 60 * SecondUnit
	HourUnit    = 60 * MinuteUnit
	DayUnit     = 24 * HourUnit
	WeekUnit    = 7 * DayUnit
	maxDeltaBit = 4096 // a larger int is out of range whatever its unit
)

// AddInt adds n units.
func (s *DeltaSum) AddInt(n *big.Int, unit int64) error {
	if n.BitLen() > maxDeltaBit {
		return pyerr.Overflow("Python int too large to convert to C int")
	}
	s.micros.Add(&s.micros, new(big.Int).Mul(n, big.NewInt(unit)))
	return nil
}

// AddFloat adds f units.
func (s *DeltaSum) AddFloat(f float64, unit int64) error {
	whole, fraction := math.Modf(f)
	n, err := format.TruncBig(whole)
	if err != nil {
		return err
	}
	s.micros.Add(&s.micros, n.Mul(n, big.NewInt(unit)))
	if fraction != 0 {
		more, rest := math.Modf(float64(unit) * fraction)
		s.micros.Add(&s.micros, big.NewInt(int64(more)))
		s.rest += rest
	}
	return nil
}

// Delta gives the sum.
func (s *DeltaSum) Delta() (Delta, error) {
	whole := math.Round(s.rest)
	if math.Abs(whole-s.rest) == 0.5 {
		// Halfway: to the even one of the whole sums.
		odd := float64(s.micros.Bit(0))
		whole = 2*math.Round((s.rest+odd)*0.5) - odd
	}
	return DeltaOf(new(big.Int).Add(&s.micros, big.NewInt(int64(whole))))
}
