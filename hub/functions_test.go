package hub_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"althing/access"
	"althing/functions"
	"althing/hub"
	"althing/hub/hubtest"
	"althing/value"
)

func addFunction(t *testing.T, h *hub.Hub, f functions.Function) {
	t.Helper()
	if err := h.AddFunction(f); err != nil {
		t.Fatal(err)
	}
}

// TestWhoMayCall asks for what the table of rights says.
func TestWhoMayCall(t *testing.T) {
	for guests, want := range map[access.Guests][3]string{
		access.Full:     {"yes", forUsers, forAdmins},
		access.ReadOnly: {"Error: PermissionError: guests may not call the owner's functions here…", forUsers, forAdmins},
	} {
		h := hubtest.Open(t, func(c *hub.Config) { c.Guests = guests })
		for _, role := range []access.Role{access.Guest, access.User, access.Admin} {
			addFunction(t, h, functions.Function{Name: "for_" + role.String(), Role: role, Do: func(context.Context, []value.Value) (value.Value, error) {
				return value.Str("yes"), nil
			}})
		}
		hubtest.Story(t, hubtest.Enter(t, h, ""), [][2]string{{"for_guest()", want[0]}, {"for_user()", want[1]}, {"for_admin()", want[2]}})
		for role, last := range map[access.Role]string{access.User: forAdmins, access.Admin: "yes"} {
			s, err := h.Enter(hub.Caller{Gateway: "test", Role: role})
			if err != nil {
				t.Fatal(err)
			}
			hubtest.Story(t, s, [][2]string{{"for_guest()", "yes"}, {"for_user()", "yes"}, {"for_admin()", last}})
			s.Close()
		}
	}
}

const (
	forUsers  = "Error: PermissionError: 'user' or 'admin' permissions needed for this function; give a key first"
	forAdmins = "Error: PermissionError: 'admin' permissions needed for this function; give the admin key first"
)

// TestACallIsOutside: what was written before is stored when the function runs, and
// nothing is evaluated again behind it. Nor does it hold the one place among the
// evaluations, or the query's time.
func TestACallIsOutside(t *testing.T) {
	h := hubtest.Open(t, func(c *hub.Config) {
		c.Limits = access.DefaultLimits()
		c.Limits.Evaluations, c.Limits.EvaluationTime = 1, 100*time.Millisecond
	})
	calls := 0
	addFunction(t, h, functions.Function{Name: "query", Do: func(_ context.Context, args []value.Value) (value.Value, error) {
		calls++
		return value.Str(hubtest.Ask(hubtest.Enter(t, h, ""), value.Text(args[0]))), nil
	}})
	hubtest.Story(t, hubtest.Enter(t, h, ""), [][2]string{
		{"setReg('a', 1); query('getReg(\"a\")')", "1"},
		{"setReg('a', 2); query('getReg(\"a\")'); 1 / 0", "Error: ZeroDivisionError: division by zero"},
		{"getReg('a')", "2"},
		{"query('any(0 for i in range(10**12))')[:20], sum(range(1000))", "('Error: TimeoutError:', 499500)"},
		{"getReg('a'); query('setReg(\"b\", 3)'); getReg('b')", "3"},
	})
	calls = 0
	hubtest.Story(t, hubtest.Enter(t, h, ""), [][2]string{
		{"n = getReg('a'); query('setReg(\"a\", 5)'); setReg('a', n + 1)", "Error: RuntimeError: conflict: …"},
		{"getReg('a')", "5"},
	})
	if calls != 1 {
		t.Errorf("the function was called %d times", calls)
	}
}

func TestNamesOfFunctions(t *testing.T) {
	h := hubtest.Open(t, nil)
	s := hubtest.Enter(t, h, "")
	hubtest.Story(t, s, [][2]string{{"twice = 1; twice", "1"}})
	var given []value.Value
	addFunction(t, h, functions.Function{Name: "twice", Help: "Repeats", Do: func(_ context.Context, args []value.Value) (value.Value, error) {
		given = args
		return value.List{args[0], args[0]}, nil
	}})
	hubtest.Story(t, s, [][2]string{
		{"twice({(1, b'x')})", "[{(1, b'x')}, {(1, b'x')}]"},
		{"twice(3).append(4)", "None"},
		{"twice = 2", "Error: PermissionError: 'twice' is a name of the hub's own and cannot be assigned or deleted; choose another one"},
		{"del twice", "Error: PermissionError: …"},
		{"twice(x=1)", "Error: TypeError: twice() takes no keyword arguments"},
		{"twice(len)", "Error: TypeError: …"},
		{"setReg('f', twice)", "Error: TypeError: …"},
		{"[f['name'] for f in functions()]", "['twice']"},
		{"functions()", "[{'name': 'twice', 'file': '', 'role': 'guest', 'timeout': 10.0, 'help': 'Repeats', 'refused': ''}]"},
		{"nosuch()", "Error: NameError: name 'nosuch' is not defined"},
	})
	if len(given) != 1 {
		t.Errorf("it was given %v", given)
	}
	for _, name := range []string{"len", "getReg", "math", "MyData", "class", "None", "functions"} {
		if h.AddFunction(functions.Function{Name: name, Do: func(context.Context, []value.Value) (value.Value, error) { return nil, nil }}) == nil {
			t.Errorf("a function has the name %s", name)
		}
	}
}

// TestAFileIsAFunction from one query to the next, and no more when it is gone.
func TestAFileIsAFunction(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a script is no function there")
	}
	var data string
	h := hubtest.Open(t, func(c *hub.Config) { data = c.Data })
	s := hubtest.Enter(t, h, "")
	path := filepath.Join(data, "functions", "echo.sh")
	put := func(mode os.FileMode) {
		t.Helper()
		if err := os.WriteFile(path, []byte("#!/bin/sh\n# Gives what it gets.\ncat\n"), mode); err != nil {
			t.Fatal(err)
		}
	}
	hubtest.Story(t, s, [][2]string{{"echo(1)", "Error: NameError: name 'echo' is not defined"}})
	put(0o700)
	hubtest.Story(t, s, [][2]string{
		{"echo(1, (2,), {'a': None})", "[1, (2,), {'a': None}]"},
		{"[echo(n)[0] for n in range(3)]", "[0, 1, 2]"},
		{"echo('x' * 2**20)", "Error: OverflowError: echo(): its arguments are more than 1048576 bytes"},
	})
	id := hubtest.Ask(s, "getClientID()")
	hubtest.Story(t, s, [][2]string{
		{"send('" + id + "', 'SYSTEM', 's.help(functions)'); recv('" + id + "').split('\\u00c8')[2]", "functions\n  echo: Gives what it gets."},
		{"send('" + id + "', 'SYSTEM', 's.help(echo)'); recv('" + id + "').split('\\u00c8')[2]", "echo(…)\n  does: Gives what it gets.\n  category: functions"},
		{"send('" + id + "', 'SYSTEM', 's.help()'); recv('" + id + "')[-7:]", "\n  echo"},
	})
	if err := os.Chmod(path, 0o722); err != nil {
		t.Fatal(err)
	}
	hubtest.Story(t, s, [][2]string{{"echo(1)", "Error: ConnectionError: the function 'echo' is not offered: others can write it (chmod go-w)"}})
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	hubtest.Story(t, s, [][2]string{{"echo(1)", "Error: NameError: name 'echo' is not defined"}})
}
