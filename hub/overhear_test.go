package hub_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"althing/access"
	"althing/fault"
	"althing/hub"
	"althing/hub/hubtest"
	"althing/messaging"
)

// overhear gives a function that waits for the next message.
func overhear(t *testing.T, s *hub.Session, of hub.Passing) (next func() hub.Overheard) {
	t.Helper()
	passed := make(chan hub.Overheard, 10_000)
	stop, err := s.Overhear(of, func(m hub.Overheard) { passed <- m })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return func() hub.Overheard {
		t.Helper()
		select {
		case m := <-passed:
			return m
		case <-time.After(10 * time.Second):
			t.Fatal("nothing is overheard")
			return hub.Overheard{}
		}
	}
}

func chief(t *testing.T, h *hub.Hub) *hub.Session {
	t.Helper()
	s, err := h.Enter(hub.Caller{Gateway: "web", Role: access.Admin})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// TestAdministratorsOverhearMessages sends in every way there is.
func TestAdministratorsOverhearMessages(t *testing.T) {
	h := hubtest.Open(t, nil)
	guest, admin := hubtest.Enter(t, h, ""), chief(t, h)
	if _, err := guest.Overhear(hub.AllMessages, nil); !fault.Is(err, fault.Denied) {
		t.Errorf("a guest may overhear: %v", err)
	}
	is, err := guest.Register(t.Context(), hub.Registration{Name: "lamp"})
	if err != nil {
		t.Fatal(err)
	}
	next := overhear(t, admin, hub.AllMessages)
	check := func(want string) {
		t.Helper()
		m := next()
		if got := fmt.Sprint(m.From, "/", m.FromName, " ", m.To, "/", m.ToName, " ", m.ToGroup, " ", m.Headers, " ", m.Body, " ", m.Left, " ", m.Lost); got != want || m.At.IsZero() {
			t.Errorf("overheard\n%s, not\n%s", got, want)
		}
	}
	done(t, guest.Send(t.Context(), hub.Message{To: is.ID, Body: "s.getadmin(KEY)\xff", Headers: []hub.Header{{Name: "a", Value: "b"}}}))
	check("lamp/ " + is.ID + "/lamp false [{a b}] s.getadmin(***)\ufffd 0 0")
	hubtest.Ask(guest, "send('"+is.ID+"', 'garden', 'hello')")
	check(is.ID + "/lamp garden/ true [] hello 0 0")
	hubtest.Ask(guest, "send('"+is.ID+"', 'nobody@nowhere', 'is not stored')")
	hubtest.Ask(guest, "dbExec('"+is.ID+"', 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 12) SELECT i FROM n')")
	for i := range 10 {
		check(fmt.Sprintf("SQLite/ %s/lamp false [] (%d,) 0 0", is.ID, i+1))
	}
	done(t, guest.Send(t.Context(), hub.Message{To: "garden", Body: strings.Repeat("x", 10_000)}))
	check("lamp/ garden/ true [] " + strings.Repeat("x", 4096) + " 5904 2")
}

// TestTheOperatorIsToldOfWhatCameBefore sends to CONSOLE and SYSADMIN before anybody
// looks, and answers from there.
func TestTheOperatorIsToldOfWhatCameBefore(t *testing.T) {
	h := hubtest.Open(t, nil)
	guest, admin := hubtest.Enter(t, h, ""), chief(t, h)
	id := hubtest.Ask(guest, "getClientID()")
	hubtest.Ask(guest, "send('"+id+"', 'CONSOLE', 'it rains')")
	hubtest.Ask(guest, "send('"+id+"', 'SYSADMIN', 'help')")
	h.ToHub("lamp", "Hello server!")
	console, admins := overhear(t, admin, hub.ToConsole), overhear(t, admin, hub.ToAdmins)
	for _, want := range []string{"CONSOLE it rains", " Hello server!"} {
		if m := console(); m.To+" "+m.Body != want {
			t.Errorf("the console is told %+v", m)
		}
	}
	if m := admins(); m.From != id || m.Body != "help" {
		t.Errorf("the administrators are told %+v", m)
	}
	done(t, admin.SendAs(t.Context(), hub.Message{To: id, Body: "wait"}))
	if got := hubtest.Ask(guest, "recv('"+id+"')"); !strings.HasPrefix(got, messaging.SysAdmin) || !strings.HasSuffix(got, "wait") {
		t.Errorf("the guest gets %q", got)
	}
	done(t, admin.SendAs(t.Context(), hub.Message{From: messaging.Console, To: messaging.Console, Body: "to myself"}))
	if m := console(); m.From != messaging.Console || m.Body != "to myself" {
		t.Errorf("the console is told %+v", m)
	}
	for _, test := range []struct {
		by   *hub.Session
		m    hub.Message
		code fault.Code
	}{
		{guest, hub.Message{From: messaging.SysAdmin, To: id}, fault.Denied},
		{guest, hub.Message{From: id, To: id}, fault.Denied},
		{admin, hub.Message{To: messaging.System, Body: "s.ping()"}, fault.Invalid},
		{admin, hub.Message{To: "garden", Body: "++ping"}, fault.Invalid},
		{admin, hub.Message{To: messaging.NoReply}, fault.Denied},
	} {
		if _, err := test.by.SendAs(t.Context(), test.m).Wait(t.Context()); !fault.Is(err, test.code) {
			t.Errorf("%+v: %v, not %s", test.m, err, test.code)
		}
	}
	done(t, guest.SendAs(t.Context(), hub.Message{To: id, Body: "hi"}))
	if got := hubtest.Ask(guest, "recv('"+id+"')"); !strings.HasPrefix(got, messaging.NoReply) {
		t.Errorf("from a guest's page: %q", got)
	}
}

// TestAFloodIsNotShown sends more than can be read.
func TestAFloodIsNotShown(t *testing.T) {
	var later atomic.Int64
	h := hubtest.Open(t, func(c *hub.Config) {
		c.Now = func() time.Time { return time.Unix(1_800_000_000, later.Load()) }
	})
	guest, admin := hubtest.Enter(t, h, ""), chief(t, h)
	id := hubtest.Ask(guest, "getClientID()")
	next := overhear(t, admin, hub.ToConsole)
	for range 300 {
		h.ToHub("a", "b")
	}
	for range 200 {
		next()
	}
	later.Add(int64(time.Second))
	hubtest.Ask(guest, "send('"+id+"', 'CONSOLE', 'x')")
	if m := next(); m.Body != "x" || m.Lost != 100 {
		t.Errorf("told of %+v", m)
	}
}
