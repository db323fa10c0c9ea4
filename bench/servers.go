//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"althing/bench/internal/load"
	"althing/bench/internal/proc"
)

// patience is how long a server may take to answer for the first time.
const patience = time.Minute

// command gives the words that start a server at an address.
type command func(address string) []string

// start starts a server on a free address and waits until it answers.
func (b *bench) start(ctx context.Context, c command, ready load.Step) (*proc.Server, error) {
	address, err := proc.FreeAddress()
	if err != nil {
		return nil, err
	}
	s, err := proc.Start(address, b.folder, c(address)...)
	if err != nil {
		return nil, err
	}
	b.servers = append(b.servers, s)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return s, s.Answers(ctx, string(ready.Send), string(ready.Want))
}

// data makes an empty folder for one server.
func (b *bench) data() (string, error) { return os.MkdirTemp(b.folder, "data-") }

// server starts one on an empty folder.
func (b *bench) server(ctx context.Context, d dialect) (*proc.Server, error) {
	data, err := b.data()
	if err != nil {
		return nil, err
	}
	return b.start(ctx, d.serve(b, data), d.ready)
}

// pair starts a hub and the Redis beside it.
func (b *bench) pair(ctx context.Context) (ours, theirs *proc.Server, err error) {
	if ours, err = b.server(ctx, hubs); err != nil {
		return nil, nil, err
	}
	theirs, err = b.server(ctx, redises)
	return ours, theirs, err
}

// goBuild builds a program with these variables and flags, and the package last.
func goBuild(ctx context.Context, env []string, args ...string) error {
	build := exec.CommandContext(ctx, "go", append([]string{"build"}, args...)...)
	build.Env = append(os.Environ(), env...)
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("go build %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}
