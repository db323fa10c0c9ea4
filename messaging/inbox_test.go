package messaging_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"althing/fault"
	"althing/messaging"
)

func TestSendToAClient(t *testing.T) {
	h := newHouse(t, "ann", "bob", "cid")
	h.send("ann", "bob", "hello")
	if h.Pending("bob") != 1 || h.Pending("ann") != 0 || h.Pending("cid") != 0 {
		t.Error("it is not in bob's inbox alone")
	}
	m, _ := h.do(&messaging.Recv{ID: "bob"}).(*messaging.Message)
	if m == nil || m.From != "ann" || m.To != "bob" || m.Text != "hello" || m.Rev != 4 || !m.At.Equal(h.now) {
		t.Errorf("got %+v", m)
	}
	if got := h.do(&messaging.Recv{ID: "bob"}); got != nil {
		t.Errorf("it was handed out twice: %v", got)
	}
	h.send("ann", "ann", "note to myself")
	if got := h.recv("ann"); got != "ann>ann: note to myself" {
		t.Errorf("got %q", got)
	}
}

func TestSendToAGroup(t *testing.T) {
	h := newHouse(t, "ann", "bob", "cid")
	h.do(&messaging.Join{ID: "ann", Group: "garden"})
	h.do(&messaging.Join{ID: "bob", Group: "garden"})
	h.send("ann", "garden", "a member gets its own copy")
	h.send("cid", "garden", "who is none does not")
	h.send("garden", "cid", "from a group")
	h.send("garden", "ALL", "to everyone")
	for id, want := range map[string]string{
		"ann": "ann>garden: a member gets its own copy, cid>garden: who is none does not, garden>ALL: to everyone",
		"bob": "ann>garden: a member gets its own copy, cid>garden: who is none does not, garden>ALL: to everyone",
		"cid": "garden>cid: from a group, garden>ALL: to everyone",
	} {
		if got := h.all(id); got != want {
			t.Errorf("%s has %q, want %q", id, got, want)
		}
	}
}

func TestSendToAnUnknownGroupIsReadByNobody(t *testing.T) {
	h := newHouse(t, "ann")
	for _, to := range []string{"console3", "a.b", "", "SYSTEM", "SQLite", "CONSOLE", "REGISTRY", strings.Repeat("x", 1000)} {
		h.send("ann", to, "hello")
	}
	if s := h.Stats(); s.Messages != 0 || s.Bytes != 0 {
		t.Errorf("somebody has it: %+v", s)
	}
}

func TestWhoMaySend(t *testing.T) {
	h := newHouse(t, "ann")
	for _, from := range []string{"ALL", "NOPLY", "SYSTEM", "CONSOLE", "SYSADMIN", "SQLite", "REGISTRY"} { // who may, the hub decides
		h.send(from, "ann", "hello")
		if got := h.recv("ann"); got != from+">ann: hello" {
			t.Errorf("got %q", got)
		}
	}
	for _, op := range []messaging.Op{
		&messaging.Send{From: "nobody", To: "ann", Text: "hello"},
		&messaging.Send{From: "nobody", To: "no such group", Text: "hello"},
		&messaging.Send{From: "", To: "ann", Text: "hello"},
		&messaging.Deliver{ID: "nobody", From: "REGISTRY", Texts: []string{"x"}},
		&messaging.Deliver{ID: "ann", From: "nobody", Texts: []string{"x"}},
	} {
		h.refuses(op, fault.NotFound, "LookupError")
	}
	h.refuses(&messaging.Send{From: "ann", To: "NOPLY", Text: "hello"}, fault.Denied, "PermissionError")
}

func TestRecvOfAnUnknownIDIsEmpty(t *testing.T) {
	h := newHouse(t, "ann")
	for _, id := range []string{"ann", "nobody", "ALL", ""} {
		if got := h.do(&messaging.Recv{ID: id}); got != nil {
			t.Errorf("%q: got %v", id, got)
		}
	}
}

func TestOrderIsKept(t *testing.T) {
	h := newHouse(t, "ann", "bob", "cid")
	var want []string
	for i := range 30 {
		from, to := []string{"ann", "bob"}[i%2], []string{"ALL", "cid", "ALL"}[i%3]
		h.send(from, to, fmt.Sprint(i))
		want = append(want, fmt.Sprintf("%s>%s: %d", from, to, i))
	}
	if got := h.all("cid"); got != strings.Join(want, ", ") {
		t.Errorf("got %s", got)
	}
}

