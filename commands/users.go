package commands

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"althing"
	"althing/fault"
	"althing/value"
	"althing/wire"
)

func (b *builtins) userCommands() []builtin {
	return []builtin{
		{
			name: "s.connectto", category: users, params: []string{"ip"}, optional: []string{"port"},
			description: "Sends you to another server: an address, or the name of one below this", do: b.connectTo,
		},
		{name: "s.ping", category: users, description: "Measures how long a word to you and back takes", do: ping},
		{
			name: "s.changename", category: users, params: []string{"newname"}, optional: []string{"clientname"},
			description: "Changes your name; an admin changes others' too", do: b.changeName,
		},
		{
			name: "s.mute", category: users, params: []string{"username"}, repeatable: "username", admin: true,
			description: "Has what users send take no effect", do: b.mute,
		},
		{
			name: "s.unmute", category: users, params: []string{"username"}, repeatable: "username", admin: true,
			description: "Listens to muted users again", do: b.unmute,
		},
		{
			name: "s.kickuser", category: users, params: []string{"username"}, repeatable: "username", admin: true,
			description: "Disconnects users", do: b.kickUser,
		},
		{
			name: "s.kickip", category: users, params: []string{"ip"}, repeatable: "ip", admin: true,
			description: "Disconnects all users of an address", do: b.kickIP,
		},
	}
}

func ping(ctx context.Context, call *althing.Call) (althing.Answer, error) {
	conn, err := connOf(call)
	if err != nil {
		return althing.Answer{}, err
	}
	took, err := conn.Ping(ctx)
	if err != nil {
		return althing.Answer{}, err
	}
	return althing.Answer{Text: althing.Text("Ping is %dms", took.Milliseconds()).Text, Value: value.Float(took.Seconds())}, nil
}

func (b *builtins) connectTo(_ context.Context, call *althing.Call) (althing.Answer, error) {
	to, err := b.destination(call)
	if err != nil {
		return althing.Answer{}, err
	}
	return b.move(call.Conn, to)
}

// destination is where a call's arguments lead to: a server that has registered
// here or is in the tree, by its name, or an address.
func (b *builtins) destination(call *althing.Call) (string, error) {
	if below := b.server.ByName(call.Arg(0)); below != nil && below.IsServer() && len(call.Args) == 1 {
		if to := below.Hello().Address; to != "" {
			return to, nil
		}
		return "", fault.New(fault.NotFound, "server '%s' does not say where it can be reached", shown(below.Name(), maxTitle))
	}
	if b.Tree != nil && len(call.Args) == 1 {
		name := unquoted(call.Arg(0))
		switch to, err := b.Tree.Find(name); {
		case err == nil && to == "":
			return "", fault.New(fault.NotFound, "server '%s' does not say where it can be reached", shown(name, maxTitle))
		case err == nil && own(call.Conn, b.server.ListenAddr(), to):
			return "", errOwnAddress
		case err == nil || fault.Is(err, fault.Conflict):
			return to, err
		}
	}
	to, err := b.addressOf(call)
	if host := unquoted(call.Arg(0)); err == nil && len(call.Args) == 1 && host != "localhost" && !strings.ContainsAny(host, ".:") {
		// a client that is sent to a name which was misspelt would be lost
		return "", fault.New(fault.NotFound, "No server '%s'; for a host of that name give the port, too", shown(host, maxTitle))
	}
	return to, err
}

// move has a client go on at another server. Who is no conn is told the address.
func (b *builtins) move(conn *althing.Conn, to string) (althing.Answer, error) {
	if conn == nil {
		return say("Connect to " + to + ": this way in keeps no connection that could be moved")
	}
	return althing.Answer{Text: "Connecting you to " + to, After: func() {
		if err := b.server.Move(conn, to); err == nil {
			conn.On("").Close("") // no channel is called so: all of the client goes
		}
	}}, nil
}

func (b *builtins) changeName(ctx context.Context, call *althing.Call) (althing.Answer, error) {
	name := call.Arg(0)
	if len(call.Args) < 2 {
		conn, err := connOf(call)
		if err != nil {
			return althing.Answer{}, err
		}
		if err := b.server.Rename(ctx, conn, name); err != nil {
			return althing.Answer{}, err
		}
		return say("Your username changed to '" + name + "'")
	}
	other := b.server.ByName(call.Arg(1))
	switch {
	case other != nil && other == call.Conn:
	case !call.By.Has(althing.Admin):
		return althing.Answer{}, fault.New(fault.Denied, "'%s' permissions needed for '%s()'", althing.Admin, call.Name)
	case other == nil:
		return althing.Answer{}, noUser(call.Arg(1))
	}
	if err := b.server.Rename(ctx, other, name); err != nil {
		return althing.Answer{}, err
	}
	if other == call.Conn {
		return say("Your username changed to '" + name + "'")
	}
	b.Audit(call.By, shown(wire.CommandText(call.Name, call.Args), maxLine))
	tell(other, "Your username changed to '%s'", name)
	return say("Changed username of '" + shown(call.Arg(1), maxTitle) + "' to '" + name + "'")
}

