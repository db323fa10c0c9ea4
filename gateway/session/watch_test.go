package session_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestWatch sees what is there, what changes and what goes, each behind the answer
// that names the watch, until it is ended.
func TestWatch(t *testing.T) {
	p := serve(t, nil)
	c, _ := register(t, p.addr, `{}`)
	other, _ := register(t, p.addr, `{}`)
	other.call("registry.set", `{"key":"lamp.a","value":1}`)
	story(t, c, [][3]string{{"registry.watch", `{"pattern":"lamp.*"}`, `{"watch":1}`}})
	changed := func(want string) map[string]any {
		t.Helper()
		heard := c.hear()
		params, _ := heard["params"].(map[string]any)
		got := fmt.Sprintf("%v %v %v %v", params["watch"], params["key"], params["value"], params["deleted"])
		if heard["method"] != "registry.changed" || got != want {
			t.Errorf("heard %v, want %s", heard, want)
		}
		return params
	}
	changed("1 lamp.a 1 <nil>")
	other.call("registry.set", `{"key":"lamp.b","value":{"$tuple":[1]}}`)
	revision := changed("1 lamp.b map[$tuple:[1]] <nil>")["revision"]
	other.call("registry.set", `{"key":"door","value":1}`)
	other.call("registry.delete", `{"pattern":"lamp.a"}`)
	changed("1 lamp.a <nil> true")
	story(t, c, [][3]string{
		{"unwatch", `{"watch":1}`, `{}`},
		{"unwatch", `{"watch":1}`, `!not_found …`},
		{"unwatch", `{}`, `!invalid …`},
		{"registry.watch", `{}`, `!invalid …`},
		{"registry.watch", fmt.Sprintf(`{"pattern":"*","after":%v}`, revision), `{"watch":2}`},
	})
	changed("2 door 1 <nil>")
	changed("2 lamp.a <nil> true")
}

// TestWatchOfNothing: who has known something hears that nothing is there any
// more, with the revision to go on behind; others hear nothing.
func TestWatchOfNothing(t *testing.T) {
	p := serve(t, nil)
	c, _ := register(t, p.addr, `{}`)
	hears := func(watch int, after float64) {
		t.Helper()
		heard := c.hear()
		params, _ := heard["params"].(map[string]any)
		if heard["method"] != "registry.changed" || len(params) != 2 || params["watch"] != float64(watch) || params["after"] != after {
			t.Errorf("heard %v, want watch %d, after %v", heard, watch, after)
		}
	}
	c.call("registry.watch", `{"pattern":"lamp"}`)
	c.call("registry.watch", `{"pattern":"lamp","after":0}`)
	hears(2, 0)
	c.call("registry.set", `{"key":"door","value":1}`)
	other, _ := register(t, p.addr, `{}`)
	for n := range 9000 { // more than are remembered
		other.say(fmt.Sprintf(`{"jsonrpc":"2.0","method":"registry.set","params":{"key":"door","value":%d}}`, n))
	}
	revision, _ := other.call("registry.set", `{"key":"door","value":2}`)["result"].(map[string]any)["revision"].(float64)
	c.call("registry.watch", `{"pattern":"lamp","after":1}`)
	if heard := c.hear(); !isEvent(heard, "anew") {
		t.Errorf("heard %v instead of anew", heard)
	}
	hears(3, revision)
}

// TestManyChanges: a watcher that reads late hears of the last value, and of all
// in order where there are few enough.
func TestManyChanges(t *testing.T) {
	p := serve(t, nil)
	c, _ := register(t, p.addr, `{}`)
	c.call("registry.watch", `{"pattern":"n"}`)
	other, _ := register(t, p.addr, `{}`)
	const changes = 2000

	for n := range changes {
		other.say(fmt.Sprintf(`{"jsonrpc":"2.0","method":"registry.set","params":{"key":"n","value":%d}}`, n))
	}
	last := -2.0
	for last < changes-1 {
		n, ok := c.hear()["params"].(map[string]any)["value"].(float64)
		if !ok || n <= last {
			t.Fatalf("behind %v came %v", last, n)
		}
		last = n
	}
}