func TestAMessageIsStoredOnce(t *testing.T) {
	text := strings.Repeat("x", 10_000)
	h := newHouse(t)
	for i := range 100 {
		h.do(&messaging.Register{ID: fmt.Sprintf("c%02d", i)})
	}
	h.send("c00", "ALL", text)
	if s := h.Stats(); s.Messages != 100 || s.Bytes > 10_000+160+100*16+10 {
		t.Errorf("%d copies take %d bytes", s.Messages, s.Bytes)
	}
	for i := range 100 {
		h.recv(fmt.Sprintf("c%02d", i))
	}
	if s := h.Stats(); s.Messages != 0 || s.Bytes != 0 {
		t.Errorf("left: %+v", s)
	}
}

func TestAFullInboxRefusesAClientsMessage(t *testing.T) {
	for name, limits := range map[string]messaging.Limits{
		"messages": {Messages: 2},
		"bytes":    {InboxBytes: 400},
		"all":      {Bytes: 450},
	} {
		h := newHouse(t, "ann", "bob")
		h.SetLimits(limits)
		h.send("ann", "bob", "1")
		h.send("ann", "bob", "2")
		h.refuses(&messaging.Send{From: "ann", To: "bob", Text: "3"}, fault.Full, "OverflowError")
		if h.Pending("bob") != 2 {
			t.Errorf("%s: %d messages wait", name, h.Pending("bob"))
		}
		h.recv("bob")
		h.send("ann", "bob", "4")
		if got := h.all("bob"); got != "ann>bob: 2, ann>bob: 4" {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

func TestAFullInboxMissesAGroupsMessage(t *testing.T) {
	h := newHouse(t, "ann", "bob", "cid")
	h.SetLimits(messaging.Limits{Messages: 2})
	h.send("ann", "bob", "1")
	h.send("ann", "bob", "2")
	h.send("ann", "ALL", "3")
	if got := h.all("ann") + "; " + h.all("cid"); got != "ann>ALL: 3; ann>ALL: 3" {
		t.Errorf("the others have %q", got)
	}
	if h.Pending("bob") != 3 {
		t.Errorf("bob would be handed %d messages", h.Pending("bob"))
	}
	if got := h.recv("bob"); got != "SYSTEM>bob: 1 message was missed: the inbox was full" {
		t.Errorf("the next recv begins with %q", got)
	}
	h.send("ann", "ALL", "4")
	h.send("ann", "ALL", "5")
	if got := h.all("bob"); got != "SYSTEM>bob: 2 messages were missed: the inbox was full, ann>bob: 1, ann>bob: 2" {
		t.Errorf("got %q", got)
	}
	h.send("ann", "ALL", "6")
	if got := h.all("bob"); got != "ann>ALL: 6" {
		t.Errorf("got %q", got)
	}
}

func TestASenderWithAFullInboxMissesItsOwnCopy(t *testing.T) {
	h := newHouse(t, "ann", "bob")
	h.SetLimits(messaging.Limits{Messages: 1})
	h.send("bob", "ann", "1")
	h.send("ann", "ALL", "2")
	if got := h.all("ann"); got != "SYSTEM>ann: 1 message was missed: the inbox was full, bob>ann: 1" {
		t.Errorf("got %q", got)
	}
	if got := h.all("bob"); got != "ann>ALL: 2" {
		t.Errorf("got %q", got)
	}
}

func TestAMessageToAGroupNeedsRoomForAll(t *testing.T) {
	h := newHouse(t, "ann", "bob", "cid")
	h.SetLimits(messaging.Limits{Bytes: 200})
	h.refuses(&messaging.Send{From: "ann", To: "ALL", Text: "1"}, fault.Full, "OverflowError")
	h.SetLimits(messaging.Limits{Bytes: 160 + 3*16 + 7})
	h.send("ann", "ALL", "1")
}

func TestDeliverIsAllOrNone(t *testing.T) {
	for name, limits := range map[string]messaging.Limits{
		"messages": {Messages: 3},
		"bytes":    {InboxBytes: 3*160 + 50},
		"all":      {Bytes: 3*176 + 50},
	} {
		h := newHouse(t, "ann")
		h.SetLimits(limits)
		h.do(&messaging.Deliver{ID: "ann", From: "SQLite", Texts: []string{"(1,)", "(2,)"}})
		h.refuses(&messaging.Deliver{ID: "ann", From: "REGISTRY", Texts: []string{"a:1", "b:2"}}, fault.Full, "OverflowError")
		h.do(&messaging.Deliver{ID: "ann", From: "REGISTRY", Texts: []string{"c:3"}})
		h.do(&messaging.Deliver{ID: "ann", From: "REGISTRY"})
		if got := h.all("ann"); got != "SQLite>ann: (1,), SQLite>ann: (2,), REGISTRY>ann: c:3" {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

func TestMessagingLimits(t *testing.T) {
	t.Run("the text of a message", func(t *testing.T) {
		h := newHouse(t, "ann")
		h.SetLimits(messaging.Limits{MessageBytes: 5})
		h.send("ann", "ann", "12345")
		h.refuses(&messaging.Send{From: "ann", To: "ann", Text: "123456"}, fault.Limit, "OverflowError")
		h.refuses(&messaging.Send{From: "ann", To: "nowhere", Text: "123456"}, fault.Limit, "OverflowError")
		h.refuses(&messaging.Deliver{ID: "ann", From: "SQLite", Texts: []string{"1", "123456"}}, fault.Limit, "OverflowError")
	})
	t.Run("clients", func(t *testing.T) {
		h := newHouse(t, "ann", "bob")
		h.SetLimits(messaging.Limits{Clients: 2})
		h.refuses(&messaging.Register{ID: "cid"}, fault.Full, "OverflowError")
		h.do(&messaging.Exit{ID: "bob"})
		h.do(&messaging.Register{ID: "cid"})
	})
	t.Run("groups", func(t *testing.T) {
		h := newHouse(t, "ann", "bob")
		h.SetLimits(messaging.Limits{Groups: 2})
		h.do(&messaging.Join{ID: "ann", Group: "1"})
		h.do(&messaging.Join{ID: "ann", Group: "2"})
		h.refuses(&messaging.Join{ID: "ann", Group: "3"}, fault.Full, "OverflowError")
		h.do(&messaging.Join{ID: "bob", Group: "2"})
		h.do(&messaging.Leave{ID: "ann", Group: "1"})
		h.do(&messaging.Join{ID: "ann", Group: "3"})
	})
	t.Run("groups that one client is in", func(t *testing.T) {
		h := newHouse(t, "ann")
		h.SetLimits(messaging.Limits{Joins: 2})
		h.do(&messaging.Join{ID: "ann", Group: "1"})
		h.do(&messaging.Join{ID: "ann", Group: "2"})
		h.do(&messaging.Join{ID: "ann", Group: "1"})
		h.refuses(&messaging.Join{ID: "ann", Group: "3"}, fault.Full, "OverflowError")
	})
}

func TestErrorsStayOneShortLine(t *testing.T) {
	h := newHouse(t, "ann")
	_, err := h.try(&messaging.Send{From: strings.Repeat("é\n", 100_000), To: "ann", Text: "x"})
	if line := fault.Of(err).Line(); len(line) > 500 || !strings.HasPrefix(line, "Error: LookupError: ") {
		t.Errorf("%d bytes: %.200q", len(line), line)
	}
}

// TestAPictureStaysWhatItWas takes a picture and reads it after everything has
// changed.
func TestAPictureStaysWhatItWas(t *testing.T) {
	h := newHouse(t, "ann", "bob")
	h.do(&messaging.Join{ID: "ann", Group: "garden"})
	h.send("ann", "ALL", "1")
	h.send("ann", "bob", "2")
	want := picture(h.Messaging)
	p := h.Picture()
	h.send("bob", "ALL", "3")
	h.all("ann")
	h.recv("bob")
	h.do(&messaging.Leave{ID: "ann", Group: "garden"})
	h.do(&messaging.Join{ID: "ann", Group: "cellar"})
	h.do(&messaging.Exit{ID: "bob"})
	h.do(&messaging.Register{ID: "cid"})
	h.now = h.now.Add(time.Hour)
	got := fmt.Sprintf("%x", p.Head())
	for block := range p.Blocks() {
		got += fmt.Sprintf(" %x", block)
	}
	if got != want {
		t.Errorf("it became\n%s\nfrom\n%s", got, want)
	}
}

// TestWhatWasTakenBackLeavesNoTrace sends a message in a transaction that is
// taken back, and then uses the inbox as if nothing had been.
func TestWhatWasTakenBackLeavesNoTrace(t *testing.T) {
	h := newHouse(t, "ann")
	h.send("ann", "ann", "1")
	h.Begin()
	h.send("ann", "ann", "taken back")
	h.do(&messaging.Recv{ID: "ann"})
	h.Rollback()
	if got := h.recv("ann"); got != "ann>ann: 1" {
		t.Errorf("got %q", got)
	}
	h.send("ann", "ann", "2")
	h.send("ann", "ann", "3")
	if got := h.all("ann"); got != "ann>ann: 2, ann>ann: 3" {
		t.Errorf("got %q", got)
	}
}
