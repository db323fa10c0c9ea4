package hub_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"althing/hub"
	"althing/hub/hubtest"
)

// as is a query that runs a command with the admin key in it.
func as(key, command string) string { return fmt.Sprintf("admin('%s', '%s')", key, command) }

func TestCommands(t *testing.T) {
	h := hubtest.Open(t, func(c *hub.Config) { c.Name = "barn" })
	s, key := hubtest.Enter(t, h, "203.0.113.7"), h.Access().Made()
	id := hubtest.Ask(s, "getClientID()")
	hubtest.Ask(s, fmt.Sprintf("join('%s', 'lamp')", id))
	hubtest.Story(t, s, [][2]string{
		{as(key, "s.nosuch()"), "Error: LookupError: No Servercommand 's.nosuch' available"},
		{as(key, "s.kickuser()"), "Error: ValueError: Expecting more arguments: s.kickuser(username[r])"},
		{as(key, "s.help"), "Help of 'barn'\n…"},
		{as(key, "s.info()"), "Server 'barn'\n…"},
		{as(key, "s.info(lamp)"), "group lamp\nmembers: " + id},
		{as(key, "s.info("+id+")"), "client " + id + "\n…"},
		{as(key, "s.info(nobody)"), "Error: LookupError: No user 'nobody'"},
		{as(key, "s.getadminkey()"), "The admin key is shown to nobody; only its hash is kept; 'althing admin-key' makes another"},
		{as(key, "s.ping()"), "Error: ConnectionError: …"},
		{as(key, "s.getadmin("+key+")"), "Error: PermissionError: this connection ends with its request; …"},
		{as(key, "s.shutdown()"), "Error: ConnectionError: this hub is part of another program, which alone can stop it"},
		{as(key, "s.listnetwork()"), "Collecting data...\nAll connected instances in the network:\n\nbarn  0 servers  0 clients"},
		{as(key, "s.kickuser(nobody)"), "Error: LookupError: No user 'nobody'"},
		{as(key, "s.kickuser(lamp)"), "Kicked user 'lamp'"},
		{"known('" + id + "')", "False"},
	})
	id = hubtest.Ask(s, "getClientID()")
	hubtest.Ask(s, fmt.Sprintf("send('%s', 'SYSTEM', 's.kickuser(lamp)')", id))
	want := "SYSTEM\u00c8" + id + "\u00c8Error: PermissionError: 'admin' permissions needed for 's.kickuser()'"
	if got := hubtest.Ask(s, fmt.Sprintf("recv('%s')", id)); got != want {
		t.Errorf("without rights: %s", got)
	}
}

// TestStopping stops a hub: at once with the key in the command, otherwise when
// the command comes twice.
func TestStopping(t *testing.T) {
	var stops []bool
	h := hubtest.Open(t, func(c *hub.Config) { c.Stop = func(restart bool) { stops = append(stops, restart) } })
	s, key := hubtest.Enter(t, h, ""), h.Access().Made()
	s.Keep()
	hubtest.Story(t, s, [][2]string{
		{as(key, "s.shutdown()"), "Shutting Server down"},
		{as(key, "s.getadmin("+key+")"), "Key correct. You got admin permissions"},
	})
	id := hubtest.Ask(s, "getClientID()")
	for _, want := range []string{"Send 's.restart()' again to confirm the restart of the server", "Restarting Server"} {
		hubtest.Ask(s, fmt.Sprintf("send('%s', 'SYSTEM', 's.restart()')", id))
		if got := hubtest.Ask(s, fmt.Sprintf("recv('%s')", id)); !strings.HasSuffix(got, want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if fmt.Sprint(stops) != "[false true]" {
		t.Errorf("stopped %v", stops)
	}
}

func TestLogAndKey(t *testing.T) {
	dir := t.TempDir()
	var log strings.Builder
	h := hubtest.Open(t, func(c *hub.Config) {
		c.Data, c.Log = dir, slog.New(slog.NewTextHandler(&log, nil))
	})
	s, key := hubtest.Enter(t, h, ""), h.Access().Made()
	hubtest.Story(t, s, [][2]string{
		{as(key, "s.storelog(today.txt)"), "Stored the log in 'today.txt'"},
		{as(key, "s.storelog(../today.txt)"), "Error: ValueError: …"},
		{as(key, "s.setadminkey(another, (key))"), "Changed adminkey to 'another, (key)'"},
		{as(key, "s.help()"), "Error: PermissionError: Adminkey incorrect"},
		{as("another, (key)", "s.errortrace()"), "No errors"},
	})
	stored, err := os.ReadFile(filepath.Join(dir, "logs", "today.txt"))
	if err != nil || !strings.Contains(string(stored), "s.storelog(today.txt)") {
		t.Errorf("stored: %s, %v", stored, err)
	}
	hubtest.Close(t, h)
	if text := log.String(); strings.Contains(text, "another") || !strings.Contains(text, "s.setadminkey(***)") {
		t.Errorf("the log says\n%s", text)
	}
	h = hubtest.Open(t, func(c *hub.Config) { c.Data = dir })
	hubtest.Story(t, hubtest.Enter(t, h, ""), [][2]string{{as("another, (key)", "s.help(s.ping)"), "s.ping()\n…"}})
}
