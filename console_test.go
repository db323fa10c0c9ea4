package althing_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"althing"
	"althing/fault"
	"althing/value"
)

// paper is a console that a test reads.
type paper struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{} // closed by the next write; nil while nobody waits
}

func (p *paper) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.more != nil {
		close(p.more)
		p.more = nil
	}
	return p.text.Write(b)
}

// reading gives the lines, and what the next write closes.
func (p *paper) reading() (lines []string, more <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.more == nil {
		p.more = make(chan struct{})
	}
	return strings.Split(strings.TrimSuffix(p.text.String(), "\n"), "\n"), p.more
}

func (p *paper) lines() []string {
	lines, _ := p.reading()
	return lines
}

// want waits for a line.
func (p *paper) want(t *testing.T, line string) {
	t.Helper()
	for {
		lines, more := p.reading()
		if slices.Contains(lines, line) {
			return
		}
		wait(t, more, "line "+line)
	}
}

// numbered has ports and times of the day as N, and leaves out what comes at a
// moment of its own.
func numbered(lines []string) []string {
	var plain []string
	for _, line := range lines {
		line = regexp.MustCompile(`\d\d:\d\d:\d\d`).ReplaceAllString(line, "N")
		line = regexp.MustCompile(`\b\d{4,5}\b`).ReplaceAllString(line, "N")
		if line != "Ended services" {
			plain = append(plain, line)
		}
	}
	return plain
}

