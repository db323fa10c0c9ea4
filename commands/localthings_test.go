package commands_test

import (
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"althing"
	"althing/commands"
	"althing/wire/localthings/localthingstest"
)

// TestPythonClient has a client of LocalThings command the server, as a message
// each.
func TestPythonClient(t *testing.T) {
	h := started(t, commands.Options{})
	_, text, _ := net.SplitHostPort(h.ListenAddr().String())
	port, _ := strconv.Atoi(text)
	p, chief := localthingstest.Start(t), h.chief(t)
	p.Do("connect", "client_1", "127.0.0.1", port)
	for _, want := range []string{"Connected to Demoserver", "Registered as 'client_1'", "Type 's.help()' for more information"} {
		if got := p.Want("message"); got != want {
			t.Errorf("welcomed by %v", got)
		}
	}
	for _, line := range [][2]string{
		{"s.nosuch()", "No Servercommand 's.nosuch' available"},
		{"s.kickuser(chief)", "'admin' permissions needed for 's.kickuser()'"},
		{"s.kickuser()", "'admin' permissions needed for 's.kickuser()'"},
		{"s.ping(1)", "Expecting less arguments: s.ping()"},
		{"s.ping()", "Ping is …ms"},
		{"s.help(s.ping)", "\x1b[1ms.ping()\x1b[0m\n…"},
		{"s.getadmin(wrong)", "Adminkey incorrect"},
		{"s.getadmin( Demo,(Key) )", "Key correct. You got admin permissions"},
		{"s.getrights(cook,wash)", "Gained permissions: cook, wash"},
		{"s.listnetwork()", "Collecting data...\nAll connected instances in the network:\n\nDemoserver(127.0.0.1)  0 servers  2 clients\n ├──> chief(127.0.0.1)\n ├──> client_1(127.0.0.1)"},
		{"s.mute(chief)", "Muted user 'chief'"},
		{"s.unmute(chief)", "Unmuted user 'chief'"},
		{"s.sethigherserver('127.0.0.1', " + text + ")", "Can't connect to own address"},
		{"s.shutdown()", "Send 's.shutdown()' again to confirm the shutdown of the server"},
		{"s.changename(better name)", "Your username changed to 'better name'"},
	} {
		p.Do("message", port, line[0])
		if got, _ := p.Want("message").(string); !fits(got, line[1]) {
			t.Errorf("%s: %s\nwant: %s", line[0], got, line[1])
		}
	}
	if got := p.Want("command"); got != "changename" {
		t.Errorf("told to %v", got)
	}
	for _, want := range []string{"You got muted by 'client_1'", "You got unmuted by 'client_1'"} {
		if got := chief.reads(); got != want {
			t.Errorf("the chief reads %q", got)
		}
	}
	chief.story([][2]string{{"s.kickuser(better name)", "Kicked user 'better name'"}})
	if got := p.Want("message"); got != "You got kicked by 'chief'" {
		t.Errorf("kicked by %v", got)
	}
	if got := p.Want("command"); got != "disconnect" {
		t.Errorf("told to %v", got)
	}
	p.Want("ended")
}

// TestMovedPythonClient is sent elsewhere by the clientcommand that its client
// knows, and goes there, wherever it has asked for that.
func TestMovedPythonClient(t *testing.T) {
	t.Run("Serversock", func(t *testing.T) { moved(t, false) })
	t.Run("Maindata", func(t *testing.T) { moved(t, true) })
}

func moved(t *testing.T, byMaindata bool) {
	t.Helper()
	h, other := started(t, commands.Options{}), started(t, commands.Options{})
	_, text, _ := net.SplitHostPort(h.ListenAddr().String())
	port, _ := strconv.Atoi(text)
	p := localthingstest.Start(t)
	p.Do("connect", "client_1", "127.0.0.1", port)
	gone := make(chan struct{})
	h.OnDisconnect(func(*althing.Conn, error) { close(gone) })
	if byMaindata {
		if err := h.OpenMaindata(); err != nil {
			t.Fatal(err)
		}
		if got := p.Want("command"); got != "newdatasock" {
			t.Errorf("told to %v", got)
		}
		sock, _ := h.Channel(althing.Maindata)
		for !slices.Contains(p.Do("ports").([]any), any(float64(sock.Port))) {
			continue // it is connecting
		}
		port = sock.Port
	}
	host, there, _ := net.SplitHostPort(other.ListenAddr().String())
	p.Do("message", port, "s.connectto('"+host+"', "+there+")")
	if got := p.Want("command"); got != "connect" {
		t.Errorf("told to %v", got)
	}
	p.Want("ended")
	for range 6 { // what each of the two servers says, in any order
		if got, _ := p.Want("message").(string); strings.HasPrefix(got, "Error") {
			t.Error(got)
		}
	}
	if other.ByName("client_1") == nil {
		t.Error("it has not arrived")
	}
	select {
	case <-gone:
	case <-time.After(patience):
		t.Error("it has not left")
	}
}
