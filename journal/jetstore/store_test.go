package jetstore_test

import (
	"testing"

	"althing/journal"
	"althing/journal/jetstore"
	"althing/journal/journaltest"
)

func open(t *testing.T, o jetstore.Options) *jetstore.Store {
	t.Helper()
	s, err := jetstore.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// stores opens one folder again and again.
type stores jetstore.Options

func (s stores) Open(t *testing.T) journal.Store {
	t.Helper()
	return open(t, jetstore.Options(s))
}

func (stores) Close(t *testing.T, s journal.Store) {
	t.Helper()
	if err := s.(*jetstore.Store).Close(); err != nil {
		t.Error(err)
	}
}

func TestStore(t *testing.T) {
	for _, safe := range []bool{false, true} {
		name := map[bool]string{false: "Fast", true: "Safe"}[safe]
		t.Run(name, func(t *testing.T) {
			journaltest.TestStore(t, func(t *testing.T) journaltest.Stores {
				t.Helper()
				return stores{Dir: t.TempDir(), Safe: safe}
			})
		})
	}
}
