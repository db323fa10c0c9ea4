package commands

import (
	"context"
	"io"
	"os"
	"strings"
	"time"

	"althing"
	"althing/fault"
)

func (b *builtins) serverCommands() []builtin {
	return []builtin{
		{
			name: "s.storelog", category: management, optional: []string{"filename"}, admin: true,
			description: "Stores the log in a file", do: b.storeLog,
		},
		{
			name: "s.closedatasock", category: management, params: []string{"serversockname"}, repeatable: "serversockname", admin: true,
			description: "Closes datasocks and all connections to them", do: b.closeDatasock,
		},
		{
			name: "s.services", category: management, params: []string{"enable"}, optional: []string{"service_name"}, admin: true,
			description: "Enables or disables a service, or the routine of all (true, false)", do: b.services,
		},
		{
			name: "s.restart", category: management, admin: true,
			description: "Disconnects all users and starts the server again",
			confirm:     b.confirmEnd("Send %s again to confirm the restart of the server"),
			do:          b.end(true, "Restarting Server"),
		},
		{
			name: "s.shutdown", category: management, admin: true,
			description: "Disconnects all users and shuts the server down",
			confirm:     b.confirmEnd("Send %s again to confirm the shutdown of the server"),
			do:          b.end(false, "Shutting Server down"),
		},
	}
}

// confirmEnd asks for confirmation where the server may be ended. %s is the
// command.
func (b *builtins) confirmEnd(what string) func(*althing.Call) (string, error) {
	return func(*althing.Call) (string, error) { return what, b.Endless }
}

// end is a command that ends the server, or starts it again.
func (b *builtins) end(restart bool, text string) func(context.Context, *althing.Call) (althing.Answer, error) {
	return func(context.Context, *althing.Call) (althing.Answer, error) {
		return althing.Answer{Text: text, After: func() { b.endNow(restart) }}, nil
	}
}

// endNow ends the server. Who asked has been answered: only the log is left to
// be told what goes wrong.
func (b *builtins) endNow(restart bool) {
	if err := b.Stop(restart); err != nil {
		b.log.Error("the server cannot be stopped", "restart", restart, "err", err)
	}
}

// endWithin is how long clients are waited for: longer than it takes to tell
// them, and to write what is on its way to them.
const endWithin = 15 * time.Second

// stop is Options.Stop where there is none. It is called by a conn's goroutine,
// which the end waits for.
func (b *builtins) stop(restart bool) error {
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), endWithin)
		defer cancel()
		end := b.server.Shutdown
		if restart {
			end = b.server.Restart
		}
		if err := end(ctx); err != nil {
			b.log.Error("the server did not end in good order", "restart", restart, "err", err)
		}
	}()
	return nil
}

// maxFileName is the bytes of a file's name, as file systems have it.
const maxFileName = 100

func (b *builtins) storeLog(_ context.Context, call *althing.Call) (althing.Answer, error) {
	if b.LogDir == "" {
		return althing.Answer{}, fault.New(fault.Unavailable, "this server has no folder for logs")
	}
	name := unquoted(call.Arg(0))
	if name == "" {
		name = "log-" + b.Now().Format("20060102-150405") + ".txt"
	}
	if len(name) > maxFileName || strings.HasPrefix(name, ".") || strings.ContainsFunc(name, func(r rune) bool { return !fileLetter(r) }) {
		return althing.Answer{}, fault.New(fault.Invalid, "'%s' is no name of a log file; expected letters, digits, '.', '-' and '_'", shown(name, maxTitle))
	}
	if err := writeNew(b.LogDir, name, b.WriteLog); err != nil {
		return althing.Answer{}, err
	}
	return say("Stored the log in '" + name + "'")
}

func fileLetter(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || strings.ContainsRune(".-_", r)
}

// writeNew makes a file in a folder, and only there: never over another.
func writeNew(dir, name string, write func(io.Writer) error) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fault.Wrap(err, fault.Unavailable, "the folder for logs cannot be made")
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "the folder for logs cannot be opened")
	}
	defer func() { _ = root.Close() }()
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fault.Wrap(err, fault.Conflict, "the file '%s' cannot be made; is there one of that name?", name)
	}
	err = write(f)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "the file '%s' cannot be written", name)
	}
	return nil
}
