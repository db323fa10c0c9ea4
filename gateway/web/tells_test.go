package web_test

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"althing/gateway/web"
	"althing/hub"
	"althing/hub/hubtest"
)

// TestWhatTheHubTells asks for what the pages of the hub itself show, and for what is
// refused.
func TestWhatTheHubTells(t *testing.T) {
	stopped := make(chan bool, 1)
	h := hubtest.Open(t, func(c *hub.Config) {
		c.Log = slog.New(slog.NewTextHandler(io.Discard, nil)) //nolint:sloglint // what a handler does not want is not kept either
		c.Running = []hub.Setting{{Name: "guests", Value: "full", From: "flag", Help: "what guests may"}}
		c.Stop = func(restart bool) { stopped <- restart }
	})
	hubtest.Ask(hubtest.Enter(t, h, ""), "setReg('garden.soil', 1)")
	base := "http://" + start(t, &web.Server{Hub: h}, "") + "/api/v1"
	c := browser(t)
	key := "Authorization: Bearer " + h.Access().Made()
	id := string(h.Network().ID())
	for _, test := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", "/tree", "", 200, `"own":true`},
		{"GET", "/parent", "", 200, `"state":"none"`},
		{"PUT", "/parent", `{"parent":"SECRETTOKEN@nowhere"}`, 400, `no token`},
		{"POST", "/tokens", "", 503, `session port is off`},
		{"GET", "/tokens", "", 200, `"tokens":[]`},
		{"POST", "/tree/" + id, `{"act":"explode"}`, 400, `restart or stop`},
		{"POST", "/tree/nosuch", `{"act":"stop"}`, 404, `nosuch`},
		{"GET", "/clients", "", 200, `"entries":[`},
		{"GET", "/clients/nosuch", "", 404, `not_found`},
		{"PATCH", "/clients/nosuch", `{"muted":true}`, 404, `not_found`},
		{"DELETE", "/clients/nosuch", "", 404, `not_found`},
		{"GET", "/services", "", 200, `"name":"record"`},
		{"PATCH", "/services/record", `{"enabled":false}`, 403, `cannot do without`},
		{"GET", "/functions", "", 200, `"entries":[]`},
		{"GET", "/settings", "", 200, `"from":"flag"`},
		{"GET", "/devices", "", 200, `"web":{"port":""`},
		{"POST", "/complete", `{"text":"getR"}`, 200, `"usage":"getReg(key, default=None)"`},
		{"POST", "/complete", `{"text":"getReg('gar"}`, 200, `"garden.soil"`},
		{"POST", "/complete", `{"text":"getReg('*"}`, 200, `"words":[]`},
		{"GET", "/log?level=loud", "", 400, `a level is`},
		{"GET", "/log?part=nosuch", "", 200, `"entries":[]`},
		{"POST", "/tree/" + id, `{"act":"restart"}`, 204, ``},
		{"GET", "/log?level=info&limit=1", "", 200, `"entries":[{`},
		{"GET", "/audit", "", 200, `s.restartserver(test)`},
	} {
		answer, text := ask(t, c, test.method, base+test.path, test.body, key)
		if answer.StatusCode != test.status || !strings.Contains(text, test.want) {
			t.Errorf("%s %s: %s %.300s", test.method, test.path, answer.Status, text)
		}
		if strings.Contains(text, "SECRETTOKEN") {
			t.Errorf("%s %s tells the token", test.method, test.path)
		}
	}
	if restart := <-stopped; !restart {
		t.Error("it was to start again")
	}
	for _, path := range []string{"/log", "/audit", "/settings", "/tokens"} {
		if answer, _ := ask(t, c, http.MethodGet, base+path, ""); answer.StatusCode != 401 {
			t.Errorf("a guest is given %s: %s", path, answer.Status)
		}
	}
}

// TestTheAuditSaysWho asks for what the hub itself notes, and not the request.
func TestTheAuditSaysWho(t *testing.T) {
	h := hubtest.Open(t, func(c *hub.Config) { c.Log = slog.New(slog.NewTextHandler(io.Discard, nil)) }) //nolint:sloglint // what a handler does not want is not kept either
	base := "http://" + start(t, &web.Server{Hub: h}, "192.0.2.7") + "/api/v1"
	c := browser(t)
	key := "Authorization: Bearer " + h.Access().Made()
	for _, test := range []struct{ method, path, want string }{
		{"DELETE", "/parent", "parent clear"},
		{"DELETE", "/tokens/nosuch", "token withdraw nosuch"},
		{"PUT", "/recordings/garden.*", "record garden.*"},
		{"HEAD", "/events?topic=traffic:lamp", "hear traffic:lamp"},
	} {
		ask(t, c, test.method, base+test.path, "", key)
		_, text := ask(t, c, "GET", base+"/audit", "", key)
		if !strings.Contains(text, `"from":"192.0.2.7","act":"web: admin: `+test.want+`"`) {
			t.Errorf("%s %s: the audit is %s", test.method, test.path, text)
		}
	}
}
