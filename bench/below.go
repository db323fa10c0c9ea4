//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"althing"
	"althing/bench/internal/meter"
	"althing/bench/internal/table"
	"althing/network"
	"althing/value"
)

const (
	// children is how many hubs are below one that has nothing to do. All but one
	// of them are in this process.
	children = 50
	listed   = 200 // hubs that are listed
	// minute is how long they have nothing to do: a link at rest speaks every 12
	// seconds.
	minute = time.Minute
)

// below measures a hub with many below it that all have nothing to do, what goes
// over the link to one of them, and how long it takes to list them.
func below(ctx context.Context, b *bench) (err error) {
	cpu := b.row(table.Row{What: "a hub with 50 below it at rest: of one core", Unit: table.Percent, Bar: table.AtMost(1)})
	memory := b.row(table.Row{What: "— memory resident", Unit: table.Bytes, Bar: table.AtMost(80e6)})
	link := b.row(table.Row{What: "— over one of the links in a minute, both directions", Unit: table.Bytes, Bar: table.AtMost(1e3)})
	list := b.row(table.Row{What: "listing 200 hubs", Unit: table.Time, Bar: table.AtMost(1)})

	parent, err := b.node(ctx, "house")
	if err != nil {
		return err
	}
	child, err := b.node(ctx, "shed")
	if err != nil {
		return err
	}
	address, token, err := parent.token(ctx)
	if err != nil {
		return err
	}
	m, err := meter.Open(address)
	if err != nil {
		return err
	}
	defer m.Close()
	if err := child.join(ctx, m.Address(), token); err != nil {
		return err
	}
	var nodes shams
	defer func() { err = errors.Join(err, nodes.close()) }()
	if err := nodes.join(ctx, address, token, children-1); err != nil {
		return err
	}

	if err := pause(ctx, settling); err != nil {
		return err
	}
	before := m.Passed()
	busy, resident, err := watch(ctx, parent.Server, minute)
	if err != nil {
		return err
	}
	passed := float64(m.Passed() - before)
	b.say("below: 50 hubs at rest: %s, %s, %s over a link in a minute", table.Percent.Text(busy), table.Bytes.Text(resident), table.Bytes.Text(passed))
	cpu.Ours(busy)
	memory.Ours(resident)
	link.Ours(passed)

	if err := nodes.join(ctx, address, token, listed-1-children); err != nil {
		return err
	}
	if err := pause(ctx, settling); err != nil {
		return err
	}
	for range b.rounds {
		took, err := parent.list(ctx)
		if err != nil {
			return err
		}
		b.say("below: %d hubs listed in %v", listed, took)
		list.Ours(took.Seconds())
	}
	return nil
}

// list has all hubs listed. Each must have said who is connected to it.
func (n *node) list(ctx context.Context) (took time.Duration, err error) {
	var drawn string
	err = n.visit(ctx, func(admin *althing.Client) error {
		begin := time.Now()
		answer, err := admin.Command(ctx, "s.listnetwork")
		took, drawn = time.Since(begin), answer.Text
		return err
	})
	layer, away := strings.Count(drawn, "layer 1"), strings.Count(drawn, "not reached")
	if err == nil && (layer != listed-1 || away > 0) {
		err = fmt.Errorf("of %d hubs below it %d are listed, %d not reached:\n%.500s", listed-1, layer, away, drawn)
	}
	return took, err
}

// shams are hubs in this process: each has its part in the tree, and no clients,
// inboxes or keys.
type shams []*network.Node

// join adds some below a hub.
func (all *shams) join(ctx context.Context, address, token string, more int) error {
	for range more {
		identity, err := network.NewIdentity()
		if err != nil {
			return err
		}
		n, err := network.New(network.Options{
			Identity: identity, Name: fmt.Sprintf("sham%d", len(*all)), Version: "bench", Local: sham{}, Store: sham{}, Log: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			return err
		}
		*all = append(*all, n)
		if err := n.Start("", ""); err != nil {
			return err
		}
		if err := n.Move(ctx, address, token); err != nil {
			return err
		}
	}
	return nil
}

func (all *shams) close() (err error) {
	for _, n := range *all {
		err = errors.Join(err, n.Close())
	}
	return err
}

// sham is what the tree knows of such a hub: nobody is connected to it.
type sham struct{}

func (sham) Push(network.ID, func(network.Letter) error) {}
func (sham) Acknowledge(network.ID, string, uint64)      {}
func (sham) Waiting() []network.ID                       { return nil }
func (sham) Arrive(network.Letter, func(uint64, error))  {}
func (sham) Changed()                                    {}
func (sham) Load() ([]byte, error)                       { return nil, nil }
func (sham) Save([]byte) error                           { return nil }
func (sham) Answer(_ context.Context, q network.Question) (value.Value, error) {
	if q.What == "metrics.latest" {
		return value.DictOf("host.cpu", value.Float(12.5), "host.memory", value.Float(40.25), "host.received", value.Float(1e5), "host.sent", value.Float(2e5)), nil
	}
	return value.DictOf("below", value.List{value.Str("sham"), value.List{}, value.List{}}, "cpu", value.Float(0), "memory", value.Int(0)), nil
}
