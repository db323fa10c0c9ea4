package hub_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"althing/access"
	"althing/fault"
	"althing/hub"
	"althing/hub/hubtest"
	"althing/messaging"
)

// register starts the session of a client.
func register(t testing.TB, h *hub.Hub, r hub.Registration) (*hub.Session, hub.Registered) {
	t.Helper()
	s := hubtest.Enter(t, h, "")
	is, err := s.Register(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return s, is
}

// done waits for a write, which must succeed.
func done(t testing.TB, p hub.Pending) uint64 {
	t.Helper()
	revision, err := p.Wait(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return revision
}

// refused checks that something was refused with that code.
func refused(t testing.TB, what string, err error, code fault.Code) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

func TestRegister(t *testing.T) {
	h := hubtest.Open(t, nil)
	s, is := register(t, h, hub.Registration{Name: "lamp.hall"})
	if len(is.ID) != 8 || is.Name != "lamp.hall" || !strings.HasPrefix(is.Resume, is.ID+".") || is.Resumed || is.Role != access.Guest || s.ID() != is.ID {
		t.Errorf("registered as %+v", is)
	}
	_, err := s.Register(t.Context(), hub.Registration{})
	refused(t, "registering twice", err, fault.Conflict)
	other := hubtest.Enter(t, h, "")
	for name, code := range map[string]fault.Code{
		"lamp.hall": fault.Conflict, "ALL": fault.Conflict, "SYSTEM": fault.Conflict, is.ID: fault.Conflict,
		"a@b": fault.Invalid, "a\nb": fault.Invalid, strings.Repeat("x", messaging.MaxName+1): fault.Invalid,
	} {
		_, err := other.Register(t.Context(), hub.Registration{Name: name})
		refused(t, "the name "+name, err, code)
	}
	if _, err := other.Register(t.Context(), hub.Registration{}); err != nil {
		t.Errorf("without a name, after names that could not be had: %v", err)
	}
	refused(t, "a name that is taken", wait(other.Rename("lamp.hall")), fault.Conflict)
	done(t, other.Rename("other"))
	hubtest.Story(t, hubtest.Enter(t, h, ""), [][2]string{
		{"known('" + is.ID + "')", "True"},
		{"known('lamp.hall')", "False"},
		{"status()['sessions'], status()['clients']", "(2, 2)"},
	})
}

func wait(p hub.Pending) error {
	_, err := p.Wait(context.Background())
	return err
}

func TestRegisteringWithTheAdminKey(t *testing.T) {
	h := hubtest.Open(t, func(c *hub.Config) { c.Guests = access.ReadOnly })
	s := hubtest.Enter(t, h, "203.0.113.7")
	refused(t, "a wrong key", s.Authorize("wrong"), fault.Denied)
	if err := s.Authorize(h.Access().Made()); err != nil {
		t.Fatal(err)
	}
	is, err := s.Register(t.Context(), hub.Registration{})
	if err != nil || is.Role != access.Admin || s.Role() != access.Admin {
		t.Fatalf("%+v, %v", is, err)
	}
	done(t, s.Join(messaging.SysAdmin))
	guest := hubtest.Enter(t, h, "203.0.113.7")
	if _, err := guest.Register(t.Context(), hub.Registration{}); err != nil {
		t.Fatalf("a guest who may read: %v", err)
	}
	if text, err := guest.Eval(t.Context(), "admin('"+h.Access().Made()+"', 's.getadmin("+h.Access().Made()+")')").Result(); err != nil || guest.Role() != access.Admin {
		t.Errorf("%q, %v, %v", text, err, guest.Role())
	}
}

func TestAClientComesBack(t *testing.T) {
	dir := t.TempDir()
	open := func() *hub.Hub { return hubtest.Open(t, func(c *hub.Config) { c.Data = dir }) }
	h := open()
	s, is := register(t, h, hub.Registration{Name: "lamp"})
	done(t, s.Join("lights"))
	done(t, s.Send(t.Context(), hub.Message{To: "lamp", Body: "kept"}))
	s.Close()
	again := func(h *hub.Hub, token string) hub.Registered {
		t.Helper()
		s, is := register(t, h, hub.Registration{Name: "another", Resume: token})
		s.Close()
		return is
	}
	if got := again(h, is.Resume); got.ID != is.ID || got.Name != "lamp" || !got.Resumed || got.Resume != is.Resume {
		t.Errorf("came back as %+v", got)
	}
	hubtest.Close(t, h)
	h = open()
	s, got := register(t, h, hub.Registration{Resume: is.Resume})
	if got.ID != is.ID || got.Name != "lamp" || !got.Resumed {
		t.Errorf("after a restart it came back as %+v", got)
	}
	if members, err := s.Members(t.Context(), "lights"); err != nil || len(members) != 1 || members[0].ID != is.ID {
		t.Errorf("in its group are %v, %v", members, err)
	}
	if letter := next(t, s, 0, ""); letter.Text != "kept" || letter.ID != "1" {
		t.Errorf("its inbox has %+v", letter)
	}
	for _, token := range []string{is.ID, is.ID + ".", is.ID + ".wrong", "." + is.Resume, "nobody.x", is.Resume + "x"} {
		if got := again(h, token); got.Resumed || got.ID == is.ID {
			t.Errorf("%q came back as %+v", token, got)
		}
	}
}

// TestATokenOfATextClient: a client that asked for its ID on the text port has no
// token, and none fits.
func TestATokenOfATextClient(t *testing.T) {
	h := hubtest.Open(t, nil)
	id := hubtest.Ask(hubtest.Enter(t, h, ""), "getClientID()")
	if _, is := register(t, h, hub.Registration{Resume: id + "."}); is.Resumed {
		t.Errorf("came back as %+v", is)
	}
}

func TestAClientOnAnotherConnection(t *testing.T) {
	h := hubtest.Open(t, nil)
	gone := make(chan error, 2)
	first, is := register(t, h, hub.Registration{Name: "lamp", Gone: func(err error) { gone <- err }})
	old, err := first.Inbox()
	if err != nil {
		t.Fatal(err)
	}
	second, _ := register(t, h, hub.Registration{Resume: is.Resume})
	refused(t, "the first is told", <-gone, fault.Conflict)
	_, _, err = old.Next(t.Context(), time.Hour, "")
	refused(t, "its inbox has ended", err, fault.Conflict)
	first.Close()
	done(t, second.Send(t.Context(), hub.Message{To: is.ID, Body: "x"}))
	if letter := next(t, second, time.Minute, ""); letter.Text != "x" {
		t.Errorf("the second has %+v", letter)
	}
	if status := hubtest.Ask(second, "status()['sessions']"); status != "1" {
		t.Errorf("%s sessions", status)
	}
}

func TestAClientThatIsReleasedIsTold(t *testing.T) {
	h := hubtest.Open(t, nil)
	gone := make(chan error, 1)
	s, is := register(t, h, hub.Registration{Gone: func(err error) { gone <- err }})
	hubtest.Ask(hubtest.Enter(t, h, ""), "exit('"+is.ID+"')")
	refused(t, "it is told", <-gone, fault.Closed)
	refused(t, "what it sends", wait(s.Send(t.Context(), hub.Message{To: "ALL"})), fault.NotFound)
}

func TestANameIsTakenFromWhoHasGone(t *testing.T) {
	h := hubtest.Open(t, nil)
	first, is := register(t, h, hub.Registration{Name: "lamp"})
	done(t, first.Send(t.Context(), hub.Message{To: "lamp", Body: "to the first"}))
	first.Close()
	second, other := register(t, h, hub.Registration{Name: "lamp"})
	if other.Name != "lamp" || other.ID == is.ID {
		t.Errorf("registered as %+v", other)
	}
	third, back := register(t, h, hub.Registration{Resume: is.Resume})
	if back.ID != is.ID || back.Name != "" || !back.Resumed {
		t.Errorf("came back as %+v", back)
	}
	done(t, third.Send(t.Context(), hub.Message{To: "lamp", Body: "to the second"}))
	if letter := next(t, second, 0, ""); letter.Text != "to the second" || letter.From != is.ID {
		t.Errorf("the second has %+v", letter.Message)
	}
	if letter := next(t, third, 0, ""); letter.Text != "to the first" {
		t.Errorf("the first has %+v", letter.Message)
	}
	refused(t, "the name of who is there", wait(third.Rename("lamp")), fault.Conflict)
}

func TestWhatOnlyAClientDoes(t *testing.T) {
	s := hubtest.Enter(t, hubtest.Open(t, nil), "")
	_, err := s.Inbox()
	for what, err := range map[string]error{
		"inbox": err, "send": wait(s.Send(t.Context(), hub.Message{To: "ALL"})), "join": wait(s.Join("x")),
		"leave": wait(s.Leave("x")), "rename": wait(s.Rename("x")),
	} {
		refused(t, what, err, fault.Denied)
	}
}
