package journaltest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"testing"

	"althing/journal"
)

// Stores makes stores for the suite.
type Stores struct {
	// Open opens the store of a test, an empty one first. After Close it opens
	// the same again.
	Open func(t *testing.T) journal.Store

	// Close closes a store that Open gave.
	Close func(t *testing.T, s journal.Store)
}

// TestStore checks that a store keeps what journal.Store promises.
func TestStore(t *testing.T, fresh func(t *testing.T) Stores) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, s Stores)
	}{
		{"Empty", testEmpty},
		{"AppendAndRead", testAppendAndRead},
		{"ExpectedLast", testExpectedLast},
		{"ReadEndsWhereItBegan", testReadEnds},
		{"LongestRecord", testLongestRecord},
		{"Snapshots", testSnapshots},
		{"FailedSnapshotIsNotThere", testFailedSnapshot},
		{"Trim", testTrim},
		{"CancelledRead", testCancelledRead},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, fresh(t)) })
	}
}

func appendAll(t *testing.T, s journal.Store, last uint64, records ...string) uint64 {
	t.Helper()
	for _, r := range records {
		seq, err := s.Append(t.Context(), last, []byte(r))
		if err != nil {
			t.Fatal(err)
		}
		if seq <= last {
			t.Fatalf("sequence %d after %d", seq, last)
		}
		last = seq
	}
	return last
}

func readAll(t *testing.T, s journal.Store, after uint64) (seqs []uint64, texts []string) {
	t.Helper()
	for r, err := range s.Read(t.Context(), after) {
		if err != nil {
			t.Fatal(err)
		}
		seqs, texts = append(seqs, r.Seq), append(texts, string(r.Data))
	}
	return seqs, texts
}

func checkLast(t *testing.T, s journal.Store, seq uint64, text string) {
	t.Helper()
	r, err := s.Last(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r.Seq != seq || string(r.Data) != text {
		t.Errorf("the last record is %d %.20q, want %d %.20q", r.Seq, r.Data, seq, text)
	}
}

func reopen(t *testing.T, stores Stores, s journal.Store) journal.Store {
	t.Helper()
	stores.Close(t, s)
	return stores.Open(t)
}

func testEmpty(t *testing.T, stores Stores) {
	s := stores.Open(t)
	defer func() { stores.Close(t, s) }()
	for range 2 {
		checkLast(t, s, 0, "")
		if seqs, _ := readAll(t, s, 0); len(seqs) != 0 {
			t.Errorf("an empty store has records %d", seqs)
		}
		if rev, r, err := s.Latest(t.Context(), math.MaxUint64); rev != 0 || r != nil || err != nil {
			t.Errorf("an empty store has a snapshot %d %v %v", rev, r, err)
		}
		if err := s.Sync(t.Context()); err != nil {
			t.Error(err)
		}
		s = reopen(t, stores, s)
	}
}

func testAppendAndRead(t *testing.T, stores Stores) {
	s := stores.Open(t)
	defer func() { stores.Close(t, s) }()
	last := appendAll(t, s, 0, "one", "two", "three")
	for range 2 {
		checkLast(t, s, last, "three")
		seqs, texts := readAll(t, s, 0)
		if fmt.Sprint(texts) != "[one two three]" {
			t.Fatalf("read %q", texts)
		}
		if _, texts := readAll(t, s, seqs[0]); fmt.Sprint(texts) != "[two three]" {
			t.Errorf("after the first: %q", texts)
		}
		if _, texts := readAll(t, s, seqs[2]); len(texts) != 0 {
			t.Errorf("after the last: %q", texts)
		}
		s = reopen(t, stores, s)
	}
	last = appendAll(t, s, last, "four")
	checkLast(t, s, last, "four")
}

func testExpectedLast(t *testing.T, stores Stores) {
	s := stores.Open(t)
	defer func() { stores.Close(t, s) }()
	last := appendAll(t, s, 0, "one", "two")
	for _, wrong := range []uint64{0, last - 1, last + 1} {
		if _, err := s.Append(t.Context(), wrong, []byte("no")); !errors.Is(err, journal.ErrMoved) {
			t.Errorf("expecting %d: %v", wrong, err)
		}
	}
	checkLast(t, s, last, "two")
	appendAll(t, s, last, "three")
}

func testReadEnds(t *testing.T, stores Stores) {
	s := stores.Open(t)
	defer func() { stores.Close(t, s) }()
	last := appendAll(t, s, 0, "one", "two")
	n := 0
	for _, err := range s.Read(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		n++
		last = appendAll(t, s, last, "more")
	}
	if n != 2 {
		t.Errorf("read %d records, want the 2 that were there", n)
	}
	for range s.Read(t.Context(), 0) {
		break
	}
	appendAll(t, s, last, "after a reader that left")
}

func testLongestRecord(t *testing.T, stores Stores) {
	s := stores.Open(t)
	defer func() { stores.Close(t, s) }()
	long := string(bytes.Repeat([]byte("x"), journal.MaxRecord))
	var want []string
	var last uint64
	for range 20 {
		last = appendAll(t, s, last, long)
		want = append(want, long)
	}
	checkLast(t, s, last, long)
	if _, texts := readAll(t, s, 0); fmt.Sprint(len(texts), texts[0] == long) != fmt.Sprint(len(want), true) {
		t.Errorf("%d long records came back", len(texts))
	}
}

// text is a snapshot's content; failing, it ends with an error.
type text struct {
	content string
	fail    error
}

func (x text) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, x.content)
	return int64(n), errors.Join(err, x.fail)
}

