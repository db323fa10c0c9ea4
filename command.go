package althing

import (
	"context"
	"slices"
	"strings"
	"time"

	"althing/fault"
	"althing/value"
	"althing/wire"
)

// The permissions that the framework itself knows. Any other text may be one.
const (
	User  = "user"  // everybody who is registered has it
	Admin = "admin" // who gave the admin key, or everybody when there is none
)

// Command is a named action that the other side may ask for: of a server by its
// clients, of a client by its server.
type Command struct {
	Name        string // "s.greet"
	Description string
	Category    string
	// Params are the parameters that must be given, Optional those that may
	// follow, and Repeatable one that may be given any number of times at the
	// end, or not at all. A name is for people.
	Params     []string
	Optional   []string
	Repeatable string
	// Needs are the permissions that the caller must have, all of them. None
	// means User. A client asks nothing of its server.
	Needs []string
	// Background lets the command run beside what the same caller sends next.
	// Without it, that waits until the command is done.
	Background bool
	// Do is what the command does. It is called by one goroutine of each caller
	// at a time, or any number when Background is set. ctx ends with the
	// caller's connection. An error of package fault is told to the caller;
	// of any other, and of a panic, only the log knows more.
	Do func(ctx context.Context, call *Call) (Answer, error)
}

// Call is one call of a command or a request.
type Call struct {
	Conn *Conn // the other side
	Name string
	Args []value.Value
}

// Arg gives an argument as text, and nothing when there are not so many.
func (c *Call) Arg(i int) string {
	if i >= len(c.Args) {
		return ""
	}
	return value.Text(c.Args[i])
}

// Answer is what a command or a request gives.
type Answer struct {
	Text  string      // for people
	Value value.Value // for programs; nil is nothing
	// Took is the time from the question to the answer, for the side that
	// asked. It is not sent.
	Took time.Duration
}

// Text is an answer of text, formatted as by fmt.Sprintf when there are
// arguments.
func Text(text string, args ...any) Answer {
	return Answer{Text: NewMessage(text, args...).String()}
}

// Usage is how the command is called: "s.greet(name, greeting[o], more[o][r])".
func (c *Command) Usage() string {
	params := slices.Clone(c.Params)
	for _, name := range c.Optional {
		params = append(params, name+"[o]")
	}
	if c.Repeatable != "" {
		params = append(params, c.Repeatable+"[o][r]")
	}
	return c.Name + "(" + strings.Join(params, ", ") + ")"
}

// check refuses a command that nobody could call.
func (c *Command) check() error {
	if c.Do == nil {
		return fault.New(fault.Invalid, "the command %q does nothing: set its Do", c.Name)
	}
	return checkName("command", c.Name)
}

// permits says whether a caller with these permissions may call the command.
func (c *Command) permits(conn *Conn) error {
	for _, permission := range c.Needs {
		if !conn.Has(permission) {
			return fault.New(fault.Denied, "'%s' permissions needed for '%s()'", permission, c.Name)
		}
	}
	return nil
}

// accepts says whether the command can be called with so many arguments.
func (c *Command) accepts(args int) error {
	switch {
	case args < len(c.Params):
		return fault.New(fault.Invalid, "Expecting more arguments: %s", c.Usage())
	case args > len(c.Params)+len(c.Optional) && c.Repeatable == "":
		return fault.New(fault.Invalid, "Expecting less arguments: %s", c.Usage())
	}
	return nil
}

// run calls the command for f, which asked for it.
func (c *Command) run(ctx context.Context, conn *Conn, f wire.Frame) (Answer, error) {
	answer, err := c.Do(ctx, &Call{Conn: conn, Name: f.Name, Args: f.Args})
	if err == nil {
		return answer, nil
	}
	if e := fault.Of(err); e.Code != fault.Internal {
		return answer, e
	}
	return answer, fault.Wrap(err, fault.Internal, "Error while executing '%s()'", c.Name)
}
