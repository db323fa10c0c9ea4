package hub_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"althing/access"
	"althing/expr"
	"althing/hub"
	"althing/hub/hubtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestOtherAddresses(t *testing.T) {
	h := hubtest.Open(t, nil)
	mine, theirs := hubtest.Enter(t, h, "203.0.113.7"), hubtest.Enter(t, h, "203.0.113.8")
	id := hubtest.Ask(mine, "getClientID()")
	hubtest.Ask(mine, fmt.Sprintf("join('%s', 'boss')", id))
	for _, query := range []string{"recv('%s')", "exit('%s')", "join('%s', 'x')", "leave('%s', 'boss')", "send('%s', 'ALL', 'x')", "fetch('%s', '*')"} {
		query = fmt.Sprintf(query, id)
		if got := hubtest.Ask(theirs, query); !strings.HasPrefix(got, "Error: PermissionError: ") {
			t.Errorf("%s from elsewhere: %q", query, got)
		}
	}
	if got := hubtest.Ask(theirs, "send('boss', 'ALL', 'x')"); !strings.HasPrefix(got, "Error: PermissionError: ") {
		t.Errorf("sending from another's group: %q", got)
	}
}

func TestRights(t *testing.T) {
	h := hubtest.Open(t, func(c *hub.Config) { c.Guests = access.ReadOnly })
	s := hubtest.Enter(t, h, "203.0.113.7")
	admin := hubtest.Enter(t, h, "203.0.113.7")
	admin.Become(access.Admin)
	lamp := hubtest.Ask(admin, "getClientID()")
	hubtest.Story(t, admin, [][2]string{{"send('" + lamp + "', '" + lamp + "', 'hello')", "OK"}})
	denied := "Error: PermissionError: …"
	hubtest.Story(t, s, [][2]string{
		{"recv('" + lamp + "')", denied},
		{"exit('" + lamp + "')", denied},
		{"known('" + lamp + "')", "True"},
		{"1 + 1", "2"},
		{"getReg('a', 'b')", "b"},
		{"setReg('a', 1)", denied},
		{"MyData['a'] = 1", denied},
		{"x = 1", denied},
		{"delete('*')", denied},
		{"getClientID()", denied},
		{"dbQuery('SELECT 1')", "(['1'], [(1,)])"},
		{"dbExec('CREATE TABLE t (a)')", "Error: …"},
		{"admin('wrong', 's.info()')", "Error: PermissionError: Adminkey incorrect"},
		{fmt.Sprintf("admin('%s', 's.help(s.info)')", h.Access().Made()), "s.info(…"},
	})
	hubtest.Story(t, admin, [][2]string{{"recv('" + lamp + "')", lamp + "È" + lamp + "Èhello"}})
	h = hubtest.Open(t, func(c *hub.Config) { c.Guests = access.Nothing })
	hubtest.Story(t, hubtest.Enter(t, h, "203.0.113.7"), [][2]string{
		{"1 + 1", denied},
		{"getReg('a')", denied},
		{fmt.Sprintf("admin('%s', 's.help(s.info)')", h.Access().Made()), "s.info(…"},
	})
	s = hubtest.Enter(t, h, "203.0.113.7")
	s.Keep()
	hubtest.Story(t, s, [][2]string{
		{fmt.Sprintf("admin('%s', 's.getadmin(%[1]s)')", h.Access().Made()), "Key correct. You got admin permissions"},
		{"setReg('a', 1)", "OK"},
	})
}

func TestRestart(t *testing.T) {
	dir := t.TempDir()
	open := func() *hub.Hub {
		return hubtest.Open(t, func(c *hub.Config) { c.Data = dir })
	}
	h := open()
	s := hubtest.Enter(t, h, "")
	id := hubtest.Ask(s, "getClientID()")
	for _, query := range []string{
		"setReg('a', {'x': [1, (2, 3), {4}, b'5', 1j, 10**30]})", "v = 7",
		fmt.Sprintf("send('%s', '%s', 'kept')", id, id), "dbExec('CREATE TABLE t (a)')", "dbExec('INSERT INTO t VALUES (7)')",
	} {
		if got := hubtest.Ask(s, query); strings.HasPrefix(got, "Error") {
			t.Fatalf("%s: %s", query, got)
		}
	}
	hubtest.Close(t, h)
	hubtest.Story(t, hubtest.Enter(t, open(), ""), [][2]string{
		{"getReg('a')", "{'x': [1, (2, 3), {4}, b'5', 1j, 1000000000000000000000000000000]}"},
		{"v", "7"},
		{fmt.Sprintf("recv('%s')", id), id + "\u00c8" + id + "\u00c8kept"},
		{"dbExec('SELECT a FROM t')", "[(7,)]"},
	})
}

