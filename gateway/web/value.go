package web

import (
	"time"

	"althing/fault"
	"althing/value"
)

// jsonValue is a value in a body or an answer, in value's own mapping to JSON.
type jsonValue struct{ value.Value }

// MarshalJSON writes the value; none at all is null.
func (v jsonValue) MarshalJSON() ([]byte, error) {
	if v.Value == nil {
		return []byte("null"), nil
	}
	return value.AppendJSON(make([]byte, 0, value.Size(v.Value)), v.Value), nil
}

// UnmarshalJSON reads a value.
func (v *jsonValue) UnmarshalJSON(text []byte) (err error) {
	v.Value, err = value.FromJSON(text)
	return err
}

// moment gives a time for an answer; nil when there is none.
func moment(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	at = at.UTC()
	return &at
}

// momentOf reads Unix seconds, as the session protocol gives times.
func momentOf(v value.Value) *time.Time {
	seconds, ok := v.(value.Float)
	if !ok {
		return nil
	}
	return moment(time.UnixMicro(int64(float64(seconds) * 1e6)))
}

// members reads what another hub has answered.
func members(v value.Value) (func(name string) value.Value, error) {
	d, ok := v.(*value.Dict)
	if !ok {
		return nil, fault.New(fault.Internal, "the other hub's answer is none that this one understands; it may be of another version")
	}
	return func(name string) value.Value {
		v, _ := d.Get(value.Str(name))
		return v
	}, nil
}
