package jetstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"althing/fault"
	"althing/journal"
	"althing/journal/journaltest"
)

// quiet takes the log lines that a test expects.
var quiet = slog.New(slog.DiscardHandler)

// sample is a folder with a log, and what every length of it means.
type sample struct {
	dir     string
	digests map[uint64]uint64 // of the histories, by their last transaction
	last    uint64
	unsure  int // where in the block the last record begins, if it was not synced
}

// write makes a sample: two snapshots, records before, between and behind them,
// and a folder as it is while the hub runs, or after a clean stop.
func write(t *testing.T, clean bool) sample {
	t.Helper()
	dir := t.TempDir()
	store, err := Open(t.Context(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	l := journaltest.NewLedger()
	j, err := journal.Open(t.Context(), store, l, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := sample{dir: dir, digests: map[uint64]uint64{0: 0}, unsure: math.MaxInt}
	for i := range 30 {
		if i == 8 || i == 16 {
			if err := j.Snapshot(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		tx := journal.Tx{Ops: []journal.Op{journaltest.Put{Key: fmt.Sprint("key ", i), Value: "the journal's value"}}}
		if _, err := j.Commit(t.Context(), tx); err != nil {
			t.Fatal(err)
		}
		rev, digest := l.History()
		s.digests[rev], s.last = digest, rev
	}
	if !clean {
		// The page cache is what a process leaves that is killed.
		s.dir = copyOf(t, dir)
		s.unsure = lastFrame(t, s.dir)
	}
	if err := errors.Join(j.Close(context.Background()), store.Close()); err != nil {
		t.Fatal(err)
	}
	return s
}

func lastFrame(t *testing.T, dir string) (at int) {
	t.Helper()
	block, err := os.ReadFile(filepath.Join(streamDir(dir), "msgs", "1.blk"))
	if err != nil {
		t.Fatal(err)
	}
	for p := range newScanner(1).pieces(block) {
		at = p.at
	}
	return at
}

func copyOf(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

// start opens the log in a folder and gives the history that came back.
func start(t *testing.T, dir string) (rev, digest uint64, err error) {
	t.Helper()
	store, err := Open(t.Context(), Options{Dir: dir, Log: quiet})
	if err != nil {
		return 0, 0, err
	}
	l := journaltest.NewLedger()
	j, err := journal.Open(t.Context(), store, l, journal.Options{Log: quiet})
	if err != nil {
		return 0, 0, errors.Join(err, store.Close())
	}
	rev, digest = l.History()
	return rev, digest, errors.Join(j.Close(context.Background()), store.Close())
}

// content gives the files of a folder.
func content(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		files[path], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestFlippedBytes flips bytes all over the folder. Each is found at the start,
// and then nothing was touched, or the state is the same in spite of it.
func TestFlippedBytes(t *testing.T) {
	for _, clean := range []bool{true, false} {
		t.Run(map[bool]string{true: "AfterCleanStop", false: "AfterKill"}[clean], func(t *testing.T) {
			s := write(t, clean)
			found := map[string]int{}
			for path, data := range content(t, s.dir) {
				name, err := filepath.Rel(s.dir, path)
				if err != nil {
					t.Fatal(err)
				}
				// Some places in every file, its ends among them.
				for at := 0; at < len(data); at += max(1, (len(data)-1)/15) {
					if s.flip(t, name, at) {
						found[filepath.Base(name)]++
					}
				}
			}
			t.Log("found, by file:", found)
			if found["1.blk"] < 15 || found["meta.inf"] < 15 {
				t.Errorf("of the flipped bytes in the log only so many were found: %v", found)
			}
		})
	}
}

// flip tries one byte and reports whether it was found.
func (s sample) flip(t *testing.T, name string, at int) (found bool) {
	t.Helper()
	dir := copyOf(t, s.dir)
	path := filepath.Join(dir, name)
	if err := change(path, func(d []byte) []byte { d[at] ^= 0x04; return d }); err != nil {
		t.Fatal(err)
	}
	before := content(t, dir)
	rev, digest, err := start(t, dir)
	switch {
	case errors.Is(err, journal.ErrDamaged):
		for path, was := range before {
			if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, was) {
				t.Errorf("%s at %d: refused, but %s was touched", name, at, path)
			}
		}
		return true
	case err != nil:
		t.Errorf("%s at %d: %v", name, at, err)
	case rev == s.last && digest == s.digests[rev]:
	case strings.HasSuffix(name, ".blk") && at >= s.unsure && digest == s.digests[rev]:
		// In a log that was not closed, a last record that is changed cannot be
		// told from one that a power cut has torn, unless it was synced.
	default:
		t.Errorf("%s at %d: not found, and the state of %d came back", name, at, rev)
	}
	return false
}

// TestTornTail cuts the log of a hub that was killed, or lost power, at every
// place behind what was synced.
func TestTornTail(t *testing.T) {
	s := write(t, false)
	block := filepath.Join(streamDir(s.dir), "msgs", "1.blk")
	data, err := os.ReadFile(block)
	if err != nil {
		t.Fatal(err)
	}
	_, synced, err := readWitness(filepath.Join(s.dir, witnessFile))
	if err != nil || synced < 16 {
		t.Fatalf("synced up to %d, %v", synced, err)
	}
	var ends []int // of the frames
	for p := range newScanner(1).pieces(data) {
		ends = append(ends, p.at+p.size)
	}
	whole := func(size int) (n uint64) {
		for _, end := range ends {
			if end <= size {
				n++
			}
		}
		return n
	}
	zeros := 0 // behind the cut, as some file systems leave them
	for size := len(data); size > ends[12]; size -= 71 {
		dir := copyOf(t, s.dir)
		torn := append(bytes.Clone(data[:size]), make([]byte, zeros)...)
		zeros = 500 - zeros
		if err := os.WriteFile(filepath.Join(streamDir(dir), "msgs", "1.blk"), torn, 0o600); err != nil {
			t.Fatal(err)
		}
		rev, digest, err := start(t, dir)
		switch want := whole(size); {
		case want < synced:
			if !errors.Is(err, journal.ErrDamaged) {
				t.Errorf("cut at %d, before what was synced: %d, %v", size, rev, err)
			}
		case err != nil || rev != want || digest != s.digests[rev]:
			t.Errorf("cut at %d: %d came back, want %d, %v", size, rev, want, err)
		}
	}
}

// TestWritingGoesOnBehindACut writes on where a torn tail was cut off, and reads
// everything back.
func TestWritingGoesOnBehindACut(t *testing.T) {
	s := write(t, false)
	path := filepath.Join(streamDir(s.dir), "msgs", "1.blk")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, info.Size()-10); err != nil {
		t.Fatal(err)
	}
	var rev, digest uint64
	for range 3 {
		store, err := Open(t.Context(), Options{Dir: s.dir, Log: quiet})
		if err != nil {
			t.Fatal(err)
		}
		l := journaltest.NewLedger()
		j, err := journal.Open(t.Context(), store, l, journal.Options{Log: quiet})
		if err != nil {
			t.Fatal(err)
		}
		if r, d := l.History(); rev != 0 && (r != rev || d != digest) {
			t.Errorf("%d came back, want %d", r, rev)
		}
		for i := range 5 {
			tx := journal.Tx{Ops: []journal.Op{journaltest.Put{Key: fmt.Sprint("more ", i), Value: "x"}}}
			if _, err := j.Commit(t.Context(), tx); err != nil {
				t.Fatal(err)
			}
		}
		rev, digest = l.History()
		if err := errors.Join(j.Close(context.Background()), store.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if want := s.last - 1 + 15; rev != want {
		t.Errorf("the log ends at %d, want %d", rev, want)
	}
}

// TestMissingFiles removes each file of a log that was closed.
func TestMissingFiles(t *testing.T) {
	s := write(t, true)
	for path := range content(t, s.dir) {
		name, err := filepath.Rel(s.dir, path)
		if err != nil {
			t.Fatal(err)
		}
		dir := copyOf(t, s.dir)
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		rev, digest, err := start(t, dir)
		if !errors.Is(err, journal.ErrDamaged) && (err != nil || rev != s.last || digest != s.digests[rev]) {
			t.Errorf("without %s: %d came back, %v", name, rev, err)
		}
	}
	dir := copyOf(t, s.dir)
	if err := os.RemoveAll(streamDir(dir)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := start(t, dir); !errors.Is(err, journal.ErrDamaged) {
		t.Errorf("without the stream's folder: %v", err)
	}
}

// TestFirstStartCutShort opens folders as a power cut within the first second of
// the first start leaves them.
func TestFirstStartCutShort(t *testing.T) {
	for name, spoil := range map[string]func(info, sum string) error{
		"no configuration":   func(info, _ string) error { return os.Remove(info) },
		"an empty one":       func(info, _ string) error { return os.Truncate(info, 0) },
		"half of it":         func(info, _ string) error { return os.Truncate(info, 100) },
		"no checksum of it":  func(_, sum string) error { return os.Remove(sum) },
		"an empty one of it": func(_, sum string) error { return os.Truncate(sum, 0) },
	} {
		dir := t.TempDir()
		if _, _, err := start(t, dir); err != nil {
			t.Fatal(err)
		}
		if err := spoil((meta{streamDir(dir)}).files()); err != nil {
			t.Fatal(err)
		}
		if rev, _, err := start(t, dir); err != nil || rev != 0 {
			t.Errorf("with %s: %d, %v", name, rev, err)
		}
	}
}

// TestUnusableFolder opens a store where there can be none.
func TestUnusableFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), Options{Dir: file, Log: quiet}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v", err)
	}
}
