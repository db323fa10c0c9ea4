package jetstore

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"althing/fault"
	"althing/journal"
	"althing/journal/journaltest"
)

// noon is when repairs happen here.
var noon = time.Date(2027, 3, 4, 12, 0, 0, 0, time.UTC)

// change edits a file.
func change(path string, edit func([]byte) []byte) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, edit(data), 0o600)
}

func TestRepair(t *testing.T) {
	s := write(t, false)
	block := func(dir string) string { return filepath.Join(streamDir(dir), "msgs", "1.blk") }
	var frames []piece
	data, err := os.ReadFile(block(s.dir))
	if err != nil {
		t.Fatal(err)
	}
	for p := range newScanner(1).pieces(data) {
		frames = append(frames, p)
	}
	for _, test := range []struct {
		name   string
		damage func(dir string) error
		lost   []journal.Loss
		keys   int
	}{
		{
			"a frame's data", func(dir string) error {
				return change(block(dir), func(d []byte) []byte { d[frames[20].at+120] ^= 1; return d })
			},
			[]journal.Loss{{From: 21, To: 21, Transactions: 1}},
			29,
		},
		{
			"a frame's time, its record is whole", func(dir string) error {
				return change(block(dir), func(d []byte) []byte { d[frames[20].at+14] ^= 1; return d })
			},
			nil, 30,
		},
		{
			"a frame's length", func(dir string) error {
				return change(block(dir), func(d []byte) []byte { d[frames[20].at+2] ^= 1; return d })
			},
			nil, 30,
		},
		{
			"a stretch of the block", func(dir string) error {
				return change(block(dir), func(d []byte) []byte {
					clear(d[frames[18].at+5 : frames[22].at+5])
					return d
				})
			},
			[]journal.Loss{{From: 19, To: 22, Transactions: 4}},
			26,
		},
		{
			"the configuration", func(dir string) error {
				return change(filepath.Join(streamDir(dir), "meta.inf"), func(d []byte) []byte { return d[:10] })
			},
			nil, 30,
		},
		{
			"the block is gone", func(dir string) error {
				return os.Remove(block(dir))
			},
			nil, 16,
		},
		{
			"log and newest snapshot", func(dir string) error {
				newest := (&snapshots{dir: filepath.Join(dir, snapshotDir)}).path(16)
				return errors.Join(
					change(block(dir), func(d []byte) []byte { d[frames[20].at+120] ^= 1; return d }),
					change(newest, func(d []byte) []byte { return d[1:] }),
				)
			},
			[]journal.Loss{{From: 21, To: 21, Transactions: 1}},
			29,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := copyOf(t, s.dir)
			if err := test.damage(dir); err != nil {
				t.Fatal(err)
			}
			if _, _, err := start(t, dir); !errors.Is(err, journal.ErrDamaged) {
				t.Fatalf("it started: %v", err)
			}
			l := journaltest.NewLedger()
			ledgers := []*journaltest.Ledger{journaltest.NewLedger(), l}
			fresh := func() journal.Machine {
				next := ledgers[0]
				ledgers = ledgers[1:]
				return next
			}
			report, kept, err := Repair(t.Context(), Options{Dir: dir, Log: quiet}, fresh, noon)
			if err != nil {
				t.Fatal(err)
			}
			if kept != filepath.Join(dir, "damaged-20270304-120000") {
				t.Errorf("the damaged files are in %s", kept)
			}
			if !slices.Equal(report.Lost, test.lost) || l.Len() != test.keys {
				t.Errorf("%d keys were saved; the report:\n%v", l.Len(), report)
			}
			rev, digest := l.History()
			for range 2 {
				if r, d, err := start(t, dir); err != nil || r != rev || d != digest {
					t.Errorf("after the repair %d came back, %v", r, err)
				}
			}
		})
	}
}

func TestRepairOfAWholeLog(t *testing.T) {
	s := write(t, true)
	fresh := func() journal.Machine { return journaltest.NewLedger() }
	report, kept, err := Repair(t.Context(), Options{Dir: s.dir, Log: quiet}, fresh, noon)
	if err != nil || kept != "" || !report.Whole() || report.Rev != s.last {
		t.Errorf("%v, %q, %+v", err, kept, report)
	}
	if rev, _, err := start(t, s.dir); err != nil || rev != s.last {
		t.Errorf("then %d came back, %v", rev, err)
	}
}

// stubborn is a ledger that takes nothing back.
type stubborn struct{ *journaltest.Ledger }

func (stubborn) DecodeOp([]byte) (journal.Op, []byte, error) {
	return nil, nil, errors.New("an unknown operation")
}

func TestRepairThatFailsChangesNothing(t *testing.T) {
	s := write(t, false)
	if err := change(filepath.Join(streamDir(s.dir), "meta.inf"), func(d []byte) []byte { return d[:10] }); err != nil {
		t.Fatal(err)
	}
	before := content(t, s.dir)
	fresh := func() journal.Machine { return stubborn{journaltest.NewLedger()} }
	_, kept, err := Repair(t.Context(), Options{Dir: s.dir, Log: quiet}, fresh, noon)
	if !fault.Is(err, fault.Invalid) || kept != "" {
		t.Errorf("%v, %q", err, kept)
	}
	after := content(t, s.dir)
	if len(after) != len(before) {
		t.Errorf("there are %d files, and were %d", len(after), len(before))
	}
	for path, data := range before {
		if string(after[path]) != string(data) {
			t.Errorf("%s has changed", path)
		}
	}
}

// TestSeveralBlocks writes a log of three block files, trims it, and damages
// each that is left.
func TestSeveralBlocks(t *testing.T) {
	dir := t.TempDir()
	store, err := Open(t.Context(), Options{Dir: dir, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	l := journaltest.NewLedger()
	j, err := journal.Open(t.Context(), store, l, journal.Options{Log: quiet, SnapshotBytes: math.MaxInt64})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		if i == 12 || i == 35 {
			if err := j.Snapshot(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		tx := journal.Tx{Ops: []journal.Op{journaltest.Put{Key: fmt.Sprint(i % 3), Value: strings.Repeat("x", 800<<10)}}}
		if _, err := j.Commit(t.Context(), tx); err != nil {
			t.Fatal(err)
		}
	}
	rev, digest := l.History()
	killed := copyOf(t, dir)
	if err := errors.Join(j.Close(context.Background()), store.Close()); err != nil {
		t.Fatal(err)
	}
	dir = killed
	files, err := filepath.Glob(filepath.Join(streamDir(dir), "msgs", "*.blk"))
	if err != nil || len(files) < 3 || filepath.Base(files[0]) == "1.blk" {
		t.Fatalf("the blocks are %v, %v", files, err)
	}
	if r, d, err := start(t, copyOf(t, dir)); err != nil || r != rev || d != digest {
		t.Fatalf("%d came back, %v", r, err)
	}
	for _, file := range files {
		name, err := filepath.Rel(dir, file)
		if err != nil {
			t.Fatal(err)
		}
		for what, damage := range map[string]func(path string) error{
			"changed": func(path string) error {
				return change(path, func(d []byte) []byte { d[len(d)/2] ^= 1; return d })
			},
			"missing": os.Remove,
			"empty":   func(path string) error { return os.Truncate(path, 0) },
		} {
			bad := copyOf(t, dir)
			if err := damage(filepath.Join(bad, name)); err != nil {
				t.Fatal(err)
			}
			if r, _, err := start(t, bad); !errors.Is(err, journal.ErrDamaged) {
				t.Errorf("%s is %s: %d came back, %v", name, what, r, err)
			}
		}
	}
}
