package modules_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"althing/expr/internal/cpython"
)

func TestTimeAsCPython(t *testing.T) {
	compare(t, `
		time.localtime(0)
		time.gmtime(0)
		time.gmtime(1e9), time.gmtime(-1), time.gmtime(1.999), time.gmtime(-0.5), time.gmtime(True)
		time.gmtime(2**31), time.gmtime(253402300800), time.gmtime(-62135596801)
		time.gmtime(67768036191676799)
		time.gmtime(67768036191676800)
		time.gmtime(-67768040609740800)
		time.gmtime(-67768040609740801)
		time.gmtime(2**63 - 1)
		time.gmtime(2**63)
		time.gmtime(1e30)
		time.gmtime(float('nan'))
		time.gmtime(float('inf'))
		time.gmtime('a')
		time.gmtime(1, 2)
		time.localtime(a=2)
		time.localtime([])
		time.localtime(0).tm_zone, time.gmtime(0).tm_zone, time.gmtime(0).tm_gmtoff
		time.gmtime(0).tm_year, time.gmtime(0)[7], len(time.gmtime(0)), time.gmtime(0)[:3], list(time.gmtime(0))
		time.gmtime(0) == (1970, 1, 1, 0, 0, 0, 3, 1, 0), time.gmtime(0) < time.gmtime(1), time.gmtime(0) == time.localtime(0)
		time.gmtime(0).tm_nothing
		time.gmtime(0) in {time.gmtime(0): 1}
		time.timezone, time.altzone, time.daylight, time.tzname
		time.time(1)
		time.time(a=1)
		time.time_ns(1)
		time.monotonic(1)
		time.struct_time
		type(time.gmtime(0)) is time.struct_time, isinstance(time.gmtime(0), time.struct_time)
		time.struct_time(range(9)), time.struct_time(range(9)).tm_zone, time.struct_time(range(11)).tm_gmtoff
		time.struct_time('abcdefghi')
		time.struct_time((1, 2))
		time.struct_time(5)
		time.struct_time()
		time.struct_time(range(12))
		time.mktime()
		time.mktime((1, 2), 3)
		time.mktime(t=1)
		time.mktime([1])
		time.mktime((1,))
		time.mktime((2020, 2, 3, 4, 5, 6, 7, 8, 'a'))
		time.mktime((2020, 2, 3, 4, 5, 6.0, 7, 8, 0))
		time.mktime((2020, 2, 3, 4, 5, 2**31, 7, 8, 0))
		time.mktime((2020, 2, 3, 4, 5, -2**31 - 1, 7, 8, 0))
		time.mktime((2020, 2, 3, 4, 5, 2**70, 7, 8, 0))
		time.mktime(time.gmtime(1e9)), time.mktime((2020, 2, 3, 4, 5, 6, 7, 8, -1)), time.mktime((2020, 2, 3, 4, 5, 6, 7, 8, 1))
		time.mktime((2020, 20, 40, 50, 70, 80, 7, 8, 0)), time.mktime((2020, -20, -40, -50, -70, -80, 7, 8, 0))
		time.mktime((2**31 - 1, 2, 3, 4, 5, 6, 7, 8, 0))
		time.mktime((2**31 - 1, 2**31 - 1, 3, 4, 5, 6, 7, 8, 0)) > 0
		time.mktime((-2**31, 2, 3, 4, 5, 6, 7, 8, 0))
		time.asctime(time.gmtime(0)), time.ctime(0), time.ctime(1e9 + 0.9), time.ctime(-1)
		time.asctime((2021, 2, 31, 0, 0, 0, 3, 200, 1))
		time.asctime((-5, 2, 31, 0, 0, 0, 9, 200, 1))
		time.asctime((12345, 0, 0, 0, 0, 61, -1, 0, 5))
		time.asctime(1)
		time.asctime(5, 6)
		time.asctime(t=5)
		time.ctime('a')
		time.ctime(0, 1)
		time.ctime(2**60)
	`)
}

