// Package access is who may do what, and how much of it: roles and acts, the
// admin key, and every bound of a hub, in one table each.
package access

import (
	"althing/fault"
)

// Role is what a caller is to the hub.
type Role uint8

// The roles. Registering gives a name, not rights: whoever has no key is a guest.
const (
	Guest Role = iota
	User
	Admin
)

var roleNames = [...]string{"guest", "user", "admin"}

// String is the role's name.
func (r Role) String() string { return roleNames[r] }

// ParseRole reads a role's name.
func ParseRole(text string) (Role, error) {
	for r, name := range roleNames {
		if name == text {
			return Role(r), nil
		}
	}
	return Guest, fault.New(fault.Invalid, "guest, user or admin, not '%s'", text)
}

// Act is something that a caller does.
type Act uint8

// The acts.
const (
	Ask           Act = iota // have an expression worked out
	Read                     // shared values, groups, status
	Write                    // shared values and variables
	Enter                    // being a client of a session, with a name and an inbox
	Send                     // messages, and what else a client does to others
	SQLRead                  // SQL that changes nothing
	SQLWrite                 // SQL that does
	Function                 // functions of the owner's
	UserFunction             // those that want a user
	AdminFunction            // those that want an administrator
	Record                   // shared values that are numbers, as series
	Command                  // hub commands that need no administrator
	Manage                   // hub commands that do, and the administrators' groups
	acts
)

var actNames = [acts]string{
	"ask", "read", "write", "register", "send messages", "read by SQL", "change anything by SQL",
	"call the owner's functions", "call a function for users", "call a function for administrators", "record values", "run hub commands", "manage the hub",
}

// Guests is how open a hub is to those without a key.
type Guests uint8

// The degrees of openness. The zero value is the seeds' openness.
const (
	Full Guests = iota // all that is not an administrator's
	ReadOnly
	Nothing
)

var guestsNames = map[Guests]string{Full: "full", ReadOnly: "read", Nothing: "none"}

// String is the name by which the setting gives it.
func (g Guests) String() string { return guestsNames[g] }

// Explain says for people what guests may do.
func (g Guests) Explain() string {
	switch g {
	case ReadOnly:
		return "read, but change nothing"
	case Nothing:
		return "nothing"
	}
	return "all but what is an administrator's"
}

// ParseGuests reads the setting.
func ParseGuests(text string) (Guests, error) {
	for g, name := range guestsNames {
		if name == text {
			return g, nil
		}
	}
	return Full, fault.New(fault.Invalid, "full, read or none, not '%s'", text)
}

// allowed is the one table of rights: for every act, what a guest may at each
// degree of openness, and what a user may. An administrator may everything.
var allowed = [acts]struct {
	guest [3]bool // full, read, none
	user  bool
}{
	Ask:      {[3]bool{true, true, false}, true},
	Read:     {[3]bool{true, true, false}, true},
	Write:    {[3]bool{true, false, false}, true},
	Enter:    {[3]bool{true, true, false}, true},
	Send:     {[3]bool{true, false, false}, true},
	SQLRead:  {[3]bool{true, true, false}, true},
	SQLWrite: {[3]bool{true, false, false}, true},
	Function: {[3]bool{true, false, false}, true},
	// A function may itself ask for more.
	UserFunction:  {[3]bool{false, false, false}, true},
	AdminFunction: {[3]bool{false, false, false}, false},

	Record:  {[3]bool{true, false, false}, true},
	Command: {[3]bool{true, false, false}, true},
	Manage:  {[3]bool{false, false, false}, false},
}

// may says why a role may not do that at a degree of openness, or nil.
func may(g Guests, r Role, act Act) error {
	row := &allowed[act]
	if r == Admin || r == User && row.user || r == Guest && row.guest[g] {
		return nil
	}
	switch act {
	case Manage:
		return errManage
	case UserFunction:
		return errUserFunction
	case AdminFunction:
		return errAdminFunction
	}
	return fault.New(fault.Denied, "guests may not %s here; users and administrators may, with a key", actNames[act])
}

var (
	errManage        = fault.New(fault.Denied, "'admin' permissions needed; give the admin key first")
	errUserFunction  = fault.New(fault.Denied, "'user' or 'admin' permissions needed for this function; give a key first")
	errAdminFunction = fault.New(fault.Denied, "'admin' permissions needed for this function; give the admin key first")
)

// CallOf is the act of calling a function that asks for a role.
func CallOf(r Role) Act { return [...]Act{Function, UserFunction, AdminFunction}[r] }