// clock is a clock that a test sets.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func TestExpiry(t *testing.T) {
	now := &clock{now: time.Now()}
	s := hubtest.Enter(t, hubtest.Open(t, func(c *hub.Config) { c.Now = now.Now }), "")
	hubtest.Story(t, s, [][2]string{
		{"setReg('door', 'open', expire=60)", "OK"},
		{"getReg('door')", "open"},
		{"setReg('x', 1, expire=-1)", "Error: ValueError: …"},
		{"setReg('x', 1, expire='soon')", "Error: TypeError: …"},
	})
	now.pass(61 * time.Second)
	hubtest.Story(t, s, [][2]string{
		{"getReg('door')", "None"},
		{"'door' in MyData", "False"},
		{"setReg('door', 'shut', create=True)", "OK"},
	})
}

func TestChanges(t *testing.T) {
	h := hubtest.Open(t, nil)
	s := hubtest.Enter(t, h, "")
	hubtest.Ask(s, "setReg('a', 1)")
	reply := make(chan string)
	go func() {
		other := hubtest.Enter(t, h, "")
		reply <- hubtest.Ask(other, "[c[1:] for c in changes('a', changes('a')[-1][0])]")
	}()
	hubtest.Ask(s, "setReg('b', 1)")
	for {
		select {
		case got := <-reply:
			if !strings.HasPrefix(got, "[('a', 2, False)") {
				t.Errorf("got %q", got)
			}
			return
		default:
			hubtest.Ask(s, "setReg('a', 2)") // until the other one waits
		}
	}
}

func TestConsole(t *testing.T) {
	var shown []string
	h := hubtest.Open(t, func(c *hub.Config) {
		c.Console = func(from, text string) { shown = append(shown, from+": "+text) }
	})
	s := hubtest.Enter(t, h, "")
	id := hubtest.Ask(s, "getClientID()")
	key := h.Access().Made()
	hubtest.Ask(s, fmt.Sprintf("send('%s', 'CONSOLE', 'look: s.getadmin(%s)')", id, key))
	if len(shown) != 1 || !strings.HasPrefix(shown[0], id+": look") || strings.Contains(shown[0], key) {
		t.Errorf("the console showed %q", shown)
	}
}

func TestKeysAreNotLogged(t *testing.T) {
	var log strings.Builder
	h := hubtest.Open(t, func(c *hub.Config) {
		c.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	s := hubtest.Enter(t, h, "")
	key := h.Access().Made()
	hubtest.Ask(s, fmt.Sprintf("print(admin('%s', 's.info()'), '%s')", key, key))
	hubtest.Ask(s, "admin('wrong-key-1', 's.info()')")
	hubtest.Close(t, h)
	if strings.Contains(log.String(), key) || strings.Contains(log.String(), "wrong-key-1") {
		t.Errorf("a key is in the log:\n%s", log.String())
	}
}

func BenchmarkGet(b *testing.B) {
	h := hubtest.Open(b, nil)
	s, err := h.Enter(hub.Caller{Gateway: "test"})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	hubtest.Ask(s, "setReg('garden.soil.temp', 56)")
	b.ReportAllocs()
	for b.Loop() {
		if got := hubtest.Ask(s, "getReg('garden.soil.temp')"); got != "56" {
			b.Fatal(got)
		}
	}
}

func BenchmarkSetPipelined(b *testing.B) {
	h := hubtest.Open(b, nil)
	s := hubtest.Enter(b, h, "")
	var waiting [16]hub.Reply
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		for i := range waiting {
			program, err := expr.Parse(fmt.Sprintf("setReg('garden.soil.temp.%d', %d)", i, n))
			waiting[i] = s.Start(context.Background(), program, err)
		}
		for _, reply := range waiting {
			if got := reply.Wait(); got != "OK" {
				b.Fatal(got)
			}
		}
	}
}

// TestLongOnesMakeRoom: however many evaluations burn all their time, one that is
// short has its turn soon, and none of the long ones outlives its time.
func TestLongOnesMakeRoom(t *testing.T) {
	h := hubtest.Open(t, nil)
	const hogs = 100
	sessions := make([]*hub.Session, hogs)
	for i := range sessions {
		sessions[i] = hubtest.Enter(t, h, "")
	}
	var wg sync.WaitGroup
	begun := make(chan struct{}, hogs)
	for _, s := range sessions {
		wg.Go(func() {
			begun <- struct{}{}
			begin := time.Now()
			if got := hubtest.Ask(s, "sum(range(10**12))"); !strings.HasPrefix(got, "Error: TimeoutError: ") {
				t.Errorf("a long one got %q", got)
			}
			if took := time.Since(begin); took > 10*time.Second {
				t.Errorf("a long one took %v", took)
			}
		})
	}
	for range hogs {
		<-begun
	}
	s := hubtest.Enter(t, h, "")
	begin := time.Now()
	if got := hubtest.Ask(s, "1+1"); got != "2" {
		t.Errorf("the short one got %q", got)
	}
	t.Logf("the short one took %v", time.Since(begin))
	wg.Wait()
}

// TestWaitingHoldsLittle: what a query holds while it waits is bounded, since all
// share one pool of memory.
func TestWaitingHoldsLittle(t *testing.T) {
	h := hubtest.Open(t, nil)
	hubtest.Story(t, hubtest.Enter(t, h, ""), [][2]string{
		{"big = 'x' * 100000; changes('nothing')", "Error: MemoryError: changes() waits, …"},
		{"big", "Error: NameError: …"},
	})
}
