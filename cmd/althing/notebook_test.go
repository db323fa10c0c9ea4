package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"althing/wire/localthings/localthingstest"
)

// TestTheLayersNotebook goes through the cells of LocalThings' notebook "Layered
// network demonstration", by their numbers: the hub is its Mainserver, and the
// subservers and clients are in Python.
func TestTheLayersNotebook(t *testing.T) {
	key := filepath.Join(t.TempDir(), "key") // that is empty: everyone is an administrator
	if err := os.WriteFile(key, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	hub, text := startHub(t, t.TempDir(), "--name", "Mainserver", "--console", "--admin-key-file", key)
	shows := func(line string) []string {
		t.Helper()
		found, err := hub.out.await(`^(?:\[\d\d:\d\d:\d\d\])?`+line+`$`, hub.ended)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	same := func(got, want any) {
		t.Helper()
		if got != want {
			t.Errorf("got %v\nwant %v", got, want)
		}
	}

	number := shows(`Serversock bound to (\d+)`)[1] // 3
	port, err := strconv.Atoi(number)
	if err != nil {
		t.Fatal(err)
	}
	shows(`Server is running at \('127\.0\.0\.1', ` + number + `\)`)
	maindata := shows(`Maindata Datasock bound to (\d+)`)[1]
	shows(`Mainserver operational`)
	shows(`Started services`)

	welcomed := func(p *localthingstest.Program, name string, more ...any) {
		t.Helper()
		same(p.Do("connect", append([]any{name, "127.0.0.1", port}, more...)...), "Connected")
		same(p.Want("command"), "newdatasock")
		shows(`127\.0\.0\.1 is registered as '` + name + `'`)
		for _, line := range []string{"Connected to Mainserver", "Registered as '" + name + "'", "Type 's.help()' for more information", "You have admin permissions"} {
			same(p.Want("message"), line)
		}
	}
	sub1, sub2 := localthingstest.Start(t), localthingstest.Start(t)
	lower := []any{"lower_sub3(127.0.0.1)", []any{}, []any{"client4(127.0.0.1)"}}
	welcomed(sub1, "sub1", "SUBSERVER", []any{"127.0.0.1", 4001}, []any{"sub1(127.0.0.1)", []any{lower}, []any{"client3(127.0.0.1)"}}) // 7, 9, 12, 13
	welcomed(sub2, "sub2", "SUBSERVER", []any{"127.0.0.1", 4002}, []any{"sub2(127.0.0.1)", []any{}, []any{}})                          // 8
	c1, c2 := localthingstest.Start(t), localthingstest.Start(t)
	welcomed(c1, "client1") // 10
	welcomed(c2, "client2") // 11

	says := func(p *localthingstest.Program, from, command, want string) {
		t.Helper()
		p.Do("message", port, command)
		shows(regexp.QuoteMeta(from + ": " + command))
		same(p.Want("message"), want)
	}
	says(c1, "client1", fmt.Sprintf("s.sethigherserver('127.0.0.1', %d)", port), "Can't connect to own address") // 14, 15
	says(c1, "client1", "s.listnetwork()", strings.TrimPrefix(`
Collecting data...
All connected instances in the network:

Mainserver(127.0.0.1)  2 servers  2 clients
 ├──> client1(127.0.0.1)
 ├──> client2(127.0.0.1)
 ├─ sub1(127.0.0.1)  1 servers  1 clients
 |  ├──> client3(127.0.0.1)
 |  ├─ lower_sub3(127.0.0.1)  0 servers  1 clients
 |     ├──> client4(127.0.0.1)
 ├─ sub2(127.0.0.1)  0 servers  0 clients`, "\n")) // 16

	says(c1, "client1", "s.shutdownserver(sub2)", "Send 's.shutdownserver(sub2)' again to confirm the shutdown") // 17, from above
	says(c1, "client1", "s.shutdownserver(sub2)", "Shutting down server 'sub2'")
	same(sub2.Want("command"), "shutdown")
	sub2.Do("leave")
	shows(`Disconnected connection 'sub2'`)

	const end = "s.shutdownnetwork()"
	says(c1, "client1", end, "Send '"+end+"' again to confirm the shutdown of the whole network") // 18
	says(c1, "client1", end, "Network is shutting down")                                          // 19
	for _, p := range []*localthingstest.Program{sub1, c2} {
		same(p.Want("message"), "Network is shutting down")
	}
	same(sub1.Want("command"), "shutdownnetwork")
	for _, p := range []*localthingstest.Program{sub1, c1, c2} {
		same(p.Want("command"), "disconnect")
	}
	for _, line := range []string{
		"Shutting Server down", "Stopping services", "Disconnecting all users", "Disconnected connection 'client1'", "Disconnected connection 'sub1'",
		"Unbinding all sockets", "Closing datasock 'Serversock' at " + number, "Closing datasock 'Maindata' at " + maindata, "Ended services", "Server is inactive",
	} {
		shows(regexp.QuoteMeta(line))
	}
	if status, err := hub.wait(); status != 0 || err != nil {
		t.Errorf("the hub ended with %d, %v", status, err)
	}
	if conn, err := net.Dial("tcp", text); err == nil {
		conn.Close()
		t.Error("the hub is there still")
	}
}
