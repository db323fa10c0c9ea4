//go:build linux

package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"

	"althing/bench/internal/load"
	"althing/bench/internal/proc"
	"althing/bench/internal/table"
)

const (
	listeners = 1000
	said      = 64     // bytes of a message that is said to everybody
	echoed    = 1024   // bytes of one that comes back
	idle      = 10_000 // conns that do nothing
	// ahead is how many messages are on their way to everybody: what a queue of
	// either server holds easily.
	ahead = 64
)

// tongue is a protocol of the framework, or NATS's, byte by byte.
type tongue struct {
	hear, say []load.Step // how a listener and a speaker begin
	said      []byte      // one message to everybody
}

// register makes a conn a client.
var register = load.Step{
	Send: []byte(`{"jsonrpc":"2.0","id":1,"method":"register","params":{}}` + "\n"),
	Want: []byte(`{"jsonrpc":"2.0","id":1,"result":`), End: "}\n",
}

func message(headers string, size int) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","method":"message","params":{%s"body":"%s"}}`, headers, strings.Repeat("x", size))
}

var overLines = tongue{
	hear: []load.Step{register}, say: []load.Step{register},
	said: []byte(message("", said) + "\n"),
}

var overWebSocket = tongue{
	hear: upgraded, say: upgraded,
	said: frame(message("", said)),
}

// upgraded is the beginning of a WebSocket (RFC 6455, 1.2), with its example key.
var upgraded = []load.Step{
	{
		Send: []byte("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
			"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: althing.v1\r\n\r\n"),
		Want: []byte("HTTP/1.1 101 "), End: "\r\n\r\n",
	},
	{Send: frame(strings.TrimSpace(string(register.Send))), Want: []byte("\x81"), End: "}"},
}

// frame is a client's text frame of less than 64 KiB (RFC 6455, 5.2). A mask of
// zeros changes nothing.
func frame(text string) []byte {
	return append([]byte{0x81, 0x80 | 126, byte(len(text) >> 8), byte(len(text)), 0, 0, 0, 0}, text...)
}

var overNATS = tongue{
	hear: greeting("SUB bench 1\r\n"), say: greeting(""),
	said: fmt.Appendf(nil, "PUB bench %d\r\n%s\r\n", said, strings.Repeat("x", said)),
}

func greeting(subscribe string) []load.Step {
	return []load.Step{
		{Want: []byte("INFO "), End: "\r\n"},
		{Send: []byte(`CONNECT {"verbose":false}` + "\r\n" + subscribe + "PING\r\n"), Want: []byte("PONG\r\n")},
	}
}

// framework measures servers made with the root package beside NATS core: a
// message to a thousand, question and answer, an echo, ten thousand who are idle.
func framework(ctx context.Context, b *bench) error {
	for name, source := range map[string]string{"hall": "./bench/hall", "core": "./bench/core", "bare": "./bench/bare"} {
		if err := goBuild(ctx, nil, "-o", filepath.Join(b.folder, name), source); err != nil {
			return err
		}
	}
	for _, measure := range []func(context.Context, *bench) error{broadcasts, questions, echoes, idlers, secured} {
		err := measure(ctx, b)
		b.endServers()
		if err != nil {
			return err
		}
	}
	return nil
}

// peer starts one of the servers beside us, or hall.
func (b *bench) peer(ctx context.Context, name string, args ...string) (*proc.Server, error) {
	ready := load.Step{Send: []byte(`{"jsonrpc":"2.0","id":1,"method":"ping"}` + "\n"), Want: []byte(`{"jsonrpc"`)}
	if name == "core" {
		ready = load.Step{Want: []byte("INFO ")}
	}
	return b.start(ctx, func(address string) []string {
		return append([]string{filepath.Join(b.folder, name), address}, args...)
	}, ready)
}

// broadcasts measures a message of 64 bytes to a thousand listeners.
func broadcasts(ctx context.Context, b *bench) error {
	what := fmt.Sprintf("a message of %d bytes to %d conns", said, listeners)
	lines := b.row(table.Row{What: what + ", JSON-RPC over TCP: deliveries", Unit: table.Rate, Peer: "NATS core", Bar: table.AtLeast(0.5)})
	frames := b.row(table.Row{What: "the same over WebSocket", Unit: table.Rate, Peer: "NATS core", Bar: table.AtLeast(0.35)})
	measure := func(server, name string, t tongue, add ...func(float64)) func() error {
		return func() error {
			s, err := b.peer(ctx, server)
			if err != nil {
				return err
			}
			f, err := load.OpenFan(ctx, fan(b, s, t, listeners))
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			defer f.Close()
			rate, err := f.Run(ctx)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			b.say("broadcast: %s %s", name, table.Rate.Text(rate))
			for _, a := range add {
				a(rate)
			}
			return s.Kill()
		}
	}
	return b.eachRound(
		measure("hall", "lines", overLines, lines.Ours),
		measure("hall", "WebSocket", overWebSocket, frames.Ours),
		measure("core", "NATS core", overNATS, lines.Peers, frames.Peers),
	)
}

func fan(b *bench, s *proc.Server, t tongue, listeners int) load.FanOptions {
	return load.FanOptions{
		Address: s.Address, Listeners: listeners, Hear: t.hear, Say: t.say, Said: t.said,
		Ahead: ahead, Warm: b.long / 4, For: b.long,
	}
}

// asked is a protocol as clients speak it who ask one thing after the other.
type asked struct {
	greet func(client int) []load.Step
	ask   func(client int) load.Step
}

