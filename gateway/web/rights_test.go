package web

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"althing/access"
	"althing/hub"
	"althing/hub/hubtest"
)

// serveTable serves on loopback: the table, or another one.
func serveTable(t *testing.T, h *hub.Hub, log *slog.Logger, table ...*operation) (base string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Hub: h, Log: log}
	s.begin()
	for _, o := range table {
		s.http.Handler = s.guard(s.dispatch(map[string]*operation{o.method: o}))
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		if err := s.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		if err := <-done; !errors.Is(err, ErrServerClosed) {
			t.Error(err)
		}
	})
	return "http://" + l.Addr().String()
}

// TestRightsOfEveryOperation asks for all of the table as guests of every kind and
// as a user: who may not is refused before anything else is looked at, and the audit
// has each change that was wanted.
func TestRightsOfEveryOperation(t *testing.T) {
	for _, guests := range []access.Guests{access.Full, access.ReadOnly, access.Nothing} {
		t.Run(guests.String(), func(t *testing.T) {
			var log LogBuffer
			h := hubtest.Open(t, func(c *hub.Config) { c.Guests, c.Log = guests, slog.New(slog.NewTextHandler(&log, nil)) })
			base := serveTable(t, h, slog.New(slog.DiscardHandler))
			key, err := access.AddUser(h.Data(), "anna")
			if err != nil {
				t.Fatal(err)
			}
			for i := range operations {
				for _, as := range []struct {
					who, key string
					role     access.Role
					refused  int
				}{{"guest", "", access.Guest, 401}, {"user anna", key, access.User, 403}} {
					o := &operations[i]
					allowed := o.act == anyone || h.Access().May(as.role, o.act) == nil
					if allowed && o.serve != nil {
						continue // it may answer for ever
					}
					log.Reset()
					status := request(t, base, o, as.key)
					switch {
					case !allowed && status != as.refused,
						allowed && status == 401 && o.path != "/session": // where the key that it is to bring is wrong
						t.Errorf("%s %s as %s, who may: %v, is answered %d", o.method, o.route(), as.who, allowed, status)
					}
					line := "web: " + as.who + ": "
					wants := !reads(o.method) && (!o.quiet || !allowed && o.act == access.Manage)
					if audited := strings.Contains(log.String(), line); audited != wants {
						t.Errorf("%s %s as %s is in the audit: %v\n%s", o.method, o.route(), as.who, audited, log.String())
					}
				}
			}
		})
	}
}

// request asks for an operation with a body that says nothing.
func request(t *testing.T, base string, o *operation, key string) (status int) {
	t.Helper()
	body := ""
	if o.in != nil {
		body = "{}"
	}
	r, err := http.NewRequest(o.method, base+inPath.ReplaceAllString(o.route(), "x"), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	if answer.StatusCode == 500 {
		t.Errorf("%s %s has failed", o.method, o.route())
	}
	return answer.StatusCode
}

// TestTheActsAreThose holds the table against what each kind of operation must not
// be without: the page of a guest who may only read offers nothing that changes.
func TestTheActsAreThose(t *testing.T) {
	reading := []access.Act{anyone, access.Read, access.SQLRead, access.Manage, access.Enter}
	for i := range operations {
		if o := &operations[i]; reads(o.method) && !slices.Contains(reading, o.act) {
			t.Errorf("%s %s reads, and needs the right to something else", o.method, o.route())
		}
	}
}

// TestAPanicCostsOneRequest has a mistake of ours be one answer and one line.
func TestAPanicCostsOneRequest(t *testing.T) {
	var log LogBuffer
	broken := operation{method: http.MethodPost, path: "/broken", act: anyone, run: func(*call) (any, error) { panic("a secret of the hub's") }}
	base := serveTable(t, hubtest.Open(t, nil), slog.New(slog.NewTextHandler(&log, nil)), &broken)
	for range 2 {
		answer, err := http.Post(base+"/broken", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode != 500 || strings.Contains(string(text), "secret") || !strings.Contains(string(text), "internal") {
			t.Errorf("%s %s %v", answer.Status, text, err)
		}
	}
	http.DefaultClient.CloseIdleConnections()
	if !strings.Contains(log.String(), "a secret of the hub's") || !strings.Contains(log.String(), "rights_test.go") {
		t.Errorf("the log does not say what and where:\n%s", log.String())
	}
}
