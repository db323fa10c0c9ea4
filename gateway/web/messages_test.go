package web_test

import (
	"strings"
	"testing"

	"althing/gateway/web"
	"althing/hub/hubtest"
)

func TestMessagesAndGroups(t *testing.T) {
	h := hubtest.Open(t, nil)
	s := hubtest.Enter(t, h, "")
	id := hubtest.Ask(s, "getClientID()")
	hubtest.Ask(s, "join('"+id+"', 'garden')")
	p := visit(t, "http://"+start(t, &web.Server{Hub: h}, ""))
	tell(t, p, []step{
		{"GET", "/groups", "", nil, 200, `{"name":"garden","members":1}`},
		{"GET", "/groups/garden", "", nil, 200, `{"members":[{"id":"` + id + `","name":""}],"more":false}`},
		{"GET", "/groups/nobody", "", nil, 200, `{"members":[],"more":false}`},
		{"POST", "/messages", `{"to":"garden","body":"it rains"}`, nil, 204, ""},
		{"POST", "/messages", `{"to":"","body":"x"}`, nil, 400, `'to' is missing`},
		{"POST", "/messages", `{"to":"garden","body":"x","from":"SYSADMIN"}`, nil, 403, `denied`},
		{"POST", "/messages", `{"to":"SYSTEM","body":"s.ping()"}`, nil, 400, `commands`},
	})
	if got := hubtest.Ask(s, "recv('"+id+"')"); !strings.HasPrefix(got, "NOPLY") || !strings.HasSuffix(got, "it rains") {
		t.Errorf("it was sent %q", got)
	}
}

func TestRecordings(t *testing.T) {
	h := hubtest.Open(t, nil)
	hubtest.Ask(hubtest.Enter(t, h, ""), "setReg('a.x', 1)")
	p := visit(t, "http://"+start(t, &web.Server{Hub: h}, ""))
	tell(t, p, []step{
		{"GET", "/recordings", "", nil, 200, `{"recordings":[]}`},
		{"PUT", "/recordings/a.*", "", nil, 200, `{"pattern":"a.*","since":"2`},
		{"GET", "/recordings", "", nil, 200, `"numbers":1,"full":false}]}`},
		{"DELETE", "/recordings/a.%2A", "", nil, 204, ""},
		{"DELETE", "/recordings/a.*", "", nil, 404, ""},
		{"PUT", "/recordings/a@b", "", nil, 400, "its own values only"},
	})
}

// TestMessagesAreLive hears all messages, and those to the operator and to
// administrators, also what came before.
func TestMessagesAreLive(t *testing.T) {
	h := hubtest.Open(t, nil)
	s := hubtest.Enter(t, h, "")
	base := "http://" + start(t, &web.Server{Hub: h}, "")
	id := hubtest.Ask(s, "getClientID()")
	hubtest.Ask(s, "send('"+id+"', 'CONSOLE', 'it rains')")
	hubtest.Ask(s, "send('"+id+"', 'SYSADMIN', 'help')")
	p := visit(t, base)
	tell(t, p, []step{{"GET", "/events?topic=messages", "", nil, 403, `"code":"denied"`}})
	key := []string{"Authorization: Bearer " + h.Access().Made()}
	next := func(hear func() told, want string) {
		t.Helper()
		if is := hear(); !strings.Contains(is.Event+string(is.Data), want) {
			t.Errorf("told %s %s, not %s", is.Event, is.Data, want)
		}
	}
	console, admins, all := events(t, base, key, "console"), events(t, base, key, "sysadmin"), events(t, base, key, "messages")
	next(console, `state{"entries":[`)
	next(console, `"to":"CONSOLE","group":true,"body":"it rains"}`)
	next(admins, `state{"entries":[`)
	next(admins, `"body":"help"}`)
	next(all, `state{"entries":[]}`)
	tell(t, p, []step{{"POST", "/messages", `{"to":"` + id + `","body":"<b>","headers":[{"name":"a","value":"b"}]}`, key, 204, ""}})
	next(all, `"from":"SYSADMIN","to":"`+id+`","group":false,"headers":[{"name":"a","value":"b"}],"body":"\u003cb\u003e"}`)
}
