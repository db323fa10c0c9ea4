package scope_test

import (
	"strings"
	"testing"

	"go.uber.org/goleak"

	"althing/hub/hubtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const none = "None\u00c8None\u00c8None"

func TestSharedValues(t *testing.T) {
	s := hubtest.Enter(t, hubtest.Open(t, nil), "")
	hubtest.Story(t, s, [][2]string{
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
		{"{**MyData, 'b': 3} == dict(MyData, b=3)", "True"},
		{"'{a} {b}'.format(**MyData), json.dumps(MyData)[:15]", "('1 2', '{\"a\": 1, \"b\": 2')"},
		{"{}.update(MyData), MyData.update(MyData)", "(None, None)"},
		{"list(zip(MyData, MyData.values()))[2]", "('d', ['x'])"},
		{"MyData['c'] = 3; list(MyData)", "['a', 'b', 'd', 'garden.soil.temp', 'c']"},
		{"del MyData['c']; list(MyData.items())[2:]", "[('d', ['x']), ('garden.soil.temp', 56)]"},
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

func TestTheMachine(t *testing.T) {
	s := hubtest.Enter(t, hubtest.Open(t, nil), "")
	hubtest.Story(t, s, [][2]string{
		{"0 <= host.cpu <= 100", "True"},
		{"0 < host.mem < 100 and 0 < host.memory < 100", "True"},
		{"host.net >= 0 and (host.temp > 0 or host.temp != host.temp)", "True"},
		{"type(host.load), type(host.temperature)", "(<class 'float'>, <class 'float'>)"},
		{"host.nosuch", "Error: AttributeError: 'host' object has no attribute 'nosuch'"},
		{"host = 1", "Error: PermissionError: …"},
	})
}

func TestAFailedQueryWroteNothing(t *testing.T) {
	s := hubtest.Enter(t, hubtest.Open(t, nil), "")
	hubtest.Story(t, s, [][2]string{
		{"setReg('a', 1); 1/0", "Error: ZeroDivisionError: division by zero"},
		{"getReg('a')", "None"},
		{"setReg('a', 1); getReg('a')", "1"},
		{"setReg('b', 1); setReg('c', 1, expect=5)", "Error: RuntimeError: conflict: …"},
		{"getReg('b')", "None"},
		{"send('nobody', 'ALL', 'x')", "Error: LookupError: …"},
	})
}

func TestVariables(t *testing.T) {
	s := hubtest.Enter(t, hubtest.Open(t, nil), "")
	hubtest.Story(t, s, [][2]string{
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
	s := hubtest.Enter(t, hubtest.Open(t, nil), "")
	one, two := hubtest.Ask(s, "getClientID()"), hubtest.Ask(s, "getUserID()")
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
	hubtest.Story(t, s, lines)
}

func TestSQL(t *testing.T) {
	s := hubtest.Enter(t, hubtest.Open(t, nil), "")
	id := hubtest.Ask(s, "getClientID()")
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
	hubtest.Story(t, s, lines)
}

func TestAQueryReadsWhatItHasCarriedOut(t *testing.T) {
	s := hubtest.Enter(t, hubtest.Open(t, nil), "")
	hubtest.Story(t, s, [][2]string{
		{"setReg('l', [1]); MyData['l'].append(2); delete('l'), 'l' in MyData, getReg('l')", "(1, False, None)"},
		{"setReg('l', [1]); dbExec('SELECT 1'); MyData['l'].append(2); dbExec('SELECT 1'); MyData['l'].append(3); MyData['l']", "[1, 2, 3]"},
		{"getReg('l')", "[1, 2, 3]"},
		{"len(MyData); delete('l'); setReg('c', 1); len(MyData)", "1"},
		{"getReg('a'), getReg('b'), dbExec('SELECT 1'), setReg('a', 1)", "(None, None, [(1,)], 'OK')"},
	})
}

func TestWhatIsGatheredIsBounded(t *testing.T) {
	s := hubtest.Enter(t, hubtest.Open(t, nil), "")
	for _, loop := range []string{
		"setReg('k%d' % i, 1)", "setReg('k', x)", "getReg('k%d' % i)", "getClientID()", "send('NOPLY', 'ALL', x)", "MyData.pop('k%d' % i, 1)",
	} {
		query := "(x := 'a' * 100000) and any((" + loop + ") == 1 and 0 for i in range(10**9))"
		if got := hubtest.Ask(s, query); !strings.HasPrefix(got, "Error: MemoryError: ") {
			if !strings.HasPrefix(got, "Error: TimeoutError: ") || loop == "setReg('k', x)" || strings.Contains(loop, "send") {
				t.Errorf("%s\n got %q", query, got)
			}
		}
	}
}
