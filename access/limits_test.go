package access_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"althing/access"
)

// Every bound has a name, a reason, a default that can be typed, and a field of
// its own.
func TestEveryBoundIsInTheTable(t *testing.T) {
	var l access.Limits
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	l.AddFlags(flags)
	if l != access.DefaultLimits() {
		t.Error("the flags begin with other values than the defaults")
	}
	fields := reflect.ValueOf(l)
	for i := range fields.NumField() {
		if fields.Field(i).Int() <= 0 {
			t.Errorf("%s has no default", fields.Type().Field(i).Name)
		}
	}
	if len(access.Bounds()) != fields.NumField() {
		t.Errorf("%d rows for %d fields", len(access.Bounds()), fields.NumField())
	}
	for _, b := range access.Bounds() {
		f := flags.Lookup(b.Flag)
		switch {
		case f == nil:
			t.Errorf("no flag %s", b.Flag)
		case f.DefValue != b.Default:
			t.Errorf("%s is %s in the table and %s as a flag", b.Flag, b.Default, f.DefValue)
		case b.Reason == "" || strings.Contains(b.Reason, "\n"):
			t.Errorf("%s has no reason of one line", b.Flag)
		}
		before := l
		if err := flags.Set(b.Flag, "7"+strings.TrimLeft(b.Default, "0123456789")); err != nil {
			t.Errorf("%s: %v", b.Flag, err)
		}
		if changed := differences(before, l); changed != 1 {
			t.Errorf("%s changes %d fields", b.Flag, changed)
		}
	}
}

func differences(a, b access.Limits) (n int) {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range x.NumField() {
		if x.Field(i).Int() != y.Field(i).Int() {
			n++
		}
	}
	return n
}

func TestUnits(t *testing.T) {
	var l access.Limits
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	l.AddFlags(flags)
	for _, c := range []struct{ flag, text, want string }{
		{"max-query", "512KiB", "512KiB"},
		{"max-query", " 2 mb ", "2MiB"},
		{"max-query", "3g", "3GiB"},
		{"max-query", "1000", "1000"},
		{"max-query", "7B", "7"},
		{"max-query", "1048576", "1MiB"},
		{"max-keys", "10", "10"},
		{"max-sql-time", "1500ms", "1.5s"},
	} {
		if err := flags.Set(c.flag, c.text); err != nil || flags.Lookup(c.flag).Value.String() != c.want {
			t.Errorf("%s %q: %s, %v", c.flag, c.text, flags.Lookup(c.flag).Value, err)
		}
	}
	for _, c := range []struct{ flag, text string }{
		{"max-query", ""},
		{"max-query", "0"},
		{"max-query", "-1"},
		{"max-query", "1.5MiB"},
		{"max-query", "MiB"},
		{"max-query", "9999999999GiB"},
		{"max-query", "1TiB"},
		{"max-query", "1 KiB MiB"},
		{"max-keys", "0"},
		{"max-keys", "1k"},
		{"max-keys", "99999999999999999999"},
		{"max-sql-time", "5"},
		{"max-sql-time", "-1s"},
		{"max-sql-time", "soon"},
	} {
		if err := flags.Set(c.flag, c.text); err == nil || !strings.Contains(err.Error(), "'"+c.text+"'") {
			t.Errorf("%s %q: %v", c.flag, c.text, err)
		}
	}
}

// FuzzUnits: what can be typed is shown in a form that means the same.
func FuzzUnits(f *testing.F) {
	for _, text := range []string{"1MiB", "512 kb", "0", "1B", "18446744073709551616", "9223372036854775807", "1s", "2h45m", "1e3"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var l access.Limits
		flags := pflag.NewFlagSet("", pflag.ContinueOnError)
		l.AddFlags(flags)
		for _, name := range []string{"max-query", "max-keys", "max-sql-time"} {
			if flags.Set(name, text) != nil {
				continue
			}
			before := l
			if err := flags.Set(name, flags.Lookup(name).Value.String()); err != nil || l != before {
				t.Errorf("%s %q is shown as %s, which is something else (%v)", name, text, flags.Lookup(name).Value, err)
			}
			if l.Query <= 0 || l.Keys <= 0 || l.SQLTime <= 0 {
				t.Errorf("%q is taken for nothing", text)
			}
		}
	})
}

func TestDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{"90d": 90 * 24 * time.Hour, "1.5d": 36 * time.Hour, "-1d": -24 * time.Hour, "2h30m": 150 * time.Minute, "106751d": 106751 * 24 * time.Hour} {
		if got, err := access.Duration(text); got != want || err != nil {
			t.Errorf("%s is %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "d", "1", "106752d", "nand", "infd", "1e9d", "1 d"} {
		if got, err := access.Duration(text); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}
