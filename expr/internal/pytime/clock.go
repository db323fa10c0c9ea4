package pytime

import (
	"fmt"

	"althing/expr/internal/pyerr"
)

// Clock is Python's time: a time of day. NewClock makes one.
type Clock struct {
	Hour, Minute, Second, Micro int
	Fold                        int   // 1: the later of two times that read the same
	Zone                        *Zone // nil: naive
}

// NewClock makes a time of day, or says what is wrong with it.
func NewClock(c Clock) (Clock, error) {
	switch {
	case c.Hour < 0 || c.Hour > 23:
		return Clock{}, pyerr.Value("hour must be in 0..23")
	case c.Minute < 0 || c.Minute > 59:
		return Clock{}, pyerr.Value("minute must be in 0..59")
	case c.Second < 0 || c.Second > 59:
		return Clock{}, pyerr.Value("second must be in 0..59")
	case c.Micro < 0 || c.Micro > 999999:
		return Clock{}, pyerr.Value("microsecond must be in 0..999999")
	case c.Fold != 0 && c.Fold != 1:
		return Clock{}, pyerr.Value("fold must be either 0 or 1")
	}
	return c, nil
}

// micros is the microseconds since midnight.
func (c Clock) micros() int64 {
	return int64(c.Hour*3600+c.Minute*60+c.Second)*microsPerSecond + int64(c.Micro)
}

// clockOf is the time of day so many microseconds after midnight.
func clockOf(micros int64) Clock {
	seconds := int(micros / microsPerSecond)
	return Clock{Hour: seconds / 3600, Minute: seconds / 60 % 60, Second: seconds % 60, Micro: int(micros % microsPerSecond)}
}

// utc is micros less the zone's offset, if there is one.
func (c Clock) utc() int64 {
	if c.Zone == nil {
		return c.micros()
	}
	return c.micros() - c.Zone.offset
}

// Equal is c == d: False where only one of them has a zone.
func (c Clock) Equal(d Clock) bool {
	return (c.Zone == nil) == (d.Zone == nil) && c.utc() == d.utc()
}

// Compare orders times: -1, 0 or 1; TypeError where only one of them has a zone.
func (c Clock) Compare(d Clock) (int, error) {
	if (c.Zone == nil) != (d.Zone == nil) {
		return 0, pyerr.Type("can't compare offset-naive and offset-aware times")
	}
	return order(c.utc(), d.utc()), nil
}

func order(x, y int64) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// ISO is isoformat(timespec).
func (c Clock) ISO(spec string) (string, error) {
	text, err := c.iso(spec)
	if err != nil {
		return "", err
	}
	if c.Zone != nil {
		text += c.Zone.iso(":")
	}
	return text, nil
}

// String is isoformat().
func (c Clock) String() string {
	text, _ := c.ISO("auto") // which is always right
	return text
}

// iso is ISO without the zone.
func (c Clock) iso(spec string) (string, error) {
	if spec == "auto" {
		spec = "seconds"
		if c.Micro != 0 {
			spec = "microseconds"
		}
	}
	switch spec {
	case "hours":
		return fmt.Sprintf("%02d", c.Hour), nil
	case "minutes":
		return fmt.Sprintf("%02d:%02d", c.Hour, c.Minute), nil
	case "seconds":
		return fmt.Sprintf("%02d:%02d:%02d", c.Hour, c.Minute, c.Second), nil
	case "milliseconds":
		return fmt.Sprintf("%02d:%02d:%02d.%03d", c.Hour, c.Minute, c.Second, c.Micro/1000), nil
	case "microseconds":
		return fmt.Sprintf("%02d:%02d:%02d.%06d", c.Hour, c.Minute, c.Second, c.Micro), nil
	}
	return "", pyerr.Value("Unknown timespec value")
}

// Repr is repr(c).
func (c Clock) Repr() string {
	return "datetime.time(" + c.fields() + c.keywords() + ")"
}

// fields are the parts as arguments, without what is zero at the end.
func (c Clock) fields() string {
	text := fmt.Sprintf("%d, %d", c.Hour, c.Minute)
	if c.Second != 0 || c.Micro != 0 {
		text += fmt.Sprintf(", %d", c.Second)
	}
	if c.Micro != 0 {
		text += fmt.Sprintf(", %d", c.Micro)
	}
	return text
}

func (c Clock) keywords() string {
	text := ""
	if c.Fold != 0 {
		text = ", fold=1"
	}
	if c.Zone != nil {
		text += ", tzinfo=" + c.Zone.Repr()
	}
	return text
}
