package backup_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"althing/backup"
	"althing/series"
)

// begin is the start of a minute, of ten and of an hour.
var begin = time.Unix(1_800_000_000, 0)

func openSeries(t *testing.T, dir string) *series.Store {
	t.Helper()
	s, err := series.Open(filepath.Join(dir, "series"), series.Options{Now: func() time.Time { return begin.Add(time.Hour) }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// withRecorded is the data folder of a hub that has recorded some minutes of a
// number.
func withRecorded(t *testing.T) string {
	t.Helper()
	dir := filled(t)
	if err := os.RemoveAll(filepath.Join(dir, "series")); err != nil {
		t.Fatal(err)
	}
	s := openSeries(t, dir)
	for i := range 1500 {
		if err := s.Record(begin.Add(time.Duration(i)*time.Second), "reg.garden", float64(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// points are how many seconds are known of the number, from a second on.
func points(t *testing.T, s *series.Store, from int) int {
	t.Helper()
	found, err := s.Query("reg.garden", begin.Add(time.Duration(from)*time.Second), begin.Add(1500*time.Second), 2000)
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

// What was recorded comes back, and is not said to be left out.
func TestRecorded(t *testing.T) {
	data := save(t, withRecorded(t))
	again := filepath.Join(t.TempDir(), "data")
	if err := restore(t.Context(), data, again); err != nil {
		t.Fatal(err)
	}
	if n := points(t, openSeries(t, again), 0); n != 1500 {
		t.Errorf("%d points", n)
	}
	if f, err := backup.Check(bytes.NewReader(data)); err != nil || len(f.Head.LeftOut) > 0 {
		t.Errorf("left out: %v, %v", f.Head.LeftOut, err)
	}
}

// What goes while a backup is written is missing in it, and nothing else is.
func TestRecordedGoesMeanwhile(t *testing.T) {
	dir := withRecorded(t)
	files, err := filepath.Glob(filepath.Join(dir, "series", "1s-*"))
	if err != nil || len(files) != 2 {
		t.Fatal(files, err)
	}
	var data bytes.Buffer
	err = backup.Folder(t.Context(), dir, "1.0", silent, func(b *backup.Backup) error {
		if err := os.Remove(files[0]); err != nil { // the first 900 seconds
			return err
		}
		if err := os.Truncate(files[1], 1); err != nil {
			return err
		}
		return b.Write(t.Context(), &data)
	})
	if err != nil {
		t.Fatal(err)
	}
	again := filepath.Join(t.TempDir(), "data")
	if err := restore(t.Context(), data.Bytes(), again); err != nil {
		t.Fatal(err)
	}
	s := openSeries(t, again)
	if found, err := s.Query("reg.garden", begin, begin.Add(1200*time.Second), 120); err != nil || len(found) != 120 { // of ten seconds each
		t.Errorf("%d points, %v", len(found), err)
	}
	if left, _ := filepath.Glob(filepath.Join(again, "series", "1s-*")); len(left) > 0 {
		t.Errorf("%v are kept", left)
	}
}
