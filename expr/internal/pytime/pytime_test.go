package pytime_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"althing/expr/internal/cpython"
	"althing/expr/internal/pyerr"
	"althing/expr/internal/pytime"
	"althing/value"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// purse is a budget of memory and steps.
type purse struct{ bytes, steps int64 }

func (p *purse) Charge(bytes int64) error {
	if p.bytes -= bytes; p.bytes < 0 {
		return pyerr.New("MemoryError", "")
	}
	return nil
}

func (p *purse) Step(n int64) error {
	if p.steps -= n; p.steps < 0 {
		return pyerr.New("TimeoutError", "")
	}
	return nil
}

func budget() *purse { return &purse{1 << 20, 1e6} }

const prelude = "from datetime import *"

// quoted is a text as a Python expression.
func quoted(text string) string { return value.Repr(value.Str(text)) }

// shown is a result as cpython shows one.
func shown(result interface{ Repr() string }, err error) string {
	if err != nil {
		return err.Error()
	}
	return result.Repr()
}

// questions are expressions and what we say to them.
type questions struct{ expressions, ours []string }

func (q *questions) ask(our, format string, arguments ...any) {
	q.expressions = append(q.expressions, fmt.Sprintf(format, arguments...))
	q.ours = append(q.ours, our)
}

func (q *questions) check(t *testing.T) {
	t.Helper()
	wrong := 0
	for i, answer := range cpython.Eval(t, prelude, q.expressions) {
		if answer.String() != q.ours[i] {
			if wrong++; wrong <= 20 {
				t.Errorf("%.200s\n ours %.200q\n want %.200q", q.expressions[i], q.ours[i], answer)
			}
		}
	}
	t.Logf("%d of %d equal", len(q.expressions)-wrong, len(q.expressions))
}

func randomDateTime(r *rand.Rand) pytime.DateTime {
	date, err := pytime.FromOrdinal(1 + r.Int64N(3652059))
	if err != nil {
		panic(err)
	}
	clock := pytime.Clock{Hour: r.IntN(24), Minute: r.IntN(60), Second: r.IntN(60)}
	if r.IntN(2) == 0 {
		clock.Micro = r.IntN(1000000)
	}
	return pytime.DateTime{Date: date, Clock: clock}
}

// mutate changes some of a text's characters.
func mutate(r *rand.Rand, text string) string {
	chars := []rune(text)
	for range r.IntN(3) {
		letters := []rune("0123456789-:TWZ+., é")
		at := r.IntN(len(chars) + 1)
		switch r.IntN(3) {
		case 0:
			chars = append(chars[:at:at], append([]rune{letters[r.IntN(len(letters))]}, chars[at:]...)...)
		case 1:
			if at < len(chars) {
				chars = append(chars[:at:at], chars[at+1:]...)
			}
		default:
			if at < len(chars) {
				chars[at] = letters[r.IntN(len(letters))]
			}
		}
	}
	return string(chars)
}

func isoDate(r *rand.Rand, d pytime.Date) string {
	year, week, day := d.ISOCalendar()
	return []string{
		d.String(),
		strings.ReplaceAll(d.String(), "-", ""),
		fmt.Sprintf("%04d-W%02d-%d", year, week, day),
		fmt.Sprintf("%04dW%02d%d", year, week, day),
		fmt.Sprintf("%04dW%02d", year, week),
		fmt.Sprintf("%04d-W%02d", year, week),
	}[r.IntN(6)]
}

func isoClock(r *rand.Rand, c pytime.Clock) string {
	text, err := c.ISO([]string{"hours", "minutes", "seconds", "milliseconds", "microseconds", "auto"}[r.IntN(6)])
	if err != nil {
		panic(err)
	}
	text += []string{"", "", "Z", "+00:00", "-05:30", "+0530", "+12", "-23:59:59.999999", "+01:02:03"}[r.IntN(9)]
	if r.IntN(4) == 0 {
		text = strings.ReplaceAll(text, ":", "")
	}
	return text
}

// outside is where the clocks show UTC.
func outside(d pytime.DateTime) pytime.Outside {
	return pytime.Outside{Seconds: func() int64 {
		return (d.Ordinal()-719163)*86400 + int64(d.Hour*3600+d.Minute*60+d.Second)
	}}
}

func TestFromISOFormatAsCPython(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var q questions
	for range 5000 {
		d := randomDateTime(r)
		text := mutate(r, isoDate(r, d.Date))
		date, err := pytime.ParseDate(text)
		q.ask(shown(date, err), "repr(date.fromisoformat(%s))", quoted(text))
		text = mutate(r, isoClock(r, d.Clock))
		clock, err := pytime.ParseClock(text)
		q.ask(shown(clock, err), "repr(time.fromisoformat(%s))", quoted(text))
		text = mutate(r, isoDate(r, d.Date)+[]string{"T", " ", "é", "-", "5"}[r.IntN(5)]+isoClock(r, d.Clock))
		both, err := pytime.ParseDateTime(text)
		q.ask(shown(both, err), "repr(datetime.fromisoformat(%s))", quoted(text))
	}
	q.check(t)
}

