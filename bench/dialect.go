//go:build linux

package main

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strings"

	"althing/bench/internal/load"
)

// dialect is how a server is started, how it is asked, and how it answers.
type dialect struct {
	name  string
	serve func(b *bench, data string) command
	ready load.Step // what it answers as soon as it can
	set   func(key, value string) load.Step
	get   func(key, value string) load.Step // value is what is there
}

// hubs are started as anybody would start one: nothing is tuned.
var hubs = dialect{
	name: "althing",
	serve: func(b *bench, data string) command {
		return func(address string) []string {
			return []string{b.althing, "serve", "--text", address, "--data", data}
		}
	},
	ready: line("2", "1+1"),
	set: func(key, value string) load.Step {
		return line("OK", "setReg('%s','%s')", key, value)
	},
	get: func(key, value string) load.Step {
		return line(value, "getReg('%s')", key)
	},
}

// redises are as durable as a hub is: they write the log before they answer, and
// have it on disk within a second.
var redises = dialect{
	name: "Redis",
	serve: func(_ *bench, data string) command {
		return func(address string) []string {
			host, port, _ := net.SplitHostPort(address)
			return []string{
				"redis-server", "--bind", host, "--port", port, "--dir", data,
				"--save", "", "--appendonly", "yes", "--appendfsync", "everysec",
			}
		}
	},
	ready: load.Step{Send: array("PING"), Want: []byte("+PONG\r\n")},
	set: func(key, value string) load.Step {
		return load.Step{Send: array("SET", key, value), Want: []byte("+OK\r\n")}
	},
	get: func(key, value string) load.Step {
		return load.Step{Send: array("GET", key), Want: bulk(value)}
	},
}

// line is a request in line mode and its reply.
func line(want, format string, args ...any) load.Step {
	return load.Step{Send: fmt.Appendf(nil, format+"\n", args...), Want: []byte(want + "\n")}
}

// array is a request of Redis's protocol.
func array(words ...string) []byte {
	out := fmt.Appendf(nil, "*%d\r\n", len(words))
	for _, word := range words {
		out = append(out, bulk(word)...)
	}
	return out
}

// bulk is a text of Redis's protocol.
func bulk(text string) []byte { return fmt.Appendf(nil, "$%d\r\n%s\r\n", len(text), text) }

// repeat makes one step of many: pipelined requests.
func repeat(depth int, step func(i int) load.Step) (all load.Step) {
	for i := range depth {
		s := step(i)
		all.Send = append(all.Send, s.Send...)
		all.Want = append(all.Want, s.Want...)
	}
	return all
}

// valueSize is what most values of sensors, lamps and people have, and less.
const valueSize = 64

// text makes one as random, in letters that no protocol has to escape.
func text(random *rand.Rand, size int) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ,.;:-+*/=()"
	var b strings.Builder
	for range size {
		b.WriteByte(letters[random.IntN(len(letters))])
	}
	return b.String()
}

// numbered is a random text that is another one each time it is sent.
func numbered(random *rand.Rand) string {
	return text(random, valueSize-len(load.Number)) + load.Number
}