func store(t *testing.T, s journal.Store, rev uint64, content string) {
	t.Helper()
	if err := s.Snapshot(t.Context(), rev, text{content: content}); err != nil {
		t.Fatal(err)
	}
}

func checkLatest(t *testing.T, s journal.Store, upTo, rev uint64, content string) {
	t.Helper()
	got, r, err := s.Latest(t.Context(), upTo)
	if err != nil {
		t.Fatal(err)
	}
	if r == nil {
		if content != "" {
			t.Errorf("up to %d there is no snapshot", upTo)
		}
		return
	}
	data, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	if got != rev || string(data) != content {
		t.Errorf("up to %d there is %d %q, want %d %q", upTo, got, data, rev, content)
	}
}

func testSnapshots(t *testing.T, stores Stores) {
	s := stores.Open(t)
	defer func() { stores.Close(t, s) }()
	store(t, s, 0, "nothing yet")
	store(t, s, 7, "seven")
	store(t, s, 70, "seventy")
	store(t, s, 70, "seventy again")
	for range 2 {
		checkLatest(t, s, math.MaxUint64, 70, "seventy again")
		checkLatest(t, s, 70, 70, "seventy again")
		checkLatest(t, s, 69, 7, "seven")
		checkLatest(t, s, 6, 0, "nothing yet")
		s = reopen(t, stores, s)
	}
}

func testFailedSnapshot(t *testing.T, stores Stores) {
	s := stores.Open(t)
	defer func() { stores.Close(t, s) }()
	store(t, s, 7, "seven")
	fail := errors.New("the disk broke")
	if err := s.Snapshot(t.Context(), 8, text{content: "half", fail: fail}); !errors.Is(err, fail) {
		t.Errorf("the error was %v", err)
	}
	checkLatest(t, s, math.MaxUint64, 7, "seven")
	s = reopen(t, stores, s)
	checkLatest(t, s, math.MaxUint64, 7, "seven")
}

func testTrim(t *testing.T, stores Stores) {
	s := stores.Open(t)
	defer func() { stores.Close(t, s) }()
	var last uint64
	long := string(bytes.Repeat([]byte("x"), journal.MaxRecord))
	for range 30 {
		last = appendAll(t, s, last, long)
	}
	for rev := range uint64(4) {
		store(t, s, rev, "picture")
	}
	const keep = 25
	if err := s.Trim(t.Context(), keep, 2); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		seqs, _ := readAll(t, s, 0)
		if len(seqs) == 30 || seqs[0] > keep || seqs[len(seqs)-1] != last {
			t.Errorf("of 30 records, %d are left, from %d to %d", len(seqs), seqs[0], seqs[len(seqs)-1])
		}
		checkLatest(t, s, math.MaxUint64, 3, "picture")
		checkLatest(t, s, 2, 2, "picture")
		checkLatest(t, s, 1, 0, "")
		s = reopen(t, stores, s)
	}
	appendAll(t, s, last, "one more")
}

func testCancelledRead(t *testing.T, stores Stores) {
	s := stores.Open(t)
	defer func() { stores.Close(t, s) }()
	appendAll(t, s, 0, "one", "two", "three")
	ctx, cancel := context.WithCancel(t.Context())
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
		t.Errorf("%d records and %v after a cancelled read", n, failed)
	}
}
