package commands_test

import (
	"context"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"althing"
	"althing/commands"
	"althing/fault"
	"althing/value"
	"althing/wire"
)

func TestRights(t *testing.T) {
	h := started(t, commands.Options{})
	lamp, chief := h.dial(t, althing.ClientOptions{Name: "lamp"}), h.chief(t)
	lamp.story([][2]string{
		{"s.nosuch()", "not_found: No Servercommand 's.nosuch' available"},
		{"s.kickuser(chief)", "denied: 'admin' permissions needed for 's.kickuser()'"},
		{"s.getadmin()", "denied: Adminkey incorrect"},
		{"s.getadmin(wrong)", "denied: Adminkey incorrect"},
		{"s.changename(x, chief)", "denied: 'admin' permissions needed for 's.changename()'"},
		{"s.ping(1)", "invalid: Expecting less arguments: s.ping()"},
	})
	if answer, err := lamp.Command(t.Context(), "s.getadmin", h.AdminKey); err != nil || answer.Text != "Key correct. You got admin permissions" {
		t.Errorf("the key: %+v, %v", answer, err)
	}
	lamp.story([][2]string{
		{"s.getrights()", "invalid: Expecting more arguments: s.getrights(permission[r])"},
		{"s.getrights(cook)", "Gained permission: cook"},
		{"s.getrights(cook)", "No new permissions added"},
		{"s.getrights(cook, wash, dry)", "Gained permissions: wash, dry"},
		{"s.getrights(\x1b[2J)", "invalid: '?[2J' is no permission…"},
		{"s.removerights(wash, nothing, dry)", "Removed permissions: wash, dry"},
		{"s.removerights(wash)", "No permissions removed"},
		{"s.removeadmin(chief, nobody)", "chief: Removed permissions: admin\nNo user 'nobody'"},
		{"s.removeadmin()", "Removed permissions: admin"},
		{"s.removeadmin()", "denied: 'admin' permissions needed for 's.removeadmin()'"},
	})
	if got := chief.reads(); got != "Removed permissions: admin" {
		t.Errorf("the chief reads %q", got)
	}
	if !slices.Contains(h.audited, "lamp: s.getadmin(***)") || !slices.Contains(h.audited, "lamp: s.removeadmin(chief, nobody)") {
		t.Errorf("audited: %q", h.audited)
	}
}

func TestAdminKey(t *testing.T) {
	h := started(t, commands.Options{NewKey: "'althing admin-key' makes another"})
	chief := h.chief(t)
	chief.story([][2]string{
		{"s.getadminkey()", "The admin key is shown to nobody; 'althing admin-key' makes another"},
		{"s.setadminkey()", "invalid: Expecting more arguments: s.setadminkey(new_key)"},
		{"s.setadminkey(new)", "Changed adminkey to 'new'"},
	})
	for _, key := range []string{"", " x", "a\nb", strings.Repeat("x", 2000)} {
		if _, err := chief.Command(t.Context(), "s.setadminkey", key); !fault.Is(err, fault.Invalid) {
			t.Errorf("the key %.20q: %v", key, err)
		}
	}
	h.dial(t, althing.ClientOptions{Name: "lamp"}).story([][2]string{{"s.getadmin(new)", "Key correct. You got admin permissions"}})
	if !slices.Contains(h.audited, "chief: s.setadminkey(***)") {
		t.Errorf("audited: %q", h.audited)
	}
}

// typist asks without a conn, as over the text port.
type typist struct{ certain bool }

func (typist) ID() string      { return "text" }
func (typist) Name() string    { return "typist" }
func (typist) Has(string) bool { return true }
func (c typist) Certain() bool { return c.certain }
func (typist) Elevate() error  { return fault.New(fault.Denied, "not here") }
func (h *hall) types(t *testing.T, by althing.Caller, text string) string {
	t.Helper()
	answer, err := h.RunCommand(t.Context(), by, text)
	if err != nil {
		return string(fault.Of(err).Code) + ": " + fault.Of(err).Message
	}
	if answer.After != nil {
		answer.After()
	}
	return answer.Text
}

