//go:build linux

package main

import (
	"context"
	"fmt"
	"math/rand/v2"

	"althing/bench/internal/load"
	"althing/bench/internal/table"
)

// separator stands between the parts of a message.
const separator = "È"

// inbox measures a message's way: sent, then received. Every client writes to
// its own inbox, so that the message is there when it asks, whoever is faster.
// Redis has a stream and a consumer group for each client; its message is read
// and acknowledged.
func inbox(ctx context.Context, b *bench) error {
	ours, theirs, err := b.pair(ctx)
	if err != nil {
		return err
	}
	setUp, err := dial(ours.Address)
	if err != nil {
		return err
	}
	defer setUp.close()
	ids, err := setUp.ask(repeated("getClientID()", clients)...)
	if err != nil {
		return err
	}
	streams := make(load.Script, clients)
	for client := range streams {
		create := array("XGROUP", "CREATE", stream(client), "readers", "$", "MKSTREAM")
		streams[client] = load.Turn{{Send: create, Want: []byte("+OK\r\n")}}
	}
	if _, err := load.Run(ctx, load.Options{Address: theirs.Address, Scripts: []load.Script{streams}, Turns: clients}); err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(3, 3))
	for _, depth := range []int{1, 16} {
		hub := func(client int) load.Turn { return hubMessages(ids[client], depth, random) }
		redis := func(client int) load.Turn { return redisMessages(client, depth, random) }
		c := b.contest("`send`, then `recv`", "Redis Streams", depth, table.AtLeast(0.5), table.Bar{})
		if err := c.hold(ctx, b, contender{"althing", ours, hub}, contender{"Redis Streams", theirs, redis}); err != nil {
			return err
		}
	}
	return nil
}

func stream(client int) string { return fmt.Sprintf("inbox:%02d", client) }

// hubMessages are so many messages, sent together and then received together.
func hubMessages(id string, depth int, random *rand.Rand) load.Turn {
	texts := make([]string, depth)
	for i := range texts {
		texts[i] = numbered(random)
	}
	return load.Turn{
		repeat(depth, func(i int) load.Step { return line("OK", "send('%s','%s','%s')", id, id, texts[i]) }),
		repeat(depth, func(i int) load.Step {
			return line(id+separator+id+separator+texts[i], "recv('%s')", id)
		}),
	}
}

// redisMessages are the same with streams, a command for each message. Entries
// are numbered by us, so that what comes back is known; old ones are trimmed, as
// an inbox holds no message that was read.
func redisMessages(client, depth int, random *rand.Rand) load.Turn {
	name := stream(client)
	entry := func(i int) string { return fmt.Sprintf("%s-%02d", load.Number, i+10) }
	fields := make([][]string, depth)
	for i := range fields {
		fields[i] = []string{"from", name, "to", name, "text", numbered(random)}
	}
	return load.Turn{
		repeat(depth, func(i int) load.Step {
			return load.Step{
				Send: array(append([]string{"XADD", name, "MAXLEN", "~", "1000", entry(i)}, fields[i]...)...),
				Want: bulk(entry(i)),
			}
		}),
		repeat(depth, func(i int) load.Step {
			want := fmt.Appendf(nil, "*1\r\n*2\r\n%s*1\r\n*2\r\n%s%s", bulk(name), bulk(entry(i)), array(fields[i]...))
			return load.Step{Send: array("XREADGROUP", "GROUP", "readers", "one", "COUNT", "1", "STREAMS", name, ">"), Want: want}
		}),
		repeat(depth, func(i int) load.Step {
			return load.Step{Send: array("XACK", name, "readers", entry(i)), Want: []byte(":1\r\n")}
		}),
	}
}
