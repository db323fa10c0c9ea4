package session_test

import (
	"fmt"
	"testing"

	"althing"
	"althing/hub"
)

// TestPush has messages come by themselves, at most so many unacknowledged, and
// again on the next connection where they were not acknowledged.
func TestPush(t *testing.T) {
	p := serve(t, nil)
	c, is := register(t, p.addr, `{"name":"lamp"}`)
	for n := range 5 {
		story(t, c, [][3]string{{"message", fmt.Sprintf(`{"to":"lamp","body":"%d","headers":[["a","1"],["a","2"]]}`, n), `{}`}})
	}
	c.call("inbox.push", `{"on":true,"window":2}`)
	pushed := func(c *peer, body string) map[string]any {
		t.Helper()
		heard := c.hear()
		params, _ := heard["params"].(map[string]any)
		if heard["method"] != "message" || params["body"] != body || params["from"] != "lamp" || params["to"] != "lamp" ||
			asJSON(params["headers"]) != `[["a","1"],["a","2"]]` {
			t.Fatalf("instead of %s came %v", body, heard)
		}
		return heard
	}
	first, second := pushed(c, "0"), pushed(c, "1")
	story(t, c, [][3]string{{"inbox.next", ``, `!conflict …`}, {"ping", ``, `{"time":…`}}) // the window is full
	c.acknowledge(second)
	pushed(c, "2")
	c.acknowledge(first)
	pushed(c, "3")
	c.Close()

	c, again := register(t, p.addr, `{"resume":"`+is["resume"].(string)+`"}`)
	if again["id"] != is["id"] || again["name"] != "lamp" {
		t.Errorf("came back as %v", again)
	}
	c.call("inbox.push", `{"on":true}`)
	for _, body := range []string{"2", "3", "4"} {
		c.acknowledge(pushed(c, body))
	}
	story(t, c, [][3]string{
		{"inbox.push", `{"on":false}`, `{}`}, {"inbox.next", ``, `{"message":null}`}, {"inbox.push", `{}`, `!invalid 'on' is true or false`},
	})
}

func (p *peer) acknowledge(message map[string]any) {
	p.say(`{"jsonrpc":"2.0","id":` + asJSON(message["id"]) + `,"result":{}}`)
}

// TestNextWaits waits for a message beside what else the client does, and gives up
// when it is told to.
func TestNextWaits(t *testing.T) {
	p := serve(t, nil)
	c, _ := register(t, p.addr, `{"name":"lamp"}`)
	other, _ := register(t, p.addr, `{"name":"phone"}`)
	c.say(`{"jsonrpc":"2.0","id":"n","method":"inbox.next","params":{"wait":100}}`)
	story(t, c, [][3]string{{"ping", ``, `{"time":…`}})
	story(t, other, [][3]string{{"message", `{"to":"lamp","body":{"$bytes":"/w=="}}`, `{}`}})
	if heard := c.hear(); heard["id"] != "n" || heard["result"].(map[string]any)["message"].(map[string]any)["from"] != "phone" {
		t.Errorf("heard %v", heard)
	}
	c.say(`{"jsonrpc":"2.0","id":"n","method":"inbox.next","params":{"wait":100}}`)
	c.say(`{"jsonrpc":"2.0","id":"c","method":"cancel","params":{"id":"n"}}`)
	for range 2 {
		if heard := c.hear(); heard["id"] == "n" && heard["error"] == nil || heard["id"] == "c" && heard["error"] != nil {
			t.Errorf("heard %v", heard)
		}
	}
	story(t, c, [][3]string{{"inbox.next", ``, `{"message":null}`}})
}

// TestOneNamespace sends to a client by its name and its ID, and to a group, from a
// client and from the text port.
func TestOneNamespace(t *testing.T) {
	p := serve(t, nil)
	lamp, is := register(t, p.addr, `{"name":"lamp"}`)
	phone, _ := register(t, p.addr, `{"name":"phone"}`)
	story(t, lamp, [][3]string{{"group.join", `{"group":"lights"}`, `{}`}})
	for _, to := range []string{"lamp", is["id"].(string), "lights"} {
		story(t, phone, [][3]string{{"message", `{"to":"` + to + `","body":"on"}`, `{}`}})
		story(t, lamp, [][3]string{{"inbox.next", ``, `{"message":{"body":"on","from":"phone","id":…`}})
	}
	story(t, lamp, [][3]string{{"message", `{"from":"lights","to":"phone","body":"x"}`, `{}`}})
	story(t, phone, [][3]string{
		{"inbox.next", ``, `{"message":{"body":"x","from":"lights","id":…`},
		{"eval", `{"text":"send(getClientID(), 'lamp', 'from a query')"}`, `{"value":"OK"}`},
	})
	story(t, lamp, [][3]string{{"inbox.next", ``, `{"message":{"body":"from a query",…`}})
}

// TestComingBackTakesTheConnection: a client that registers again loses its other
// connection, and one that is known no more is told so.
func TestComingBackTakesTheConnection(t *testing.T) {
	p := serve(t, nil)
	c, is := register(t, p.addr, `{"name":"lamp"}`)
	again, _ := register(t, p.addr, `{"resume":"`+is["resume"].(string)+`"}`)
	if heard := c.hear(); !isEvent(heard, "closing") || c.hear() != nil {
		t.Errorf("the first connection heard %v", heard)
	}
	story(t, again, [][3]string{{"ping", ``, `{"time":…`}})
	admin, _ := register(t, p.addr, `{"key":"`+p.hub.Access().Made()+`"}`)
	story(t, admin, [][3]string{{"command", `{"name":"s.kickuser","args":["lamp"]}`, `{"text":"Kicked user 'lamp'"}`}})
	for heard := again.hear(); heard != nil; heard = again.hear() {
		if heard["method"] != "event" && heard["method"] != "message" {
			t.Errorf("the kicked one heard %v", heard)
		}
	}
}

// TestMuted: what a muted client sends has no effect.
func TestMuted(t *testing.T) {
	p := serve(t, nil)
	c, _ := register(t, p.addr, `{"name":"lamp"}`)
	admin, _ := register(t, p.addr, `{"key":"`+p.hub.Access().Made()+`"}`)
	story(t, admin, [][3]string{{"command", `{"name":"s.mute","args":["lamp"]}`, `{"text":"Muted user 'lamp'"}`}})
	c.say(`{"jsonrpc":"2.0","id":1,"method":"registry.set","params":{"key":"a","value":1}}`)
	for heard := c.hear(); ; heard = c.hear() {
		if heard["id"] == 1.0 {
			if heard["error"] == nil {
				t.Error("a muted client has set a value")
			}
			break
		}
	}
	story(t, admin, [][3]string{{"registry.get", `{"key":"a","default":0}`, `{"revision":0,…`}})
}

// TestShutdown: clients are told, and what waits is given up.
func TestShutdown(t *testing.T) {
	p := serve(t, func(c *hub.Config) { c.Name = "barn" })
	c, _ := register(t, p.addr, `{}`)
	c.say(`{"jsonrpc":"2.0","id":"n","method":"inbox.next","params":{"wait":100}}`)
	client := dial(t, p.addr, althing.ClientOptions{Name: "phone", NoReconnect: true})
	c.call("ping", "")
	p.hub.Stop()
	p.stop()
	var kinds []any
	for heard := c.hear(); heard != nil; heard = c.hear() {
		if params, ok := heard["params"].(map[string]any); ok {
			kinds = append(kinds, params["kind"])
		}
	}
	if len(kinds) != 1 || kinds[0] != "closing" {
		t.Errorf("the client heard of %v", kinds)
	}
	client.Wait()
}