func TestStrftimeAsCPython(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	var q questions
	kinds := "aAbBcCdDeFgGhHIjklmMnpPrRStTuUVwWxXyYzZf%sQéiJLvN"
	for range 4000 {
		d := randomDateTime(r)
		text := ""
		for range 1 + r.IntN(3) {
			text += "%" + []string{"", "", "", "", "-", "_", "0", "^", "#", "10", "-5", "E", "O"}[r.IntN(13)] + string([]rune(kinds)[r.IntN(len([]rune(kinds)))]) + " x|"[:r.IntN(4)]
		}
		zone := "None"
		if r.IntN(3) == 0 {
			offset := r.Int64N(2*86399) - 86399
			delta, err := pytime.DeltaOf(bigInt(offset * 1000000))
			if err != nil {
				t.Fatal(err)
			}
			if d.Zone, err = pytime.NewZone(delta); err != nil {
				t.Fatal(err)
			}
			zone = d.Zone.Repr()
		}
		our, err := pytime.Strftime(budget(), d, text, outside(d))
		if err != nil {
			our = err.Error()
		}
		q.ask(our, "datetime(%d,%d,%d,%d,%d,%d,%d,%s).strftime(%s)", d.Year, d.Month, d.Day, d.Hour, d.Minute, d.Second, d.Micro, strings.ReplaceAll(zone, "datetime.", ""), quoted(text))
	}
	q.check(t)
}

func TestStrptimeAsCPython(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	var q questions
	zone := []string{"UTC", "UTC"}
	for range 10000 {
		d := randomDateTime(r)
		if d.Year < 1000 {
			d.Year += 1000
			if _, err := pytime.NewDate(d.Year, d.Month, d.Day); err != nil {
				continue
			}
		}
		var format string
		for range 1 + r.IntN(5) {
			format += "%" + string("aAbBcdfGHIjmMpSuUVwWxXyYzZ%"[r.IntN(27)]) + []string{"", " ", "-", ":", "  ", "/"}[r.IntN(6)]
		}
		written := strings.ReplaceAll(format, "%z", []string{"+0530", "Z", "-01:02:03.5", "+01:0203"}[r.IntN(4)])
		written = strings.ReplaceAll(written, "%Z", []string{"utc", "GMT", "CET"}[r.IntN(3)])
		text, err := pytime.Strftime(budget(), d, written, outside(d))
		if err != nil {
			t.Fatal(err)
		}
		if r.IntN(3) == 0 {
			text = mutate(r, text)
		}
		if r.IntN(10) == 0 {
			format = mutate(r, format)
		}
		if r.IntN(3) == 0 {
			text = strings.ToUpper(text)
		}
		ours, err := pytime.ParseFormat(budget(), text, format, zone)
		if err != nil && strings.HasPrefix(err.Error(), "error: ") {
			continue // a directive used twice: the message says where in a regular expression
		}
		q.ask(shown(ours, err), "repr(datetime.strptime(%s, %s))", quoted(text), quoted(format))
	}
	q.check(t)
}

func TestCalendarAsCPython(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	var q questions
	for range 1500 {
		d := randomDateTime(r)
		year, week, day := d.ISOCalendar()
		q.ask(fmt.Sprintf("(%d, %d, %d, %d, %d, %d)", d.Ordinal(), d.Weekday(), d.YearDay(), year, week, day),
			"(lambda d: (d.toordinal(), d.weekday(), d.timetuple().tm_yday, *d.isocalendar()))(%s)", strings.TrimPrefix(d.Date.Repr(), "datetime."))
		year, week, day = 1+r.IntN(9999), r.IntN(55), r.IntN(9)
		date, err := pytime.FromISOCalendar(year, week, day)
		q.ask(shown(date, err), "repr(date.fromisocalendar(%d, %d, %d))", year, week, day)
		year, week, day = r.IntN(10001), r.IntN(14), r.IntN(33)
		date, err = pytime.NewDate(year, week, day)
		q.ask(shown(date, err), "repr(date(%d, %d, %d))", year, week, day)
		e := randomDateTime(r)
		apart, err := d.Sub(e)
		q.ask(shown(apart, err), "repr(%s - %s)", strings.TrimPrefix(d.Repr(), "datetime."), strings.TrimPrefix(e.Repr(), "datetime."))
		moved, err := d.Add(apart)
		q.ask(shown(moved, err), "repr(%s + %s)", strings.TrimPrefix(d.Repr(), "datetime."), strings.TrimPrefix(apart.Repr(), "datetime."))
	}
	q.check(t)
}