func TestWithoutAConn(t *testing.T) {
	stopped := ""
	h := started(t, commands.Options{
		Stop: func(restart bool) error {
			stopped = map[bool]string{true: "restart", false: "shutdown"}[restart]
			return nil
		},
		Kick:  func(_ context.Context, name, by string) (bool, error) { return name == "inbox" && by == "typist", nil },
		About: func(name string) (string, bool) { return "group\t" + name + "\nof lamps", name == "garden" },
	})
	lamp := h.dial(t, althing.ClientOptions{Name: "lamp"})
	for _, test := range [][2]string{
		{"s.getadmin(Demo,(Key))", "denied: not here"},
		{"s.getrights(x)", "unavailable: 's.getrights()' is for registered clients; this way in keeps no connection"},
		{"s.ping", "unavailable: 's.ping()' is for registered clients; this way in keeps no connection"},
		{"s.connectto(10.0.0.1)", "Connect to 10.0.0.1:4000: this way in keeps no connection that could be moved"},
		{"s.cth", "not_found: There is no higher server: this is the top of its network"},
		{"s.info(garden)", "group?garden\nof lamps"},
		{"s.info(lamp)", "Client 'lamp'\n…"},
		{"s.info(pond)", "not_found: No user 'pond'"},
		{"s.mute(lamp)", "Muted user 'lamp'"},
		{"s.kickuser(lamp, inbox, nobody)", "Kicked user 'lamp'\nKicked user 'inbox'\nNo user 'nobody'"},
		{"s.kickuser(nobody)", "not_found: No user 'nobody'"},
		{"s.restart", "Send 's.restart()' again to confirm the restart of the server"},
		{"s.shutdown()", "Send 's.shutdown()' again to confirm the shutdown of the server"},
	} {
		if got := h.types(t, typist{}, test[0]); !fits(got, test[1]) {
			t.Errorf("%s: %s\nwant: %s", test[0], got, test[1])
		}
	}
	if got := lamp.reads(); got != "You got muted by 'typist'" {
		t.Errorf("the lamp reads %q", got)
	}
	if stopped != "" {
		t.Errorf("%s before it was confirmed", stopped)
	}
	if got := h.types(t, typist{certain: true}, "s.restart"); got != "Restarting Server" || stopped != "restart" {
		t.Errorf("one who is certain: %s, %s", got, stopped)
	}
}

func TestUsers(t *testing.T) {
	h := started(t, commands.Options{})
	gone := make(chan struct{}, 3)
	h.OnDisconnect(func(*althing.Conn, error) { gone <- struct{}{} })
	goes := func() {
		t.Helper()
		select {
		case <-gone:
		case <-time.After(patience):
			t.Fatalf("%d are still there", len(h.Conns()))
		}
	}
	chief := h.chief(t)
	a, b := h.dial(t, althing.ClientOptions{Name: "alice"}), h.dial(t, althing.ClientOptions{Name: "bob"})
	a.story([][2]string{
		{"s.ping()", "Ping is …ms"},
		{"s.changename()", "invalid: Expecting more arguments: s.changename(newname, clientname[o])"},
		{"s.changename(bob)", "conflict: Username 'bob' is already used"},
		{"s.changename(ab)", "invalid: Username 'ab' is invalid"},
		{"s.changename(carol)", "Your username changed to 'carol'"},
		{"s.changename(alice, carol)", "Your username changed to 'alice'"},
	})
	chief.story([][2]string{
		{"s.changename(robert, bob)", "Changed username of 'bob' to 'robert'"},
		{"s.changename(x, nobody)", "not_found: No user 'nobody'"},
		{"s.mute(alice, nobody)", "Muted user 'alice'\nNo user 'nobody'"},
		{"s.mute(chief)", "You would not be heard when you unmute yourself"},
	})
	if got := b.reads(); got != "Your username changed to 'robert'" {
		t.Errorf("bob reads %q", got)
	}
	if got := a.reads(); got != "You got muted by 'chief'" {
		t.Errorf("alice reads %q", got)
	}
	a.story([][2]string{{"s.help()", "denied: you are muted"}})
	chief.story([][2]string{
		{"s.unmute(alice)", "Unmuted user 'alice'"},
		{"s.kickuser(robert, robert)", "Kicked user 'robert'"},
		{"s.kickuser(bob)", "not_found: No user 'bob'"},
	})
	goes()
	chief.story([][2]string{
		{"s.kickip(10.1.2.3)", "not_found: No user '10.1.2.3'"},
		{"s.kickip(nowhere)", "invalid: 'nowhere' is no ip; …"},
		{"s.kickip(127.0.0.1)", "Kicked user 'alice'\nKicked user 'chief'"},
	})
	goes()
	goes()
}

// TestKicked says goodbye to whoever is kicked, with who did it.
func TestKicked(t *testing.T) {
	h := started(t, commands.Options{})
	reasons := make(chan string, 1)
	h.OnDisconnect(func(_ *althing.Conn, reason error) { reasons <- fault.Of(reason).Message })
	h.dial(t, althing.ClientOptions{Name: "lamp"})
	h.chief(t).story([][2]string{{"s.kickuser(lamp)", "Kicked user 'lamp'"}})
	select {
	case got := <-reasons:
		if got != "You got kicked by 'chief'" {
			t.Errorf("the reason is %q", got)
		}
	case <-time.After(patience):
		t.Error("nobody went")
	}
}

func TestConfirmation(t *testing.T) {
	stops := make(chan bool, 10)
	h := started(t, commands.Options{Stop: func(restart bool) error {
		stops <- restart
		return nil
	}})
	chief, other := h.chief(t), h.dial(t, althing.ClientOptions{Name: "other", Key: h.AdminKey})
	again := "Send 's.restart()' again to confirm the restart of the server"
	chief.story([][2]string{{"s.restart()", again}})
	other.story([][2]string{{"s.restart()", again}}) // another one's does not confirm it
	h.clock.pass(31 * time.Second)
	chief.story([][2]string{
		{"s.restart()", again},
		{"s.shutdown()", "Send 's.shutdown()' again to confirm the shutdown of the server"},
	})
	select {
	case <-stops:
		t.Error("it was stopped without confirmation")
	default:
	}
	h.clock.pass(30 * time.Second)
	chief.story([][2]string{{"s.restart()", "Restarting Server"}})
	if restart := <-stops; !restart {
		t.Error("it was shut down")
	}
	chief.story([][2]string{{"s.restart()", again}})
}

