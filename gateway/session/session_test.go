package session_test

import (
	"net"
	"strings"
	"testing"

	"althing"
	"althing/access"
	"althing/fault"
	"althing/hub"
	"althing/value"
)

// TestWhoStopsSendingIsAnswered: what was asked before is stored, and answered.
func TestWhoStopsSendingIsAnswered(t *testing.T) {
	p := serve(t, nil)
	for range 20 {
		c, _ := register(t, p.addr, `{}`)
		c.say(`{"jsonrpc":"2.0","id":"set","method":"registry.set","params":{"key":"a","value":1}}`)
		c.Conn.(*net.TCPConn).CloseWrite()
		if heard := c.hear(); heard["id"] != "set" || heard["result"] == nil {
			t.Fatalf("heard %v", heard)
		}
		if heard := c.hear(); heard != nil {
			t.Errorf("then heard %v", heard)
		}
	}
}

// TestLargeAnswersWaitForEachOther: an answer may be as long as what was asked for,
// also behind others that are not written yet.
func TestLargeAnswersWaitForEachOther(t *testing.T) {
	p := serve(t, nil)
	c, _ := register(t, p.addr, `{}`)
	const large = `{"jsonrpc":"2.0","id":"large","method":"eval","params":{"text":"'a' * 3000000"}}`
	for range 5 {
		asked := []string{`{"jsonrpc":"2.0","id":"small","method":"ping"}`, large, large, large}
		c.say(strings.Join(asked, "\n"))
		for range asked {
			if heard := c.hear(); heard["result"] == nil {
				t.Fatalf("heard %v", heard)
			}
		}
	}
}