// TestLocalTimeAsCPython walks over the hours around changes of the clocks.
func TestLocalTimeAsCPython(t *testing.T) {
	const zone = "Europe/Berlin"
	location, err := time.LoadLocation(zone)
	if err != nil {
		t.Skip("no time zones here")
	}
	r := rand.New(rand.NewPCG(5, 5))
	q := questions{expressions: []string{"__import__('os').environ.__setitem__('TZ', '" + zone + "') or __import__('time').tzset()"}, ours: []string{"None"}}
	for range 1500 {
		change := []int64{1585443600, 1603587600, 0, 1e9, 4e9, -1e9}[r.IntN(6)]
		seconds, micro := change+r.Int64N(4*86400)-2*86400, r.IntN(2)*500000
		d, err := pytime.FromTimestamp(seconds, micro, location)
		q.ask(shown(d, err), "repr(datetime.fromtimestamp(%d + %d/1000000))", seconds, micro)
		d.Fold = r.IntN(2)
		q.ask(value.Repr(value.Float(d.Timestamp(location))), "%s.timestamp()", strings.TrimPrefix(d.Repr(), "datetime."))
		there, err := d.LocalZone(location)
		q.ask(shown(there, err), "repr(%s.astimezone().tzinfo)", strings.TrimPrefix(d.Repr(), "datetime."))
	}
	q.check(t)
}

func TestTimestampRangeAsCPython(t *testing.T) {
	var q questions
	for _, seconds := range []float64{0, 0.5, -0.5, 1.0000005, 1.9999996, -1.0000005, 253402300799, 253402300800, 253402300799.9999999, -62135596800, -62135596801, 1e12, -1e12, 1e17, 1e19, -1e19, 1e300} {
		whole, micro, err := pytime.SplitTimestamp(seconds)
		var d pytime.DateTime
		if err == nil {
			d, err = pytime.FromTimestamp(whole, micro, time.UTC)
		}
		q.ask(shown(d, err), "repr(datetime.utcfromtimestamp(%s))", value.Repr(value.Float(seconds)))
	}
	q.check(t)
}

func TestLongFormatsAreBounded(t *testing.T) {
	d := pytime.DateTime{Date: pytime.Date{Year: 2026, Month: 1, Day: 2}}
	if text, err := pytime.Strftime(budget(), d, "%999999999d", outside(d)); text != "" || err != nil {
		t.Errorf("%d characters, %v", len(text), err)
	}
	if _, err := pytime.Strftime(budget(), d, strings.Repeat("%c", 1<<20), outside(d)); err == nil || err.Error() != "MemoryError" {
		t.Errorf("a million datetimes: %v", err)
	}
	if _, err := pytime.ParseFormat(budget(), "", strings.Repeat(" a", 1<<20), nil); err == nil || err.Error() != "MemoryError" {
		t.Errorf("a million blanks: %v", err)
	}
	text := strings.Repeat(" ", 1<<18)
	if _, err := pytime.ParseFormat(budget(), text, strings.Repeat("% d", 3), nil); err == nil {
		t.Error("blanks are no days")
	}
}

func FuzzFromISOFormat(f *testing.F) {
	for _, text := range []string{"2020-01-02", "20200102T030405.678+0102", "2020-W01-1 10", "T10:20Z", "2020W0151020"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if d, err := pytime.ParseDateTime(text); err == nil {
			if again, err := pytime.ParseDateTime(d.String()); err != nil || !again.Equal(d) {
				t.Errorf("%q is %s, which is %v, %v", text, d.Repr(), again.Repr(), err)
			}
		}
		_, _ = pytime.ParseDate(text)
		_, _ = pytime.ParseClock(text)
	})
}

func FuzzStrptime(f *testing.F) {
	f.Add("2020-01-02", "%Y-%m-%d")
	f.Add("Mon Jan  5 10:11:12 2026", "%c")
	f.Add("+01:02:03.5 utc PM", "%z %Z %p")
	f.Fuzz(func(t *testing.T, text, format string) {
		_, _ = pytime.ParseFormat(budget(), text, format, []string{"CET", "CEST"})
		d := pytime.DateTime{Date: pytime.Date{Year: 2026, Month: 1, Day: 2}, Clock: pytime.Clock{Zone: pytime.UTC}}
		_, _ = pytime.Strftime(budget(), d, format, outside(d))
		if s, err := pytime.ParseStructTime(budget(), text, format, []string{"CET", "CEST"}); err == nil {
			if s, err = s.Check(); err != nil {
				t.Errorf("%q by %q: %v", text, format, err)
			}
			_, _ = s.Strftime(budget(), format, outside(d))
		}
	})
}
