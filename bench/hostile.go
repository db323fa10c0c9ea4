//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"althing/bench/internal/table"
	"althing/expr"
)

// later is how long after the last hostile expression its memory must be back.
const later = 10 * time.Second

// hostile sends every expression of expr/testdata/hostile.txt to a hub, one after
// the other, and works them out in this process as well: each may take its time
// budget and no more. What the hub needed meanwhile must be the system's again.
func hostile(ctx context.Context, b *bench) error {
	sources, err := readHostile()
	if err != nil {
		return err
	}
	bar := table.AtMost((expr.DefaultTime + 50*time.Millisecond).Seconds())
	what := fmt.Sprintf("%d hostile expressions, each to its error", len(sources))
	sent := b.row(table.Row{What: what + ", sent to a hub: the slowest", Unit: table.Time, Bar: bar})
	left := b.row(table.Row{What: "— memory resident ten seconds later, above before", Unit: table.Bytes, Bar: table.AtMost(20e6)})
	embedded := b.row(table.Row{What: "— in a program that embeds the evaluator: the slowest", Unit: table.Time, Bar: bar})

	hub, err := b.server(ctx, hubs)
	if err != nil {
		return err
	}
	c, err := dial(hub.Address)
	if err != nil {
		return err
	}
	defer c.close()
	if err := pause(ctx, settling); err != nil {
		return err
	}
	before, err := hub.Memory()
	if err != nil {
		return err
	}
	err = b.attack(sources, sent, func(source string) (string, error) {
		replies, err := c.send(source)
		return strings.Join(replies, ""), err
	})
	if err != nil {
		return err
	}
	if err := pause(ctx, later); err != nil {
		return err
	}
	after, err := hub.Memory()
	if err != nil {
		return err
	}
	left.Ours(float64(max(after-before, 0)))
	b.say("hostile: the hub has %s resident before and %s after", table.Bytes.Text(float64(before)), table.Bytes.Text(float64(after)))
	return b.attack(sources, embedded, worker(ctx))
}

// worker works expressions out in this process.
func worker(ctx context.Context) func(source string) (string, error) {
	names := standard()
	with := limits()
	return func(source string) (string, error) {
		program, err := expr.Parse(source)
		if err != nil {
			return "", err
		}
		if _, err = program.Run(ctx, names, with); err == nil {
			return "no error", nil
		}
		return "Error: " + err.Error(), nil
	}
}

func readHostile() ([]string, error) {
	text, err := os.ReadFile("expr/testdata/hostile.txt")
	if err != nil {
		return nil, err
	}
	var sources []string
	for line := range strings.Lines(string(text)) {
		if source, _, found := strings.Cut(line, " ### "); found && !strings.HasPrefix(line, "#") {
			sources = append(sources, source)
		}
	}
	return sources, nil
}

// attack has each expression answered and notes the longest time.
func (b *bench) attack(sources []string, slowest *table.Row, answer func(source string) (string, error)) error {
	var longest time.Duration
	var which string
	for _, source := range sources {
		begin := time.Now()
		reply, err := answer(source)
		if err != nil {
			return fmt.Errorf("%s: %w", source, err)
		}
		if !strings.HasPrefix(reply, "Error: ") {
			return fmt.Errorf("%s answered %.100q", source, reply)
		}
		if took := time.Since(begin); took > longest {
			longest, which = took, source
		}
	}
	slowest.Ours(longest.Seconds())
	b.say("hostile: %v for %s", longest.Round(time.Millisecond), which)
	return nil
}
