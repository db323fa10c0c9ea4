package access

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"althing/fault"
)

// sizeValue is a number of bytes, typed with a unit: 512KiB.
type sizeValue int64

// units are powers of 1024, whatever they are called: nobody who types 1MB for
// a bound means 48,576 bytes less.
var units = []struct {
	suffix string
	bytes  int64
}{
	{"KIB", 1 << 10},
	{"MIB", 1 << 20},
	{"GIB", 1 << 30},
	{"KB", 1 << 10},
	{"MB", 1 << 20},
	{"GB", 1 << 30},
	{"K", 1 << 10},
	{"M", 1 << 20},
	{"G", 1 << 30},
	{"B", 1},
	{"", 1},
}

func (s *sizeValue) Set(text string) error {
	upper := strings.ToUpper(strings.TrimSpace(text))
	for _, u := range units {
		digits, has := strings.CutSuffix(upper, u.suffix)
		if !has {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
		if err != nil || n <= 0 || n > (1<<62)/u.bytes {
			break
		}
		*s = sizeValue(n * u.bytes)
		return nil
	}
	return fault.New(fault.Invalid, "a size such as 512KiB or 1GiB, not '%s'", text)
}

func (s *sizeValue) String() string {
	for i := 2; i >= 0; i-- {
		if u := units[i]; *s != 0 && int64(*s)%u.bytes == 0 {
			return fmt.Sprintf("%d%siB", int64(*s)/u.bytes, u.suffix[:1])
		}
	}
	return fmt.Sprint(int64(*s))
}

func (*sizeValue) Type() string { return "size" }

// countValue is how many of something.
type countValue int64

func (c *countValue) Set(text string) error {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil || n <= 0 {
		return fault.New(fault.Invalid, "a number from 1, not '%s'", text)
	}
	*c = countValue(n)
	return nil
}

func (c *countValue) String() string { return strconv.FormatInt(int64(*c), 10) }

func (*countValue) Type() string { return "number" }

// Duration reads a time as time.ParseDuration does, and in days: 90d.
func Duration(text string) (time.Duration, error) {
	const day = 24 * float64(time.Hour)
	if number, ok := strings.CutSuffix(text, "d"); ok {
		if days, err := strconv.ParseFloat(number, 64); err == nil && math.Abs(days) < math.MaxInt64/day {
			return time.Duration(days * day), nil
		}
	}
	return time.ParseDuration(text)
}

// durationValue is a time such as 1s.
type durationValue time.Duration

func (d *durationValue) Set(text string) error {
	n, err := Duration(strings.TrimSpace(text))
	if err != nil || n <= 0 {
		return fault.New(fault.Invalid, "a time such as 500ms or 2s, not '%s'", text)
	}
	*d = durationValue(n)
	return nil
}

func (d *durationValue) String() string { return time.Duration(*d).String() }

func (*durationValue) Type() string { return "time" }
