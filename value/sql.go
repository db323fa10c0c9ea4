package value

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"althing/fault"
)

// FromSQL gives the value of what a database/sql driver scanned: NULL is None,
// a blob is bytes, a time is text as Python's str() writes it. Text that is not
// UTF-8, which SQLite lets through, gets U+FFFD for its wrong bytes.
func FromSQL(column any) Value {
	switch c := column.(type) {
	case nil:
		return None{}
	case int64:
		return Int(c)
	case float64:
		return Float(c)
	case bool:
		return Bool(c)
	case string:
		return Str(strings.ToValidUTF8(c, string(utf8.RuneError)))
	case []byte:
		return Bytes(c)
	case time.Time:
		return Str(sqlTime(c))
	}
	if v, err := FromGo(column); err == nil {
		return v
	}
	return Str(strings.ToValidUTF8(fmt.Sprint(column), string(utf8.RuneError)))
}

// sqlTime writes a time as Python does: microseconds only when there are some,
// and the offset only when it is not UTC.
func sqlTime(t time.Time) string {
	layout := "2006-01-02 15:04:05"
	if t.Nanosecond() >= int(time.Microsecond) {
		layout += ".000000"
	}
	if _, offset := t.Zone(); offset != 0 {
		layout += "-07:00"
	}
	return t.Format(layout)
}

// ToSQL gives what a database/sql driver takes as an argument: nil, int64,
// float64, string or []byte. True is 1. An integer beyond 64 bits is Python's
// OverflowError, a container a TypeError, a text with a lone surrogate a
// UnicodeEncodeError.
func ToSQL(v Value) (any, error) {
	switch v := v.(type) {
	case None:
		return nil, nil
	case Bool:
		if v {
			return int64(1), nil
		}
		return int64(0), nil
	case Int:
		return int64(v), nil
	case Big:
		return nil, fault.Python(fault.Invalid, "OverflowError", "an integer beyond 64 bits does not fit SQL; pass it as text")
	case Float:
		return float64(v), nil
	case Str:
		if !utf8.ValidString(string(v)) {
			return nil, fault.Python(fault.Invalid, "UnicodeEncodeError", "a text with a lone surrogate cannot be stored in SQL")
		}
		return string(v), nil
	case Bytes:
		return []byte(v), nil
	}
	return nil, fault.Python(fault.Invalid, "TypeError",
		"a %s cannot be passed to SQL; pass None, bool, int, float, str or bytes", v.TypeName())
}
