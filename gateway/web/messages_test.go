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
