package journaltest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"althing/journal"
)

// Stores opens the store of a test, an empty one first, and after Close the same
// again.
type Stores interface {
	Open(t *testing.T) journal.Store
	Close(t *testing.T, s journal.Store)
}

// TestStore checks that a store keeps what journal.Store promises. fresh makes
// the store of one test.
func TestStore(t *testing.T, fresh func(t *testing.T) Stores) {
	t.Helper()
	for _, test := range []struct {
		name string
		run  func(*suite)
	}{
		{"Empty", (*suite).empty},
		{"AppendAndRead", (*suite).appendAndRead},
		{"ExpectedLast", (*suite).expectedLast},
		{"ReadEndsWhereItBegan", (*suite).readEnds},
		{"LongestRecord", (*suite).longestRecord},
		{"Snapshots", (*suite).snapshots},
		{"FailedSnapshotIsNotThere", (*suite).failedSnapshot},
		{"Trim", (*suite).trim},
		{"CancelledRead", (*suite).cancelledRead},
	} {
		t.Run(test.name, func(t *testing.T) {
			stores := fresh(t)
			s := &suite{T: t, stores: stores, Store: stores.Open(t)}
			defer func() { stores.Close(t, s.Store) }()
			test.run(s)
		})
	}
}

// suite is one test and its store.
type suite struct {
	*testing.T
	journal.Store
	stores Stores
}

// reopen closes the store and opens it again.
func (s *suite) reopen() {
	s.Helper()
	s.stores.Close(s.T, s.Store)
	s.Store = s.stores.Open(s.T)
}

// appendAll appends records behind the last one and gives the new last one.
func (s *suite) appendAll(last uint64, records ...string) uint64 {
	s.Helper()
	for _, r := range records {
		seq, err := s.Append(s.Context(), last, []byte(r))
		if err != nil {
			s.Fatal(err)
		}
		if seq <= last {
			s.Fatalf("sequence %d after %d", seq, last)
		}
		last = seq
	}
	return last
}

func (s *suite) readAll(after uint64) (seqs []uint64, texts []string) {
	s.Helper()
	for r, err := range s.Read(s.Context(), after) {
		if err != nil {
			s.Fatal(err)
		}
		seqs, texts = append(seqs, r.Seq), append(texts, string(r.Data))
	}
	return seqs, texts
}

func (s *suite) checkLast(seq uint64, text string) {
	s.Helper()
	r, err := s.Last(s.Context())
	if err != nil {
		s.Fatal(err)
	}
	if r.Seq != seq || string(r.Data) != text {
		s.Errorf("the last record is %d %.20q, want %d %.20q", r.Seq, r.Data, seq, text)
	}
}

func (s *suite) empty() {
	for range 2 {
		s.checkLast(0, "")
		if seqs, _ := s.readAll(0); len(seqs) != 0 {
			s.Errorf("an empty store has records %d", seqs)
		}
		if rev, r, err := s.Latest(s.Context(), math.MaxUint64); rev != 0 || r != nil || err != nil {
			s.Errorf("an empty store has a snapshot %d %v %v", rev, r, err)
		}
		if err := s.Sync(s.Context()); err != nil {
			s.Error(err)
		}
		s.reopen()
	}
}

func (s *suite) appendAndRead() {
	last := s.appendAll(0, "one", "two", "three")
	for range 2 {
		s.checkLast(last, "three")
		seqs, texts := s.readAll(0)
		if fmt.Sprint(texts) != "[one two three]" {
			s.Fatalf("read %q", texts)
		}
		if _, texts := s.readAll(seqs[0]); fmt.Sprint(texts) != "[two three]" {
			s.Errorf("after the first: %q", texts)
		}
		if _, texts := s.readAll(seqs[2]); len(texts) != 0 {
			s.Errorf("after the last: %q", texts)
		}
		s.reopen()
	}
	last = s.appendAll(last, "four")
	s.checkLast(last, "four")
}

func (s *suite) expectedLast() {
	last := s.appendAll(0, "one", "two")
	for _, wrong := range []uint64{0, last - 1, last + 1} {
		if _, err := s.Append(s.Context(), wrong, []byte("no")); !errors.Is(err, journal.ErrMoved) {
			s.Errorf("expecting %d: %v", wrong, err)
		}
	}
	s.checkLast(last, "two")
	s.appendAll(last, "three")
}

