package messaging_test

import (
	"fmt"
	"slices"
	"testing"

	"althing/fault"
	"althing/messaging"
)

const barn, north = "barnbarnbarnbarn", "northnorthnorthn"

func forward(to string, hubs ...string) *messaging.Forward {
	return &messaging.Forward{Hubs: hubs, Stream: "s1", From: "ann", To: to, Text: "to " + to}
}

func arrive(number uint64, to string) *messaging.Arrive {
	return &messaging.Arrive{Hub: barn, Stream: "s1", Number: number, From: "lamp@barn", To: to, Text: fmt.Sprint(number)}
}

func TestOutboxes(t *testing.T) {
	m := newHouse(t, "ann")
	m.do(forward("x", barn, north))
	m.do(forward("y", barn))
	all := m.Outboxes()
	want := []messaging.Outbox{{Hub: barn, Stream: "s1", Messages: 2, Last: 2}, {Hub: north, Stream: "s1", Messages: 1, Last: 1}}
	if !slices.Equal(all, want) {
		t.Fatalf("outboxes are %+v", all)
	}
	m.do(&messaging.Send{From: "ann", To: "ALL", Text: "everybody here"})
	if box, _ := m.Outbox(barn); box.Messages != 2 {
		t.Errorf("what is for ALL goes to other hubs, too: %+v", box)
	}
	if _, found := m.Find(barn); found || len(m.Clients()) != 1 {
		t.Error("an outbox is a client")
	}
	w, known := m.Waiting(barn, 1, 10)
	if !known || w.First != 2 || len(w.Messages) != 1 || w.Messages[0].Text != "to y" || w.Messages[0].From != "ann" {
		t.Errorf("waiting behind the first: %+v", w)
	}
	m.do(&messaging.Ack{ID: barn, UpTo: 1})
	if box, _ := m.Outbox(barn); box.Messages != 1 || box.Last != 2 {
		t.Errorf("after the first is acknowledged: %+v", box)
	}
	m.do(&messaging.Forget{Hub: barn})
	if _, there := m.Outbox(barn); there || m.Stats().Messages != 2 {
		t.Errorf("forgotten, %d messages wait", m.Stats().Messages)
	}
}

func TestForwardRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		limits messaging.Limits
		op     *messaging.Forward
		want   fault.Code
	}{
		"a sender that is not there":  {messaging.Limits{}, &messaging.Forward{Hubs: []string{barn}, From: "bob"}, fault.NotFound},
		"an outbox that is full":      {messaging.Limits{OutboxMessages: 1}, forward("x", north, barn), fault.Full},
		"an outbox without room":      {messaging.Limits{OutboxBytes: 200}, forward("x", barn), fault.Full},
		"more hubs than there may be": {messaging.Limits{Hubs: 1}, forward("x", north), fault.Full},
		"no room at all":              {messaging.Limits{Bytes: 250}, forward("x", north), fault.Full},
		"too long":                    {messaging.Limits{MessageBytes: 2}, forward("x", north), fault.Limit},
		"no hub's ID":                 {messaging.Limits{}, forward("x", "a@b"), fault.Invalid},
	} {
		m := newHouse(t, "ann")
		m.do(forward("first", barn))
		m.SetLimits(c.limits)
		before := fmt.Sprint(m.Outboxes(), m.Stats())
		if _, err := m.try(c.op); !fault.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if after := fmt.Sprint(m.Outboxes(), m.Stats()); after != before {
			t.Errorf("%s: was %s, is %s", name, before, after)
		}
	}
}

