//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"althing"
	"althing/bench/internal/load"
	"althing/bench/internal/proc"
	"althing/bench/internal/table"
	"althing/network"
)

// layers measures hubs in a tree: a message up three layers, as many as go over one
// link, and what a hub costs that has many below it and nothing to do.
func layers(ctx context.Context, b *bench) error {
	if err := flows(ctx, b); err != nil {
		return err
	}
	b.endServers()
	return below(ctx, b)
}

// node is a hub that is to be in a tree.
type node struct {
	*proc.Server
	session string // the address of its session port
}

// treeKey is the admin key of hubs in a tree: who puts one below another is an
// administrator.
const treeKey = "bench-tree-admin-key"

// node starts a hub with a name, and perhaps further flags.
func (b *bench) node(ctx context.Context, name string, flags ...string) (*node, error) {
	data, err := b.data()
	if err != nil {
		return nil, err
	}
	key := filepath.Join(b.folder, "admin-key")
	if err := os.WriteFile(key, []byte(treeKey), 0o600); err != nil {
		return nil, err
	}
	session, err := proc.FreeAddress()
	if err != nil {
		return nil, err
	}
	s, err := b.start(ctx, func(address string) []string {
		return slices.Concat(hubs.serve(b, data)(address), []string{"--session", session, "--name", name, "--admin-key-file", key}, flags)
	}, hubs.ready)
	return &node{s, session}, err
}

// visit does something as an administrator of the hub.
func (n *node) visit(ctx context.Context, do func(*althing.Client) error) error {
	admin, err := althing.Dial(ctx, n.session, althing.ClientOptions{Visitor: true, Key: treeKey})
	if err != nil {
		return err
	}
	return errors.Join(do(admin), admin.Close())
}

// token makes a token by which hubs come below this one, at its address.
func (n *node) token(ctx context.Context) (address, token string, err error) {
	err = n.visit(ctx, func(admin *althing.Client) error {
		line, err := admin.MakeToken(ctx)
		if err != nil {
			return err
		}
		address, token, err = network.ParseParent(line)
		return err
	})
	return address, token, err
}

// join puts the hub below another, which is reached at the address.
func (n *node) join(ctx context.Context, address, token string) error {
	return n.visit(ctx, func(admin *althing.Client) error { return admin.SetParent(ctx, address, token) })
}

// chain starts hubs of which each is below the one before.
func (b *bench) chain(ctx context.Context, names ...string) (all []*node, err error) {
	for i, name := range names {
		n, err := b.node(ctx, name)
		if err != nil {
			return nil, err
		}
		all = append(all, n)
		if i == 0 {
			continue
		}
		address, token, err := all[i-1].token(ctx)
		if err != nil {
			return nil, err
		}
		if err := n.join(ctx, address, token); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// flows measures messages to a client of the topmost hub: from another client of it,
// and from clients of hubs below.
func flows(ctx context.Context, b *bench) error {
	chain, err := b.chain(ctx, "main", "barn", "north", "cellar")
	if err != nil {
		return err
	}
	top, child, leaf := chain[0], chain[1], chain[3]
	const peer = "within one hub"
	ratio := b.row(table.Row{What: "a message to a client three hubs up, median", Unit: table.Time, Peer: peer, Bar: table.AtMostTimes(3)})
	most := b.row(table.Row{What: "the same", Unit: table.Time, Bar: table.AtMost(1e-3)})
	rate := b.row(table.Row{What: fmt.Sprintf("messages of %d clients to one, over one link", clients), Unit: table.Rate, Peer: peer, Bar: table.AtLeast(0.5)})
	up := func(figure float64) { ratio.Ours(figure); most.Ours(figure) }
	for _, contest := range []struct {
		senders   int
		measure   func(*load.Flow) (float64, error)
		from      *node
		far, near func(float64)
		unit      table.Unit
	}{
		{1, func(f *load.Flow) (float64, error) { return middle(f.Trickle(ctx)) }, leaf, up, ratio.Peers, table.Time},
		{clients, func(f *load.Flow) (float64, error) { return f.Run(ctx) }, child, rate.Ours, rate.Peers, table.Rate},
	} {
		measure := func(what string, from *node, to, suffix string, add func(float64)) func() error {
			return func() error {
				f, err := load.OpenFlow(ctx, flow(b, from.session, top.session, to, suffix, contest.senders))
				if err != nil {
					return fmt.Errorf("messages %s: %w", what, err)
				}
				defer f.Close()
				figure, err := contest.measure(f)
				if err != nil {
					return fmt.Errorf("messages %s: %w", what, err)
				}
				b.say("messages %s: %s", what, contest.unit.Text(figure))
				add(figure)
				return nil
			}
		}
		if err := b.eachRound(
			measure("from another hub", contest.from, "above", "@main", contest.far),
			measure(peer, top, "beside", "", contest.near),
		); err != nil {
			return err
		}
	}
	return nil
}

func middle(times *load.Histogram, err error) (float64, error) {
	if err != nil {
		return 0, err
	}
	return times.Quantile(0.5).Seconds(), nil
}

// flow is messages between sessions: each is stored before its sender is answered,
// pushed to its receiver, and acknowledged.
func flow(b *bench, from, to, name, suffix string, senders int) load.FlowOptions {
	message := fmt.Sprintf(`{"jsonrpc":"2.0","id":"%s","method":"message","params":{"to":"%s","body":"%s"}}`,
		load.Number, name+suffix, numbered(rand.New(rand.NewPCG(5, 5))))
	return load.FlowOptions{
		From: from, To: to, Senders: senders, Say: []load.Step{register},
		Hear: []load.Step{
			{Send: fmt.Appendf(nil, `{"jsonrpc":"2.0","id":1,"method":"register","params":{"name":"%s"}}`+"\n", name), Want: register.Want, End: register.End},
			{
				Send: []byte(`{"jsonrpc":"2.0","id":2,"method":"inbox.push","params":{"on":true}}` + "\n"),
				Want: []byte(`{"jsonrpc":"2.0","id":2,"result":{}}` + "\n"),
			},
		},
		Message: []byte(message + "\n"), Stored: stored, Confirm: confirm,
		Ahead: 20 * clients, Warm: b.long / 4, For: b.long,
	}
}

// What a session hears begins so: an answer to what it has asked, or what it is told.
var (
	answerTo = []byte(`{"jsonrpc":"2.0","id":"`)
	told     = []byte(`{"jsonrpc":"2.0","method":"event"`)
)

// stored reports whether a line answers that a message is stored.
func stored(line []byte) (bool, error) {
	switch {
	case bytes.HasPrefix(line, told):
		return false, nil
	case bytes.HasPrefix(line, answerTo) && bytes.HasSuffix(line, []byte(`"result":{}}`)):
		return true, nil
	}
	return false, fmt.Errorf("a message was answered with %.200s", line)
}

// confirm acknowledges a message that is pushed.
func confirm(buf, line []byte) []byte {
	id, rest, _ := bytes.Cut(bytes.TrimPrefix(line, answerTo), []byte(`"`))
	if !bytes.HasPrefix(line, answerTo) || !bytes.HasPrefix(rest, []byte(`,"method":"message"`)) {
		return buf
	}
	return fmt.Appendf(buf, `%s%s","result":{}}`+"\n", answerTo, id)
}
