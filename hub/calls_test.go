package hub_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"althing/access"
	"althing/fault"
	"althing/hub"
	"althing/hub/hubtest"
	"althing/sqldb"
	"althing/value"
)

func TestEval(t *testing.T) {
	h := hubtest.Open(t, nil)
	s := hubtest.Enter(t, h, "")
	if got, err := s.Eval(t.Context(), "setReg('n', 1); 2 ** 10").Result(); got != "1024" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	for text, want := range map[string]string{
		"1 / 0":                      "ZeroDivisionError",
		"1 +":                        "SyntaxError",
		"getReg(":                    "SyntaxError",
		"recv()":                     "TypeError",
		"MyData['gone']":             "KeyError",
		strings.Repeat("1", 1<<20+1): "OverflowError",
	} {
		reply := s.Eval(t.Context(), text)
		got, err := reply.Result()
		if got != "" || fault.Of(err).Type() != want || reply.Wait() != fault.Of(err).Line() {
			t.Errorf("%.20q gives %q, %v, want %s", text, got, err, want)
		}
	}
}

func TestSQL(t *testing.T) {
	h := hubtest.Open(t, nil)
	s := hubtest.Enter(t, h, "")
	ask := func(sql string, most int, args ...value.Value) sqldb.Result {
		t.Helper()
		rows, err := s.SQL(t.Context(), sql, args, most)
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	ask("CREATE TABLE t (a, b)", 0)
	if rows := ask("INSERT INTO t VALUES (?, ?), (?, ?)", 0, value.Int(1), value.Str("x"), value.Int(2), value.None{}); rows.Affected != 2 || !rows.Changed {
		t.Errorf("inserted %+v", rows)
	}
	for most, more := range map[int]bool{0: false, 1: true, 2: false, 3: false} {
		rows := ask("SELECT a, b FROM t ORDER BY a", most)
		if fmt.Sprint(rows.Columns) != "[a b]" || rows.More != more || most > 0 && len(rows.Rows) > most || rows.Rows[0][1] != value.Str("x") {
			t.Errorf("at most %d: %+v", most, rows)
		}
	}
	_, err := s.SQL(t.Context(), "SELEC", nil, 0)
	refused(t, "no SQL", err, fault.Invalid)
}

// TestRightsOfEveryAct tries everything under each openness of the hub.
func TestRightsOfEveryAct(t *testing.T) {
	acts := map[string]struct {
		try func(*hub.Session) error
		act access.Act
	}{
		"set":     {func(s *hub.Session) error { return wait(s.Set(hub.Set{Key: "a", Value: value.Int(1)})) }, access.Write},
		"get":     {func(s *hub.Session) error { _, _, err := s.Get(t.Context(), "a"); return err }, access.Read},
		"fetch":   {func(s *hub.Session) error { _, err := s.Fetch(t.Context(), "a"); return err }, access.Read},
		"list":    {func(s *hub.Session) error { _, err := s.List(t.Context(), "a"); return err }, access.Read},
		"history": {func(s *hub.Session) error { _, err := s.History(t.Context(), "a"); return err }, access.Read},
		"watch": {func(s *hub.Session) error {
			_, err := s.Watch(t.Context(), "a", hub.FromNow, func(hub.Changes) error { return nil })
			return err
		}, access.Read},
		"delete":  {func(s *hub.Session) error { _, err := s.Delete(t.Context(), "nothing"); return err }, access.Write},
		"groups":  {func(s *hub.Session) error { _, err := s.Groups(t.Context()); return err }, access.Read},
		"members": {func(s *hub.Session) error { _, err := s.Members(t.Context(), "ALL"); return err }, access.Read},
		"status":  {func(s *hub.Session) error { _, err := s.Status(t.Context()); return err }, access.Read},
		"eval":    {func(s *hub.Session) error { _, err := s.Eval(t.Context(), "1").Result(); return err }, access.Ask},
		"sql":     {func(s *hub.Session) error { _, err := s.SQL(t.Context(), "SELECT 1", nil, 0); return err }, access.SQLRead},
		"sql, too": {func(s *hub.Session) error {
			_, err := s.SQL(t.Context(), "CREATE TABLE IF NOT EXISTS t (a)", nil, 0)
			return err
		}, access.SQLWrite},
		"command":  {func(s *hub.Session) error { _, err := s.Command(t.Context(), "s.info()"); return err }, access.Command},
		"inbox":    {func(s *hub.Session) error { _, err := s.Inbox(); return err }, access.Enter},
		"rename":   {func(s *hub.Session) error { return wait(s.Rename("another")) }, access.Enter},
		"send":     {func(s *hub.Session) error { return wait(s.Send(t.Context(), hub.Message{To: "ALL", Body: "x"})) }, access.Send},
		"join":     {func(s *hub.Session) error { return wait(s.Join("group")) }, access.Send},
		"leave":    {func(s *hub.Session) error { return wait(s.Leave("group")) }, access.Send},
		"sysadmin": {func(s *hub.Session) error { return wait(s.Join("SYSADMIN")) }, access.Manage},
		"restart":  {func(s *hub.Session) error { _, err := s.Command(t.Context(), "s.restart()"); return err }, access.Manage},
	}
	for _, guests := range []access.Guests{access.Full, access.ReadOnly, access.Nothing} {
		h := hubtest.Open(t, func(c *hub.Config) { c.Guests, c.Stop = guests, func(bool) {} })
		for _, role := range []access.Role{access.Guest, access.User, access.Admin} {
			s, err := h.Enter(hub.Caller{Gateway: "test", Role: role})
			if err != nil {
				t.Fatal(err)
			}
			_, err = s.Register(t.Context(), hub.Registration{})
			if want := s.May(access.Enter); (err == nil) != (want == nil) {
				t.Errorf("guests %v, %v: registering gives %v, want %v", guests, role, err, want)
			}
			for name, a := range acts {
				err, want := a.try(s), s.May(a.act)
				if (err == nil) != (want == nil) || err != nil && !fault.Is(err, fault.Denied) {
					t.Errorf("guests %v, %v: %s gives %v, want %v", guests, role, name, err, want)
				}
			}
			s.Close()
		}
	}
}

func TestCallsAreCounted(t *testing.T) {
	h := hubtest.Open(t, nil)
	s := hubtest.Enter(t, h, "")
	calls := func() string { return hubtest.Ask(hubtest.Enter(t, h, ""), "status()['calls'], status()['failed']") }
	done(t, s.Set(hub.Set{Key: "a", Value: value.Int(1)}))
	_, _, _ = s.Get(t.Context(), "a")
	if err := wait(s.Set(hub.Set{Key: "server.name", Value: value.Int(1)})); err == nil {
		t.Error("a key of the hub's own was set")
	}
	if err := wait(s.Set(hub.Set{Key: "a", Value: value.Int(1), Expect: value.Int(2)})); err == nil {
		t.Error("a conflict was none")
	}
	if got := calls(); got != "(4, 2)" {
		t.Errorf("calls and failures: %s", got)
	}
}

// BenchmarkSendToMany sends to a group of 1,000, all of whom are pushed to and
// acknowledge.
func BenchmarkSendToMany(b *testing.B) {
	const members = 1000
	h := hubtest.Open(b, nil)
	var got sync.WaitGroup
	for range members {
		s, _ := register(b, h, hub.Registration{})
		inbox, err := s.Inbox()
		if err != nil {
			b.Fatal(err)
		}
		done(b, s.Join("many"))
		if err := inbox.Push(1000, func(l hub.Letter) error { defer got.Done(); return inbox.Acknowledge(l.ID) }); err != nil {
			b.Fatal(err)
		}
	}
	s, _ := register(b, h, hub.Registration{})
	b.ReportAllocs()
	for b.Loop() {
		const together = 16
		got.Add(together * members)
		for range together - 1 {
			s.Send(b.Context(), hub.Message{To: "many", Body: "hello"})
		}
		done(b, s.Send(b.Context(), hub.Message{To: "many", Body: "hello"}))
		got.Wait()
	}
	b.ReportMetric(float64(b.N)*16*members/b.Elapsed().Seconds(), "deliveries/s")
}

func BenchmarkSendPipelined(b *testing.B) {
	h := hubtest.Open(b, nil)
	s, is := register(b, h, hub.Registration{})
	other, _ := register(b, h, hub.Registration{Name: "other"})
	inbox, err := other.Inbox()
	if err != nil {
		b.Fatal(err)
	}
	if err := inbox.Push(1000, func(l hub.Letter) error { return inbox.Acknowledge(l.ID) }); err != nil {
		b.Fatal(err)
	}
	var waiting [16]hub.Pending
	b.ReportAllocs()
	for b.Loop() {
		for i := range waiting {
			waiting[i] = s.Send(b.Context(), hub.Message{From: is.ID, To: "other", Body: "hello"})
		}
		for _, p := range waiting {
			done(b, p)
		}
	}
}