func TestTimeTextsAsCPython(t *testing.T) {
	compare(t, `
		time.strftime()
		time.strftime('%Y', (2020,) * 9, 3)
		time.strftime(format='%Y')
		time.strftime(1)
		time.strftime(None)
		time.strftime('%Y', 5)
		time.strftime('%Y', None)
		time.strftime('%Y', (1,))
		time.strftime('%Y', (2020, 13, 1, 0, 0, 0, 0, 0, 0))
		time.strftime('%Y', (2020, -1, 1, 0, 0, 0, 0, 0, 0))
		time.strftime('%Y', (2020, 1, 32, 0, 0, 0, 0, 0, 0))
		time.strftime('%Y', (2020, 1, 1, 24, 0, 0, 0, 0, 0))
		time.strftime('%Y', (2020, 1, 1, 0, 60, 0, 0, 0, 0))
		time.strftime('%Y', (2020, 1, 1, 0, 0, 62, 0, 0, 0))
		time.strftime('%Y', (2020, 1, 1, 0, 0, 0, -2, 0, 0))
		time.strftime('%Y', (2020, 1, 1, 0, 0, 0, 0, 367, 0))
		time.strftime('%Y', (-2**31, 1, 1, 0, 0, 0, 0, 0, 0))
		time.strftime('%Y-%m-%d %H:%M:%S', (2020, 0, 0, 0, 0, 0, 0, 0, 0))
		time.strftime('%c|%x|%X|%p|%%', time.gmtime(1e9))
		time.strftime('%Y|%C|%y|%G|%g', (-5, 1, 1, 0, 0, 0, 0, 0, 0))
		time.strftime('%Y|%C|%y|%G|%g', (0, 1, 1, 0, 0, 0, 0, 0, 0))
		time.strftime('%Y|%C|%y|%G|%g', (12345, 1, 1, 0, 0, 0, 0, 0, 0))
		time.strftime('%d %j %A %a', (2021, 2, 31, 0, 0, 0, 3, 200, 0))
		time.strftime('[%Z|%z]', (2021, 2, 31, 0, 0, 0, 3, 200, -1))
		time.strftime('[%Z|%z|%s]', (2021, 2, 31, 0, 0, 0, 3, 200, 1))
		time.strftime('[%Z|%z]', time.struct_time((2021, 2, 3, 0, 0, 0, 3, 200, 0, 'ABC', -5400)))
		time.strftime('[%Z|%z]', time.struct_time((2021, 2, 3, 0, 0, 0, 3, 200, 0, None, None)))
		time.strftime('%Z', time.struct_time((2021, 2, 3, 0, 0, 0, 3, 200, 0, 5, 6)))
		time.strftime('%Z', time.struct_time((2021, 2, 3, 0, 0, 0, 3, 200, 0, 'A', 'b')))
		time.strftime('%f %J é %', time.gmtime(0))
		time.strftime('a\0b')
		datetime.date(2020, 1, 2).strftime('a\0b')
		time.strftime('')
		time.strftime('%Y') == str(time.gmtime().tm_year)
		time.strptime('30 Nov 00', '%d %b %y')
		time.strptime('Mon Jan  5 10:11:12 2026')
		time.strptime('29 Feb', '%d %b')
		time.strptime('12:00:61', '%H:%M:%S')
		time.strptime('2020 366', '%Y %j'), time.strptime('2021 366', '%Y %j')
		time.strptime('Fri 2020-01-01', '%a %Y-%m-%d')
		time.strptime('2020 10 3', '%Y %U %w'), time.strptime('2020 10 3', '%G %V %u')
		time.strptime('12 UTC', '%H %Z'), time.strptime('12 UTC', '%H %Z').tm_zone, time.strptime('12', '%H').tm_zone
		time.strptime('12 UTC +0130', '%H %Z %z').tm_gmtoff, time.strptime('-01:30:15.5', '%z').tm_gmtoff, time.strptime('12', '%H').tm_gmtoff
		time.strptime('12.5', '%H.%f')
		time.strptime('x', '%H')
		time.strptime('12x', '%H')
		time.strptime('12', '%')
		time.strptime('12', '%Q')
		time.strptime('31 2 2020', '%d %m %Y')
		time.strptime()
		time.strptime('a', 'b', 'c')
		time.strptime(data_string='a')
		time.strptime(1)
		time.strptime('a', 1)
		time.strptime('a', None)
		time.strftime('%c', time.strptime('Mon Jan  5 10:11:12 2026'))
	`)
}

// TestTimeTuplesAsCPython writes tuples whose parts do not agree with each other.
func TestTimeTuplesAsCPython(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	var expressions []string
	for range 3000 {
		years := []int{1, 3000, 20000, 100}
		spread := years[r.IntN(4)]
		tuple := fmt.Sprintf("(%d, %d, %d, %d, %d, %d, %d, %d, %d)", 2000+r.IntN(2*spread)-spread,
			r.IntN(13), r.IntN(32), r.IntN(24), r.IntN(60), r.IntN(62), r.IntN(9)-1, r.IntN(367), r.IntN(4)-1)
		format := ""
		for range 1 + r.IntN(3) {
			format += "%" + string("aAbBcCdDeFgGhHIjklmMnpPrRsStTuUVwWxXyYzZ%fQ"[r.IntN(43)]) + " x|"[:r.IntN(4)]
		}
		expressions = append(expressions, fmt.Sprintf("time.strftime('%s', %s)", format, tuple), "time.asctime("+tuple+")")
	}
	compareAll(t, expressions)
}