func (b *builtins) mute(_ context.Context, call *althing.Call) (althing.Answer, error) {
	return b.each(call, func(conn *althing.Conn) string {
		if conn == call.Conn {
			return "You would not be heard when you unmute yourself"
		}
		conn.SetMuted(true)
		tell(conn, "You got muted by '%s'", call.By.Name())
		return "Muted user '" + shown(conn.Name(), maxTitle) + "'"
	})
}

func (b *builtins) unmute(_ context.Context, call *althing.Call) (althing.Answer, error) {
	return b.each(call, func(conn *althing.Conn) string {
		conn.SetMuted(false)
		tell(conn, "You got unmuted by '%s'", call.By.Name())
		return "Unmuted user '" + shown(conn.Name(), maxTitle) + "'"
	})
}

func (b *builtins) kickUser(ctx context.Context, call *althing.Call) (althing.Answer, error) {
	var k kicking
	for _, name := range argTexts(call.Args) {
		if conn := b.server.ByName(name); conn != nil {
			k.kick(conn)
			continue
		}
		if b.Kick == nil {
			k.missing = append(k.missing, name)
			continue
		}
		there, err := b.Kick(ctx, name, call.By.Name())
		switch {
		case err != nil:
			return althing.Answer{}, err
		case there:
			k.lines = append(k.lines, "Kicked user '"+shown(name, maxTitle)+"'")
		default:
			k.missing = append(k.missing, name)
		}
	}
	return k.answer(call.By)
}

func (b *builtins) kickIP(_ context.Context, call *althing.Call) (althing.Answer, error) {
	var k kicking
	conns := sorted(b.server)
	for _, text := range argTexts(call.Args) {
		ip, err := netip.ParseAddr(unquoted(text))
		if err != nil {
			return althing.Answer{}, fault.New(fault.Invalid, "'%s' is no ip; expected one like 192.168.178.140", shown(text, maxTitle))
		}
		found := false
		for _, conn := range conns {
			from, err := netip.ParseAddr(hostOf(conn.RemoteAddr()))
			if err == nil && from.Unmap() == ip.Unmap() {
				k.kick(conn)
				found = true
			}
		}
		if !found {
			k.missing = append(k.missing, text)
		}
	}
	return k.answer(call.By)
}

// kicking is who is to go, and what the one who said so is told.
type kicking struct {
	conns   []*althing.Conn
	lines   []string
	missing []string
}

func (k *kicking) kick(conn *althing.Conn) {
	if !slices.Contains(k.conns, conn) {
		k.conns = append(k.conns, conn)
		k.lines = append(k.lines, "Kicked user '"+shown(conn.Name(), maxTitle)+"'")
	}
}

// answer is the answer, behind which they go: the asker may be one of them.
func (k *kicking) answer(by althing.Caller) (althing.Answer, error) {
	answer, err := told(k.lines, k.missing)
	answer.After = func() {
		for _, conn := range k.conns {
			conn.Close("You got kicked by '" + shown(by.Name(), maxTitle) + "'")
		}
	}
	return answer, err
}

// each does something to every user that a call names.
func (b *builtins) each(call *althing.Call, do func(*althing.Conn) string) (althing.Answer, error) {
	var lines, missing []string
	for _, name := range argTexts(call.Args) {
		if conn := b.server.ByName(name); conn != nil {
			lines = append(lines, do(conn))
		} else {
			missing = append(missing, name)
		}
	}
	return told(lines, missing)
}

// told is an answer of what was done, and whom there was not to do it to. It is
// an error when nothing was done.
func told(lines, missing []string) (althing.Answer, error) {
	if len(lines) == 0 && len(missing) == 1 {
		return althing.Answer{}, noUser(missing[0])
	}
	for _, name := range missing {
		lines = append(lines, noUser(name).Message)
	}
	text := strings.Join(lines, "\n")
	if len(lines) == len(missing) {
		return althing.Answer{}, fault.New(fault.NotFound, "%s", text)
	}
	return althing.Answer{Text: text}, nil
}

func noUser(name string) *fault.Error {
	return fault.New(fault.NotFound, "No user '%s'", shown(name, maxTitle))
}

// tell sends a line to a client. One that does not read misses it.
func tell(conn *althing.Conn, line string, args ...any) {
	_ = conn.Send(althing.NewMessage(line, args...))
}

// sorted gives a server's conns in the order of their names.
func sorted(server *althing.Server) []*althing.Conn {
	conns := slices.Clone(server.Conns())
	slices.SortFunc(conns, func(a, c *althing.Conn) int { return strings.Compare(a.Name(), c.Name()) })
	return conns
}
