package web_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"althing/access"
	"althing/gateway/web"
	"althing/hub"
	"althing/hub/hubtest"
)

// person is a browser with its cookies and the token of its login.
type person struct {
	t    testing.TB
	base string
	http *http.Client
	csrf string
}

func visit(t testing.TB, base string) *person {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := browser(t)
	c.Jar = jar
	return &person{t, base, c, ""}
}

// does sends a request as a page does, and gives the status and the body.
func (p *person) does(method, path, body string, headers ...string) (int, string) {
	p.t.Helper()
	if p.csrf != "" {
		headers = append([]string{"X-CSRF-Token: " + p.csrf}, headers...)
	}
	answer, text := ask(p.t, p.http, method, p.base+"/api/v1"+path, body, headers...)
	return answer.StatusCode, text
}

// logIn logs in and gives the role.
func (p *person) logIn(key string) string {
	p.t.Helper()
	p.csrf = ""
	status, text := p.does("POST", "/session", fmt.Sprintf(`{"key":%q}`, key))
	var said struct{ Role, Who, CSRF string }
	if err := json.Unmarshal([]byte(text), &said); err != nil || status != 200 && status != 401 && status != 429 {
		p.t.Fatalf("%d %s", status, text)
	}
	p.csrf = said.CSRF
	return said.Role
}

func TestLoginAndOut(t *testing.T) {
	h := hubtest.Open(t, func(c *hub.Config) { c.Guests = access.Nothing })
	adminKey := h.Access().Made()
	base := "http://" + start(t, &web.Server{Hub: h}, "")
	p := visit(t, base)
	if status, _ := p.does("GET", "/registry", ""); status != 401 {
		t.Errorf("a guest reads: %d", status)
	}
	if role := p.logIn("wrong"); role != "" {
		t.Errorf("a wrong key makes %s", role)
	}
	if role := p.logIn(adminKey); role != "admin" || p.csrf == "" {
		t.Fatalf("the admin is %s", role)
	}
	if status, text := p.does("GET", "/session", ""); !strings.Contains(text, `"who":"admin"`) || !strings.Contains(text, p.csrf) {
		t.Errorf("%d %s", status, text)
	}
	if status, text := p.does("PUT", "/registry/a", "1"); status != 200 {
		t.Errorf("an admin sets: %d %s", status, text)
	}
	token := p.csrf
	for _, wrong := range []string{"", "x" + token[1:]} {
		if p.csrf = wrong; wrong == "" {
			p.csrf = ""
		}
		if status, text := p.does("PUT", "/registry/a", "2"); status != 403 || !strings.Contains(text, "X-CSRF-Token") {
			t.Errorf("with the token %q: %d %s", wrong, status, text)
		}
	}
	p.csrf = token
	if status, _ := p.does("DELETE", "/session", ""); status != 204 {
		t.Errorf("logging out: %d", status)
	}
	if status, text := p.does("PUT", "/registry/a", "3"); status != 401 || !strings.Contains(text, "has ended") {
		t.Errorf("afterwards: %d %s", status, text)
	}
	anna, err := access.AddUser(h.Data(), "anna")
	if err != nil {
		t.Fatal(err)
	}
	if role := p.logIn(anna); role != "user" {
		t.Fatalf("anna is %s", role)
	}
	if status, _ := p.does("PUT", "/registry/a", "4"); status != 200 {
		t.Errorf("anna sets: %d", status)
	}
	if err := access.RemoveUser(h.Data(), "anna"); err != nil {
		t.Fatal(err)
	}
	if status, text := p.does("PUT", "/registry/a", "5"); status != 401 || !strings.Contains(text, "has ended") {
		t.Errorf("anna's key is taken back: %d %s", status, text)
	}
}

func TestBearer(t *testing.T) {
	h := hubtest.Open(t, func(c *hub.Config) { c.Guests = access.Nothing })
	adminKey := h.Access().Made()
	p := visit(t, "http://"+start(t, &web.Server{Hub: h}, ""))
	for _, test := range []struct {
		header string
		status int
	}{
		{"Bearer " + adminKey, 200},
		{"bearer  " + adminKey, 200},
		{"Bearer wrong", 401},
		{"Bearer", 401},
		{"Bearer ", 401},
		{"Basic YTpi", 401},
		{adminKey, 401},
	} {
		status, text := p.does("PUT", "/registry/a", "1", "Authorization: "+test.header)
		if status != test.status || strings.Contains(text, adminKey) {
			t.Errorf("%s: %d %s", test.header, status, text)
		}
	}
	if len(p.http.Jar.(*cookiejar.Jar).Cookies(mustURL(t, p.base))) > 0 {
		t.Error("a key in a request sets a cookie")
	}
}

func TestWrongKeysAreCounted(t *testing.T) {
	h := hubtest.Open(t, nil)
	adminKey := h.Access().Made()
	p := visit(t, "http://"+start(t, &web.Server{Hub: h}, "192.0.2.7"))
	for range h.Limits().WrongKeys {
		p.logIn("guess")
	}
	if status, text := p.does("POST", "/session", `{"key":"`+adminKey+`"}`); status != 429 || !strings.Contains(text, "wait a minute") {
		t.Errorf("%d %s", status, text)
	}
	if status, _ := p.does("GET", "/session", "", "Authorization: Bearer "+adminKey); status != 429 {
		t.Errorf("with the key in the request: %d", status)
	}
	if status, _ := p.does("GET", "/session", ""); status != 200 {
		t.Errorf("without: %d", status)
	}
}

