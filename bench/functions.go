//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"althing/bench/internal/load"
	"althing/bench/internal/table"
)

// program is a function of an owner's, the least there is in Python.
const program = "#!%s\nimport json, sys\n[n] = json.load(sys.stdin)\nprint(n + 1)\n"

// calls is how many are made in a round, one behind the other.
const calls = 30

// ownFunctions measures what the hub adds to an owner's function: a query that
// calls it, beside the same program started from here.
func ownFunctions(ctx context.Context, b *bench) error {
	data, err := b.data()
	if err != nil {
		return err
	}
	hub, err := b.start(ctx, hubs.serve(b, data), hubs.ready)
	if err != nil {
		return err
	}
	python, err := exec.CommandContext(ctx, "python3", "-c", "import sys; print(sys.executable)").Output()
	if err != nil {
		return fmt.Errorf("python3: %w", err)
	}
	path := filepath.Join(data, "functions", "following.py")
	if err := os.WriteFile(path, fmt.Appendf(nil, program, strings.TrimSpace(string(python))), 0o700); err != nil {
		return err
	}
	took := b.row(table.Row{What: "a function of the owner's in Python", Unit: table.Time, Peer: "the program itself"})
	more := b.row(table.Row{What: "— more than the program itself", Unit: table.Time, Bar: table.AtMost(3e-3)})
	var ours, bare []float64
	err = b.eachRound(
		func() error {
			script := load.Script{load.Turn{line("42", "following(41)")}}
			result, err := load.Run(ctx, load.Options{Address: hub.Address, Scripts: []load.Script{script}, Turns: calls})
			if err != nil {
				return err
			}
			ours = append(ours, result.Took.Seconds()/calls)
			return nil
		},
		func() error {
			begin := time.Now()
			for range calls {
				if err := callBare(ctx, path); err != nil {
					return err
				}
			}
			bare = append(bare, time.Since(begin).Seconds()/calls)
			return nil
		},
	)
	for i := range min(len(ours), len(bare)) {
		took.Ours(ours[i])
		took.Peers(bare[i])
		more.Ours(ours[i] - bare[i])
		b.say("functions: %s, the program itself %s", table.Time.Text(ours[i]), table.Time.Text(bare[i]))
	}
	return err
}

// callBare starts the program as anybody would.
func callBare(ctx context.Context, path string) error {
	cmd := exec.CommandContext(ctx, path)
	cmd.Stdin = strings.NewReader("[41]\n")
	out, err := cmd.Output()
	if err == nil && string(out) != "42\n" {
		err = fmt.Errorf("it says %q", out)
	}
	return err
}
