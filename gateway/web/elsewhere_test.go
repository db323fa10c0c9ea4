package web_test

import (
	"strings"
	"testing"

	"althing/access"
	"althing/gateway/web"
	"althing/internal/treetest"
)

// TestOtherHubsOfTheTree asks one hub for what another has.
func TestOtherHubsOfTheTree(t *testing.T) {
	tree := treetest.Grow(t, "main", "main/barn", "main/barn/north")
	main := tree.Hub("main").Inside()
	p := visit(t, "http://"+start(t, &web.Server{Hub: main}, ""))
	key := []string{"Authorization: Bearer " + main.Access().Made()}
	tell(t, p, []step{
		{"PUT", "/registry/soil?hub=north", "56", key, 200, `{"key":"soil","revision":`},
		{"GET", "/registry/soil?hub=north", "", key, 200, `"value":56`},
		{"GET", "/registry/soil?hub=main/barn/north", "", key, 200, `"value":56`},
		{"GET", "/registry/soil", "", key, 404, ""},
		{"GET", "/registry/soil?hub=barn", "", key, 404, ""},
		{"GET", "/registry/soil?hub=main", "", key, 404, ""},
		{"PUT", "/registry/soil?hub=north", "57", append([]string{"If-None-Match: *"}, key...), 412, ""},
		{"PUT", "/registry/soil?hub=north&ttl=1h", "57", append([]string{"If-Match: *"}, key...), 200, ""},
		{"GET", "/registry?hub=north", "", key, 200, `{"entries":[{"key":"soil","value":57}],"more":false}`},
		{"GET", "/registry/soil/history?hub=north", "", key, 200, `{"values":[{"value":56,"at":"2`},
		{"DELETE", "/registry/soil?hub=north", "", append([]string{"If-Match: *"}, key...), 400, `without If-Match`},
		{"DELETE", "/registry/soi%3F?hub=north", "", key, 404, `no key 'soi?'`},
		{"DELETE", "/registry?pattern=s*&hub=north", "", key, 200, `{"count":1}`},
		{"POST", "/eval?hub=north", `{"text":"getReg('server.name')"}`, key, 200, `{"text":"north"}`},
		{"POST", "/eval?hub=north", `{"text":"1/0"}`, key, 422, `ZeroDivisionError`},
		{"POST", "/commands?hub=north", `{"text":"s.help(s.info)"}`, key, 200, `s.info`},
		{"PUT", "/registry/soil@north", "58", key, 200, `{"key":"soil@north","revision":`},
		{"GET", "/registry/soil@main/barn/north", "", key, 404, ""},
		{"GET", "/registry/soil@main%2Fbarn%2Fnorth", "", key, 200, `{"key":"soil@main/barn/north","value":58`},
		{"PUT", "/registry/soil@north", "59", append([]string{"If-None-Match: *"}, key...), 412, ""},
		{"PUT", "/registry/soil@main", "1", key, 200, ""},
		{"GET", "/registry/soil@main", "", key, 200, `"value":1,`},
		{"GET", "/registry/soil@north/history", "", key, 200, `{"values":[{"value":58,"at":"2`},
		{"GET", "/registry?pattern=so*@north", "", key, 200, `{"entries":[{"key":"soil","value":58}],"more":false}`},
		{"GET", "/registry?pattern=so*@*", "", key, 200, `{"entries":[{"key":"soil@main","value":1,`},
		{"GET", "/registry?pattern=so*@*", "", key, 200, `{"key":"soil@north","value":58}],"more":false}`},
		{"GET", "/registry?pattern=so*@*&after=x", "", key, 400, ""},
		{"GET", "/registry?pattern=@*", "", key, 400, `is no address`},
		{"GET", "/registry/soil@*", "", key, 400, `names one hub`},
		{"GET", "/registry/soil@south", "", key, 404, `no hub 'south'`},
		{"GET", "/registry/soil@north?hub=barn", "", key, 400, `two hubs`},
		{"DELETE", "/registry/soil@north", "", key, 204, ""},
		{"DELETE", "/registry?pattern=so*@north", "", key, 200, `{"count":0}`},
		{"DELETE", "/registry?pattern=so*@*", "", key, 400, `names one hub`},
		{"DELETE", "/registry/soil@main", "", key, 204, ""},
		{"GET", "/registry?hub=*", "", key, 400, `names one hub`},
		{"GET", "/registry?hub=south", "", key, 404, ""},
		{"GET", "/registry?hub=@", "", key, 400, ""},
		{"GET", "/registry?hub=", "", key, 200, `"entries":[]`},
	})
	tell(t, p, []step{
		{"PUT", "/registry/soil@north", "[1, 2.5]", key, 200, ""},
		{"GET", "/registry/soil@north", "", key, 200, `"value":[1,2.5]`},
	})
	tree.Hub("north").Stop()
	tree.Soon("north is away", func() bool {
		status, _ := p.does("GET", "/registry/air?hub=north", "", key...)
		return status == 503
	}, func() string { _, text := p.does("GET", "/registry/air?hub=north", "", key...); return text })
	tell(t, p, []step{
		{"GET", "/registry/soil@north", "", key, 200, `"value":[1,2.5],"literal":"[1, 2.5]","age":`},
		{"GET", "/registry/soil@north", "", key, 200, `,"away":"`},
		{"GET", "/registry/soil@north", "", nil, 503, ""}, // whoever asked then had more rights
		{"PUT", "/registry/soil@north", "1", append([]string{"If-Match: *"}, key...), 503, ""},
	})

	tell(t, p, []step{{"DELETE", "/tree/barn", "", nil, 401, ""}, {"DELETE", "/tree/barn", "", key, 409, "is there"}, {"DELETE", "/tree/north", "", key, 409, "only the hub above"}})
}

// TestGuestsAreGuestsElsewhere has a hub decide itself what somebody from another may.
func TestGuestsAreGuestsElsewhere(t *testing.T) {
	tree := treetest.Grow(t, "main", "main/barn")
	barn := tree.Hub("barn").Inside()
	p := visit(t, "http://"+start(t, &web.Server{Hub: barn}, ""))
	if err := tree.Hub("main").Inside().Access().May(access.Guest, access.Manage); err == nil {
		t.Fatal("a guest may manage")
	}
	if status, text := p.does("POST", "/commands?hub=main", `{"text":"s.attributes()"}`); status != 403 || !strings.Contains(text, "'admin'") {
		t.Errorf("a guest at another hub: %d %s", status, text)
	}
}