func same(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// The lines of the seeds, in their order.
func TestConsole(t *testing.T) {
	var server, client paper
	s := &althing.Server{
		Name: "Demoserver", Addr: "127.0.0.1:0", DataPorts: "0", Console: &server, AdminKey: "DemoKey",
		Logger: slog.New(slog.DiscardHandler),
	}
	s.Handle(althing.Command{Name: "s.greet", Params: []string{"name"}, Do: func(context.Context, *althing.Call) (althing.Answer, error) {
		return althing.Text("Hello!"), nil
	}})
	if got := s.String(); got != "<Server (Demoserver), inactive>" {
		t.Error(got)
	}
	s.OpenMaindata()
	s.StartServices(time.Hour)
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	if got := numbered([]string{s.String()}); got[0] != "<Server (Demoserver), active, Serversock=('127.0.0.1', N)>" {
		t.Error(got)
	}
	c := althing.NewClient(althing.ClientOptions{Name: "client_1", Console: &client, NoReconnect: true, Logger: slog.New(slog.DiscardHandler)})
	connect(t, s, c)
	s.ByName("client_1").Deliver(t.Context(), althing.NewMessage("Hello client!"))
	c.Deliver(t.Context(), althing.NewMessage("Hello server!"))
	c.Deliver(t.Context(), althing.NewMessage("two\n[00:00:00]client_2: lines \x1b]0;title\x07\x1b[2J\x1b[3mand styles\x1b[0m"))
	c.Command(t.Context(), "s.greet", "World")
	c.Command(t.Context(), "s.getadmin", "DemoKey")
	c.Deliver(t.Context(), althing.NewMessage("s.getadmin(DemoKey"))
	if err := s.OpenChannel(althing.Channel{Name: "DataSocket1"}); err != nil {
		t.Fatal(err)
	}
	if err := s.CloseChannel("DataSocket1"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		t.Fatal(err)
	}
	same(t, numbered(server.lines()), []string{
		"Serversock bound to N",
		"Server is running at ('127.0.0.1', N)",
		"Maindata Datasock bound to N",
		"Started services",
		"127.0.0.1 is registered as 'client_1'",
		"[N]client_1: Hello server!",
		"[N]client_1: two",
		"    [N]client_2: lines ]0;titleand styles",
		"[N]client_1: s.greet(World)",
		"[N]client_1: s.getadmin(***)",
		"[N]client_1: s.getadmin(***",
		"DataSocket1 Datasock bound to N",
		"Closing datasock 'DataSocket1' at N",
		"Shutting Server down",
		"Stopping services",
		"Disconnecting all users",
		"Disconnected connection 'client_1'",
		"Unbinding all sockets",
		"Closing datasock 'Serversock' at N",
		"Closing datasock 'Maindata' at N",
		"Server is inactive",
	})
	c.Wait()
	same(t, numbered(client.lines()), []string{
		"Connecting to 127.0.0.1",
		"Connected with 127.0.0.1 at N",
		"Hello client!",
		"Lost connection to socket at N",
		"Disconnected from Server 'Demoserver'",
	})
	var log []string
	for _, e := range s.Log() {
		log = append(log, string(e.Kind)+" "+e.Text)
	}
	if !slices.Contains(log, "message client_1: Hello server!") || !slices.Contains(log, "status Server is inactive") {
		t.Errorf("the log is %q", log)
	}
	if err := althing.NewClient(althing.ClientOptions{Console: &client, Logger: slog.New(slog.DiscardHandler)}).Connect(ctx, s.ListenAddr().String()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("without a server: %v", err)
	}
	if lines := client.lines(); lines[len(lines)-1] != "No server found" {
		t.Errorf("without a server: %q", lines)
	}
}

func TestOutputInPlaceOfTheConsole(t *testing.T) {
	var console paper
	said := make(chan string, 20)
	s := &althing.Server{Console: &console, Output: althing.Output{
		Message: func(from, text string) { said <- from + " says " + text },
		Warning: func(line string) { said <- line },
	}}
	s.AddService(althing.Service{Name: "fails", Do: func(context.Context, []*althing.Conn) error { return os.ErrInvalid }}, false)
	started(t, s)
	c := dial(t, s, althing.ClientOptions{Name: "lamp"})
	c.Send(althing.NewMessage("hi"))
	if got := wait(t, said, "message"); got != "lamp says hi" {
		t.Error(got)
	}
	s.StartServices(0)
	if got := wait(t, said, "warning"); got != "The service 'fails' was disabled: invalid argument" {
		t.Error(got)
	}
	console.want(t, "127.0.0.1 is registered as 'lamp'")
	if slices.ContainsFunc(console.lines(), func(line string) bool { return strings.Contains(line, "hi") || strings.Contains(line, "fails") }) {
		t.Errorf("the console has %q", console.lines())
	}
}

// TestErrorsAreSaid has a command fail and one panic: who asked learns that, and
// the console, the log and the function for errors say what it was.
func TestErrorsAreSaid(t *testing.T) {
	var console paper
	said := make(chan string, 10)
	for _, s := range []*althing.Server{{Console: &console}, {Output: althing.Output{Error: func(line string) { said <- line }}}} {
		s.Handle(althing.Command{Name: "s.fail", Do: func(context.Context, *althing.Call) (althing.Answer, error) {
			return althing.Answer{}, os.ErrInvalid
		}})
		s.Handle(althing.Command{Name: "s.panic", Do: func(context.Context, *althing.Call) (althing.Answer, error) { panic("oh") }})
		started(t, s)
		c := dial(t, s, althing.ClientOptions{Name: "lamp"})
		for _, name := range []string{"s.fail", "s.panic"} {
			if _, err := c.Command(t.Context(), name); !fault.Is(err, fault.Internal) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if log := s.Log(); !slices.ContainsFunc(log, func(e althing.Entry) bool { return e.Kind == althing.KindError }) {
			t.Errorf("the log is %v", log)
		}
	}
	const failed, panicked = "a command has failed (command s.fail, by lamp, invalid argument)", "a command has panicked (command s.panic, by lamp, panic oh)"
	console.want(t, "ERR: "+failed)
	console.want(t, "ERR: "+panicked)
	if text := strings.Join(console.lines(), "\n"); !strings.Contains(text, "ERR: "+panicked+"\n    goroutine ") {
		t.Errorf("there is no stack in\n%s", text)
	}
	for _, want := range []string{failed, panicked} {
		if got := wait(t, said, "error"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestRestartIsNoEnd: neither the console nor the clients are told that the server
// ends when it restarts.
func TestRestartIsNoEnd(t *testing.T) {
	var console paper
	s := &althing.Server{Console: &console}
	starts := make(chan struct{}, 10)
	remove := s.OnStart(func() { starts <- struct{}{} })
	started(t, s)
	reasons := make(chan string, 10)
	c := newClient(t, althing.ClientOptions{Name: "lamp", Backoff: soon})
	c.OnEvent(func(_ string, data value.Value) {
		said, _ := data.(*value.Dict).Get(value.Str("message"))
		reasons <- value.Text(said)
	})
	connect(t, s, c)
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	remove()
	for range 2 {
		wait(t, starts, "start")
	}
	if err := s.ShutdownToRestart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := wait(t, reasons, "reason"); got != "the server restarts; try again in a moment" {
		t.Errorf("the client is told %q", got)
	}
	var ends []string
	for _, line := range console.lines() {
		if strings.HasSuffix(line, "Server") || strings.HasSuffix(line, "down") || strings.HasSuffix(line, "inactive") {
			ends = append(ends, line)
		}
	}
	same(t, ends, []string{"Restarting Server", "Restarting Server", "Server is inactive"})
}

// The lines of a server below another one, at its client for that.
func TestConsoleOfASubserver(t *testing.T) {
	var console paper
	s := started(t, &althing.Server{Name: "sub1"})
	c := newClient(t, althing.ClientOptions{Name: "lower_sub3", Subserver: "127.0.0.1:4003", Console: &console})
	connect(t, s, c)
	s.ByName("lower_sub3").Deliver(t.Context(), althing.NewMessage("Registered as 'lower_sub3'"))
	if !s.ByName("lower_sub3").IsServer() {
		t.Error("it is no server")
	}
	c.Say(althing.KindStatus, "Finished")
	c.Close()
	c.Wait()
	same(t, numbered(console.lines()), []string{
		"Connecting to 127.0.0.1",
		"Connected with 127.0.0.1 at N",
		"[N]sub1> Registered as 'lower_sub3'",
		"Finished",
		"Disconnecting from higher Server",
		"Disconnected from Server 'sub1'",
		"Lost connection with higher Server",
	})
}

func TestLogFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(file, []byte("before\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &althing.Server{Addr: "127.0.0.1:0", LogFile: file, Logger: slog.New(slog.DiscardHandler)}
	for range 2 {
		if err := s.Start(); err != nil {
			t.Fatal(err)
		}
		dial(t, s, althing.ClientOptions{Name: "lamp", NoReconnect: true})
		if err := s.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(text, []byte("connection 127.0.0.1 is registered as 'lamp'\n")); n != 2 || !bytes.HasPrefix(text, []byte("before\n")) || !bytes.HasSuffix(text, []byte("Server is inactive\n")) {
		t.Errorf("the file is\n%s", text)
	}
	var log strings.Builder
	if err := s.WriteLog(&log); err != nil || "before\n"+log.String() != string(text) {
		t.Errorf("the log is %v\n%s", err, log.String())
	}
	if err := (&althing.Server{Addr: "127.0.0.1:0", LogFile: t.TempDir()}).Start(); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a folder as log file: %v", err)
	}
}

func TestTheLogIsBounded(t *testing.T) {
	s := &althing.Server{Console: &paper{}}
	started(t, s)
	c := dial(t, s, althing.ClientOptions{Name: "lamp"})
	for i := range 2100 {
		if err := c.Deliver(t.Context(), althing.NewMessage(strings.Repeat("x", 1000)+fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Deliver(t.Context(), althing.NewMessage("last")); err != nil {
		t.Fatal(err)
	}
	log := s.Log()
	if len(log) != 2000 || log[1999].Text != "lamp: last" || log[0].Kind != althing.KindMessage || len(log[0].Text) > 600 {
		t.Errorf("%d entries, from %.50s to %.50s", len(log), log[0], log[len(log)-1])
	}
}
