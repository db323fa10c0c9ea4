package hub_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
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

// caller is somebody at another machine.
func caller(t *testing.T, h *hub.Hub, address string) *hub.Session {
	t.Helper()
	c := hub.Caller{Gateway: "test"}
	if address != "" {
		c.From = netip.MustParseAddr(address)
	}
	s, err := h.Enter(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func ask(s *hub.Session, query string) string {
	program, err := expr.Parse(query)
	return s.Start(context.Background(), program, err).Wait()
}

// story asks one query after the other and compares the replies. A want that
// ends in "…" is a beginning.
func story(t *testing.T, s *hub.Session, lines [][2]string) {
	t.Helper()
	for _, line := range lines {
		got := ask(s, line[0])
		if start, cut := strings.CutSuffix(line[1], "…"); cut && strings.HasPrefix(got, start) {
			continue
		}
		if got != line[1] {
			t.Errorf("%s\n got %.300q\nwant %.300q", line[0], got, line[1])
		}
	}
}

const none = "None\u00c8None\u00c8None"

func TestSharedValues(t *testing.T) {
	s := caller(t, hubtest.Open(t, nil), "")
	story(t, s, [][2]string{
		{"setReg('garden.soil.temp', 56)", "OK"},
		{"getReg('garden.soil.temp')", "56"},
		{"getReg('no', 'default')", "default"},
		{"getReg('no')", "None"},
		{"MyData['no']", "Error: KeyError: 'no'"},
		{"MyData[5]", "Error: TypeError: keys of MyData are text, not int"},
		{"MyData['l'] = [1]; MyData['l'].append(2)", "None"},
		{"getReg('l')", "[1, 2]"},
		{"getReg('l')[0] = True", "OK"},
		{"getReg('l')", "[True, 2]"},
		{"MyData['l'] is MyData['l']", "True"},
		{"MyData['l'][0] += 5; MyData['l']", "[6, 2]"},
		{"sum(v for v in MyData.values() if isinstance(v, int))", "56"},
		{"sorted(MyData)", "['garden.soil.temp', 'l']"},
		{"len(MyData), 'l' in MyData, 'server.name' in MyData", "(2, True, True)"},
		{"MyData['server.name']", "test"},
		{"setReg('server.name', 1)", "Error: PermissionError: 'server.name' is kept by the hub and read-only"},
		{"MyData.pop('l')", "[6, 2]"},
		{"MyData.pop('l', 'gone')", "gone"},
		{"MyData.setdefault('d', []).append('x')", "None"},
		{"MyData['d']", "['x']"},
		{"MyData.update(a=1, b=2)", "None"},
		{"MyData | {'z': 1}", "{'a': 1, 'b': 2, 'd': ['x'], 'garden.soil.temp': 56, 'z': 1}"},
		{"del MyData['a']", "OK"},
		{"del MyData['a']", "Error: KeyError: 'a'"},
		{"setReg('f', lambda: 1)", "Error: TypeError…"},
		{"setReg('g', 1, create=True)", "OK"},
		{"setReg('g', 1, create=True)", "Error: RuntimeError: conflict: …"},
		{"setReg('g', 2, expect=1)", "OK"},
		{"setReg('g', 3, expect=1)", "Error: RuntimeError: conflict: …"},
		{"[v for t, v in history('g')]", "[1, 2]"},
		{"setReg('a.b c é', 1); fetch('a.*')", "{'a.b c é': 1}"},
		{"delete('a.*')", "1"},
		{"delete('*'); len(MyData)", "0"},
		{"fetch('server.n*')", "{'server.name': 'test'}"},
		{"[setReg('n%d' % i, i) for i in range(1000)][-1]", "OK"},
		{"len(MyData)", "1000"},
		{"MyData.clear(); len(MyData)", "0"},
	})
}

func TestAFailedQueryWroteNothing(t *testing.T) {
	s := caller(t, hubtest.Open(t, nil), "")
	story(t, s, [][2]string{
		{"setReg('a', 1); 1/0", "Error: ZeroDivisionError: division by zero"},
		{"getReg('a')", "None"},
		{"setReg('a', 1); getReg('a')", "1"},
		{"setReg('b', 1); setReg('c', 1, expect=5)", "Error: RuntimeError: conflict: …"},
		{"getReg('b')", "None"},
		{"send('nobody', 'ALL', 'x')", "Error: LookupError: …"},
	})
}

func TestVariables(t *testing.T) {
	s := caller(t, hubtest.Open(t, nil), "")
	story(t, s, [][2]string{
		{"TheAnswer = 42", "OK"},
		{"TheAnswer", "42"},
		{"TheAnswer += 1; TheAnswer", "43"},
		{"'TheAnswer' in MyData", "False"},
		{"del TheAnswer", "OK"},
		{"TheAnswer", "Error: NameError: name 'TheAnswer' is not defined"},
		{"len = 5", "Error: PermissionError: 'len' is a name of the hub's own and cannot be assigned or deleted; choose another one"},
		{"math = 5", "Error: PermissionError: …"},
		{"getReg = 5", "Error: PermissionError: …"},
		{"f = lambda: 1", "Error: TypeError: …"},
		{"(y := 5) + y", "10"},
		{"y", "Error: NameError: name 'y' is not defined"},
		{"l = [1]; l.append(2); l", "[1, 2]"},
		{"l", "[1, 2]"},
	})
}

func TestMessages(t *testing.T) {
	s := caller(t, hubtest.Open(t, nil), "")
	one, two := ask(s, "getClientID()"), ask(s, "getUserID()")
	if len(one) != 8 || one == two {
		t.Fatalf("IDs %q and %q", one, two)
	}
	in := strings.NewReplacer("ONE", one, "TWO", two, "È", "\u00c8")
	var lines [][2]string
	for _, l := range [][2]string{
		{"recv('ONE')", none},
		{"join('ONE', 'John Smith')", "OK"},
		{"join('ONE', 'John Smith')", "OK"},
		{"join('ONE', 'ALL')", "OK"},
		{"send('TWO', 'John Smith', 'hello')", "OK"},
		{"recv('ONE')", "TWOÈJohn SmithÈhello"},
		{"recv('TWO')", none},
		{"send('ONE', 'ALL', 'all')", "OK"},
		{"recv('ONE')", "ONEÈALLÈall"},
		{"recv('TWO')", "ONEÈALLÈall"},
		{"send('John Smith', 'TWO', 'by name')", "OK"},
		{"recv('TWO')", "John SmithÈTWOÈby name"},
		{"send('ONE', 'nobody here', 'x')", "OK"},
		{"send('strangers', 'TWO', 'x')", "Error: LookupError: …"},
		{"send('NOPLY', 'TWO', 'no answer')", "OK"},
		{"recv('TWO')", "NOPLYÈTWOÈno answer"},
		{"send('TWO', 'NOPLY', 'x')", "Error: PermissionError: …"},
		{"send('SYSTEM', 'TWO', 'x')", "Error: PermissionError: …"},
		{"send('ALL', 'TWO', 'x')", "Error: PermissionError: …"},
		{"join('ONE', 'a.b')", "Error: ValueError: …"},
		{"join('ONE', 'a-b')", "Error: ValueError: …"},
		{"join('ONE', 'SYSADMIN')", "Error: PermissionError: …"},
		{"join('ONE', 'SYSTEM')", "Error: PermissionError: …"},
		{"leave('ONE', 'ALL')", "Error: …"},
		{"join('TWO', 'John Smith'); send('TWO', 'John Smith', '++ping, hi')", "OK"},
		{"sorted([recv('TWO'), recv('TWO')]) == sorted(['ONEÈTWOÈ++pong ONE John Smith', 'TWOÈTWOÈ++pong TWO John Smith'])", "True"},
		{"recv('ONE')", none},
		{"[send('ONE', 'TWO', n) for n in range(3)]; recv('TWO'), recv('TWO'), recv('TWO')", "('ONEÈTWOÈ0', 'ONEÈTWOÈ1', 'ONEÈTWOÈ2')"},
		{"send('ONE', 'SYSTEM', 's.help(s.info)')", "OK"},
		{"recv('ONE')", "SYSTEMÈONEÈs.info(…"},
		{"send('ONE', 'SYSTEM', 's.nosuch()')", "OK"},
		{"recv('ONE')", "SYSTEMÈONEÈError: LookupError: No Servercommand 's.nosuch' available"},
		{"setReg('p.a', 1); setReg('p.b', 'x'); fetch('ONE', 'p.*')", "2"},
		{"recv('ONE')", "REGISTRYÈONEÈp.a:1"},
		{"recv('ONE')", "REGISTRYÈONEÈp.b:x"},
		{"known('ONE'), known('nobody00')", "(True, False)"},
		{"groups()['John Smith']", "2"},
		{"leave('TWO', 'John Smith')", "OK"},
		{"send('ONE', 'TWO', 'lost'); exit('TWO')", "OK"},
		{"recv('TWO')", none},
		{"exit('TWO')", "OK"},
		{"x = getClientID(); send(x, x, 'me'); recv(x).endswith('me')", "True"},
		{"(i := getClientID()) and send(i, i, 'me') and recv(i).endswith('me')", "True"},
	} {
		lines = append(lines, [2]string{in.Replace(l[0]), in.Replace(l[1])})
	}
	story(t, s, lines)
}

func TestSQL(t *testing.T) {
	s := caller(t, hubtest.Open(t, nil), "")
	id := ask(s, "getClientID()")
	in := strings.NewReplacer("ID", id, "È", "\u00c8")
	var lines [][2]string
	for _, l := range [][2]string{
		{"dbExec('ID', 'CREATE TABLE t (id integer PRIMARY KEY, name TEXT)')", "OK"},
		{`dbExec('ID', "INSERT INTO t (name) VALUES ('O''Brien')")`, "1"},
		{"dbExec('ID', 'DELETE FROM t WHERE id = 99')", "0"},
		{"dbExec('ID', 'SELECT * FROM t')", "OK"},
		{"recv('ID')", `SQLiteÈIDÈ(1, "O'Brien")`},
		{"dbExec('SELECT NULL, 1.5, 12345678901')", "[(None, 1.5, 12345678901)]"},
		{"dbQuery('SELECT 1 AS one, 2 AS two')", "(['one', 'two'], [(1, 2)])"},
		{"dbExec('ID', 'SELEC 1')", `Error: OperationalError: near "SELEC": syntax error`},
		{"send('ID', 'SQLite', 'SELEC 1')", `Error: OperationalError: near "SELEC": syntax error`},
		{"send('ID', 'SQLite', 'select name from t')", "OK"},
		{"recv('ID')", `SQLiteÈIDÈ("O'Brien",)`},
		{"dbExec('nobody00', 'SELECT 1')", "Error: LookupError: …"},
	} {
		lines = append(lines, [2]string{in.Replace(l[0]), in.Replace(l[1])})
	}
	story(t, s, lines)
}

func TestOtherAddresses(t *testing.T) {
	h := hubtest.Open(t, nil)
	mine, theirs := caller(t, h, "203.0.113.7"), caller(t, h, "203.0.113.8")
	id := ask(mine, "getClientID()")
	ask(mine, fmt.Sprintf("join('%s', 'boss')", id))
	for _, query := range []string{"recv('%s')", "exit('%s')", "join('%s', 'x')", "leave('%s', 'boss')", "send('%s', 'ALL', 'x')", "fetch('%s', '*')"} {
		query = fmt.Sprintf(query, id)
		if got := ask(theirs, query); !strings.HasPrefix(got, "Error: PermissionError: ") {
			t.Errorf("%s from elsewhere: %q", query, got)
		}
	}
	if got := ask(theirs, "send('boss', 'ALL', 'x')"); !strings.HasPrefix(got, "Error: PermissionError: ") {
		t.Errorf("sending from another's group: %q", got)
	}
}

func TestRights(t *testing.T) {
	h := hubtest.Open(t, func(c *hub.Config) { c.Guests = access.ReadOnly })
	s := caller(t, h, "203.0.113.7")
	denied := "Error: PermissionError: …"
	story(t, s, [][2]string{
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
	h = hubtest.Open(t, func(c *hub.Config) { c.Guests = access.Nothing })
	story(t, caller(t, h, "203.0.113.7"), [][2]string{
		{"1 + 1", denied},
		{"getReg('a')", denied},
		{fmt.Sprintf("admin('%s', 's.help(s.info)')", h.Access().Made()), "s.info(…"},
	})
	s = caller(t, h, "203.0.113.7")
	s.Keep()
	story(t, s, [][2]string{
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
	s := caller(t, h, "")
	id := ask(s, "getClientID()")
	for _, query := range []string{
		"setReg('a', {'x': [1, (2, 3), {4}, b'5', 1j, 10**30]})", "v = 7",
		fmt.Sprintf("send('%s', '%s', 'kept')", id, id), "dbExec('CREATE TABLE t (a)')", "dbExec('INSERT INTO t VALUES (7)')",
	} {
		if got := ask(s, query); strings.HasPrefix(got, "Error") {
			t.Fatalf("%s: %s", query, got)
		}
	}
	hubtest.Close(t, h)
	story(t, caller(t, open(), ""), [][2]string{
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
	s := caller(t, hubtest.Open(t, func(c *hub.Config) { c.Now = now.Now }), "")
	story(t, s, [][2]string{
		{"setReg('door', 'open', expire=60)", "OK"},
		{"getReg('door')", "open"},
		{"setReg('x', 1, expire=-1)", "Error: ValueError: …"},
		{"setReg('x', 1, expire='soon')", "Error: TypeError: …"},
	})
	now.pass(61 * time.Second)
	story(t, s, [][2]string{
		{"getReg('door')", "None"},
		{"'door' in MyData", "False"},
		{"setReg('door', 'shut', create=True)", "OK"},
	})
}

func TestChanges(t *testing.T) {
	h := hubtest.Open(t, nil)
	s := caller(t, h, "")
	ask(s, "setReg('a', 1)")
	reply := make(chan string)
	go func() {
		other := caller(t, h, "")
		reply <- ask(other, "[c[1:] for c in changes('a', changes('a')[-1][0])]")
	}()
	ask(s, "setReg('b', 1)")
	for {
		select {
		case got := <-reply:
			if !strings.HasPrefix(got, "[('a', 2, False)") {
				t.Errorf("got %q", got)
			}
			return
		default:
			ask(s, "setReg('a', 2)") // until the other one waits
		}
	}
}

func TestConsole(t *testing.T) {
	var shown []string
	h := hubtest.Open(t, func(c *hub.Config) {
		c.Console = func(from, text string) { shown = append(shown, from+": "+text) }
	})
	s := caller(t, h, "")
	id := ask(s, "getClientID()")
	key := h.Access().Made()
	ask(s, fmt.Sprintf("send('%s', 'CONSOLE', 'look: s.getadmin(%s)')", id, key))
	if len(shown) != 1 || !strings.HasPrefix(shown[0], id+": look") || strings.Contains(shown[0], key) {
		t.Errorf("the console showed %q", shown)
	}
}

func TestKeysAreNotLogged(t *testing.T) {
	var log strings.Builder
	h := hubtest.Open(t, func(c *hub.Config) {
		c.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	s := caller(t, h, "")
	key := h.Access().Made()
	ask(s, fmt.Sprintf("print(admin('%s', 's.info()'), '%s')", key, key))
	ask(s, "admin('wrong-key-1', 's.info()')")
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
	ask(s, "setReg('garden.soil.temp', 56)")
	b.ReportAllocs()
	for b.Loop() {
		if got := ask(s, "getReg('garden.soil.temp')"); got != "56" {
			b.Fatal(got)
		}
	}
}
