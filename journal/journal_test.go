package journal_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"althing/fault"
	"althing/journal"
	"althing/journal/journaltest"
)

// quiet takes the log lines that a test expects.
var quiet = slog.New(slog.DiscardHandler)

func open(t *testing.T, store journal.Store, o journal.Options) (*journal.Journal, *journaltest.Ledger) {
	t.Helper()
	if o.Log == nil {
		o.Log = quiet
	}
	l := journaltest.NewLedger()
	j, err := journal.Open(t.Context(), store, l, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close(context.Background()) })
	return j, l
}

// refuse opens a store that must not open.
func refuse(t *testing.T, store journal.Store, reason string) error {
	t.Helper()
	j, err := journal.Open(t.Context(), store, journaltest.NewLedger(), journal.Options{Log: quiet})
	if err == nil {
		_ = j.Close(context.Background())
		t.Fatalf("it opened, although: %s", reason)
	}
	if !strings.Contains(err.Error(), reason) {
		t.Errorf("the reason is %q, want %q in it", err, reason)
	}
	return err
}

func closeJournal(t *testing.T, j *journal.Journal) {
	t.Helper()
	if err := j.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func put(key, value string) journal.Tx {
	return journal.Tx{Ops: []journal.Op{journaltest.Put{Key: key, Value: value}}}
}

func commit(t *testing.T, j *journal.Journal, tx journal.Tx) []any {
	t.Helper()
	results, err := j.Commit(t.Context(), tx)
	if err != nil {
		t.Fatal(err)
	}
	return results
}

func records(t *testing.T, s journal.Store) (all [][]byte) {
	t.Helper()
	for r, err := range s.Read(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r.Data)
	}
	return all
}

func TestStateComesBack(t *testing.T) {
	store := new(journal.Memory)
	j, first := open(t, store, journal.Options{})
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 100 {
				ticket := j.Submit(put(fmt.Sprint(g, i), "x"))
				if results, err := ticket.Wait(t.Context()); err != nil || results[0] != ticket.Revision() {
					t.Errorf("%v, %v: its revision is %d", results, err, ticket.Revision())
				}
			}
		})
	}
	wg.Wait()
	if n := j.Stats().Records; n > 800 || j.Stats().Rev != 800 {
		t.Errorf("800 transactions made %d records up to %d", n, j.Stats().Rev)
	}
	closeJournal(t, j)
	_, second := open(t, store, journal.Options{})
	if second.Len() != 800 || !second.Same(first) {
		t.Errorf("%d keys came back, or another history", second.Len())
	}
}

func TestResultsAndConflicts(t *testing.T) {
	j, _ := open(t, new(journal.Memory), journal.Options{})
	if r := commit(t, j, put("a", "1")); r[0] != uint64(1) {
		t.Errorf("the first transaction has the number %v", r[0])
	}
	commit(t, j, put("a", "2"))
	stale := journal.Tx{
		Expect: []journal.Seen{{Key: "b"}, {Key: "a", Rev: 1}},
		Ops:    []journal.Op{journaltest.Put{Key: "b", Value: "x"}},
	}
	if _, err := j.Commit(t.Context(), stale); !fault.Is(err, fault.Conflict) {
		t.Errorf("a stale transaction gave %v", err)
	}
	both := journal.Tx{
		Expect: []journal.Seen{{Key: "a", Rev: 2}},
		Ops:    []journal.Op{journaltest.Take{Key: "a"}, journaltest.Take{Key: "b"}},
	}
	if r := commit(t, j, both); r[0] != "2" || r[1] != "" {
		t.Errorf("the results are %v", r)
	}
}

