package althing_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"althing"
	"althing/fault"
	"althing/value"
)

// stranger asks for commands without a conn.
type stranger struct{ permissions []string }

func (stranger) ID() string   { return "text 10.0.0.1" }
func (stranger) Name() string { return "10.0.0.1" }
func (s stranger) Has(permission string) bool {
	return permission == althing.User || slices.Contains(s.permissions, permission)
}

func TestUsage(t *testing.T) {
	for want, c := range map[string]althing.Command{
		"s.x()":                 {},
		"s.x(a)":                {Params: []string{"a"}},
		"s.x(a[r])":             {Params: []string{"a"}, Repeatable: "a"},
		"s.x(a, b[o])":          {Params: []string{"a"}, Optional: []string{"b"}},
		"s.x(a, b[o][r])":       {Params: []string{"a"}, Optional: []string{"b"}, Repeatable: "b"},
		"s.x(a, b[o], c[o][r])": {Params: []string{"a"}, Optional: []string{"b"}, Repeatable: "c"},
		"s.x(c[o][r])":          {Repeatable: "c"},
	} {
		c.Name = "s.x"
		if got := c.Usage(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestRunCommand(t *testing.T) {
	var s althing.Server
	args := func(_ context.Context, call *althing.Call) (althing.Answer, error) {
		if call.Conn != nil {
			return althing.Answer{}, errors.New("there is no conn")
		}
		return althing.Text("%s: %s", call.By.Name(), value.Repr(value.List(call.Args))), nil
	}
	s.Handle(althing.Command{Name: "s.args", Repeatable: "arg", Do: args})
	s.Handle(althing.Command{Name: "s.one", Params: []string{"arg"}, Do: args})
	s.Handle(althing.Command{Name: "s.key", Params: []string{"key"}, Secret: true, Do: args})
	s.Handle(althing.Command{Name: "s.admin", Needs: []string{althing.Admin}, Do: args})
	s.Handle(althing.Command{Name: "s.panic", Do: func(context.Context, *althing.Call) (althing.Answer, error) { panic("oh") }})
	for _, test := range []struct{ text, want string }{
		{"s.args", "10.0.0.1: []"},
		{" s.args() ", "10.0.0.1: []"},
		{"s.args( a ,b)", "10.0.0.1: ['a', 'b']"},
		{"s.key( a ,b(c),) )", "10.0.0.1: ['a ,b(c),)']"},
		{"s.key", "invalid: Expecting more arguments: s.key(key)"},
		{"s.one(1, 2)", "invalid: Expecting less arguments: s.one(arg)"},
		{"s.admin", "denied: 'admin' permissions needed for 's.admin()'"},
		{"s.panic", "internal: Error while executing 's.panic()'"},
		{"s.x", "not_found: No Servercommand 's.x' available"},
		{"", "not_found: No Servercommand '' available"},
		{"s.getadmin(secret", "invalid: 's.getadmin(***' is no command; expected one like s.info(lamp)"},
	} {
		answer, err := s.RunCommand(t.Context(), stranger{}, test.text)
		got := answer.Text
		if err != nil {
			got = string(fault.Of(err).Code) + ": " + fault.Of(err).Message
		}
		if got != test.want {
			t.Errorf("%q: %s, want %s", test.text, got, test.want)
		}
	}
	if answer, err := s.RunCommand(t.Context(), stranger{[]string{althing.Admin}}, "s.admin()"); err != nil || answer.Text != "10.0.0.1: []" {
		t.Errorf("an admin: %+v, %v", answer, err)
	}
}

// TestAfter has a command end the conn that reads its answer.
func TestAfter(t *testing.T) {
	s := &althing.Server{}
	s.Handle(althing.Command{Name: "s.bye", Do: func(_ context.Context, call *althing.Call) (althing.Answer, error) {
		return althing.Answer{Text: "Good bye", After: func() { call.Conn.Close("as you said") }}, nil
	}})
	started(t, s)
	gone := make(chan error, 1)
	s.OnDisconnect(func(_ *althing.Conn, reason error) { gone <- reason })
	c := dial(t, s, althing.ClientOptions{Name: "lamp"})
	if answer, err := c.Command(t.Context(), "s.bye"); err != nil || answer.Text != "Good bye" {
		t.Errorf("%+v, %v", answer, err)
	}
	if reason := wait(t, gone, "end"); reason.Error() != "as you said" {
		t.Errorf("it ended with %v", reason)
	}
}

func TestSetAdminKey(t *testing.T) {
	s := &althing.Server{}
	started(t, s)
	if !s.IsAdminKey("any") {
		t.Error("without a key not everybody is an admin")
	}
	s.SetAdminKey("a,b")
	if s.IsAdminKey("a") || !s.IsAdminKey("a,b") {
		t.Error("another key is the admin key")
	}
	if dial(t, s, althing.ClientOptions{Name: "guest"}); s.ByName("guest").Has(althing.Admin) {
		t.Error("without a key a client is an admin")
	}
	if dial(t, s, althing.ClientOptions{Name: "chief", Key: "a,b"}); !s.ByName("chief").Has(althing.Admin) {
		t.Error("with the key a client is no admin")
	}
}
