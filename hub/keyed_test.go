package hub_test

import (
	"testing"
	"time"

	"althing/access"
	"althing/fault"
	"althing/hub"
	"althing/hub/hubtest"
)

// addUser makes the key of a user of a hub.
func addUser(t *testing.T, h *hub.Hub, name string) (key string) {
	t.Helper()
	key, err := access.AddUser(h.Data(), name)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestLogin(t *testing.T) {
	h := hubtest.Open(t, func(c *hub.Config) { c.Guests = access.Nothing })
	anna := addUser(t, h, "anna")
	// A connection for one request.
	hubtest.Story(t, hubtest.Enter(t, h, ""), [][2]string{
		{"1 + 1", "Error: PermissionError: guests may not ask here; users and administrators may, with a key"},
		{"x = login('" + anna + "')", "Error: PermissionError: guests may not ask here; …"},
		{"login('" + anna + "'[:])", "Error: PermissionError: guests may not ask here; …"},
		{"login('wrong'); setReg('a', 1)", "Error: PermissionError: the key is wrong; it is nobody's here"},
		{"login(5)", "Error: TypeError: …"},
		{"login('" + anna + "'); setReg('a', 1); getReg('a')", "1"},
	})
	line := hubtest.Enter(t, h, "")
	line.Keep()
	hubtest.Story(t, line, [][2]string{
		{"login('" + anna + "')", "user anna"},
		{"MyData['a'] += 1", "OK"},
		{"dbExec('CREATE TABLE t (n)')", "OK"},
		{"admin('" + anna + "', 's.help()')", "Error: PermissionError: Adminkey incorrect"},
	})
	if err := access.RemoveUser(h.Data(), "anna"); err != nil {
		t.Fatal(err)
	}
	hubtest.Story(t, line, [][2]string{
		{"getReg('a')", "Error: PermissionError: guests may not ask here; …"},
		{"login('" + anna + "')", "Error: PermissionError: the key is wrong; …"},
	})
	// The admin key is a key, too.
	hubtest.Story(t, hubtest.Enter(t, h, ""), [][2]string{
		{"login('" + h.Access().Made() + "'); getReg('a')", "2"},
	})
}

// TestAKeyThatIsTakenBack ends the session of who only listens.
func TestAKeyThatIsTakenBack(t *testing.T) {
	h := hubtest.Open(t, func(c *hub.Config) { c.Guests = access.ReadOnly })
	s := hubtest.Enter(t, h, "")
	if err := s.Authorize("wrong"); !fault.Is(err, fault.Denied) {
		t.Errorf("a wrong key: %v", err)
	}
	if err := s.Authorize(addUser(t, h, "anna")); err != nil || s.Role() != access.User {
		t.Fatalf("anna is %v, %v", s.Role(), err)
	}
	gone := make(chan error, 1)
	is, err := s.Register(t.Context(), hub.Registration{Name: "lamp", Gone: func(reason error) { gone <- reason }})
	if err != nil || is.Role != access.User {
		t.Fatal(is, err)
	}
	if err := access.RemoveUser(h.Data(), "anna"); err != nil {
		t.Fatal(err)
	}
	select {
	case reason := <-gone:
		if !fault.Is(reason, fault.Denied) || s.Role() != access.Guest {
			t.Errorf("%v, and it is %v", reason, s.Role())
		}
	case <-time.After(20 * time.Second):
		t.Error("the session goes on")
	}
	if err := s.May(access.Write); err == nil {
		t.Error("it may still write")
	}
}
