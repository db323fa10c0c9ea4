package web_test

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"althing/gateway/web"
	"althing/hub/hubtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds what a test waits for.
const patience = 15 * time.Second

// start has a server listen on loopback, where its clients seem to be at from;
// empty: on this machine.
func start(t testing.TB, s *web.Server, from string) string {
	t.Helper()
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	l := hubtest.From(hubtest.Listen(t), from)
	hubtest.Serve(t, s, l, web.ErrServerClosed)
	return l.Addr().String()
}

// browser keeps no connection beyond the test's own.
func browser(t testing.TB) *http.Client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: patience}
}

// answer is what a request was answered with, but for the body.
type answer struct {
	StatusCode int
	Status     string
	Header     http.Header
	Cookies    []*http.Cookie
	Request    *http.Request
}

// ask sends one request and gives the answer with its body. Headers are "Name: value".
func ask(t testing.TB, c *http.Client, method, url, body string, headers ...string) (answer, string) {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if r.Header.Set(name, value); name == "Host" {
			r.Host = value
		}
	}
	got, err := c.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, url, err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, url, err)
	}
	return answer{got.StatusCode, got.Status, got.Header, got.Cookies(), got.Request}, string(text)
}

func TestHealthAndPage(t *testing.T) {
	base := "http://" + start(t, &web.Server{Hub: hubtest.Open(t, nil)}, "")
	c := browser(t)
	for _, test := range []struct{ path, want string }{
		{"/healthz", "ok\n"}, {"/readyz", "ok\n"}, {"/", "<!doctype html>"}, {"/api/v1/session", `"role":"guest"`},
	} {
		answer, text := ask(t, c, "GET", base+test.path, "")
		if answer.StatusCode != 200 || !strings.Contains(text, test.want) {
			t.Errorf("%s: %s %.200s", test.path, answer.Status, text)
		}
		if !strings.Contains(answer.Header.Get("Content-Security-Policy"), "default-src 'self'") {
			t.Errorf("%s has no policy", test.path)
		}
	}
}
