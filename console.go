package althing

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

// Kind is a kind of what a server or a client says.
type Kind string

// The kinds.
const (
	KindMessage    Kind = "message"    // what the other side says, messages and commands
	KindConnection Kind = "connection" // who comes and goes
	KindStatus     Kind = "status"     // what this side does
	KindWarning    Kind = "warning"    // what somebody else did wrong
	KindError      Kind = "error"      // what went wrong here
)

// Output are functions that take what a server or a client says, each kind its
// own, in place of the Console. They are called concurrently, and hold up whoever
// has something to say.
//
// What has neither a function nor a Console goes to the Logger. A Logger that was
// set gets all of it.
type Output struct {
	Message    func(from, text string)
	Connection func(line string)
	Status     func(line string)
	Warning    func(line string)
	Error      func(line string)
}

// voice says what is to be known, and remembers it.
type voice struct {
	output  Output
	console io.Writer
	styled  bool   // the console shows ANSI's sequences
	mark    string // behind the name of who says a message; empty: it is shown alone
	log     func() *slog.Logger
	logs    bool // log gets what goes elsewhere, too
	chatty  bool // somebody wants messages, of which there are many
	events  eventLog

	mu sync.Mutex // one line at a time
}

// prepare takes the options of a server or a client.
func (v *voice) prepare(console io.Writer, output Output, noStyles bool, log *slog.Logger, verbose bool) {
	v.output, v.console, v.styled = output, console, !noStyles && shows(console)
	v.log, v.logs = func() *slog.Logger { return logger(log, verbose) }, log != nil
	v.chatty = output.Message != nil || console != nil || verbose
}

// prefixes stand before lines of their kinds, and styles colour them.
var (
	prefixes = map[Kind]string{KindWarning: "WAR: ", KindError: "ERR: "}
	styles   = map[Kind]string{KindWarning: "\x1b[33m", KindError: "\x1b[31m"}
	levels   = map[Kind]slog.Level{KindWarning: slog.LevelWarn, KindError: slog.LevelError}
)

const unstyled = "\x1b[0m"

// message says what the other side has said. It is for chatty voices only.
func (v *voice) message(from, text string) {
	switch {
	case v.output.Message != nil:
		v.output.Message(from, text)
	case v.console == nil:
	case v.mark == "":
		v.print(shown(text, v.styled))
	default:
		v.print(time.Now().Format("[15:04:05]") + from + v.mark + below(shown(text, v.styled)))
	}
	v.remember(KindMessage, from+": "+oneLine(text))
	if v.logs || v.output.Message == nil && v.console == nil {
		v.log().Info("message", "from", from, "text", text)
	}
}

func (v *voice) connection(line string, attrs ...any) { v.say(KindConnection, line, line, attrs) }
func (v *voice) status(line string, attrs ...any)     { v.say(KindStatus, line, line, attrs) }
func (v *voice) warning(line string, attrs ...any)    { v.say(KindWarning, line, line, attrs) }

// error says what went wrong here, and where, if attrs have a stack.
func (v *voice) error(what string, attrs ...any) {
	v.say(KindError, sentence(what, attrs), what, attrs)
}

// say says a line, of which the Logger gets msg and attrs.
func (v *voice) say(kind Kind, line, msg string, attrs []any) {
	line = oneLine(line)
	v.remember(kind, line)
	hook := map[Kind]func(string){
		KindConnection: v.output.Connection, KindStatus: v.output.Status,
		KindWarning: v.output.Warning, KindError: v.output.Error,
	}[kind]
	switch {
	case hook != nil:
		hook(line)
	case v.console == nil:
	case v.styled && styles[kind] != "":
		v.print(styles[kind] + prefixes[kind] + line + unstyled + stackIn(attrs))
	default:
		v.print(prefixes[kind] + line + stackIn(attrs))
	}
	if v.logs || hook == nil && v.console == nil {
		v.log().Log(context.Background(), levels[kind], msg, attrs...) //nolint:sloglint // msg is a constant of the caller
	}
}

// Say says a line of the program's own as one of that kind: where the server's go.
// Messages come from clients; one of the program's is its name's.
func (s *Server) Say(kind Kind, line string) { s.out().line(s.name(), kind, line) }

// Say says a line of the program's own, as Server.Say does.
func (c *Client) Say(kind Kind, line string) { c.out().line(c.Name(), kind, line) }

func (v *voice) line(from string, kind Kind, line string) {
	if kind == KindMessage {
		v.message(from, line)
		return
	}
	v.say(kind, line, line, nil)
}

func (v *voice) remember(kind Kind, line string) {
	if err := v.events.add(kind, line); err != nil {
		v.log().Warn("the log file cannot be written any more", "err", err)
	}
}

func (v *voice) close() {
	if err := v.events.close(); err != nil {
		v.log().Warn("the log file was not written to its end", "err", err)
	}
}

func (v *voice) print(line string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	_, _ = io.WriteString(v.console, line+"\n") // there is nowhere else to say so
}

// sentence is a kind of line and what belongs to it: "a connection was refused
// (from 10.0.0.7:4711, there are 1000 connections)".
func sentence(kind string, attrs []any) string {
	var parts []string
	for i := 0; i+1 < len(attrs); i += 2 {
		switch {
		case attrs[i] == "err":
			parts = append(parts, fmt.Sprint(attrs[i+1]))
		case attrs[i] == "times" && attrs[i+1] == 1, attrs[i] == stackKey:
		default:
			parts = append(parts, fmt.Sprint(attrs[i], " ", attrs[i+1]))
		}
	}
	if len(parts) == 0 {
		return kind
	}
	return kind + " (" + strings.Join(parts, ", ") + ")"
}

// stackKey is the key of the stack among what belongs to an error: it is for the
// console and the Logger, and no part of a line.
const stackKey = "stack"

func stackIn(attrs []any) string {
	for i := 0; i+1 < len(attrs); i += 2 {
		if attrs[i] == stackKey {
			return below(fmt.Sprint("\n", attrs[i+1]))
		}
	}
	return ""
}

// shows reports whether what is written to w may hold ANSI's sequences: it is a
// terminal, and nobody has said otherwise (no-color.org).
func shows(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	is, err := f.Stat()
	return err == nil && is.Mode()&os.ModeCharDevice != 0
}

// controls are what a terminal obeys: sequences that style what follows, other
// sequences, and single characters, but for the end of a line and the tabulator.
var controls = regexp.MustCompile(`\x1b\[[0-9;:]*m|\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x{9f}]`)

// shown is a text as it may be shown: nothing in it does anything to a terminal
// but to style what is written, where that is wanted.
func shown(text string, styled bool) string {
	if strings.IndexFunc(text, unicode.IsControl) < 0 && utf8.ValidString(text) {
		return text
	}
	text = strings.ToValidUTF8(text, string(utf8.RuneError))
	return controls.ReplaceAllStringFunc(text, func(control string) string {
		if styled && strings.HasSuffix(control, "m") && len(control) > 1 {
			return control
		}
		return ""
	})
}

// oneLine is a text of which no part looks like a line of its own.
func oneLine(text string) string { return strings.ReplaceAll(shown(text, false), "\n", " ") }

// below is a text of which further lines are not mistaken for lines of ours.
func below(text string) string { return strings.ReplaceAll(text, "\n", "\n    ") }