func TestTransactionThatFitsNoRecord(t *testing.T) {
	store := new(journal.Memory)
	j, l := open(t, store, journal.Options{})
	_, err := j.Commit(t.Context(), put("k", strings.Repeat("x", journal.MaxRecord)))
	if !fault.Is(err, fault.Limit) || fault.Of(err).Type() != "OverflowError" {
		t.Errorf("the error is %v", err)
	}
	largest := journal.MaxRecord - 200
	var tickets []journal.Ticket
	for i := range 5 {
		tickets = append(tickets, j.Submit(put(fmt.Sprint(i), strings.Repeat("x", largest))))
		tickets = append(tickets, j.Submit(put(fmt.Sprint("small", i), "x")))
	}
	for _, ticket := range tickets {
		if _, err := ticket.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if l.Len() != 10 {
		t.Errorf("%d keys", l.Len())
	}
	for _, r := range records(t, store) {
		if len(r) > journal.MaxRecord {
			t.Errorf("a record of %d bytes", len(r))
		}
	}
}

// badOp cannot be encoded.
type badOp struct{}

func (badOp) AppendBinary(dst []byte) ([]byte, error) {
	return append(dst, "half"...), errors.New("no such form")
}

func TestOperationThatCannotBeEncoded(t *testing.T) {
	store := &gate{Store: new(journal.Memory)}
	j, l := open(t, store, journal.Options{})
	store.shut()
	before := j.Submit(put("before", "x"))
	bad := j.Submit(journal.Tx{Ops: []journal.Op{journaltest.Put{Key: "no", Value: "x"}, badOp{}}})
	after := j.Submit(put("after", "x"))
	store.open()
	for _, ticket := range []journal.Ticket{before, after} {
		if _, err := ticket.Wait(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if _, err := bad.Wait(t.Context()); err == nil || l.Len() != 2 {
		t.Errorf("%v, %d keys", err, l.Len())
	}
}

// gate is a store whose Append waits while the gate is shut.
type gate struct {
	journal.Store
	mu      sync.Mutex
	gate    chan struct{} // nil: open
	reached chan struct{} // made by shut; closed when a record waits
}

func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.gate, g.reached = make(chan struct{}), make(chan struct{})
}

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	close(g.gate)
	g.gate = nil
}

func (g *gate) Append(ctx context.Context, last uint64, data []byte) (uint64, error) {
	g.mu.Lock()
	wait, reached := g.gate, g.reached
	g.mu.Unlock()
	if wait != nil {
		close(reached)
		<-wait
	}
	return g.Store.Append(ctx, last, data)
}

func TestWhatIsNotStoredHasNoRevision(t *testing.T) {
	j, _ := open(t, new(journal.Memory), journal.Options{})
	closeJournal(t, j)
	ticket := j.Submit(put("a", "1"))
	if _, err := ticket.Wait(t.Context()); err == nil || ticket.Revision() != 0 {
		t.Errorf("%v, revision %d", err, ticket.Revision())
	}
}

func TestQueueIsBounded(t *testing.T) {
	store := &gate{Store: new(journal.Memory)}
	j, _ := open(t, store, journal.Options{QueueBytes: 10_000})
	store.shut()
	taken := 0
	var refused error
	for range 100 {
		ticket := j.Submit(put("k", strings.Repeat("x", 1000)))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := ticket.Wait(ctx); fault.Is(err, fault.Timeout) {
			taken++
		} else {
			refused = err
		}
	}
	if taken < 9 || taken > 20 || !fault.Is(refused, fault.Unavailable) {
		t.Errorf("%d were taken, then %v", taken, refused)
	}
	store.open()
	commit(t, j, put("k", "there is room again"))
}

func TestCloseFlushesAndRefuses(t *testing.T) {
	store := &gate{Store: new(journal.Memory)}
	j, l := open(t, store, journal.Options{})
	store.shut()
	var tickets []journal.Ticket
	for i := range 50 {
		tickets = append(tickets, j.Submit(put(fmt.Sprint(i), "x")))
	}
	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	if err := j.Close(impatient); !errors.Is(err, context.Canceled) {
		t.Errorf("an impatient Close gave %v", err)
	}
	if _, err := j.Commit(t.Context(), put("late", "x")); !fault.Is(err, fault.Closed) {
		t.Errorf("after Close: %v", err)
	}
	store.open()
	closeJournal(t, j)
	for _, ticket := range tickets {
		if _, err := ticket.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if l.Len() != 50 {
		t.Errorf("%d keys", l.Len())
	}
	if err := j.Snapshot(t.Context()); !fault.Is(err, fault.Closed) {
		t.Errorf("Snapshot after Close: %v", err)
	}
	closeJournal(t, j)
}

// syncs counts what is synced.
type syncs struct {
	journal.Store
	mu    sync.Mutex
	count int
	fail  error
}

func (s *syncs) Sync(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	if s.fail != nil {
		return s.fail
	}
	return s.Store.Sync(ctx)
}

func (s *syncs) set(fail error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = fail
}

func (s *syncs) want(t *testing.T, count int) {
	t.Helper()
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.count != count {
		t.Errorf("synced %d times, want %d", s.count, count)
	}
}

func TestSyncedEverySecondWhileWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &syncs{Store: new(journal.Memory)}
		j, _ := open(t, store, journal.Options{})
		time.Sleep(time.Hour)
		store.want(t, 0)
		for range 25 {
			commit(t, j, put("k", "x"))
			time.Sleep(90 * time.Millisecond)
		}
		time.Sleep(time.Hour)
		store.want(t, 3)
		store.set(errors.New("the disk does not answer"))
		commit(t, j, put("k", "x"))
		time.Sleep(2500 * time.Millisecond)
		store.want(t, 5)
		store.set(nil)
		time.Sleep(time.Hour)
		store.want(t, 6)
		closeJournal(t, j)
	})
}

func TestTimeIsTheRecords(t *testing.T) {
	now := time.Date(2031, 5, 4, 3, 2, 1, 0, time.UTC)
	store := new(journal.Memory)
	j, _ := open(t, store, journal.Options{Now: func() time.Time { return now }})
	commit(t, j, put("k", "x"))
	for c, err := range j.Follow(t.Context(), 0) {
		if err != nil || !c.At.Equal(now) {
			t.Errorf("%v %v", c.At, err)
		}
		break
	}
}

func TestTooLongWriter(t *testing.T) {
	_, err := journal.Open(t.Context(), new(journal.Memory), journaltest.NewLedger(), journal.Options{Writer: strings.Repeat("w", 33)})
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v", err)
	}
}