func (s *suite) readEnds() {
	last := s.appendAll(0, "one", "two")
	n := 0
	for _, err := range s.Read(s.Context(), 0) {
		if err != nil {
			s.Fatal(err)
		}
		n++
		last = s.appendAll(last, "more")
	}
	if n != 2 {
		s.Errorf("read %d records, want the 2 that were there", n)
	}
	for _, err := range s.Read(s.Context(), 0) {
		if err != nil {
			s.Error(err)
		}
		break
	}
	s.appendAll(last, "after a reader that left")
}

func (s *suite) longestRecord() {
	long := strings.Repeat("x", journal.MaxRecord)
	var last uint64
	for range 20 {
		last = s.appendAll(last, long)
	}
	s.checkLast(last, long)
	_, texts := s.readAll(0)
	for _, text := range texts {
		if text != long {
			s.Error("another record came back")
		}
	}
	if len(texts) != 20 {
		s.Errorf("%d records came back", len(texts))
	}
}

// text is a snapshot's content; failing, it ends with an error.
type text struct {
	content string
	fail    error
}

// WriteTo implements io.WriterTo.
func (x text) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, x.content)
	return int64(n), errors.Join(err, x.fail)
}

func (s *suite) store(rev uint64, content string) {
	s.Helper()
	if err := s.Snapshot(s.Context(), rev, text{content: content}); err != nil {
		s.Fatal(err)
	}
}

// checkLatest looks for the newest snapshot up to a rev; no content: none.
func (s *suite) checkLatest(upTo, rev uint64, content string) {
	s.Helper()
	got, r, err := s.Latest(s.Context(), upTo)
	if err != nil {
		s.Fatal(err)
	}
	if r == nil {
		if content != "" {
			s.Errorf("up to %d there is no snapshot", upTo)
		}
		return
	}
	data, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		s.Fatal(err)
	}
	if got != rev || string(data) != content {
		s.Errorf("up to %d there is %d %q, want %d %q", upTo, got, data, rev, content)
	}
}

func (s *suite) snapshots() {
	s.store(0, "nothing yet")
	s.store(7, "seven")
	s.store(70, "seventy")
	s.store(70, "seventy again")
	for range 2 {
		s.checkLatest(math.MaxUint64, 70, "seventy again")
		s.checkLatest(70, 70, "seventy again")
		s.checkLatest(69, 7, "seven")
		s.checkLatest(6, 0, "nothing yet")
		s.reopen()
	}
}

func (s *suite) failedSnapshot() {
	s.store(7, "seven")
	fail := errors.New("the disk broke")
	if err := s.Snapshot(s.Context(), 8, text{content: "half", fail: fail}); !errors.Is(err, fail) {
		s.Errorf("the error was %v", err)
	}
	s.checkLatest(math.MaxUint64, 7, "seven")
	s.reopen()
	s.checkLatest(math.MaxUint64, 7, "seven")
}

func (s *suite) trim() {
	long := strings.Repeat("x", journal.MaxRecord)
	var last uint64
	for range 30 {
		last = s.appendAll(last, long)
	}
	for rev := range uint64(4) {
		s.store(rev, "picture")
	}
	const keep = 25
	if err := s.Trim(s.Context(), keep, 2); err != nil {
		s.Fatal(err)
	}
	for range 2 {
		seqs, _ := s.readAll(0)
		if len(seqs) == 30 || seqs[0] > keep || seqs[len(seqs)-1] != last {
			s.Errorf("of 30 records, %d are left, from %d to %d", len(seqs), seqs[0], seqs[len(seqs)-1])
		}
		s.checkLatest(math.MaxUint64, 3, "picture")
		s.checkLatest(2, 2, "picture")
		s.checkLatest(1, 0, "")
		s.reopen()
	}
	s.appendAll(last, "one more")
}

func (s *suite) cancelledRead() {
	s.appendAll(0, "one", "two", "three")
	ctx, cancel := context.WithCancel(s.Context())
	defer cancel()
	var failed error
	n := 0
	for _, err := range s.Read(ctx, 0) {
		if err != nil {
			failed = err
			continue
		}
		n++
		cancel()
	}
	if n != 1 || !errors.Is(failed, context.Canceled) {
		s.Errorf("%d records and %v after a cancelled read", n, failed)
	}
}