func TestArrive(t *testing.T) {
	m := newHouse(t, "ann")
	m.SetLimits(messaging.Limits{Messages: 4})
	m.do(&messaging.Join{ID: "ann", Group: "farmers"})
	for _, c := range []struct {
		op      *messaging.Arrive
		number  uint64
		refused fault.Code
		got     int // messages that wait for ann
	}{
		{arrive(2, "ann"), 0, "", 0}, // the first is missing
		{arrive(1, "ann"), 1, "", 1},
		{arrive(1, "ann"), 1, "", 1}, // once is enough
		{arrive(3, "ann"), 1, "", 1},
		{arrive(2, "farmers"), 2, "", 2},
		{arrive(3, "nobody"), 3, "", 2}, // as here: read by nobody
		{arrive(4, "NOPLY"), 4, fault.Denied, 2},
		{arrive(5, "ALL"), 5, "", 3},
		{arrive(6, "ann"), 6, "", 4},
		{arrive(7, "ann"), 7, fault.Full, 4},
		{&messaging.Arrive{Hub: barn, Stream: "s1", Number: 8, From: "SYSTEM", To: "farmers"}, 8, fault.Invalid, 4},
		{&messaging.Arrive{Hub: barn, Stream: "s2", Number: 9, From: "lamp@barn", To: "ann"}, 0, "", 4},
		{&messaging.Arrive{Hub: barn, Stream: "s2", Number: 1, From: "lamp@barn", To: "nobody"}, 1, "", 4},
		{arrive(9, "ann"), 0, "", 4}, // the stream of before
	} {
		result, err := m.try(c.op)
		if err != nil {
			t.Fatal(err)
		}
		a := result.(messaging.Arrival)
		if a.Number != c.number || c.refused != "" && !fault.Is(a.Refused, c.refused) || c.refused == "" && a.Refused != nil || m.Pending("ann") != c.got {
			t.Errorf("%+v: %+v, %d wait", c.op, a, m.Pending("ann"))
		}
	}
	w, _ := m.Waiting("ann", 0, 10)
	var texts []string
	for _, letter := range w.Messages {
		texts = append(texts, letter.From+" "+letter.Text)
	}
	if want := []string{"lamp@barn 1", "lamp@barn 2", "lamp@barn 5", "lamp@barn 6"}; !slices.Equal(texts, want) {
		t.Errorf("ann has %q", texts)
	}
}

// A hub that has no room leaves the letter where it is.
func TestArriveAtAFullHub(t *testing.T) {
	m := newHouse(t, "ann")
	m.do(arrive(1, "ann"))
	m.SetLimits(messaging.Limits{Bytes: 100, Hubs: 1})
	if _, err := m.try(arrive(2, "ann")); !fault.Is(err, fault.Full) {
		t.Errorf("no room: %v", err)
	}
	if stream, number := m.ArrivedFrom(barn); stream != "s1" || number != 1 {
		t.Errorf("arrived are %s %d", stream, number)
	}
	other := arrive(1, "ann")
	other.Hub = north
	if _, err := m.try(other); !fault.Is(err, fault.Full) {
		t.Errorf("one hub too many: %v", err)
	}
}

// A hub that has sent, or that has received, is brought back from a backup, or has
// lost its last second.
func TestArriveAfterALoss(t *testing.T) {
	m := newHouse(t, "ann")
	from := func(stream string, run, kept, first, number uint64) *messaging.Arrive {
		op := arrive(number, "ann")
		op.Stream, op.Run, op.Kept, op.First = stream, run, kept, first
		return op
	}
	for _, c := range []struct {
		what   string
		op     *messaging.Arrive
		number uint64
		now    bool
	}{
		{"the first that is left", from("s1", 1, 0, 41, 41), 41, true},
		{"one is missing", from("s1", 1, 0, 41, 43), 41, false},
		{"in order", from("s1", 1, 0, 41, 42), 42, true},
		{"what it had acknowledged", from("s1", 1, 0, 51, 51), 51, true},
		{"the run after, with what it has kept", from("s1", 2, 48, 45, 45), 48, false},
		{"a number that is used again", from("s1", 2, 48, 45, 49), 49, true},
		{"late, of the run before", from("s1", 1, 0, 45, 50), 50, false},
		{"a start like any other", from("s1", 3, 49, 45, 49), 49, false},
		{"in order", from("s1", 3, 49, 50, 50), 50, true},
		{"another outbox", from("s2", 3, 0, 1, 2), 0, false},
		{"another outbox", from("s2", 3, 0, 1, 1), 1, true},
	} {
		result, err := m.try(c.op)
		if a, _ := result.(messaging.Arrival); err != nil || a.Number != c.number || a.Now != c.now {
			t.Errorf("%s: %+v gives %+v, %v", c.what, c.op, a, err)
		}
	}
}
