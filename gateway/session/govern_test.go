package session_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"althing"
	"althing/access"
	"althing/fault"
	"althing/gateway/text"
	"althing/hub"
	"althing/hub/hubtest"
)

// serveText starts the text port of a hub, which ends with the test.
func serveText(t *testing.T, h *hub.Hub) string {
	t.Helper()
	s := &text.Server{Hub: h}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	t.Cleanup(func() {
		s.Close()
		if err := <-ended; !errors.Is(err, text.ErrServerClosed) {
			t.Errorf("the text port ended with %v", err)
		}
	})
	return l.Addr().String()
}

// clients gives who is there.
func clients(t *testing.T, s *hub.Session, most int) (list []hub.ClientState, more bool) {
	t.Helper()
	o, err := s.Overview()
	if err != nil {
		t.Fatal(err)
	}
	return o.Clients(most)
}

// find gives the first client that is so.
func find(t *testing.T, s *hub.Session, is func(hub.ClientState) bool) hub.ClientState {
	t.Helper()
	list, _ := clients(t, s, 100)
	for _, c := range list {
		if is(c) {
			return c
		}
	}
	t.Fatalf("it is not among %+v", list)
	return hub.ClientState{}
}

func named(name string) func(hub.ClientState) bool {
	return func(c hub.ClientState) bool { return c.Name == name }
}

// lines is a text client in line mode that has said its first line.
func lines(t *testing.T, address string) (net.Conn, *bufio.Reader) {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	in := bufio.NewReader(c)
	if got := lineOf(t, c, in, "1 + 1"); got != "2" {
		t.Fatalf("1 + 1 is %q", got)
	}
	return c, in
}

func lineOf(t *testing.T, c net.Conn, in *bufio.Reader, line string) string {
	t.Helper()
	io.WriteString(c, line+"\n")
	reply, err := in.ReadString('\n')
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return strings.TrimSuffix(reply, "\n")
}

func TestClientsAreListed(t *testing.T) {
	p := serve(t, nil)
	at := serveText(t, p.hub)
	c, is := register(t, p.addr, `{"name":"lamp","description":"above the table"}`)
	c.call("group.join", `{"group":"lights"}`)
	kept, in := lines(t, at)
	id := lineOf(t, kept, in, "getClientID()")
	s := hubtest.Admin(t, p.hub)

	lamp := find(t, s, named("lamp"))
	if lamp.ID != is["id"] || !lamp.Here || !lamp.Registered || lamp.Gateway != "session" || lamp.Description != "above the table" ||
		len(lamp.Groups) != 1 || lamp.Since.IsZero() || lamp.Address != "local" || lamp.Role != access.Guest {
		t.Errorf("the lamp is %+v", lamp)
	}
	line := find(t, s, func(c hub.ClientState) bool { return c.Gateway == "text" && !c.Registered })
	if !strings.HasPrefix(line.ID, "conn-") || !line.Here {
		t.Errorf("the connection in line mode is %+v", line)
	}
	device := find(t, s, func(c hub.ClientState) bool { return c.ID == id })
	if device.Here || device.Gateway != "text" || !device.Registered || device.Since.IsZero() {
		t.Errorf("the device with an ID is %+v", device)
	}
	if list, more := clients(t, s, 1); !more || len(list) != 1 || list[0].Name != "lamp" {
		t.Errorf("the first is %+v, more: %v", list, more)
	}
	kept.Close()
	c.Close()
	for deadline := time.Now().Add(patience); ; {
		list, _ := clients(t, s, 100)
		if len(list) == 2 && !list[0].Here && !list[1].Here {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("when both are gone: %+v", list)
		}
	}
}

