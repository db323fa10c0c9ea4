package hub_test

import (
	"slices"
	"testing"
	"time"

	"althing/hub"
	"althing/hub/hubtest"
)

// TestAHubRecordsItself waits for the first second, and finds it again after a
// restart.
func TestAHubRecordsItself(t *testing.T) {
	data := t.TempDir()
	h := hubtest.Open(t, func(c *hub.Config) { c.Data = data })
	for late := time.Now().Add(10 * time.Second); !slices.Contains(h.Series().Names(), "hub.asked"); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("only %v", h.Series().Names())
		}
	}
	hubtest.Close(t, h)
	h = hubtest.Open(t, func(c *hub.Config) { c.Data = data })
	for _, name := range []string{"host.cpu", "host.memory", "hub.memory", "hub.clients"} {
		found, err := h.Series().Query(name, time.Now().Add(-time.Hour), time.Now().Add(time.Second), 100)
		if err != nil || len(found) == 0 {
			t.Errorf("%s: %v, %v", name, found, err)
		}
	}
}
