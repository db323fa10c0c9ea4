package journal_test

import (
	"testing"

	"althing/journal"
	"althing/journal/journaltest"
)

func TestMemory(t *testing.T) {
	journaltest.TestStore(t, func(*testing.T) journaltest.Stores {
		store := new(journal.Memory)
		return journaltest.Stores{
			Open:  func(*testing.T) journal.Store { return store },
			Close: func(*testing.T, journal.Store) {},
		}
	})
}
