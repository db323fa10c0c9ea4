package journal_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"althing/fault"
	"althing/journal"
)

// moody is a store whose Append does as it is told, call by call.
type moody struct {
	*journal.Memory
	mu    sync.Mutex
	moods []mood // of the next calls; then it behaves
	given []byte // what a call gave up on
}

type mood int

const (
	silentStored   mood = iota // stores, and says it does not know
	silentLost                 // does not store, and says it does not know
	silentLate                 // does not store now, but before the next call
	full                       // says that there is no room
	foreign                    // somebody else stores before
	lastUnreadable             // like silentLost, and Last fails too
)

func (m *moody) next() (mood, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.moods) == 0 {
		return 0, false
	}
	next := m.moods[0]
	m.moods = m.moods[1:]
	return next, true
}

func (m *moody) feel(moods ...mood) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.moods = moods
}

var errNoAnswer = errors.New("no answer")

func (m *moody) Append(ctx context.Context, last uint64, data []byte) (uint64, error) {
	if m.given != nil {
		if _, err := m.Memory.Append(ctx, last, m.given); err != nil {
			return 0, err
		}
		m.given = nil
	}
	next, ok := m.next()
	if !ok {
		return m.Memory.Append(ctx, last, data)
	}
	switch next {
	case silentStored:
		if _, err := m.Memory.Append(ctx, last, data); err != nil {
			return 0, err
		}
	case silentLate:
		m.given = append([]byte(nil), data...)
	case full:
		return 0, fault.New(fault.Full, "no room")
	case foreign:
		if _, err := m.Memory.Append(ctx, last, []byte("not ours")); err != nil {
			return 0, err
		}
		return m.Memory.Append(ctx, last, data)
	case lastUnreadable:
		m.feel(lastUnreadable)
	}
	return 0, errNoAnswer
}

func (m *moody) Last(ctx context.Context) (journal.Record, error) {
	m.mu.Lock()
	broken := len(m.moods) > 0 && m.moods[0] == lastUnreadable
	if broken {
		m.moods = m.moods[1:]
	}
	m.mu.Unlock()
	if broken {
		return journal.Record{}, errNoAnswer
	}
	return m.Memory.Last(ctx)
}

func TestOutcomeInDoubt(t *testing.T) {
	for _, test := range []struct {
		name    string
		moods   []mood
		code    fault.Code // of the transaction's error; none: it succeeds
		records int        // in the log, after one more transaction
		after   fault.Code // of that one's error
	}{
		{"stored without an answer", []mood{silentStored}, "", 2, ""},
		{"lost without an answer", []mood{silentLost}, "", 2, ""},
		{"lost again and again", []mood{silentLost, silentLost, silentLost}, "", 2, ""},
		{"lost for good", []mood{silentLost, silentLost, silentLost, silentLost}, fault.Unavailable, 1, ""},
		{"stored between two tries", []mood{silentLate}, "", 2, ""},
		{"stored after all was given up", []mood{silentLost, silentLost, silentLost, silentLate}, fault.Unavailable, 2, ""},
		{"no room", []mood{full}, fault.Full, 1, ""},
		{"no room for long", []mood{full, full}, fault.Full, 0, fault.Full},
		{"nobody can tell", []mood{lastUnreadable}, fault.Unavailable, 1, ""},
		{"another writer", []mood{foreign}, fault.Unavailable, 1, fault.Unavailable},
	} {
		t.Run(test.name, func(t *testing.T) {
			store := &moody{Memory: new(journal.Memory)}
			j, l := open(t, store, journal.Options{})
			store.feel(test.moods...)
			_, err := j.Commit(t.Context(), put("first", "x"))
			if failed(err) != test.code {
				t.Errorf("it ended with %v, want %q", err, test.code)
			}
			_, err = j.Commit(t.Context(), put("second", "x"))
			if failed(err) != test.after {
				t.Errorf("the next one ended with %v, want %q", err, test.after)
			}
			if n := len(records(t, store)); n != test.records {
				t.Errorf("%d records, want %d", n, test.records)
			}
			if _, there := l.Get("second"); there != (test.after == "") {
				t.Errorf("the second is there: %v", there)
			}
			if test.name == "another writer" {
				return
			}
			store.feel()
			closeJournal(t, j)
			if _, again := open(t, store, journal.Options{}); !again.Same(l) {
				t.Error("another state came back")
			}
		})
	}
}

// failed gives the code of an error, nothing for none.
func failed(err error) fault.Code {
	if err == nil {
		return ""
	}
	return fault.Of(err).Code
}

func TestTwoWriters(t *testing.T) {
	store := new(journal.Memory)
	one, _ := open(t, store, journal.Options{})
	two, l := open(t, store, journal.Options{})
	commit(t, two, put("k", "two"))
	for range 2 {
		if _, err := one.Commit(t.Context(), put("k", "one")); !fault.Is(err, fault.Unavailable) {
			t.Errorf("the first writer got %v", err)
		}
	}
	commit(t, two, put("k", "two again"))
	if e, _ := l.Get("k"); e.Value != "two again" {
		t.Errorf("the value is %q", e.Value)
	}
}