func TestMethods(t *testing.T) {
	p := serve(t, nil)
	register(t, p.addr, `{"name":"clock","requests":["HOUR"]}`)
	c, is := register(t, p.addr, `{"name":"lamp","description":"above the table"}`)
	if is["name"] != "lamp" || len(is["id"].(string)) != 8 || is["resume"] == nil || is["notice"] != nil || is["admin"] != nil {
		t.Errorf("registered as %v", is)
	}
	server := is["server"].(map[string]any)
	if server["name"] != "test" || server["version"] != hub.Version || !strings.Contains(asJSON(server["commands"]), `"s.help"`) {
		t.Errorf("the server is %v", server)
	}
	story(t, c, [][3]string{
		{"register", `{}`, "!conflict the connection is registered already"},
		{"eval", `{"text":"2**10"}`, `{"value":"1024"}`},
		{"eval", `{"text":"x = 1"}`, `{"value":"OK"}`},
		{"eval", `{}`, `!invalid 'text' is missing among the params`},
		{"registry.set", `{"key":"lamp.on","value":true}`, `{"revision":…`},
		{"registry.set", `{"key":"lamp.on","value":false,"expect":2}`, `!conflict …`},
		{"registry.set", `{"key":"lamp.on","value":false,"expect_revision":0}`, `!conflict …`},
		{"registry.set", `{"key":"lamp.on","value":false,"expect":true,"expire":3600}`, `{"revision":…`},
		{"registry.set", `{"key":"lamp.none","value":null}`, `{"revision":…`},
		{"registry.set", `{"key":"lamp.x"}`, `!invalid 'value' is missing among the params`},
		{"registry.set", `{"key":"server.name","value":1}`, `!denied …`},
		{"registry.set", `{"key":"a","value":1,"expect_revision":-1}`, `!invalid 'expect_revision' is a whole number from 0`},
		{"registry.set", `{"key":"a","value":1,"expire":"x"}`, `!invalid 'expire' is a number of seconds`},
		{"registry.get", `{"key":"lamp.on"}`, `{"revision":…`},
		{"registry.get", `{"key":"nosuch"}`, `!not_found there is no key 'nosuch'`},
		{"registry.get", `{"key":"nosuch","default":[1]}`, `{"revision":0,"time":null,"value":[1]}`},
		{"registry.get", `{"key":"server.name"}`, `{"revision":0,…`},
		{"registry.fetch", `{"pattern":"lamp.*"}`, `{"entries":{"lamp.none":null,"lamp.on":false}}`},
		{"registry.fetch", `{"pattern":"lamp.*","limit":1}`, `{"entries":{"lamp.none":null},"more":true}`},
		{"registry.fetch", `{"pattern":"lamp.*","limit":1,"behind":"lamp.none"}`, `{"entries":{"lamp.on":false},"more":false}`},
		{"registry.fetch", `{"pattern":"*","limit":9,"behind":"lamp.on"}`, `{"entries":{},"more":false}`},
		{"registry.list", `{"pattern":"lamp.*"}`, `{"keys":["lamp.none","lamp.on"]}`},
		{"registry.history", `{"key":"lamp.on"}`, `{"values":[[1…`},
		{"registry.delete", `{"pattern":"lamp.*"}`, `{"count":2}`},
		{"registry.delete", `{"pattern":"lamp.*"}`, `{"count":0}`},
		{"recording.start", `{"pattern":"lamp.*"}`, `{"full":false,"numbers":0,"pattern":"lamp.*","since":1…`},
		{"recording.list", `{}`, `{"recordings":[{"full":false,"numbers":0,"pattern":"lamp.*","since":1…`},
		{"recording.stop", `{"pattern":"lamp.*"}`, `{}`},
		{"recording.stop", `{"pattern":"lamp.*"}`, `!not_found 'lamp.*' is not recorded`},
		{"group.join", `{"group":"lights"}`, `{}`},
		{"group.join", `{"group":"SYSADMIN"}`, `!denied …`},
		{"group.members", `{"group":"lights"}`, `{"members":[{"id":"` + is["id"].(string) + `","name":"lamp"}]}`},
		{"group.list", `{}`, `{"groups":["ALL",…`},
		{"group.leave", `{"group":"lights"}`, `{}`},
		{"group.members", `{"group":"lights"}`, `{"members":[]}`},
		{"sql.query", `{"sql":"CREATE TABLE t (n, s)"}`, `{"affected":0,"changed":false,"columns":[],"more":false,"rows":[]}`},
		{"sql.query", `{"sql":"INSERT INTO t VALUES (?, ?), (3, 'c')","args":[1,"a'b"]}`, `{"affected":2,"changed":true,"columns":[],"more":false,"rows":[]}`},
		{"sql.query", `{"sql":"SELECT * FROM t"}`, `{"affected":0,"changed":false,"columns":["n","s"],"more":false,"rows":[[1,"a'b"],[3,"c"]]}`},
		{"sql.query", `{"sql":"SELECT n FROM t","limit":1}`, `{"affected":0,"changed":false,"columns":["n"],"more":true,"rows":[[1]]}`},
		{"sql.query", `{"sql":"SELEC"}`, `!invalid …`},
		{"command", `{"name":"s.info","args":["lamp"]}`, `{"text":"Client 'lamp'…`},
		{"command", `{"name":"s.nothing"}`, `!not_found No Servercommand 's.nothing' available`},
		{"command", `{"name":"s.shutdown"}`, `!denied 'admin' permissions needed for 's.shutdown()'`},
		{"request", `{"name":"nothing"}`, `!not_found No requestable 'nothing'`},
		{"request", `{"name":"TIME","to":"nobody"}`, `!not_found No user 'nobody'`},
		{"request", `{"name":"TIME","to":"clock"}`, `!not_found clock has no request "TIME"`},
		{"inbox.next", `{"wait":0}`, `{"message":null}`},
		{"unwatch", `{"watch":7}`, `!not_found there is no watch 7`},
		{"nosuch", ``, `!not_found there is no method "nosuch"`},
		{"message", `{"to":"lamp","body":"to myself","headers":{"a":"b","c":null}}`, `{}`},
		{"inbox.next", `{}`, `{"message":{"body":"to myself","from":"lamp","headers":{"a":"b","c":null},"id":"1","time":…`},
		{"message", `{"to":"lamp","from":"nobody","body":"not mine"}`, `!denied …`},
		{"message", `{"body":"to the hub"}`, `{}`},
		{"message", `{"to":"nobody","body":"a group that nobody is in"}`, `{}`},
		{"message", `{"to":"NOPLY","body":"x"}`, `!denied …`},
		{"inbox.next", `{"ack":"x"}`, `!invalid …`},
	})
	failed := c.call("eval", `{"text":"1/0"}`)["error"].(map[string]any)
	if failed["message"] != "division by zero" || failed["data"].(map[string]any)["exception"] != "ZeroDivisionError" {
		t.Errorf("1/0 is %v", failed)
	}
	missing := c.call("eval", `{"text":"join('nobody', 'x')"}`)["error"].(map[string]any)
	if missing["data"].(map[string]any)["exception"] == nil {
		t.Errorf("an error without an exception: %v", missing)
	}
}

