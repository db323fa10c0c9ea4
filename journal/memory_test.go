package journal_test

import (
	"testing"

	"althing/journal"
	"althing/journal/journaltest"
)

// oneMemory is a store that stays as it is between Close and Open.
type oneMemory struct{ journal.Memory }

func (m *oneMemory) Open(*testing.T) journal.Store { return &m.Memory }

func (*oneMemory) Close(*testing.T, journal.Store) {}

func TestMemory(t *testing.T) {
	journaltest.TestStore(t, func(*testing.T) journaltest.Stores { return new(oneMemory) })
}
