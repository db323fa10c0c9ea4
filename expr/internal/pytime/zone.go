package pytime

import (
	"fmt"
	"strings"

	"althing/expr/internal/pyerr"
	"althing/value"
)

// Zone is Python's timezone: a fixed distance from UTC. Zones are equal when
// their offsets are.
type Zone struct {
	offset int64 // microseconds east of UTC, less than a day
	name   string
	named  bool
}

// UTC is timezone.utc.
var UTC = &Zone{}

// NewZone makes a zone; UTC itself for no offset.
func NewZone(offset Delta) (*Zone, error) {
	if offset.IsZero() {
		return UTC, nil
	}
	return NamedZone(offset, "", false)
}

// NamedZone makes a zone with a name of its own, if named.
func NamedZone(offset Delta, name string, named bool) (*Zone, error) {
	if offset.Compare(Delta{Days: -1}) <= 0 || offset.Compare(OneDay) >= 0 {
		return nil, pyerr.Value("offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not %s.", offset.Repr())
	}
	return &Zone{int64(offset.Days)*microsPerDay + offset.withinDay(), name, named}, nil
}

// Offset is utcoffset().
func (z *Zone) Offset() Delta { return shortDelta(z.offset) }

// Equal reports whether the offsets are the same.
func (z *Zone) Equal(y *Zone) bool { return z.offset == y.offset }

// String is tzname(): its own name, or "UTC+02:00".
func (z *Zone) String() string {
	switch {
	case z.named:
		return z.name
	case z.offset == 0:
		return "UTC"
	}
	return "UTC" + z.iso(":")
}

// Repr is repr(z).
func (z *Zone) Repr() string {
	if z == UTC {
		return "datetime.timezone.utc"
	}
	var text strings.Builder
	text.WriteString("datetime.timezone(" + z.Offset().Repr())
	if z.named {
		text.WriteString(", " + value.Repr(value.Str(z.name)))
	}
	text.WriteByte(')')
	return text.String()
}

// iso is the offset with its sign: +02:00, and seconds and microseconds where
// there are any.
func (z *Zone) iso(separator string) string {
	sign, offset := '+', z.offset
	if offset < 0 {
		sign, offset = '-', -offset
	}
	seconds, micros := offset/microsPerSecond, offset%microsPerSecond
	text := fmt.Sprintf("%c%02d%s%02d", sign, seconds/3600, separator, seconds/60%60)
	if seconds%60 != 0 || micros != 0 {
		text += fmt.Sprintf("%s%02d", separator, seconds%60)
	}
	if micros != 0 {
		text += fmt.Sprintf(".%06d", micros)
	}
	return text
}
