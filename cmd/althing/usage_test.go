package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"

	"althing/fault"
	"althing/value"
)

func TestDidYouMean(t *testing.T) {
	words := []string{"get", "set", "delete", "watch", "recv", "status", "admin-key"}
	for typed, want := range map[string]string{
		"gte": "; did you mean get?", "st": "; did you mean set?", "wath": "; did you mean watch?", "receive": "",
		"adminkey": "; did you mean admin-key?", "stat": "; did you mean status?", "xyzzy": "", "": "", "dlete": "; did you mean delete?",
	} {
		if got := didYouMean("%s", typed, words); got != want {
			t.Errorf("%q: %q, not %q", typed, got, want)
		}
	}
}

func TestHubAddress(t *testing.T) {
	for given, want := range map[string]string{
		"shed": "shed:2980", "shed:1": "shed:1", ":1": "127.0.0.1:1", "3000": "127.0.0.1:3000", "10.0.0.1": "10.0.0.1:2980",
		"::1": "[::1]:2980", "[::1]": "[::1]:2980", "[::1]:5": "[::1]:5", "99999": "99999:2980",
		"http://shed": "", "shed:http": "", "a b": "", "shed:99999": "", "a:b:c": "",
	} {
		got, err := hubAddress("--hub", given, textPort)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; not %q", given, got, err, want)
		}
	}
}

func TestAddress(t *testing.T) {
	for given, want := range map[string]address{
		"off": {off: true}, "2981": {port: "2981"}, ":2981": {port: "2981"}, " 0 ": {port: "0"},
		"127.0.0.1:5": {host: "127.0.0.1", port: "5"}, "[::1]:5": {host: "::1", port: "5"}, "shed.local:5": {host: "shed.local", port: "5"},
	} {
		var got address
		if err := got.Set(given); err != nil || got.host != want.host || got.port != want.port || got.off != want.off {
			t.Errorf("%q: %+v, %v", given, got, err)
		}
	}
	for _, wrong := range []string{"", "here", "::1", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", ":99999", "http://x:80", "a b:5", "-1"} {
		var got address
		if err := got.Set(wrong); err == nil {
			t.Errorf("%q was taken: %+v", wrong, got)
		}
	}
}

func TestADefaultPortGivesWay(t *testing.T) {
	taken := freePort(t)
	var a address
	l, err := a.listen(t.Context(), "text", false, strconv.Itoa(portOf(t, taken.Addr())))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if got, was := portOf(t, l.Addr()), portOf(t, taken.Addr()); got <= was || got >= was+portsTried {
		t.Errorf("port %d instead of %d", got, was)
	}
}

func TestExitStatus(t *testing.T) {
	for code, want := range map[fault.Code]int{
		fault.NotFound: exitNotFound, fault.Denied: exitRefused, fault.Timeout: exitTimeout, fault.Invalid: exitError, fault.Internal: exitError,
	} {
		if got := exitStatus(spoken(fault.Python(code, "KeyError", "x"))); got != want {
			t.Errorf("%s: status %d, not %d", code, got, want)
		}
	}
}

func TestSpoken(t *testing.T) {
	for want, err := range map[string]*fault.Error{
		"KeyError: 'x'":       fault.Python(fault.NotFound, "KeyError", "'x'"),
		"MemoryError":         fault.Python(fault.Limit, "MemoryError", ""),
		"there is no key 'x'": fault.New(fault.NotFound, "there is no key 'x'"),
	} {
		if got := spoken(err).Error(); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

// TestWhatHasBecome of a question is worded for who has asked it.
func TestWhatHasBecome(t *testing.T) {
	h := contact{at: target{address: "shed:2980"}}
	for _, test := range []struct {
		err    error
		status int
		says   string
	}{
		{fault.Wrap(context.DeadlineExceeded, fault.Timeout, "waited"), exitTimeout, "the hub at shed:2980 has said nothing for 20s"},
		{fault.Python(fault.Timeout, "TimeoutError", "SQL"), exitTimeout, "TimeoutError: SQL"},
		{fault.New(fault.Closed, "gone"), exitNoHub, "no hub any more: the one at shed:2980 has closed the connection"},
		{usagef("so not"), exitUsage, "so not"},
		{fmt.Errorf("line 2: %w", fault.New(fault.NotFound, "nothing")), exitNotFound, "line 2: nothing"},
	} {
		err := h.explain(t.Context(), test.err)
		if exitStatus(err) != test.status || err.Error() != test.says {
			t.Errorf("%v: status %d, %v", test.err, exitStatus(err), err)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.explain(ended, fault.New(fault.Closed, "gone")); !errors.Is(err, context.Canceled) {
		t.Errorf("ended by ourselves: %v", err)
	}
}

func TestLiteral(t *testing.T) {
	for typed, want := range map[string]string{
		"56": "56", " 1.50 ": "1.5", "[1, 'two']": "[1, 'two']", "{'a':\n1}": "{'a': 1}", "5 # five": "5", "5;": "5", "1e999": "inf",
		"hello": "'hello'", "it's": `"it's"`, "1 + 1": "'1 + 1'", "": "''", "a\nb": `'a\nb'`, "-5": "-5", "1,2": "(1, 2)",
	} {
		if got := value.Repr(literal(typed)); got != want {
			t.Errorf("%q: %s, not %s", typed, got, want)
		}
	}
}

func TestSeconds(t *testing.T) {
	for given, want := range map[string]seconds{"5": 5, "0.5": 0.5, "2m": 120, "1h30m": 5400, "100ms": 0.1} {
		var s seconds
		if err := s.Set(given); err != nil || s != want {
			t.Errorf("%q: %v, %v", given, s, err)
		}
	}
	for _, wrong := range []string{"", "0", "-5", guard + "-5", "nan", "inf", "1e999", "soon"} {
		var s seconds
		if err := s.Set(wrong); err == nil {
			t.Errorf("%q was taken: %v", wrong, s)
		}
	}
}

func TestCommandOf(t *testing.T) {
	for _, test := range []struct {
		typed []string
		want  string
	}{
		{nil, "s.help [commands]"},
		{[]string{"s.info"}, "s.info []"},
		{[]string{"s.info()"}, "s.info []"},
		{[]string{"s.kickuser(lamp, door)"}, "s.kickuser [lamp door]"},
		{[]string{"s.kickuser", "lamp", "door (left)"}, "s.kickuser [lamp door (left)]"},
		{[]string{"s.setadminkey", "a, (b)"}, "s.setadminkey [a, (b)]"},
		{[]string{"s.help(", "x"}, ""},
		{[]string{"s.help()", "x"}, ""},
		{[]string{"switch on"}, ""},
	} {
		name, given, err := commandOf(test.typed)
		if got := fmt.Sprint(name, given); (err == nil) != (test.want != "") || err == nil && fmt.Sprint(name, " ", given) != test.want {
			t.Errorf("%q: %s, %v", test.typed, got, err)
		}
	}
}

func TestDistinct(t *testing.T) {
	got := distinct([]string{"a", "a_2", "a", "a", "b", ""})
	for i, want := range []string{"a", "a_2", "a_3", "a_4", "b", ""} {
		if got[i] != want {
			t.Errorf("%d: %q, not %q", i, got[i], want)
		}
	}
}
