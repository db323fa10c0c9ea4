package series_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"althing/fault"
	"althing/series"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// begin is the start of a block of every resolution.
var begin = time.Unix(1_800_000_000, 0)

func open(t testing.TB, folder string, now time.Time) *series.Store {
	t.Helper()
	s, err := series.Open(folder, series.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// record notes a number a second, each that of its second.
func record(t testing.TB, s *series.Store, name string, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		if err := s.Record(begin.Add(time.Duration(i)*time.Second), name, float64(i)); err != nil {
			t.Fatal(err)
		}
	}
}

func query(t testing.TB, s *series.Store, name string, from, to, points int) []series.Point {
	t.Helper()
	found, err := s.Query(name, begin.Add(time.Duration(from)*time.Second), begin.Add(time.Duration(to)*time.Second), points)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestLatest(t *testing.T) {
	s := open(t, t.TempDir(), begin)
	record(t, s, "a", 0, 70)
	if p, known := s.Latest("a"); !known || p.Mean != 69 || !p.At.Equal(begin.Add(69*time.Second)) {
		t.Errorf("%+v, %v", p, known)
	}
	record(t, s, "b", 180, 181) // minutes later
	if p, known := s.Latest("a"); known {
		t.Errorf("it is not known any more, and yet %+v", p)
	}
	if _, known := s.Latest("nothing"); known {
		t.Error("nothing is known")
	}
}

func TestEveryResolution(t *testing.T) {
	const last = 3 * 3600
	folder := t.TempDir()
	s := open(t, folder, begin.Add(last*time.Second))
	record(t, s, "a", 0, last+1) // the last one has the minute before written
	check := func(s *series.Store) {
		t.Helper()
		for _, test := range []struct{ from, to, points, want, step int }{
			{last - 1800, last, 1800, 1800, 1},
			{last - 90, last, 10_000, 90, 1},
			{0, last, 10_000, last / 10, 10}, // seconds are not kept so long
			{0, last, last / 60, last / 60, 60},
			{0, last, 10, 10, last / 10},
			{last - 100, last, 1, 1, 100},
		} {
			found := query(t, s, "a", test.from, test.to, test.points)
			if len(found) != test.want {
				t.Errorf("%+v: %d points", test, len(found))
				continue
			}
			for i, p := range found {
				low := float64(test.from + i*test.step)
				high := low + float64(test.step-1)
				if p.At.Unix() != begin.Unix()+int64(low) || p.Min != low || p.Max != high || math.Abs(p.Mean-(low+high)/2) > 0.01 {
					t.Fatalf("%+v, point %d: %+v", test, i, p)
				}
			}
		}
	}
	check(s)
	check(open(t, folder, begin.Add(last*time.Second))) // it was killed as a minute was over
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	check(open(t, folder, begin.Add(last*time.Second)))
}

// TestAMinuteGoesOn closes a store in the middle of a minute.
func TestAMinuteGoesOn(t *testing.T) {
	folder := t.TempDir()
	for end := 7; end < 700; end += 31 {
		from := max(0, end-31)
		s := open(t, folder, begin.Add(time.Duration(from)*time.Second))
		record(t, s, "a", from, end)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, folder, begin.Add(700*time.Second))
	if found := query(t, s, "a", 0, 700, 1000); len(found) != 689 {
		t.Errorf("%d points", len(found))
	}
	if found := query(t, s, "a", 0, 660, 11); len(found) != 11 || found[10].Mean != 629.5 {
		t.Errorf("%+v", found)
	}
}

// TestATornTail cuts and spoils the last block at each of its bytes: what was before
// stays, and it is recorded on.
func TestATornTail(t *testing.T) {
	whole := t.TempDir()
	s := open(t, whole, begin.Add(180*time.Second))
	record(t, s, "a", 0, 181)
	names, _ := filepath.Glob(filepath.Join(whole, "1s-*"))
	if len(names) != 1 {
		t.Fatal(names)
	}
	data, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	block := len(data) / 3
	for at := 2 * block; at < len(data); at++ {
		for _, damaged := range [][]byte{data[:at], slices.Concat(data[:at], []byte{data[at] ^ 0x10}, data[at+1:])} {
			folder := t.TempDir()
			if err := os.WriteFile(filepath.Join(folder, filepath.Base(names[0])), damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			s := open(t, folder, begin.Add(180*time.Second))
			if found := query(t, s, "a", 0, 180, 180); len(found) != 120 {
				t.Fatalf("damaged at %d of %d: %d points", at, len(data), len(found))
			}
			record(t, s, "a", 180, 241)
			if found := query(t, s, "a", 0, 240, 240); len(found) != 180 {
				t.Fatalf("damaged at %d of %d, then: %d points", at, len(data), len(found))
			}
		}
	}
}

func TestAClockThatIsSetBack(t *testing.T) {
	s := open(t, t.TempDir(), begin.Add(3600*time.Second))
	record(t, s, "a", 0, 3600)
	record(t, s, "a", 3530, 3535) // a little: it is waited for
	if found := query(t, s, "a", 0, 3600, 3600); len(found) != 3600 {
		t.Errorf("%d points", len(found))
	}
	record(t, s, "a", 1800, 1900)
	if found := query(t, s, "a", 0, 3600, 3600); len(found) != 1900 {
		t.Errorf("half an hour later: %d points", len(found))
	}
	if found := query(t, s, "a", 0, 3600, 60); len(found) != 32 || found[30].Mean != 1829.5 {
		t.Errorf("in minutes: %+v", found)
	}
}

func TestBounds(t *testing.T) {
	folder := t.TempDir()
	const bytes = 200_000
	s, err := series.Open(folder, series.Options{Bytes: bytes, Now: func() time.Time { return begin }})
	if err != nil {
		t.Fatal(err)
	}
	for second := range 6 * 3600 {
		for i := range 20 {
			if err := s.Record(begin.Add(time.Duration(second)*time.Second), fmt.Sprintf("s%d", i), float64(second*i)); err != nil {
				t.Fatal(err)
			}
		}
	}
	var all int64
	files, _ := os.ReadDir(folder)
	for _, f := range files {
		info, _ := f.Info()
		all += info.Size()
	}
	if all > bytes*3/2 || all == 0 {
		t.Errorf("%d bytes", all)
	}
	if names := s.Names(); len(names) != 20 {
		t.Errorf("%v", names)
	}
	for i := range 2000 {
		err = s.Record(begin.Add(6*time.Hour), fmt.Sprintf("more%d", i), 1)
	}
	if !fault.Is(err, fault.Full) {
		t.Errorf("too many series: %v", err)
	}
	for _, name := range []string{"", strings.Repeat("x", 257)} {
		if err := s.Record(begin, name, 1); !fault.Is(err, fault.Invalid) {
			t.Errorf("%d bytes: %v", len(name), err)
		}
	}
	for _, v := range []float64{math.NaN(), math.Inf(1), 1e300} {
		if err := s.Record(begin.Add(6*time.Hour), "s0", v); err != nil {
			t.Error(err)
		}
	}
	for _, points := range []int{0, -1, 10_001} {
		if _, err := s.Query("s0", begin, begin.Add(time.Hour), points); !fault.Is(err, fault.Invalid) {
			t.Errorf("%d points: %v", points, err)
		}
	}
	if found := query(t, s, "nosuch", 0, 3600, 10); len(found) != 0 {
		t.Errorf("%+v", found)
	}
}

// TestMemory has 200 series in memory, with all blocks open.
func TestMemory(t *testing.T) {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s := open(t, t.TempDir(), begin.Add(2*time.Hour))
	for second := range 1300 {
		for i := range 200 {
			if err := s.Record(begin.Add(time.Duration(second)*time.Second), fmt.Sprintf("series.%d", i), float64(second%7*i)); err != nil {
				t.Fatal(err)
			}
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 5<<20 {
		t.Errorf("%d KiB", grown>>10)
	}
	runtime.KeepAlive(s)
}

// FuzzOpen opens a file that anybody may have written.
func FuzzOpen(f *testing.F) {
	folder := f.TempDir()
	s := open(f, folder, begin)
	record(f, s, "a", 0, 130)
	names, _ := filepath.Glob(filepath.Join(folder, "1s-*"))
	whole, err := os.ReadFile(names[0])
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add([]byte("als1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		folder := t.TempDir()
		if err := os.WriteFile(filepath.Join(folder, filepath.Base(names[0])), data, 0o600); err != nil {
			t.Fatal(err)
		}
		s := open(t, folder, begin)
		query(t, s, "a", 0, 3600, 100)
		if err := s.Record(begin.Add(24*time.Hour), "a", 1); err != nil {
			t.Fatal(err)
		}
	})
}

// BenchmarkMinute is what a minute of 200 series at one a second costs; one percent
// of a core are 600 ms.
func BenchmarkMinute(b *testing.B) {
	s := open(b, b.TempDir(), begin)
	names := make([]string, 200)
	for i := range names {
		names[i] = fmt.Sprintf("series.%d", i)
	}
	at := begin
	b.ReportAllocs()
	for b.Loop() {
		for second := range 60 {
			for i, name := range names {
				if err := s.Record(at, name, float64(second*i)); err != nil {
					b.Fatal(err)
				}
			}
			at = at.Add(time.Second)
		}
	}
}
