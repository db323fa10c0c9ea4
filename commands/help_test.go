package commands_test

import (
	"context"
	"strings"
	"testing"

	"althing"
	"althing/commands"
)

func TestHelp(t *testing.T) {
	h := started(t, commands.Options{})
	h.Handle(althing.Command{
		Name: "s.greet", Description: "Greets\x1b[2J somebody", Params: []string{"name"}, Needs: []string{"cook", "wash"},
		Do: func(context.Context, *althing.Call) (althing.Answer, error) { return althing.Answer{}, nil },
	})
	lamp := h.dial(t, althing.ClientOptions{Name: "lamp"})
	lamp.story([][2]string{
		{"s.help()", "Help of 'Demoserver'\n…s.help(commands)…user management: s.changename, s.connectto, …\n…mainserver: s.listnetwork, …\n  further: s.greet"},
		{"s.help(server)", "Server 'Demoserver'\n  description: Shows what it can\n…connected: 0 servers, 1 client"},
		{"s.help(project)", "althing\n…"},
		{"s.help(commands)", "user management commands\n…  s.kickuser(username[r]): Disconnects users (admin)\n…further commands\n  s.greet(name): Greets?[2J somebody (cook, wash)\n[o]: …"},
		{"s.help(User Management commands)", "user management commands\n  s.changename(newname, clientname[o]): …s.unmute(username[r]): …[r]: may be repeated"},
		{"s.help(cooking commands)", "not_found: No Servercommand 'cooking commands' available"},
		{"s.help(s.kickuser)", "s.kickuser(username[r])\n  does: Disconnects users\n  category: user management\n  needs: admin\n  parameters: …"},
		{"s.help(kickuser, s.ping())", "s.kickuser(username[r])\n…\n\ns.ping()\n  does: Measures …\n  category: user management"},
		{"s.help(nosuch)", "not_found: No Servercommand 'nosuch' available"},
	})
	if got := lamp.runs("s.help(commands)"); strings.Contains(got, "\x1b") {
		t.Errorf("a session's client gets sequences: %q", got)
	}
}

func TestHelpOfFunctions(t *testing.T) {
	h := started(t, commands.Options{Functions: func() []commands.Function {
		return []commands.Function{{Name: "door", Help: "Opens the door.\nBeware.", Role: "admin"}, {Name: "note", Help: "Writes\x1b[2J a line", Role: "guest"}}
	}})
	h.dial(t, althing.ClientOptions{Name: "lamp"}).story([][2]string{
		{"s.help()", "Help of 'Demoserver'\n…Functions that queries can call (s.help(functions))\n  door, note"},
		{"s.help(functions)", "functions\n  door: Opens the door. (admin)\n  note: Writes?[2J a line"},
		{"s.help(door)", "door(…)\n  does: Opens the door. Beware.\n  category: functions\n  needs: admin"},
		{"s.help(note())", "note(…)\n  does: Writes?[2J a line\n  category: functions"},
		{"s.help(nosuch)", "not_found: …"},
	})
	started(t, commands.Options{}).dial(t, althing.ClientOptions{Name: "lamp"}).story([][2]string{{"s.help(functions)", "functions\n  there are none"}})
}

func TestInfo(t *testing.T) {
	h := started(t, commands.Options{})
	if err := h.AddRequest("THE_ANSWER", 42, false); err != nil {
		t.Fatal(err)
	}
	lamp := h.dial(t, althing.ClientOptions{Name: "lamp", Description: "a lamp\nin the hall", Version: "1.2"})
	lamp.story([][2]string{
		{"s.info()", "Server 'Demoserver'\n…"},
		{"s.info(demoserver)", "Server 'Demoserver'\n…address: 127.0.0.1:…"},
		{"s.info(lamp)", "Client 'lamp'\n  id: …\n  description: a lamp?in the hall\n  version: 1.2\n  address: 127.0.0.1:…\n  protocol: …\n  connected since: …\n  permissions: user\n…"},
		{"s.info(commands, requestables)", "Servercommands\n  s.attributes, …\n\nRequestables\n…THE_ANSWER"},
		{"s.info(services)", "Services\n  routine: stopped\n  ping: enabled\n  sync: enabled"},
		{"s.info(higher)", "not_found: There is no higher server…"},
		{"s.info(nobody)", "not_found: No user 'nobody'"},
		{"s.attributes()", "denied: …"},
	})
	h.chief(t).story([][2]string{
		{"s.attributes()", "Server 'Demoserver'\n…protocols: jsonrpc, localthings\n  text: <Server (Demoserver), active, Serversock=('127.0.0.1', …)>\n…largest message: 524288 bytes\n…"},
		{"s.listthreads()", "… threads\n…althing.…"},
		{"s.listsocks()", "Serversock at 127.0.0.1:…, 2 connections\n  chief from 127.0.0.1:…\n  lamp from …"},
	})
}

func TestServicesAndSocks(t *testing.T) {
	h := started(t, commands.Options{})
	if err := h.OpenMaindata(); err != nil {
		t.Fatal(err)
	}
	h.chief(t).story([][2]string{
		{"s.services(maybe)", "invalid: true or false, not 'maybe'"},
		{"s.services(True)", "Started services"},
		{"s.services(False, ping)", "Disabled service 'ping'"},
		{"s.services(True, nosuch)", "not_found: No service 'nosuch'"},
		{"s.info(services)", "Services\n  routine: running\n  ping: disabled\n  sync: enabled"},
		{"s.services(on, ping)", "Enabled service 'ping'"},
		{"s.services(off)", "Stopping services"},
		{"s.listsocks()", "Serversock at …\nMaindata at …\n  chief from …"},
		{"s.closedatasock(nosuch)", "not_found: No datasock 'nosuch'"},
		{"s.closedatasock(Maindata, nosuch)", "Closing datasock 'Maindata' at …\nNo datasock 'nosuch'"},
		{"s.closedatasock(Maindata)", "not_found: No datasock 'Maindata'"},
	})
}