// TestLocalTimeAsCPython lives through the changes of the clocks in places that
// have them at different times of the year, by half an hour, and not at all.
func TestLocalTimeAsCPython(t *testing.T) {
	for _, zone := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"} {
		t.Run(zone, func(t *testing.T) {
			location, err := time.LoadLocation(zone)
			if err != nil {
				t.Skip("no time zones here")
			}
			expressions := localTimes(location)
			env := namesAt(func() time.Time { return time.Now().In(location) })
			prelude := "import os, time; os.environ['TZ'] = '" + zone + "'; time.tzset()"
			for i, answer := range cpython.Eval(t, prelude, expressions) {
				if ours := evaluate(t, env, expressions[i]); ours != answer.String() {
					t.Errorf("%.300s\n ours %.300s\n want %.300s", expressions[i], ours, answer)
				}
			}
		})
	}
}

// localTimes are expressions about times around the changes of one year.
func localTimes(location *time.Location) []string {
	expressions := []string{"time.timezone, time.altzone, time.daylight, time.tzname"}
	r := rand.New(rand.NewPCG(9, 9))
	for hour := range 366 * 24 {
		u := time.Date(2020, 1, 1, hour, 0, 0, 0, time.UTC).Add(time.Duration(r.IntN(3600)) * time.Second).In(location)
		_, before := u.Add(-3 * time.Hour).Zone()
		_, after := u.Add(3 * time.Hour).Zone()
		if before == after && hour%97 != 0 {
			continue
		}
		seconds := fmt.Sprint(u.Unix())
		expressions = append(
			expressions,
			"time.localtime("+seconds+"), time.localtime("+seconds+").tm_zone, time.localtime("+seconds+").tm_gmtoff",
			"time.mktime(time.localtime("+seconds+"))",
			"time.ctime("+seconds+"), time.strftime('%c %Z %z %s', time.localtime("+seconds+"))",
			"time.strptime('"+u.Format("2006-01-02 MST")+"', '%Y-%m-%d %Z')",
		)
		wall := fmt.Sprintf("(%d, %d, %d, %d, %d, %d, 0, 0, ", u.Year(), u.Month(), u.Day(), u.Hour(), u.Minute(), u.Second())
		for _, dst := range []string{"0)", "1)"} {
			expressions = append(expressions, "time.mktime("+wall+dst+")", "time.strftime('%Z %z', "+wall+dst+")")
		}
		if before == after { // where the time is not there, or is twice, -1 may be answered either way
			expressions = append(expressions, "time.mktime("+wall+"-1))")
		}
	}
	return expressions
}

// TestTimeNow reads a clock that the test holds.
func TestTimeNow(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 678901234, time.FixedZone("XYZ", 5400))
	env := namesAt(func() time.Time { return now })
	now = now.Add(1500 * time.Millisecond)
	for text, want := range map[string]string{
		"time.time()":                             "1767317647.1789012",
		"time.time_ns()":                          "1767317647178901234",
		"time.monotonic()":                        "1.5",
		"time.monotonic_ns()":                     "1500000000",
		"time.perf_counter()":                     "1.5",
		"time.perf_counter_ns()":                  "1500000000",
		"time.localtime()[:6]":                    "(2026, 1, 2, 3, 4, 7)",
		"time.localtime(None).tm_zone":            "XYZ",
		"time.gmtime()[:6]":                       "(2026, 1, 2, 1, 34, 7)",
		"time.ctime()":                            "Fri Jan  2 03:04:07 2026",
		"time.asctime()":                          "Fri Jan  2 03:04:07 2026",
		"time.strftime('%H:%M:%S %Z %z')":         "03:04:07 XYZ +0130",
		"time.mktime(time.localtime())":           "1767317647.0",
		"time.timezone, time.tzname":              "(-5400, ('XYZ', 'XYZ'))",
		"time.strptime('12 xyz','%H %Z').tm_zone": "xyz",
	} {
		if got := evaluate(t, env, text); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func TestNoSleep(t *testing.T) {
	const want = "RuntimeError: time.sleep: a query cannot sleep; let the client wait before it asks again"
	for _, text := range []string{"time.sleep(5)", "time.sleep()", "time.sleep(secs=1)"} {
		if got := evaluate(t, names(), text); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
}

// TestTimeIsBounded: a long format is charged for before it is written.
func TestTimeIsBounded(t *testing.T) {
	env := names()
	for text, want := range map[string]string{
		"len(time.strftime('%999999999d'))": "0",
		"time.strftime('%c' * 10**7)":       "MemoryError",
		"time.strptime('', ' a' * 10**6)":   "MemoryError",
		"time.strftime('%Z' * 10**4, time.struct_time((2020,) + (1,) * 8 + ('x' * 10**5, 0)))":                            "MemoryError",
		"datetime.datetime(1, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(0), 'x' * 10**5)).strftime('%Z' * 10**4)": "MemoryError",
		"time.struct_time(range(10**9))":        "MemoryError|TimeoutError",
		"time.struct_time(iter(int, 1))":        "MemoryError|TimeoutError",
		"time.strptime(' ' * 10**6, '% d' * 9)": "ValueError",
	} {
		got, _, _ := strings.Cut(evaluate(t, env, text), ":")
		if !strings.Contains("|"+want+"|", "|"+got+"|") {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}
