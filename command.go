package althing

import (
	"context"
	"runtime/debug"
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
	// follow. Repeatable is one that may be given any number of times at the end:
	// the last of those, once more, or another, which may be left out. A name is
	// for people.
	Params     []string
	Optional   []string
	Repeatable string
	// Secret says that the one argument is a key. All that stands between the
	// brackets is it, commas and brackets too.
	Secret bool
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

// Caller is who asks for a command: a *Conn, or somebody who came another way and
// for whom the program calls Server.RunCommand.
type Caller interface {
	// ID tells callers apart. A caller keeps it.
	ID() string
	// Name is what others know the caller by.
	Name() string
	// Has reports whether the caller has a permission.
	Has(permission string) bool
}

// Call is one call of a command or a request.
type Call struct {
	By   Caller
	Conn *Conn // the other side; nil when By came another way
	Name string
	Args []value.Value
	// From is the client that asks, by its name, or name@hub at another hub. It is
	// empty when the server asks by itself, and of commands.
	From string
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
	// After, if set, is called when the answer is on its way: for what ends the
	// conn that it goes to, or tells it more. It is not called when there is an
	// error.
	After func()
	// Later, if set, gives the answer to a method in place of this one. What the
	// method does has been begun, in order; its end is waited for beside what the
	// same caller sends next.
	Later func(ctx context.Context) (Answer, error)
}

// Text is an answer of text, formatted as by fmt.Sprintf when there are
// arguments.
func Text(text string, args ...any) Answer {
	return Answer{Text: NewMessage(text, args...).String()}
}

// Usage is how the command is called: "s.greet(name, greeting[o], more[o][r])".
func (c *Command) Usage() string {
	names := slices.Concat(c.Params, c.Optional)
	if c.Repeatable != "" && (len(names) == 0 || names[len(names)-1] != c.Repeatable) {
		names = append(names, c.Repeatable)
	}
	shown := slices.Clone(names)
	for i := range names {
		if i >= len(c.Params) {
			shown[i] += "[o]"
		}
		if i == len(names)-1 && c.Repeatable != "" {
			shown[i] += "[r]"
		}
	}
	return c.Name + "(" + strings.Join(shown, ", ") + ")"
}

// check refuses a command that nobody could call.
func (c *Command) check() error {
	if c.Do == nil {
		return fault.New(fault.Invalid, "the command %q does nothing: set its Do", c.Name)
	}
	return checkName("command", c.Name)
}

// permits says whether a caller with these permissions may call the command.
func (c *Command) permits(by Caller) error {
	for _, permission := range c.Needs {
		if !by.Has(permission) {
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

// run does what the call asks for, and says what goes wrong by a mistake.
func (c *Command) run(ctx context.Context, call *Call, out *voice) (answer Answer, err error) {
	failed := func(err error) error {
		return fault.Wrap(err, fault.Internal, "Error while executing '%s()'", c.Name)
	}
	defer func() {
		if p := recover(); p != nil {
			out.error("a command has panicked", "command", c.Name, "by", call.By.Name(), "panic", p, stackKey, string(debug.Stack()))
			err = failed(nil)
		}
	}()
	answer, err = c.Do(ctx, call)
	if err == nil {
		return answer, nil
	}
	if e := fault.Of(err); e.Code != fault.Internal {
		return answer, e
	}
	out.error("a command has failed", "command", c.Name, "by", call.By.Name(), "err", err)
	return answer, failed(err)
}

// RunCommand runs one of the server's commands for somebody who has no conn
// here, as if a conn had asked for it. It is a text, "s.info(lamp)"; brackets in
// which nothing would stand may be left out. Whoever calls it calls the answer's
// After.
func (s *Server) RunCommand(ctx context.Context, by Caller, text string) (Answer, error) {
	text = strings.TrimSpace(text)
	name, inner, ok := wire.CutCommand(text)
	if !ok && strings.Contains(text, "(") {
		return Answer{}, fault.New(fault.Invalid, "%s is no command; expected one like s.info(lamp)", quoted(wire.Redact(text)))
	}
	args, err := wire.SplitArgs(inner)
	if err != nil {
		return Answer{}, err
	}
	f := wire.Frame{Kind: wire.Command, Name: name, Args: args, Text: inner}
	command, err := s.commandFor(by, &f)
	if err != nil {
		return Answer{}, err
	}
	return command.run(ctx, &Call{By: by, Name: name, Args: f.Args}, s.out())
}

// commandFor gives the command that f asks for, or says why by cannot have it.
func (s *Server) commandFor(by Caller, f *wire.Frame) (*Command, error) {
	command, ok := s.commands.get(f.Name)
	if !ok {
		return nil, fault.New(fault.NotFound, "No Servercommand %s available", quoted(f.Name))
	}
	if command.Secret && f.Text != "" {
		f.Args = []value.Value{value.Str(f.Text)}
	}
	if err := command.permits(by); err != nil {
		return nil, err
	}
	return command, command.accepts(len(f.Args))
}
