// Package commands has the built-in commands of a server, from s.help to
// s.shutdown, the same for every server and for whoever asks: a conn, or somebody
// for whom the program calls Server.RunCommand.
//
// Their texts are those that programs look for. Each is made once, with ANSI's
// sequences for those whose protocol shows them on a terminal, without for all
// others.
package commands

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"althing"
	"althing/fault"
	"althing/value"
	"althing/wire"
)

// The categories, as s.help shows them.
const (
	users      = "user management"
	management = "server management"
	statistic  = "statistic"
	subserver  = "subserver"
	mainserver = "mainserver"
)

var categories = []string{users, management, statistic, subserver, mainserver}

// Options are what the commands of one server do in another way than those of
// most. The zero value is useful.
type Options struct {
	// CheckKey says why key is not the admin key: Server.IsAdminKey.
	CheckKey func(by althing.Caller, key string) error
	// SetKey takes another admin key: Server.SetAdminKey.
	SetKey func(key string) error
	// NewKey says how to make a new admin key, since none is ever shown.
	NewKey string
	// Stop ends the server, or starts it again: Server.Shutdown, Server.Restart.
	// It must not wait for that.
	Stop func(restart bool) error
	// Endless says why no command may end the server. Nil: one may.
	Endless error
	// Audit is told what commands that need an administrator were run, without
	// the keys in them.
	Audit func(by althing.Caller, command string)
	// Kick lets somebody go who is no conn of the server, and reports whether
	// there is one of that name.
	Kick func(ctx context.Context, name, by string) (bool, error)
	// About tells of what s.info is asked for and is no conn of the server.
	About func(name string) (about string, known bool)
	// Functions gives the functions that the server's owner has added, for s.help:
	// none.
	Functions func() []Function
	// Tree is where the server stands among others: alone.
	Tree Tree
	// LogDir is the one folder in which s.storelog makes files: none. It is
	// made when it is needed.
	LogDir string
	// Errors gives the last errors for s.errortrace, the oldest first, as
	// Recorder.Errors does: the lines of the server's own log.
	Errors func() []string
	// WriteLog writes what s.storelog stores: Server.WriteLog.
	WriteLog func(io.Writer) error
	// Now is the clock: time.Now.
	Now func() time.Time
}

// Function is what s.help tells of a function of the owner's.
type Function struct{ Name, Help, Role string }

// Install adds the commands to a server that has none of the same names. It is
// called before the server is started.
func Install(server *althing.Server, o Options) error {
	b := &builtins{Options: o, server: server}
	b.setDefaults()
	for _, c := range slices.Concat(b.userCommands(), b.rightsCommands(), b.serverCommands(), b.statisticCommands(), b.networkCommands()) {
		if err := server.AddCommand(b.guarded(c), false); err != nil {
			return err
		}
	}
	return nil
}

// builtins are the commands of one server.
type builtins struct {
	Options
	server    *althing.Server
	log       *slog.Logger
	confirmed confirmations
}

func (b *builtins) setDefaults() {
	if b.CheckKey == nil {
		b.CheckKey = func(_ althing.Caller, key string) error {
			if !b.server.IsAdminKey(key) {
				return fault.New(fault.Denied, "Adminkey incorrect")
			}
			return nil
		}
	}
	if b.SetKey == nil {
		b.SetKey = func(key string) error {
			b.server.SetAdminKey(key)
			return nil
		}
	}
	if b.NewKey == "" {
		b.NewKey = "s.setadminkey(new_key) sets another"
	}
	if b.Stop == nil {
		b.Stop = b.stop
	}
	if b.Audit == nil {
		b.Audit = func(althing.Caller, string) {}
	}
	if b.Functions == nil {
		b.Functions = func() []Function { return nil }
	}
	if b.Errors == nil {
		b.Errors = b.loggedErrors
	}
	if b.WriteLog == nil {
		b.WriteLog = b.server.WriteLog
	}
	if b.Now == nil {
		b.Now = time.Now
	}
	if b.log = b.server.Logger; b.log == nil {
		b.log = slog.Default()
	}
}

// builtin is a command of this package.
type builtin struct {
	name        string
	category    string
	description string
	params      []string
	optional    []string
	repeatable  string
	admin       bool
	secret      bool // the argument is a key
	token       bool // one may be a token of another network
	background  bool
	// confirm, if set, makes the command act only when it is sent a second time.
	// It says what the second sending is for, or why there will be none.
	confirm func(call *althing.Call) (what string, err error)
	do      func(ctx context.Context, call *althing.Call) (althing.Answer, error)
}

// guarded makes a command that asks for confirmation and is audited.
func (b *builtins) guarded(c builtin) althing.Command {
	command := althing.Command{
		Name: c.name, Category: c.category, Description: c.description,
		Params: c.params, Optional: c.optional, Repeatable: c.repeatable,
		Secret: c.secret, Background: c.background,
		Needs: []string{althing.User},
	}
	if c.admin {
		command.Needs = []string{althing.Admin}
	}
	command.Do = func(ctx context.Context, call *althing.Call) (althing.Answer, error) {
		text := wire.CommandText(call.Name, call.Args)
		if c.confirm != nil {
			what, err := c.confirm(call)
			if err != nil {
				return althing.Answer{}, err
			}
			if !certain(call.By) && !b.confirmed.twice(call.By.ID()+" "+text, b.Now()) {
				return althing.Answer{Text: strings.ReplaceAll(what, "%s", "'"+shown(c.forPeople(text), maxLine)+"'")}, nil
			}
		}
		if c.admin {
			b.Audit(call.By, shown(c.forPeople(text), maxLine))
		}
		return c.do(ctx, call)
	}
	return command
}

// forPeople is a call of the command as others may see it.
func (c builtin) forPeople(text string) string {
	if c.secret || c.token {
		return wire.Redact(text)
	}
	return text
}

// certain reports whether a caller need not confirm anything: it is a visitor, which
// brought the key for this, or has Certain, and says so.
func certain(by althing.Caller) bool {
	switch by := by.(type) {
	case *althing.Conn:
		return by.Hello().Role == wire.Visitor
	case interface{ Certain() bool }:
		return by.Certain()
	}
	return false
}

// style is whether the asker is shown ANSI's sequences: not by a server that has
// NoStyles.
type style bool

func (b *builtins) styleFor(call *althing.Call) style {
	return style(!b.server.NoStyles && call.Conn != nil && call.Conn.Styled())
}

func (s style) bold(text string) string {
	if !s {
		return text
	}
	return "\x1b[1m" + text + "\x1b[0m"
}

// argTexts gives the arguments as texts.
func argTexts(args []value.Value) []string {
	texts := make([]string, len(args))
	for i, arg := range args {
		texts[i] = value.Text(arg)
	}
	return texts
}

// connOf is the caller's conn, which what the command does is done to.
func connOf(call *althing.Call) (*althing.Conn, error) {
	if call.Conn == nil {
		return nil, fault.New(fault.Unavailable, "'%s()' is for registered clients; this way in keeps no connection", call.Name)
	}
	return call.Conn, nil
}

// say is an answer of lines.
func say(lines ...string) (althing.Answer, error) {
	return althing.Answer{Text: strings.Join(lines, "\n")}, nil
}
