package messaging_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"althing/fault"
	"althing/messaging"
)

// house is a Messaging whose operations get the revisions 1, 2, 3 … and a time.
type house struct {
	*messaging.Messaging
	tb  testing.TB
	rev uint64
	now time.Time
}

// newHouse makes a house with these clients in it.
func newHouse(tb testing.TB, ids ...string) *house {
	tb.Helper()
	h := &house{Messaging: messaging.New(), tb: tb, now: time.Unix(1_600_000_000, 0).UTC()}
	for _, id := range ids {
		h.do(&messaging.Register{ID: id})
	}
	return h
}

func (h *house) try(op messaging.Op) (any, error) {
	h.rev++
	return h.Apply(h.rev, h.now, op)
}

func (h *house) do(op messaging.Op) any {
	h.tb.Helper()
	result, err := h.try(op)
	if err != nil {
		h.tb.Fatalf("%#v: %v", op, err)
	}
	return result
}

func (h *house) send(from, to, text string) {
	h.tb.Helper()
	h.do(&messaging.Send{From: from, To: to, Text: text})
}

// recv is the next message as "from>to: text", or "".
func (h *house) recv(id string) string {
	h.tb.Helper()
	m, _ := h.do(&messaging.Recv{ID: id}).(*messaging.Message)
	if m == nil {
		return ""
	}
	return m.From + ">" + m.To + ": " + m.Text
}

// all is everything that waits for a client.
func (h *house) all(id string) string {
	h.tb.Helper()
	var texts []string
	for text := h.recv(id); text != ""; text = h.recv(id) {
		texts = append(texts, text)
	}
	return strings.Join(texts, ", ")
}

// refuses checks that an operation is refused with that code, as that Python
// exception, and that nothing has changed.
func (h *house) refuses(op messaging.Op, code fault.Code, exception string) {
	h.tb.Helper()
	before := picture(h.Messaging)
	_, err := h.try(op)
	if !fault.Is(err, code) || fault.Of(err).Type() != exception {
		h.tb.Errorf("%#v: got %v (%s), want %s", op, err, fault.Of(err).Type(), exception)
	}
	if picture(h.Messaging) != before {
		h.tb.Errorf("%#v was refused and has changed something", op)
	}
}

// picture is everything there is, as a text.
func picture(m *messaging.Messaging) string {
	p := m.Picture()
	text := fmt.Sprintf("%x", p.Head())
	for block := range p.Blocks() {
		text += fmt.Sprintf(" %x", block)
	}
	return text
}

func TestRegister(t *testing.T) {
	h := newHouse(t)
	h.do(&messaging.Register{ID: "2UQp4It1", Addr: "10.0.0.7", Name: "rpi-kitchen.local"})
	c, known := h.Client("2UQp4It1")
	if !known || c.ID != "2UQp4It1" || c.Addr != "10.0.0.7" || c.Name != "rpi-kitchen.local" || !c.At.Equal(h.now) || len(c.Groups) != 0 {
		t.Errorf("got %+v, %v", c, known)
	}
	if _, known := h.Client("other"); known {
		t.Error("an unknown client is known")
	}
	if !h.IsMember("2UQp4It1", messaging.All) {
		t.Error("a new client is not in ALL")
	}
	h.refuses(&messaging.Register{ID: "2UQp4It1"}, fault.Conflict, "RuntimeError")
	h.refuses(&messaging.Register{ID: "a", Name: "a@b"}, fault.Invalid, "ValueError")
	h.refuses(&messaging.Register{ID: "a", Name: strings.Repeat("x", 61)}, fault.Invalid, "ValueError")
}

func TestAnIDIsNeverTheNameOfAGroup(t *testing.T) {
	h := newHouse(t, "ann")
	h.do(&messaging.Join{ID: "ann", Group: "garden"})
	for _, id := range []string{"garden", "ALL", "NOPLY", "SYSTEM", "CONSOLE", "SYSADMIN", "SQLite", "REGISTRY"} {
		h.refuses(&messaging.Register{ID: id}, fault.Conflict, "RuntimeError")
	}
	h.do(&messaging.Register{ID: "bob"})
	h.refuses(&messaging.Join{ID: "ann", Group: "bob"}, fault.Invalid, "ValueError")
	h.refuses(&messaging.Join{ID: "ann", Group: "ann"}, fault.Invalid, "ValueError")
	h.do(&messaging.Exit{ID: "bob"})
	h.do(&messaging.Join{ID: "ann", Group: "bob"})
}