// TestWritesAreInOrder calls many methods without waiting for the answers: what is
// read is what was written before.
func TestWritesAreInOrder(t *testing.T) {
	p := serve(t, nil)
	c, _ := register(t, p.addr, `{}`)
	const calls = 300
	go func() {
		for range calls {
			c.say(`{"jsonrpc":"2.0","id":"w","method":"eval","params":{"text":"MyData['n'] = MyData.get('n', 0) + 1"}}`)
			c.say(`{"jsonrpc":"2.0","method":"registry.set","params":{"key":"last","value":1}}`)
			c.say(`{"jsonrpc":"2.0","id":"r","method":"registry.get","params":{"key":"n"}}`)
		}
	}()
	want := 0.0
	for range 2 * calls {
		heard := c.hear()
		if heard["id"] == "r" {
			want++
			if got := heard["result"].(map[string]any)["value"]; got != want {
				t.Fatalf("the %vth read gives %v", want, heard)
			}
		}
	}
}

func TestNames(t *testing.T) {
	p := serve(t, nil)
	_, first := register(t, p.addr, `{"name":"lamp"}`)
	for _, test := range []struct{ params, name, notice string }{
		{`{"name":"lamp"}`, "unnamed_", "Username 'lamp' is already used"},
		{`{"name":"server"}`, "unnamed_", "Username 'server' is invalid"},
		{`{"name":"ALL"}`, "unnamed_", "Username 'ALL' is already used"},
		{`{"name":"` + first["id"].(string) + `"}`, "unnamed_", "Username '" + first["id"].(string) + "' is already used"},
		{`{"name":"a"}`, "unnamed_", ""},
		{`{}`, "unnamed_", ""},
		{`{"name":"größe"}`, "größe", ""},
	} {
		c, is := register(t, p.addr, test.params)
		want := test.name
		if want == "unnamed_" {
			want += is["id"].(string)[:5]
		}
		notice, _ := is["notice"].(string)
		if is["name"] != want || notice != test.notice {
			t.Errorf("%s is registered as %v, notice %q", test.params, is["name"], notice)
		}
		story(t, c, [][3]string{{"message", `{"to":"` + is["name"].(string) + `","body":"x"}`, `{}`}, {"inbox.next", ``, `{"message":{"body":"x",…`}})
	}
}

// TestRights tries what guests and administrators may.
func TestRights(t *testing.T) {
	for _, test := range []struct {
		guests access.Guests
		lines  [][3]string
	}{
		{access.ReadOnly, [][3]string{
			{"eval", `{"text":"1+1"}`, `{"value":"2"}`},
			{"registry.set", `{"key":"a","value":1}`, `!denied …`},
			{"registry.get", `{"key":"a","default":1}`, `{"revision":0,…`},
			{"message", `{"to":"ALL","body":"x"}`, `!denied …`},
			{"message", `{"body":"x"}`, `!denied …`},
			{"command", `{"name":"s.info"}`, `!denied …`},
			{"request", `{"name":"x","to":"lamp"}`, `!denied …`},
			{"sql.query", `{"sql":"CREATE TABLE t (n)"}`, `!denied …`},
			{"status", ``, `{"calls":…`},
			{"command", `{"name":"s.getadmin","args":["wrong"]}`, `!denied …`},
		}},
		{access.Nothing, [][3]string{
			{"ping", ``, `{"time":…`},
			{"status", ``, `!denied …`},
			{"register", `{}`, `!denied …`},
			{"register", `{"key":"wrong"}`, `!denied …`},
			{"eval", `{"text":"1"}`, `!denied register first`},
		}},
	} {
		p := serve(t, func(c *hub.Config) { c.Guests = test.guests })
		c := connect(t, p.addr)
		if test.guests != access.Nothing {
			c, _ = register(t, p.addr, `{}`)
		}
		story(t, c, test.lines)
		admin, is := register(t, p.addr, `{"key":"`+p.hub.Access().Made()+`"}`)
		if is["admin"] != true {
			t.Errorf("with the key: %v", is)
		}
		story(t, admin, [][3]string{
			{"registry.set", `{"key":"a","value":1}`, `{"revision":…`},
			{"group.join", `{"group":"SYSADMIN"}`, `{}`},
			{"command", `{"name":"s.removeadmin"}`, `{"text":"Removed permissions: admin"}`},
			{"group.join", `{"group":"CONSOLE"}`, `!denied …`},
			{"command", `{"name":"s.getadmin","args":["` + p.hub.Access().Made() + `"]}`, `{"text":"Key correct. You got admin permissions"}`},
			{"group.join", `{"group":"CONSOLE"}`, `{}`},
		})
	}
}

