//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"althing/bench/internal/load"
	"althing/bench/internal/proc"
	"althing/bench/internal/table"
)

// watchers is how many ask the CPU port at once.
const watchers = 1000

// cpuPort measures a thousand clients that stay connected and ask how busy the
// machine is. What they are answered changes, so that no reply can be compared; the
// load is a goroutine for each, the same beside both.
func cpuPort(ctx context.Context, b *bench) error {
	bare := filepath.Join(b.folder, "bare")
	if err := goBuild(ctx, nil, "-o", bare, "./bench/bare"); err != nil {
		return err
	}
	data, err := b.data()
	if err != nil {
		return err
	}
	ours, err := b.start(ctx, func(address string) []string {
		return []string{b.althing, "serve", "--text", "off", "--session", "off", "--web", "off", "--cpu", address, "--log-level", "error", "--data", data}
	}, load.Step{Send: []byte("all"), Want: []byte(`{"at":`)})
	if err != nil {
		return err
	}
	theirs, err := b.start(ctx, func(address string) []string { return []string{bare, address, "12.5", "kept"} },
		load.Step{Send: []byte("cpu"), Want: []byte("12.5")})
	if err != nil {
		return err
	}
	row := b.row(table.Row{What: fmt.Sprintf("CPU port, kept: %d clients", watchers), Unit: table.Rate, Peer: "bare Go server", Bar: table.AtLeast(0.9)})
	measure := func(name string, s *proc.Server, add func(float64)) func() error {
		return func() error {
			rate, err := askMany(ctx, s.Address, b.long)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			b.say("cpu: %s %s", name, table.Rate.Text(rate))
			add(rate)
			return nil
		}
	}
	return b.eachRound(measure("althing", ours, row.Ours), measure("bare Go", theirs, row.Peers))
}

// askMany connects all, and then has them ask for that long; it gives the answers of a
// second.
func askMany(ctx context.Context, address string, long time.Duration) (rate float64, err error) {
	conns := make([]net.Conn, watchers)
	for i := range conns {
		var d net.Dialer
		if conns[i], err = d.DialContext(ctx, "tcp", address); err != nil {
			return 0, err
		}
		defer conns[i].Close() //nolint:revive // all of them, at the end
	}
	var answers atomic.Int64
	var failed atomic.Pointer[error]
	var all sync.WaitGroup
	begun := time.Now()
	for _, c := range conns {
		all.Go(func() {
			n, err := askAgain(c, begun.Add(long))
			answers.Add(n)
			if err != nil {
				failed.Store(&err)
			}
		})
	}
	all.Wait()
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return float64(answers.Load()) / time.Since(begun).Seconds(), nil
}

// askAgain asks until then, one question after the other.
func askAgain(c net.Conn, until time.Time) (answers int64, err error) {
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		return 0, err
	}
	answer := make([]byte, 64)
	for ; time.Now().Before(until); answers++ {
		if _, err := c.Write([]byte("cpu")); err != nil {
			return answers, err
		}
		n, err := c.Read(answer)
		if err == nil && bytes.IndexByte(answer[:n], '.') < 1 {
			err = fmt.Errorf("answered %q", answer[:n])
		}
		if err != nil {
			return answers, err
		}
	}
	return answers, nil
}
