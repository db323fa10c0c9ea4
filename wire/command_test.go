package wire_test

import (
	"strings"
	"testing"

	"althing/fault"
	"althing/value"
	"althing/wire"
)

func TestCommandsAsText(t *testing.T) {
	for _, test := range []struct {
		text, name, args string // args as a list, or empty when it is no command
	}{
		{"s.help()", "s.help", "[]"},
		{"s.help( )", "s.help", "[]"},
		{"s.greet( World ,Hello)", "s.greet", "['World', 'Hello']"},
		{"s.greet(,)", "s.greet", "['', '']"},
		{"s.getadmin(a(b),c)", "s.getadmin", "['a(b)', 'c']"},
		{"s.help", "", ""},
		{"s.help(", "", ""},
		{"s.help()!", "", ""},
		{"", "", ""},
		{strings.Repeat("s", wire.MaxName+1) + "()", "", ""},
	} {
		name, inner, ok := wire.CutCommand(test.text)
		if !ok {
			if test.args != "" {
				t.Errorf("%q is taken for no command", test.text)
			}
			continue
		}
		args, err := wire.SplitArgs(inner)
		if got := value.Repr(value.List(args)); err != nil || name != test.name || got != test.args {
			t.Errorf("%q: %s %s, %v", test.text, name, got, err)
		}
	}
	if _, err := wire.SplitArgs(strings.Repeat(",", wire.MaxArgs)); !fault.Is(err, fault.Limit) {
		t.Errorf("too many arguments: %v", err)
	}
	if got := wire.CommandText("s.x", []value.Value{value.Str("a"), value.Int(1)}); got != "s.x(a, 1)" {
		t.Errorf("as a text: %s", got)
	}
}

func TestRedact(t *testing.T) {
	for text, want := range map[string]string{
		"s.getadmin(secret)":           "s.getadmin(***)",
		"s.getadmin(a(b),c))":          "s.getadmin(***)",
		"s.setadminkey( secret )":      "s.setadminkey(***)",
		"S.GetAdmin (secret":           "S.GetAdmin (***",
		"look: s.getadmin(se\ncret) !": "look: s.getadmin(***) !",
		"admin('secret', 's.info()')":  "admin(***)",
		"s.removeadmin(lamp)":          "s.removeadmin(***)", // better too much
		"s.getadmin()":                 "s.getadmin()",
		"s.greet(World)":               "s.greet(World)",
	} {
		if got := wire.Redact(text); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
}
