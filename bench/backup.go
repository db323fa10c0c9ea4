//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"althing/bench/internal/load"
	"althing/bench/internal/proc"
	"althing/bench/internal/table"
)

// What a hub has that is backed up, beside the keys of the other measures.
const (
	savedInboxes  = 100
	savedMessages = 300_000
	savedTables   = 100 // of a megabyte each, in one
)

// backups measures a backup beside a copy of the data folder, both until they are
// on the disk; then how long clients wait while one backup after the other is
// made, beside the same load without.
func backups(ctx context.Context, b *bench) error {
	took := b.row(table.Row{
		What: "`backup` of 100,000 keys, 300,000 messages, 100 MB of tables", Unit: table.Time, Peer: "`cp -r`, `sync`", Bar: table.AtMostTimes(2),
	})
	wait := b.row(table.Row{
		What: fmt.Sprintf("— 99th percentile of `getReg` meanwhile, %d clients", clients), Unit: table.Time, Peer: "no backup", Bar: table.AtMostTimes(2),
	})
	s, err := b.saved(ctx)
	if err != nil {
		return err
	}
	err = b.eachRound(
		func() error { return s.time(ctx, b, took.Ours, s.backup) },
		func() error { return s.time(ctx, b, took.Peers, s.copy) },
	)
	if err != nil {
		return err
	}
	return b.eachRound(
		func() error { return s.load(ctx, b, wait.Ours, true) },
		func() error { return s.load(ctx, b, wait.Peers, false) },
	)
}

// saved is a hub with much in it.
type saved struct {
	server       *proc.Server
	althing      string
	folder, keys string // its data, and the file with its admin key
	to           string // where copies go
	values       []string
	random       *rand.Rand
}

func (b *bench) saved(ctx context.Context) (s *saved, err error) {
	s = &saved{althing: b.althing, to: filepath.Join(b.folder, "saved"), random: rand.New(rand.NewPCG(5, 5))}
	if s.folder, err = b.data(); err != nil {
		return nil, err
	}
	s.keys = filepath.Join(b.folder, "admin-key")
	if err := os.WriteFile(s.keys, []byte("the key of a hub that is measured"), 0o600); err != nil {
		return nil, err
	}
	serve := func(address string) []string {
		return append(hubs.serve(b, s.folder)(address), "--session", "127.0.0.1:0", "--admin-key-file", s.keys)
	}
	if s.server, err = b.start(ctx, serve, hubs.ready); err != nil {
		return nil, err
	}
	s.values = make([]string, keys)
	for n := range s.values {
		s.values[n] = text(s.random, valueSize)
	}
	if err := fill(ctx, s.server, hubs, toGet, s.values); err != nil {
		return nil, err
	}
	if err := s.send(ctx); err != nil {
		return nil, err
	}
	return s, s.tables()
}

// send fills the inboxes.
func (s *saved) send(ctx context.Context) error {
	setUp, err := dial(s.server.Address)
	if err != nil {
		return err
	}
	defer setUp.close()
	ids, err := setUp.ask(repeated("getClientID()", savedInboxes)...)
	if err != nil {
		return err
	}
	scripts := make([]load.Script, savedInboxes)
	for client, id := range ids {
		scripts[client] = load.Script{{repeat(100, func(int) load.Step {
			return line("OK", "send('%s','%s','%s')", id, id, numbered(s.random))
		})}}
	}
	_, err = load.Run(ctx, load.Options{Address: s.server.Address, Scripts: scripts, Turns: savedMessages / savedInboxes / 100})
	return err
}

// tables fills a table.
func (s *saved) tables() error {
	setUp, err := dial(s.server.Address)
	if err != nil {
		return err
	}
	defer setUp.close()
	const rows = "dbExec('INSERT INTO t WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL SELECT n+1 FROM c WHERE n < 1000) SELECT NULL, hex(randomblob(500)) FROM c')"
	_, err = setUp.ask(append([]string{"dbExec('CREATE TABLE t (n INTEGER PRIMARY KEY, v TEXT)')"}, repeated(rows, savedTables)...)...)
	return err
}

// time measures one copy.
func (s *saved) time(ctx context.Context, b *bench, add func(seconds float64), save func(context.Context) error) error {
	begun := time.Now()
	if err := save(ctx); err != nil {
		return err
	}
	took := time.Since(begun)
	add(took.Seconds())
	b.say("backup: a copy took %v", took)
	return os.RemoveAll(s.to)
}

func (s *saved) backup(ctx context.Context) error {
	return quietly(ctx, s.althing, "backup", s.to, "--hub", s.server.Address, "--admin-key-file", s.keys)
}

func (s *saved) copy(ctx context.Context) error {
	if err := quietly(ctx, "cp", "-r", s.folder, s.to); err != nil {
		return err
	}
	return quietly(ctx, "find", s.to, "-type", "f", "-exec", "sync", "{}", "+")
}

// quietly runs a program that has to succeed.
func quietly(ctx context.Context, name string, args ...string) error {
	if out, err := exec.CommandContext(ctx, name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	return nil
}

// load asks the hub, while backups are made or not.
func (s *saved) load(ctx context.Context, b *bench, add func(seconds float64), saving bool) error {
	saved, stop := make(chan error, 1), make(chan struct{})
	made := 0
	go func() {
		for saving {
			select {
			case <-stop:
				saved <- nil
				return
			default:
			}
			if err := errors.Join(s.backup(ctx), os.RemoveAll(s.to)); err != nil {
				saved <- err
				return
			}
			made++
		}
		saved <- nil
	}()
	scripts := make([]load.Script, clients)
	for client := range scripts {
		for range requests {
			n := s.random.IntN(keys)
			scripts[client] = append(scripts[client], load.Turn{hubs.get(toGet(n), s.values[n])})
		}
	}
	result, err := load.Run(ctx, load.Options{Address: s.server.Address, Scripts: scripts, Each: 1, Warm: b.long / 4, For: b.long})
	close(stop)
	if err := errors.Join(err, <-saved); err != nil {
		return err
	}
	p99 := result.Latency.Quantile(0.99)
	add(p99.Seconds())
	b.say("backup: %s, 99 %% within %v, %d backups", table.Rate.Text(result.Rate()), p99, made)
	return nil
}