// TestAQueryMakesAnAdministrator: the key may come in a query, too.
func TestAQueryMakesAnAdministrator(t *testing.T) {
	p := serve(t, nil)
	c, _ := register(t, p.addr, `{}`)
	key := p.hub.Access().Made()
	story(t, c, [][3]string{
		{"group.join", `{"group":"SYSADMIN"}`, `!denied …`},
		{"eval", `{"text":"admin('` + key + `', 's.getadmin(` + key + `)')"}`, `{"value":"Key correct. You got admin permissions"}`},
		{"group.join", `{"group":"SYSADMIN"}`, `{}`},
		{"eval", `{"text":"admin('` + key + `', 's.info')"}`, `{"value":"Server 'test'…`},
	})
}

// TestClients has clients of package althing talk to each other by way of the hub.
func TestClients(t *testing.T) {
	p := serve(t, nil)
	lamp := althing.NewClient(althing.ClientOptions{Name: "lamp"})
	lamp.AddRequest("WATT", 60, false)
	if err := lamp.Connect(t.Context(), p.addr); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		lamp.Close()
		lamp.Wait()
	})
	phone := dial(t, p.addr, althing.ClientOptions{Name: "phone"})
	watt, err := phone.RequestFrom(t.Context(), "lamp", "WATT")
	if err != nil || watt.Value != value.Int(60) {
		t.Errorf("the lamp's WATT is %v, %v", watt.Value, err)
	}
	if _, err := phone.RequestFrom(t.Context(), lamp.ID(), "VOLT"); !fault.Is(err, fault.NotFound) {
		t.Errorf("what the lamp has not: %v", err)
	}
}

// TestUsers registers with the key of a user, which is then taken back.
func TestUsers(t *testing.T) {
	p := serve(t, func(c *hub.Config) { c.Guests = access.Nothing })
	key, err := access.AddUser(p.hub.Data(), "anna")
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []string{`{}`, `{"key":"wrong"}`} {
		if refused := connect(t, p.addr).call("register", wrong)["error"]; refused == nil {
			t.Errorf("%s is let in", wrong)
		}
	}
	c, is := register(t, p.addr, `{"name":"lamp","key":"`+key+`"}`)
	if is["admin"] != nil {
		t.Errorf("a user is registered as %v", is)
	}
	story(t, c, [][3]string{
		{"registry.set", `{"key":"a","value":1}`, `{"revision":…`},
		{"eval", `{"text":"getReg('a')"}`, `{"value":"1"}`},
		{"message", `{"to":"lamp","body":"x"}`, `{}`},
		{"inbox.next", `{}`, `{"message":{"body":"x",…`},
		{"command", `{"name":"s.info","args":["lamp"]}`, `{"text":"Client 'lamp'…`},
		{"command", `{"name":"s.kickuser","args":["lamp"]}`, `!denied …`},
		{"command", `{"name":"s.getadmin","args":["` + key + `"]}`, `!denied Adminkey incorrect`},
		{"registry.watch", `{"pattern":"a"}`, `{"watch":…`},
	})
	if err := access.RemoveUser(p.hub.Data(), "anna"); err != nil {
		t.Fatal(err)
	}
	var last map[string]any
	for heard := c.hear(); heard != nil; heard = c.hear() {
		last = heard
	}
	if !strings.Contains(asJSON(last), "the key was taken back") {
		t.Errorf("the session of a user without a key ends with %v", last)
	}
}
