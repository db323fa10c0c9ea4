package jetstore_test

import (
	"testing"

	"go.uber.org/goleak"

	"althing/journal"
	"althing/journal/jetstore"
	"althing/journal/journaltest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, o jetstore.Options) *jetstore.Store {
	t.Helper()
	s, err := jetstore.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func closeStore(t *testing.T, s journal.Store) {
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
				o := jetstore.Options{Dir: t.TempDir(), Safe: safe}
				return journaltest.Stores{
					Open:  func(t *testing.T) journal.Store { return open(t, o) },
					Close: closeStore,
				}
			})
		})
	}
}