func TestNames(t *testing.T) {
	sixty := strings.Repeat("ü", 60)
	for _, name := range []string{"x", "group16", "Chcago Office", "John Smith", "garden_2", "größe", "日本", " ", "ALL of us", sixty, "a,b;c:d/e"} {
		h := newHouse(t, "ann")
		h.do(&messaging.Join{ID: "ann", Group: name})
		if !h.IsMember("ann", name) {
			t.Errorf("not a member of %q", name)
		}
	}
	for _, name := range []string{"", sixty + "x", "a.b", ".", "a-b", "-", "a@b", "@", "a\nb", "\x00", "a\x7f", "\u0085", "\xff", "\xed\xa0\x80"} {
		h := newHouse(t, "ann")
		h.refuses(&messaging.Join{ID: "ann", Group: name}, fault.Invalid, "ValueError")
		h.refuses(&messaging.Register{ID: name}, fault.Invalid, "ValueError")
	}
}

func TestNamesAreCaseSensitive(t *testing.T) {
	h := newHouse(t, "ann", "bob")
	h.do(&messaging.Join{ID: "ann", Group: "sysadmin"}) // client7 does
	h.send("bob", "sysadmin", "hello")
	h.send("bob", "SYSADMIN", "not for ann")
	if got := h.all("ann"); got != "bob>sysadmin: hello" {
		t.Errorf("got %q", got)
	}
}

func TestJoinAndLeave(t *testing.T) {
	h := newHouse(t, "ann", "bob")
	join := func(id, group string) { h.do(&messaging.Join{ID: id, Group: group}) }
	join("ann", "garden")
	join("ann", "garden") // twice is OK
	join("bob", "garden")
	join("ann", "cellar")
	join("ann", "ALL")
	if c, _ := h.Client("ann"); !slices.Equal(c.Groups, []string{"cellar", "garden"}) {
		t.Errorf("ann is in %v", c.Groups)
	}
	var ids []string
	for _, c := range h.Members("garden") {
		ids = append(ids, c.ID)
	}
	if !slices.Equal(ids, []string{"ann", "bob"}) {
		t.Errorf("in garden are %v", ids)
	}
	h.do(&messaging.Leave{ID: "ann", Group: "garden"})
	h.do(&messaging.Leave{ID: "ann", Group: "garden"}) // one it is not in
	h.do(&messaging.Leave{ID: "ann", Group: "no such group"})
	if h.IsMember("ann", "garden") || !h.IsMember("bob", "garden") || !h.IsMember("ann", "cellar") {
		t.Error("the wrong one has left")
	}
	h.refuses(&messaging.Leave{ID: "ann", Group: "ALL"}, fault.Denied, "PermissionError")
	h.refuses(&messaging.Join{ID: "nobody", Group: "garden"}, fault.NotFound, "LookupError")
	h.refuses(&messaging.Leave{ID: "nobody", Group: "garden"}, fault.NotFound, "LookupError")
}

func TestPredefinedGroups(t *testing.T) {
	h := newHouse(t, "ann")
	for _, group := range []string{"NOPLY", "SYSTEM", "SQLite", "REGISTRY"} {
		h.refuses(&messaging.Join{ID: "ann", Group: group}, fault.Denied, "PermissionError")
	}
	for _, group := range []string{"CONSOLE", "SYSADMIN"} { // the hub lets administrators
		h.do(&messaging.Join{ID: "ann", Group: group})
		h.send("ann", group, "hello")
		if got := h.recv("ann"); got != "ann>"+group+": hello" {
			t.Errorf("got %q", got)
		}
	}
	want := map[string]int{"ALL": 1, "NOPLY": 0, "SYSTEM": 0, "CONSOLE": 1, "SYSADMIN": 1, "SQLite": 0}
	if got := h.Groups(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v", got)
	}
	for name := range want {
		if !messaging.Predefined(name) || !messaging.Reserved(name) {
			t.Errorf("%s is not predefined", name)
		}
	}
	if messaging.Predefined("REGISTRY") || !messaging.Reserved("REGISTRY") || messaging.Reserved("garden") {
		t.Error("REGISTRY is no group, and its name is taken")
	}
}