func TestClientsAreGoverned(t *testing.T) {
	p := serve(t, nil)
	at := serveText(t, p.hub)
	c, is := register(t, p.addr, `{"name":"lamp, door"}`)
	id := is["id"].(string)
	s := hubtest.Admin(t, p.hub)

	guest := hubGuest(t, p.hub)
	for what, err := range map[string]error{
		"kick": guest.Kick(t.Context(), id), "mute": guest.Mute(id, true),
		"rename": guest.RenameClient(t.Context(), id, "other"), "rights": guest.SetPermissions(id, []string{"admin"}),
	} {
		if !fault.Is(err, fault.Denied) {
			t.Errorf("%s by a guest: %v", what, err)
		}
	}
	if err := s.Mute("nobody", true); !fault.Is(err, fault.NotFound) {
		t.Errorf("nobody is muted: %v", err)
	}

	if err := s.Mute(id, true); err != nil || !find(t, s, named("lamp, door")).Muted {
		t.Fatalf("it is not muted: %v", err)
	}
	if heard := c.hear(); !isEvent(heard, "muted") {
		t.Errorf("it heard %v", heard)
	}
	c.hear() // by whom
	if err := s.Mute(id, false); err != nil || find(t, s, named("lamp, door")).Muted {
		t.Fatalf("it is still muted: %v", err)
	}
	c.hear()
	c.hear()

	if err := s.RenameClient(t.Context(), id, "lantern"); err != nil {
		t.Fatal(err)
	}
	if heard := c.hear(); !isEvent(heard, "renamed") || find(t, s, named("lantern")).ID != id {
		t.Errorf("it heard %v", heard)
	}

	if err := s.SetPermissions(id, []string{"admin", "garden"}); err != nil {
		t.Fatal(err)
	}
	if l := find(t, s, named("lantern")); l.Role != access.Admin || len(l.Permissions) != 2 {
		t.Errorf("it is %+v", l)
	}
	if heard := c.call("eval", `{"text":"send(getClientID(), 'SYSADMIN', 'x')"}`); heard["error"] != nil {
		t.Errorf("an administrator may not: %v", heard)
	}
	if err := s.SetPermissions(id, nil); err != nil || find(t, s, named("lantern")).Role != access.Guest {
		t.Errorf("it has kept its rights: %v", err)
	}
	if heard := c.call("parent.clear", `{}`); !strings.HasPrefix(wrongOf(heard), "denied") {
		t.Errorf("who is no administrator any more may: %v", heard)
	}

	if err := s.Kick(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if heard := c.hear(); !isEvent(heard, "closing") {
		t.Errorf("who was kicked heard %v", heard)
	}
	kept, in := lines(t, at)
	if err := s.Kick(t.Context(), find(t, s, func(c hub.ClientState) bool { return c.Gateway == "text" && !c.Registered }).ID); err != nil {
		t.Fatal(err)
	}
	if _, err := in.ReadByte(); err == nil {
		t.Error("the text client's connection is still there")
	}
	kept.Close()
	device := askOnce(t, at, "getClientID()")
	if err := s.Kick(t.Context(), device); err != nil {
		t.Fatal(err)
	}
	if _, known := p.hub.State().Client(device); known {
		t.Error("the device is still known")
	}
}

// hubGuest enters a hub without a key.
func hubGuest(t *testing.T, h *hub.Hub) *hub.Session {
	t.Helper()
	s, err := h.Enter(hub.Caller{Gateway: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// wrongOf is the code of an error in an answer.
func wrongOf(heard map[string]any) string {
	e, _ := heard["error"].(map[string]any)
	data, _ := e["data"].(map[string]any)
	code, _ := data["code"].(string)
	return code
}

// askOnce asks one thing over a connection of its own.
func askOnce(t *testing.T, address, request string) string {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	io.WriteString(c, request)
	reply, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(reply)
}

// overhear gathers what a client says and hears.
func overhear(t *testing.T, s *hub.Session, id string) (heard chan hub.Traffic, stop func()) {
	t.Helper()
	heard = make(chan hub.Traffic, 1000)
	stop, err := s.Tap(id, func(o hub.Traffic) { heard <- o })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return heard, stop
}

// wants compares what was overheard: "> " is said by the client, "< " to it.
func wants(t *testing.T, heard chan hub.Traffic, want ...string) {
	t.Helper()
	for _, line := range want {
		select {
		case o := <-heard:
			got := "< " + o.Text
			if o.Said {
				got = "> " + o.Text
			}
			if got != line || o.At.IsZero() {
				t.Errorf("overheard %q, want %q", got, line)
			}
		case <-time.After(patience):
			t.Fatalf("nothing was overheard, but wanted %q", line)
		}
	}
}

func TestTrafficIsOverheard(t *testing.T) {
	p := serve(t, nil)
	at := serveText(t, p.hub)
	key := p.hub.Access().Made()
	c, is := register(t, p.addr, `{"name":"lamp"}`)
	s := hubtest.Admin(t, p.hub)
	if _, err := hubGuest(t, p.hub).Tap(is["id"].(string), func(hub.Traffic) {}); !fault.Is(err, fault.Denied) {
		t.Errorf("a guest overhears: %v", err)
	}

	heard, stop := overhear(t, s, is["id"].(string))
	c.call("eval", `{"text":"2**10"}`)
	c.call("eval", `{"text":"admin('`+key+`', 's.status()')"}`)
	c.call("sql.query", `{"sql":"SELECT '`+key+`' AS k"}`)
	wants(t, heard, "> eval {'text': '2**10'}", "< = {'value': '1024'}", "> eval {'text': \"admin(***)\"}")
	for range 2 {
		if o := <-heard; strings.Contains(o.Text, key) {
			t.Errorf("the key was overheard: %s", o.Text)
		}
	}
	if o := <-heard; strings.Contains(o.Text, key) || !strings.Contains(o.Text, "***") {
		t.Errorf("the key was overheard: %s", o.Text)
	}
	c.call("registry.set", `{"key":"lamp.on","value":true}`)
	wants(t, heard, "> registry.set {'key': 'lamp.on', 'value': True}")
	<-heard
	c.call("nosuch", `{"key":"`+key+`"}`)
	wants(t, heard, "> nosuch {'key': '***'}")
	<-heard
	stop()
	stop()
	c.call("eval", `{"text":"1"}`)
	if len(heard) > 0 {
		t.Errorf("behind its end was overheard %v", <-heard)
	}

	kept, in := lines(t, at)
	heard, stop = overhear(t, s, find(t, s, func(c hub.ClientState) bool { return c.Gateway == "text" && !c.Registered }).ID)
	lineOf(t, kept, in, "'a' + 'b'")
	askOnce(t, at, "'of another'")
	lineOf(t, kept, in, "1/0")
	wants(t, heard, "> 'a' + 'b'", "< ab", "> 1/0", "< Error: ZeroDivisionError: division by zero")
	stop()

	device := askOnce(t, at, "getClientID()")
	heard, _ = overhear(t, s, device)
	askOnce(t, at, "send('"+device+"', 'SYSTEM', 'x')")
	if o := <-heard; !o.Said || o.Text != "send('"+device+"', 'SYSTEM', 'x')" {
		t.Errorf("of the device was overheard %v", o)
	}
}

// TestTrafficIsBounded overhears more than anybody reads.
func TestTrafficIsBounded(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	p := serve(t, func(c *hub.Config) { c.Now = func() time.Time { return now } })
	at := serveText(t, p.hub)
	s := hubtest.Admin(t, p.hub)
	kept, in := lines(t, at)
	heard, _ := overhear(t, s, find(t, s, func(c hub.ClientState) bool { return c.Gateway == "text" && !c.Registered }).ID)
	long := "len('" + strings.Repeat("ö", 5000) + "')"
	for range 300 {
		lineOf(t, kept, in, long)
	}
	if len(heard) != 100 {
		t.Errorf("%d of 600 were overheard", len(heard))
	}
	for range 100 {
		if o := <-heard; len(o.Text) > 3<<10 {
			t.Fatalf("one of %d bytes", len(o.Text))
		}
	}
}

// TestMessagesAreOverheard at who gets them.
func TestMessagesAreOverheard(t *testing.T) {
	p := serve(t, nil)
	c, is := register(t, p.addr, `{"name":"reader"}`)
	c.call("inbox.push", `{"on":true}`)
	s := hubtest.Admin(t, p.hub)
	heard, _ := overhear(t, s, is["id"].(string))
	if err := p.hub.Server().Broadcast(althing.NewMessage("to all")); err != nil {
		t.Fatal(err)
	}
	wants(t, heard, "< message: to all")
}
