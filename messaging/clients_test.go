package messaging_test

import (
	"slices"
	"strings"
	"testing"

	"althing/fault"
	"althing/messaging"
)

func TestNamesAreOfOneNamespaceWithIDsAndGroups(t *testing.T) {
	h := newHouse(t, "ann")
	h.do(&messaging.Join{ID: "ann", Group: "garden"})
	h.do(&messaging.Register{ID: "bob", Name: "rpi-kitchen.local"})
	for _, name := range []string{"ann", "garden", "rpi-kitchen.local", "ALL", "SYSTEM", "REGISTRY"} {
		h.refuses(&messaging.Register{ID: "cid", Name: name}, fault.Conflict, "RuntimeError")
		h.refuses(&messaging.Amend{ID: "ann", Name: name}, fault.Conflict, "RuntimeError")
	}
	h.refuses(&messaging.Register{ID: "cid", Name: "cid"}, fault.Invalid, "ValueError")
	h.refuses(&messaging.Amend{ID: "cid", Name: "x"}, fault.NotFound, "LookupError")
	h.do(&messaging.Amend{ID: "bob", Name: "kitchen"})
	h.refuses(&messaging.Join{ID: "ann", Group: "kitchen"}, fault.Invalid, "ValueError")
	h.refuses(&messaging.Register{ID: "kitchen"}, fault.Conflict, "RuntimeError")
	h.do(&messaging.Register{ID: "cid", Name: "rpi-kitchen.local"}) // nobody's since bob has another
	h.do(&messaging.Exit{ID: "cid"})
	h.do(&messaging.Amend{ID: "ann", Name: "rpi-kitchen.local"})
}

func TestANameReachesItsClient(t *testing.T) {
	h := newHouse(t, "ann")
	h.do(&messaging.Register{ID: "bob", Name: "kitchen"})
	h.send("ann", "kitchen", "by name")
	h.send("kitchen", "ann", "from a name")
	h.send("ann", "bob", "by ID")
	if got := h.all("bob"); got != "ann>kitchen: by name, ann>bob: by ID" {
		t.Errorf("bob has %q", got)
	}
	if got := h.all("ann"); got != "kitchen>ann: from a name" {
		t.Errorf("ann has %q", got)
	}
	if c, found := h.Find("kitchen"); !found || c.ID != "bob" {
		t.Errorf("found %+v, %v", c, found)
	}
	if _, known := h.Client("kitchen"); known {
		t.Error("a name is taken for an ID")
	}
}

func TestANameIsTakenFromAClientThatStays(t *testing.T) {
	h := newHouse(t)
	h.do(&messaging.Register{ID: "old", Name: "kitchen", Token: "t"})
	h.do(&messaging.Register{ID: "other", Name: "cellar"})
	h.send("old", "kitchen", "kept")
	h.refuses(&messaging.Register{ID: "new", Name: "kitchen", Take: "other"}, fault.Conflict, "RuntimeError")
	h.do(&messaging.Register{ID: "new", Name: "kitchen", Take: "old"})
	if c, _ := h.Client("old"); c.Name != "" || c.Token != "t" || h.Pending("old") != 1 {
		t.Errorf("the old one is %+v with %d messages", c, h.Pending("old"))
	}
	h.send("old", "kitchen", "to the new one")
	if h.Pending("new") != 1 {
		t.Error("the name does not reach the new one")
	}
	h.Begin()
	h.do(&messaging.Amend{ID: "old", Name: "kitchen", Take: "new"})
	h.Rollback()
	if c, _ := h.Find("kitchen"); c.ID != "new" {
		t.Errorf("taken back, the name is %s's", c.ID)
	}
}

func TestHeaders(t *testing.T) {
	h := newHouse(t, "ann")
	headers := []messaging.Header{{Name: "kind", Value: "alarm"}, {Name: "flag"}}
	h.do(&messaging.Send{From: "ann", To: "ann", Text: "\xff\x00", Headers: headers})
	m, _ := h.do(&messaging.Recv{ID: "ann"}).(*messaging.Message)
	if m == nil || m.Text != "\xff\x00" || !slices.Equal(m.Headers, headers) {
		t.Errorf("got %+v", m)
	}
	h.refuses(&messaging.Send{From: "ann", To: "ann", Headers: []messaging.Header{{Value: "x"}}}, fault.Invalid, "ValueError")
	h.SetLimits(messaging.Limits{MessageBytes: 40})
	h.do(&messaging.Send{From: "ann", To: "ann", Text: "123", Headers: headers[1:]})
	h.refuses(&messaging.Send{From: "ann", To: "ann", Text: "12345", Headers: headers[1:]}, fault.Limit, "OverflowError")
}

func TestAcknowledging(t *testing.T) {
	h := newHouse(t, "ann", "bob")
	h.SetLimits(messaging.Limits{Messages: 4})
	for _, text := range []string{"1", "2", "3", "4"} {
		h.send("bob", "ann", text)
	}
	h.send("bob", "ALL", "missed")
	h.send("bob", "ALL", "missed")
	for _, step := range []struct {
		op            messaging.Ack
		taken         int
		first, missed uint64
	}{
		{messaging.Ack{ID: "ann", UpTo: 0}, 0, 1, 2},
		{messaging.Ack{ID: "ann", UpTo: 2}, 2, 3, 2},
		{messaging.Ack{ID: "ann", UpTo: 2}, 0, 3, 2},
		{messaging.Ack{ID: "ann", UpTo: 1, Missed: 1}, 0, 3, 1},
		{messaging.Ack{ID: "ann", UpTo: 99, Missed: 9}, 2, 5, 0},
		{messaging.Ack{ID: "nobody", UpTo: 99, Missed: 9}, 0, 5, 0},
	} {
		got := h.do(&step.op)
		w, _ := h.Waiting("ann", 0, 10)
		if got != step.taken || w.First != step.first || w.Missed != step.missed {
			t.Errorf("%+v took %v; the first is now %d, missed %d", step.op, got, w.First, w.Missed)
		}
	}
	if _, known := h.Waiting("nobody", 0, 10); known {
		t.Error("the inbox of nobody")
	}
}

func TestArrived(t *testing.T) {
	h := newHouse(t, "ann", "bob", "cid")
	h.SetLimits(messaging.Limits{Messages: 2})
	h.Listen("ann")
	h.Listen("bob")
	h.Listen("nobody")
	arrived := func(want string) {
		t.Helper()
		if got := strings.Join(slices.Sorted(slices.Values(h.Arrived())), " "); got != want {
			t.Errorf("news for %q, want %q", got, want)
		}
	}
	arrived("")
	h.send("cid", "ALL", "1")
	h.send("cid", "ann", "2")
	arrived("ann bob")
	arrived("")
	h.send("cid", "ALL", "that ann misses")
	arrived("ann bob")
	h.do(&messaging.Exit{ID: "bob"})
	h.Ignore("ann")
	h.all("ann")
	h.send("cid", "ann", "3")
	arrived("bob")
}
