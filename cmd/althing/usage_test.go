package main

import (
	"strconv"
	"testing"
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
		got, err := hubAddress("--hub", given)
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
	for line, want := range map[string]int{
		"KeyError: 'x'": exitNotFound, "LookupError: no client 'x'": exitNotFound, "NameError: name 'x' is not defined": exitNotFound,
		"PermissionError: no": exitRefused, "TimeoutError: too slow": exitTimeout, "ZeroDivisionError: division by zero": exitError,
		"MemoryError": exitError, "ConnectionError: the hub is stopping": exitError, "": exitError,
	} {
		if got := exitStatus(hubError(line)); got != want {
			t.Errorf("%q: status %d, not %d", line, got, want)
		}
	}
}

func TestLiteral(t *testing.T) {
	for typed, want := range map[string]string{
		"56": "56", " 1.50 ": "1.5", "[1, 'two']": "[1, 'two']", "{'a':\n1}": "{'a': 1}", "5 # five": "5", "5;": "5", "1e999": "1e999",
		"hello": "'hello'", "it's": `"it's"`, "1 + 1": "'1 + 1'", "": "''", "a\nb": `'a\nb'`, "-5": "-5", "1,2": "(1, 2)",
	} {
		if got := literal(typed); got != want {
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

func TestWantsRows(t *testing.T) {
	for sql, want := range map[string]bool{
		"SELECT 1": true, "select 1": true, "  values (1)": true, "with x as (select 1) select * from x": true,
		"/* a */ -- b\n pragma user_version": true, "insert into t values (1) returning n": true,
		"delete from t; select 1": true, "EXPLAIN SELECT 1": true,
		"insert into t select 1": false, "insert into t values ('; select')": false, `create table "a; select" (n)`: false,
		"create table [a; values] (n)": false, "update t set `returning x` = 1": false, "-- select": false, "": false, "; ;": false,
		"insert into selects values (1)": false, "/* select": false, "'": false, "returning_ (1)": false,
	} {
		if got := wantsRows(sql); got != want {
			t.Errorf("%q: %v", sql, got)
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