func TestLoginsEnd(t *testing.T) {
	var ahead atomic.Int64
	h := hubtest.Open(t, func(c *hub.Config) {
		c.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	})
	adminKey := h.Access().Made()
	p := visit(t, "http://"+start(t, &web.Server{Hub: h}, ""))
	who := func() string {
		_, text := p.does("GET", "/session", "")
		_, text, _ = strings.Cut(text, `"role":"`)
		role, _, _ := strings.Cut(text, `"`)
		return role
	}
	pass := func(d time.Duration) { ahead.Add(int64(d)) }
	p.logIn(adminKey)
	if pass(11 * time.Hour); who() != "admin" {
		t.Error("it ends after 11 hours")
	}
	if pass(13 * time.Hour); who() != "guest" {
		t.Error("it does not end after 13 hours' rest")
	}
	p.logIn(adminKey)
	for range 7*2 + 1 {
		pass(11*time.Hour + 30*time.Minute)
		who()
	}
	if who() != "guest" {
		t.Error("it does not end after a week")
	}
	p.logIn(adminKey)
	if status, text := p.does("POST", "/commands", `{"text":"s.setadminkey(another-admin-key)"}`); status != 200 {
		t.Fatal(status, text)
	}
	if who() != "guest" {
		t.Error("it does not end with another admin key")
	}
}

// TestAbandonedLogins has many browsers log in and never come back: the one that
// stays is the one that is used.
func TestAbandonedLogins(t *testing.T) {
	h := hubtest.Open(t, nil)
	adminKey := h.Access().Made()
	base := "http://" + start(t, &web.Server{Hub: h}, "")
	first, used := visit(t, base), visit(t, base)
	first.logIn(adminKey)
	used.logIn(adminKey)
	script := browser(t)
	for i := range 3000 {
		answer, _ := ask(t, script, "POST", base+"/api/v1/session", `{"key":"`+adminKey+`"}`)
		if answer.StatusCode != 200 {
			t.Fatal(answer.Status)
		}
		if i%500 == 0 {
			used.does("GET", "/session", "")
		}
	}
	if status, _ := first.does("PUT", "/registry/a", "1"); status != 401 {
		t.Errorf("the abandoned one: %d", status)
	}
	if status, _ := used.does("PUT", "/registry/a", "1"); status != 200 {
		t.Errorf("the used one: %d", status)
	}
}

func TestTheCookie(t *testing.T) {
	h := hubtest.Open(t, nil)
	adminKey := h.Access().Made()
	base := "http://" + start(t, &web.Server{Hub: h}, "")
	answer, text := ask(t, browser(t), "POST", base+"/api/v1/session", `{"key":"`+adminKey+`"}`)
	cookie := answer.Header.Get("Set-Cookie")
	for _, part := range []string{"althing_" + string(h.Network().ID()) + "=", "HttpOnly", "SameSite=Strict", "Path=/"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("the cookie %q lacks %s", cookie, part)
		}
	}
	if strings.Contains(text, answer.Cookies[0].Value) || answer.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("what a page can read: %s", text)
	}
}

// TestNoKeyIsTold looks for keys, right and wrong, in the log, the audit and what is
// answered.
func TestNoKeyIsTold(t *testing.T) {
	var log web.LogBuffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h := hubtest.Open(t, func(c *hub.Config) { c.Log = logger })
	adminKey := h.Access().Made()
	p := visit(t, "http://"+start(t, &web.Server{Hub: h, Log: logger}, "192.0.2.7"))
	p.logIn(adminKey)
	var said strings.Builder
	for _, body := range []string{
		"admin('" + adminKey + "', 's.help()')", "login('" + adminKey + "')", "admin('a-wrong-key-of-mine', 's.help()')",
	} {
		_, text := p.does("POST", "/eval", fmt.Sprintf(`{"text":%q}`, body))
		said.WriteString(text)
	}
	for _, body := range []string{"s.getadmin(" + adminKey + ")", "s.setadminkey(a-wrong-key-of-mine"} {
		_, text := p.does("POST", "/commands", fmt.Sprintf(`{"text":%q}`, body))
		said.WriteString(text)
	}
	_, text := p.does("GET", "/session", "", "Authorization: Bearer a-wrong-key-of-mine")
	said.WriteString(text)
	_, text = p.does("POST", "/session", `{"key":"a-wrong-key-of-mine","x":1}`)
	said.WriteString(text)
	_, text = p.does("POST", "/session", `{"key":"a-wrong-key-of-mine"`)
	said.WriteString(text)
	for pad := 150; pad < 200; pad++ { // a line of the audit is cut somewhere in the key
		p.does("POST", "/eval", fmt.Sprintf(`{"text":"'%s%s'"}`, strings.Repeat("x", pad), adminKey))
	}
	for _, key := range []string{adminKey, adminKey[:len(adminKey)/2], "a-wrong-key-of-mine"} {
		if strings.Contains(said.String(), key) {
			t.Errorf("the answers hold a key:\n%s", said.String())
		}
		if strings.Contains(log.String(), key) {
			t.Errorf("the log holds a key:\n%s", log.String())
		}
	}
	if !strings.Contains(log.String(), "192.0.2.7") || !strings.Contains(log.String(), "web: admin: log in") {
		t.Errorf("the audit lacks who and from where:\n%s", log.String())
	}
}
