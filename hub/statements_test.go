package hub_test

import (
	"strings"
	"testing"
	"time"

	"althing/access"
	"althing/fault"
	"althing/hub"
	"althing/hub/hubtest"
)

// endless is SQL that goes on until it is stopped, or for 5 s.
const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT count(*) FROM n"

// underWay waits until a session sees so many statements.
func underWay(t *testing.T, s *hub.Session, n int) []hub.Statement {
	t.Helper()
	for late := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		all, err := s.Statements()
		if err != nil || len(all) == n {
			return all
		}
		if time.Now().After(late) {
			t.Fatalf("under way: %+v, %v, not %d", all, err, n)
		}
	}
}

// TestSQLCanBeSeenAndStopped runs SQL through a query and through a session, at two
// addresses.
func TestSQLCanBeSeenAndStopped(t *testing.T) {
	h := hubtest.Open(t, nil)
	here, far, third := hubtest.Enter(t, h, "198.51.100.1"), hubtest.Enter(t, h, "198.51.100.2"), hubtest.Enter(t, h, "198.51.100.3")
	admin, err := h.Enter(hub.Caller{Gateway: "web", Role: access.Admin})
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	said := make(chan string, 1)
	go func() { said <- hubtest.Ask(here, `dbExec("`+endless+` /* login('secret') */")`) }()
	underWay(t, admin, 1)
	failed := make(chan error, 1)
	go func() {
		_, err := far.SQL(t.Context(), endless+" -- "+strings.Repeat("x", 2000), nil, 0)
		failed <- err
	}()
	all := underWay(t, admin, 2)
	if len(all) != 2 || all[0].ID >= all[1].ID || all[0].Gateway != "test" || all[0].Yours || all[0].Since.IsZero() {
		t.Fatalf("an administrator sees %+v", all)
	}
	mine := underWay(t, hubtest.Enter(t, h, "198.51.100.1"), 1)[0]
	if !mine.Yours || mine.From != "198.51.100.1" || !strings.HasPrefix(mine.Text, "WITH RECURSIVE") || strings.Contains(mine.Text, "secret") {
		t.Errorf("its own is %+v", mine)
	}
	if none := underWay(t, third, 0); len(none) != 0 {
		t.Errorf("somebody else sees %+v", none)
	}
	if err := third.StopStatement(mine.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody else may stop it: %v", err)
	}
	if err := here.StopStatement(mine.ID); err != nil {
		t.Error(err)
	}
	if text := <-said; text != "Error: OperationalError: interrupted: somebody has stopped the SQL; nothing of it was done" {
		t.Errorf("who was stopped is told %s", text)
	}
	other := underWay(t, admin, 1)[0]
	if len(other.Text) > 1010 || !strings.HasSuffix(other.Text, "…") {
		t.Errorf("%d bytes are shown", len(other.Text))
	}
	if err := admin.StopStatement(other.ID); err != nil {
		t.Error(err)
	}
	if err := <-failed; !fault.Is(err, fault.Conflict) {
		t.Errorf("who was stopped is told %v", err)
	}
	underWay(t, admin, 0)
}

func TestSchemaOfAHub(t *testing.T) {
	h := hubtest.Open(t, func(c *hub.Config) { c.Guests = access.ReadOnly })
	s := hubtest.Enter(t, h, "")
	if tables, err := s.Schema(t.Context()); err != nil || len(tables) != 0 {
		t.Errorf("%v, %v", tables, err)
	}
}
