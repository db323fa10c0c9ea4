//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"althing/bench/internal/proc"
	"althing/bench/internal/table"
)

const (
	// pages are open at once, each with figures of every one of these hubs.
	pages       = 200
	liveHubs    = 50
	liveMetrics = "host.cpu,host.memory,host.received,host.sent"
	// starting is how long the pages have to hear of all hubs for the first time.
	starting = 20 * time.Second
	// mostMissed is the part of the events that may fail to come: the machine is busy
	// with reading them, too.
	mostMissed = 0.1
)

// live measures a hub whose pages show figures of many hubs, once a second.
func live(ctx context.Context, b *bench) (err error) {
	cpu := b.row(table.Row{What: fmt.Sprintf("%d pages with figures of %d hubs a second: of one core", pages, liveHubs), Unit: table.Percent, Bar: table.AtMost(5)})
	memory := b.row(table.Row{What: "— memory resident", Unit: table.Bytes})
	web, err := proc.FreeAddress()
	if err != nil {
		return err
	}
	top, err := b.node(ctx, "house", "--web", web)
	if err != nil {
		return err
	}
	address, token, err := top.token(ctx)
	if err != nil {
		return err
	}
	var nodes shams
	defer func() { err = errors.Join(err, nodes.close()) }()
	if err := nodes.join(ctx, address, token, liveHubs); err != nil {
		return err
	}
	var heard atomic.Int64
	viewing, end := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer end()
	for range pages {
		ws, err := view(ctx, web)
		if err != nil {
			return err
		}
		all.Go(func() {
			defer ws.CloseNow() //nolint:errcheck // nobody needs what it would say
			for {
				if _, _, err := ws.Read(viewing); err != nil {
					return
				}
				heard.Add(1)
			}
		})
	}
	for began := time.Now(); heard.Load() < pages*liveHubs; {
		if err := pause(ctx, settling/10); err != nil || time.Since(began) > starting {
			return errors.Join(err, fmt.Errorf("of %d first events only %d came", pages*liveHubs, heard.Load()))
		}
	}
	for range b.rounds {
		before, begin := heard.Load(), time.Now()
		busy, resident, err := watch(ctx, top.Server, b.resting)
		if err != nil {
			return err
		}
		rate := float64(heard.Load()-before) / time.Since(begin).Seconds()
		b.say("live: %s, %s, %s events", table.Percent.Text(busy), table.Bytes.Text(resident), table.Rate.Text(rate))
		if rate < (1-mostMissed)*pages*liveHubs {
			return fmt.Errorf("only %.0f events a second came, of %d", rate, pages*liveHubs)
		}
		cpu.Ours(busy)
		memory.Ours(resident)
	}
	return nil
}

// view opens the WebSocket of a page, and subscribes to the figures of all hubs.
func view(ctx context.Context, web string) (*websocket.Conn, error) {
	ws, answer, err := websocket.Dial(ctx, "ws://"+web+"/ws", nil)
	if err != nil {
		return nil, err
	}
	if answer.Body != nil {
		answer.Body.Close()
	}
	for i := range liveHubs {
		text, err := json.Marshal(map[string]string{"subscribe": fmt.Sprintf("metrics@sham%d:%s", i, liveMetrics)})
		if err == nil {
			err = ws.Write(ctx, websocket.MessageText, text)
		}
		if err != nil {
			return nil, err
		}
	}
	return ws, nil
}