// TestManyWatchesUnread: the watches of a client that does not read take turns,
// lose nothing that counts once it does, and end with it.
func TestManyWatchesUnread(t *testing.T) {
	p := serve(t, nil)
	c, _ := register(t, p.addr, `{}`)
	const watches = 50
	for range watches {
		c.call("registry.watch", `{"pattern":"big"}`)
	}
	unread, _ := register(t, p.addr, `{}`)
	for range watches {
		unread.call("registry.watch", `{"pattern":"*"}`)
	}
	other, _ := register(t, p.addr, `{}`)
	big := strings.Repeat("x", 200_000)
	for n := range 3 {
		other.call("registry.set", fmt.Sprintf(`{"key":"big","value":"%d%s"}`, n, big))
	}
	newest := map[any]bool{}
	for len(newest) < watches {
		params, ok := c.hear()["params"].(map[string]any)
		if !ok {
			t.Fatalf("the end after %d watches", len(newest))
		}
		if v, _ := params["value"].(string); v[0] == '2' {
			newest[params["watch"]] = true
		}
	}
	unread.Close()
	story(t, other, [][3]string{{"ping", ``, `{"time":…`}})
}

// TestWatchOfAllHubs: each hub is told of by itself, and goes on behind its own
// revision. What the client knows of a hub that is not there is told to be gone.
func TestWatchOfAllHubs(t *testing.T) {
	hubs := grow(t, "main", "barn")
	c, _ := register(t, hubs[0].addr, `{}`)
	others := map[string]*peer{}
	for _, h := range hubs {
		other, _ := register(t, h.addr, `{}`)
		other.call("registry.set", `{"key":"k.a","value":1}`)
		others[h.hub.Name()] = other
	}
	after := map[string]any{} // by the hub
	hears := func(watch int, want ...string) {
		t.Helper()
		var got []string
		for range want {
			heard := c.hear()
			params, _ := heard["params"].(map[string]any)
			if isEvent(heard, "anew") {
				params, _ = params["data"].(map[string]any)
				got = append(got, fmt.Sprintf("%v anew", params["hub"]))
			} else {
				got = append(got, fmt.Sprintf("%v %v %v", params["hub"], params["key"], params["value"]))
				after[fmt.Sprint(params["hub"])] = params["after"]
			}
			if params["watch"] != float64(watch) {
				t.Errorf("heard %v, want watch %d", heard, watch)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("heard %q, want %q", got, want)
		}
	}
	story(t, c, [][3]string{{"registry.watch", `{"pattern":"k.*@*"}`, `{"watch":1}`}})
	hears(1, "barn k.a@barn 1", "main k.a@main 1")
	others["barn"].call("registry.set", `{"key":"k.b","value":2}`)
	hears(1, "barn k.b@barn 2")
	story(t, c, [][3]string{{"unwatch", `{"watch":1}`, `{}`}})
	others["barn"].call("registry.delete", `{"pattern":"k.a"}`)
	after["lost"] = 7
	story(t, c, [][3]string{{"registry.watch", `{"pattern":"k.*@*","after":` + asJSON(after) + `}`, `{"watch":2}`}})
	hears(2, "barn k.a@barn <nil>", "lost <nil> <nil>", "lost anew")
	story(t, c, [][3]string{
		{"registry.watch", `{"pattern":"k.*@*","after":7}`, `!invalid …`},
		{"registry.watch", `{"pattern":"k.*@*","after":{"barn":-1}}`, `!invalid …`},
		{"registry.watch", `{"pattern":"k.*@*","after":{"barn":"1"}}`, `!invalid …`},
		{"registry.watch", `{"pattern":"k.*","after":{"barn":1}}`, `!invalid …`},
	})
}