func TestAGroupNobodyIsInVanishes(t *testing.T) {
	for name, end := range map[string]messaging.Op{
		"leave": &messaging.Leave{ID: "ann", Group: "garden"},
		"exit":  &messaging.Exit{ID: "ann"},
		"drop":  &messaging.Drop{IDs: []string{"ann"}},
	} {
		h := newHouse(t, "ann", "bob")
		h.do(&messaging.Join{ID: "ann", Group: "garden"})
		if h.Groups()["garden"] != 1 {
			t.Fatal("there is no garden")
		}
		h.do(end)
		if _, there := h.Groups()["garden"]; there || h.Stats().Groups != 0 || len(h.Members("garden")) != 0 {
			t.Errorf("%s: the empty group is still there", name)
		}
		h.send("bob", "garden", "is anybody there")
		h.do(&messaging.Register{ID: "garden"}) // the name is free again
	}
}

func TestExitReleasesEverything(t *testing.T) {
	h := newHouse(t, "ann", "bob")
	h.do(&messaging.Join{ID: "ann", Group: "garden"})
	h.send("bob", "ann", "for ann")
	h.send("bob", "ALL", "for all")
	h.do(&messaging.Exit{ID: "ann"})
	h.do(&messaging.Exit{ID: "ann"}) // a second time is OK
	if _, known := h.Client("ann"); known || h.Pending("ann") != 0 || h.recv("ann") != "" {
		t.Error("ann is still there")
	}
	if got := h.all("bob"); got != "bob>ALL: for all" {
		t.Errorf("bob has %q", got)
	}
	if s := h.Stats(); s != (messaging.Stats{Clients: 1}) {
		t.Errorf("left: %+v", s)
	}
}

func TestDropGivesHowManyWereThere(t *testing.T) {
	h := newHouse(t, "ann", "bob", "cid")
	if n := h.do(&messaging.Drop{IDs: []string{"ann", "nobody", "cid", "ann"}}); n != 2 {
		t.Errorf("dropped %v", n)
	}
	if ids := h.ClientIDs(); !slices.Equal(ids, []string{"bob"}) {
		t.Errorf("left: %v", ids)
	}
}

func TestRevisionFollowsClientsAndGroups(t *testing.T) {
	h := newHouse(t, "ann", "bob")
	for _, c := range []struct {
		op    messaging.Op
		moves bool
	}{
		{&messaging.Send{From: "ann", To: "bob", Text: "x"}, false},
		{&messaging.Recv{ID: "bob"}, false},
		{&messaging.Deliver{ID: "bob", From: "REGISTRY", Texts: []string{"x"}}, false},
		{&messaging.Join{ID: "ann", Group: "g"}, true},
		{&messaging.Join{ID: "ann", Group: "g"}, false},
		{&messaging.Leave{ID: "bob", Group: "g"}, false},
		{&messaging.Leave{ID: "ann", Group: "g"}, true},
		{&messaging.Exit{ID: "nobody"}, false},
		{&messaging.Exit{ID: "ann"}, true},
		{&messaging.Drop{IDs: []string{"ann"}}, false},
		{&messaging.Drop{IDs: []string{"bob"}}, true},
		{&messaging.Register{ID: "cid"}, true},
	} {
		before := h.Revision()
		h.do(c.op)
		if moved := h.Revision() == h.rev; moved != c.moves || !moved && h.Revision() != before {
			t.Errorf("%#v: revision %d after %d at %d", c.op, h.Revision(), before, h.rev)
		}
	}
}

func TestReadsOfMembers(t *testing.T) {
	h := newHouse(t)
	h.do(&messaging.Register{ID: "ann", Addr: "10.0.0.1"})
	h.do(&messaging.Register{ID: "bob", Addr: "10.0.0.2"})
	h.do(&messaging.Join{ID: "ann", Group: "garden"})
	from := func(addr string) func(messaging.Client) bool {
		return func(c messaging.Client) bool { return c.Addr == addr }
	}
	if !h.AnyMember("garden", from("10.0.0.1")) || h.AnyMember("garden", from("10.0.0.2")) {
		t.Error("the wrong address has a member in garden")
	}
	if !h.AnyMember("ALL", from("10.0.0.2")) || h.AnyMember("none", from("10.0.0.1")) {
		t.Error("the wrong address has a member in ALL")
	}
	if got := h.Clients(); len(got) != 2 || got[0].ID != "ann" || got[1].Addr != "10.0.0.2" {
		t.Errorf("got %+v", got)
	}
}

func TestMessagingRefusesWhatItDoesNotKnow(t *testing.T) {
	if _, err := newHouse(t).try(nil); !fault.Is(err, fault.Internal) {
		t.Errorf("got %v", err)
	}
}