// always asks the same, whoever does.
func always(greet []load.Step, ask load.Step) asked {
	return asked{func(int) []load.Step { return greet }, func(int) load.Step { return ask }}
}

// inboxes asks with an inbox for each client, as NATS has it.
var inboxes = asked{
	func(client int) []load.Step { return greeting(fmt.Sprintf("SUB _INBOX.%d 1\r\n", client)) },
	func(client int) load.Step {
		return load.Step{
			Send: fmt.Appendf(nil, "PUB x _INBOX.%d 0\r\n\r\n", client),
			Want: fmt.Appendf(nil, "MSG _INBOX.%d 1 1\r\n1\r\n", client),
		}
	},
}

// questions measures a request that the server answers, beside one that a client
// of NATS answers, which is how NATS has it.
func questions(ctx context.Context, b *bench) error {
	ask := load.Step{
		Send: []byte(`{"jsonrpc":"2.0","id":2,"method":"request","params":{"name":"X"}}` + "\n"),
		Want: []byte(`{"jsonrpc":"2.0","id":2,"result":{"value":1,`), End: "}\n",
	}
	row := b.row(table.Row{What: "request and answer: 50 clients", Unit: table.Rate, Peer: "NATS core", Bar: table.AtLeast(0.6)})
	return b.asking(ctx, row, "hall", always([]load.Step{register}, ask), "core", inboxes)
}

// echoes measures a kilobyte there and back.
func echoes(ctx context.Context, b *bench) error {
	line := []byte(message(`"headers":{"echo":""},`, echoed) + "\n")
	row := b.row(table.Row{What: "echo of 1 KB: 50 clients", Unit: table.Rate, Peer: "bare Go echo of lines", Bar: table.AtLeast(0.7)})
	return b.asking(ctx, row,
		"hall", always([]load.Step{register}, load.Step{Send: line, Want: []byte(`{"jsonrpc":"2.0","method":"message"`), End: "}\n"}),
		"bare", always(nil, load.Step{Send: line, Want: line}),
	)
}

// asking measures the rate of two servers, in turn.
func (b *bench) asking(ctx context.Context, row *table.Row, ours string, we asked, theirs string, they asked) error {
	measure := func(name string, how asked, add func(float64)) (func() error, error) {
		s, err := b.peer(ctx, name)
		return func() error {
			scripts := make([]load.Script, clients)
			for client := range scripts {
				scripts[client] = load.Script{{how.ask(client)}}
			}
			result, err := load.Run(ctx, load.Options{Address: s.Address, Scripts: scripts, Greet: how.greet, Warm: b.long / 4, For: b.long})
			if err != nil {
				return fmt.Errorf("%s: %s: %w", row.What, name, err)
			}
			b.say("%s: %s %s", row.What, name, table.Rate.Text(result.Rate()))
			add(result.Rate())
			return nil
		}, err
	}
	our, err := measure(ours, we, row.Ours)
	if err != nil {
		return err
	}
	their, err := measure(theirs, they, row.Peers)
	if err != nil {
		return err
	}
	return b.eachRound(our, their)
}

// idlers measures the memory of ten thousand conns that are registered and do
// nothing, and how long a message takes to all of them.
func idlers(ctx context.Context, b *bench) error {
	each := b.row(table.Row{What: "10,000 idle conns: memory resident, each", Unit: table.Bytes, Bar: table.AtMost(12e3)})
	all := b.row(table.Row{What: "a message to all of them", Unit: table.Time, Bar: table.AtMost(0.25)})
	s, err := b.peer(ctx, "hall")
	if err != nil {
		return err
	}
	before, err := s.Memory()
	if err != nil {
		return err
	}
	f, err := load.OpenFan(ctx, fan(b, s, overLines, idle))
	if err != nil {
		return err
	}
	defer f.Close()
	after, err := s.Memory()
	if err != nil {
		return err
	}
	each.Ours(float64(after-before) / idle)
	for range b.rounds {
		took, err := f.Once(ctx)
		if err != nil {
			return err
		}
		b.say("idle: %s each; a message to all took %v", table.Bytes.Text(float64(after-before)/idle), took)
		all.Ours(took.Seconds())
	}
	return nil
}

// secured measures the memory of conns with TLS.
func secured(ctx context.Context, b *bench) error {
	row := b.row(table.Row{What: "the same with TLS: memory resident, each", Unit: table.Bytes, Bar: table.AtMost(28e3)})
	s, err := b.peer(ctx, "hall", "tls")
	if err != nil {
		return err
	}
	before, err := s.Memory()
	if err != nil {
		return err
	}
	conns := make([]net.Conn, 0, idle)
	defer func() {
		for _, c := range conns {
			c.Close()
		}
	}()
	for range idle {
		c, err := net.DialTimeout("tcp4", s.Address, patience)
		if err != nil {
			return err
		}
		conns = append(conns, c)
		if err := errors.Join(registerSecurely(c), ctx.Err()); err != nil {
			return err
		}
	}
	after, err := s.Memory()
	if err != nil {
		return err
	}
	row.Ours(float64(after-before) / idle)
	b.say("idle with TLS: %s each", table.Bytes.Text(float64(after-before)/idle))
	return nil
}

func registerSecurely(c net.Conn) error {
	secure := tls.Client(c, &tls.Config{InsecureSkipVerify: true})
	if _, err := secure.Write(register.Send); err != nil {
		return err
	}
	_, err := secure.Read(make([]byte, 4096))
	return err
}