func TestEndless(t *testing.T) {
	h := started(t, commands.Options{Endless: fault.New(fault.Unavailable, "not here")})
	h.chief(t).story([][2]string{
		{"s.restart()", "unavailable: not here"},
		{"s.shutdown()", "unavailable: not here"},
		{"s.shutdownnetwork()", "unavailable: not here"},
	})
}

func TestRestartAndShutdown(t *testing.T) {
	h := started(t, commands.Options{})
	chief := h.chief(t)
	left := make(chan struct{}, 10)
	h.OnDisconnect(func(*althing.Conn, error) { left <- struct{}{} })
	chief.runs("s.restart()")
	chief.story([][2]string{{"s.restart()", "Restarting Server"}})
	<-left
	for late := time.Now().Add(patience); ; { // it listens again where it did
		conn, err := net.Dial("tcp", h.ListenAddr().String())
		if err == nil {
			conn.Close()
			break
		}
		if time.Now().After(late) {
			t.Fatal(err)
		}
	}
	chief = h.dial(t, althing.ClientOptions{Name: "chief2", Key: h.AdminKey})
	chief.runs("s.shutdown()")
	chief.story([][2]string{{"s.shutdown()", "Shutting Server down"}})
	if err := h.Wait(); err != althing.ErrServerClosed { //nolint:errorlint // it is that very one
		t.Error(err)
	}
}

// moves waits for the event that sends a client elsewhere.
func moves(g guest) <-chan string {
	to := make(chan string, 1)
	g.OnEvent(func(kind string, v value.Value) {
		if d, ok := v.(*value.Dict); ok && kind == wire.EventMoved {
			address, _ := d.Get(value.Str(wire.KeyAddress))
			to <- value.Text(address)
		}
	})
	return to
}

func TestConnectTo(t *testing.T) {
	h := started(t, commands.Options{})
	_, port, _ := net.SplitHostPort(h.ListenAddr().String())
	lamp := h.dial(t, althing.ClientOptions{Name: "lamp"})
	to := moves(lamp)
	lamp.story([][2]string{
		{"s.connectto(127.0.0.1, " + port + ")", "invalid: Can't connect to own address"},
		{"s.connectto('localhost', " + port + ")", "invalid: Can't connect to own address"},
		{"s.connectto(10.0.0.1, 0)", "invalid: '0' is no port; expected 1 to 65535"},
		{"s.connectto(a b)", "invalid: 'a b' is no address; …"},
		{"s.connectto(barm)", "not_found: No server 'barm'; for a host of that name give the port, too"},
		{"s.connecttohigher()", "not_found: There is no higher server: this is the top of its network"},
		{"s.connectto('10.0.0.1')", "Connecting you to 10.0.0.1:4000"},
	})
	if got := <-to; got != "10.0.0.1:4000" {
		t.Errorf("sent to %s", got)
	}
	lamp.Wait()
}

func TestStoreLog(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "logs")
	recorder := commands.NewRecorder(unread{slog.DiscardHandler})
	h := started(t, commands.Options{LogDir: dir, Errors: recorder.Errors, WriteLog: recorder.WriteLog})
	chief := h.chief(t)
	log := slog.New(recorder).With("hub", "barn")
	log.Info("it rains")
	log.Error("the roof leaks", "where", "shed", "stack", "main\nsub")
	chief.story([][2]string{
		{"s.storelog(../evil.txt)", "invalid: '../evil.txt' is no name of a log file; …"},
		{"s.storelog(.hidden)", "invalid: …"},
		{"s.storelog(a b)", "invalid: …"},
		{"s.storelog(one.txt)", "Stored the log in 'one.txt'"},
		{"s.storelog(one.txt)", "conflict: the file 'one.txt' cannot be made; …"},
		{"s.storelog()", "Stored the log in 'log-…'"},
		{"s.errortrace()", "… the roof leaks\n  hub: barn\n  where: shed\n  stack: main\n    sub"},
	})
	text, err := os.ReadFile(filepath.Join(dir, "one.txt"))
	if err != nil || !strings.Contains(string(text), `msg="it rains" hub=barn`) || !strings.Contains(string(text), `msg="the roof leaks" hub=barn where=shed`) {
		t.Errorf("stored: %s, %v", text, err)
	}
	other := started(t, commands.Options{LogDir: dir})
	other.chief(t).story([][2]string{
		{"s.storelog(server.txt)", "Stored the log in 'server.txt'"},
	})
	text, err = os.ReadFile(filepath.Join(dir, "server.txt"))
	if err != nil || !strings.Contains(string(text), "is registered as 'chief'") {
		t.Errorf("stored: %s, %v", text, err)
	}
	other = started(t, commands.Options{})
	other.chief(t).story([][2]string{
		{"s.storelog()", "unavailable: this server has no folder for logs"},
		{"s.errortrace()", "No errors"},
	})
}
