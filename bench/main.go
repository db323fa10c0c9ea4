//go:build linux

// Bench measures the hub beside its peers on one machine, in the same run, and
// prints a table of medians with the bars that were set. bench/run installs the
// peers and starts it; DESIGN.md says how it measures.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"althing/bench/internal/table"
)

// tooLong ends a run that hangs; a whole one takes a quarter of it.
const tooLong = time.Hour

// document is where --write puts the table.
const document = "docs/benchmarks.md"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, tooLong)
	defer cancel()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// measures are all there is to measure, in the order of the table.
var measures = []struct {
	name string
	what string
	run  func(context.Context, *bench) error
}{
	{"connect", "connect, ask, close on the text port", connect},
	{"lines", "getReg and setReg on kept connections", lines},
	{"inbox", "send, then receive", inbox},
	{"everyone", "a message to ALL in 10,000 inboxes", everyone},
	{"restart", "from kill -9 to the first answer", restart},
	{"rest", "start, memory and CPU at rest", rest},
	{"backup", "a backup beside a copy of the data folder, and who waits meanwhile", backups},
	{"functions", "a function of the owner's in Python", ownFunctions},
	{"expressions", "expressions of a maker's day, in this process", expressions},
	{"hostile", "expressions that want all time and memory", hostile},
	{"framework", "servers of the root package beside NATS core", framework},
	{"cpu", "a thousand clients of the CPU port", cpuPort},
	{"layers", "a tree of hubs: messages through it, links at rest, its list", layers},
	{"live", "pages that show figures of many hubs", live},
	{"record", "numbers that are recorded: processor, memory, disk", record},
	{"page", "what the first page loads", page},
	{"build", "sizes of the binaries", build},
}

// options are the flags.
type options struct {
	chosen  []string
	sizes   sizes
	write   bool
	althing string
}

func parse() (o options, err error) {
	only := flag.String("only", "", "measure only these, with commas between: "+names())
	quick := flag.Bool("quick", false, "one short round of everything, to see whether a change helped")
	rounds := flag.Int("rounds", 0, "rounds of which the medians count (default 5)")
	long := flag.Duration("for", 0, "how long one measurement of a rate takes (default 2s)")
	flag.BoolVar(&o.write, "write", false, "put the table into "+document)
	flag.StringVar(&o.althing, "althing", "", "measure this binary instead of building one")
	flag.Usage = func() {
		out := flag.CommandLine.Output()
		fmt.Fprint(out, "usage: bench/run [flags]\n\n")
		for _, m := range measures {
			fmt.Fprintf(out, "  %-11s %s\n", m.name, m.what)
		}
		fmt.Fprintln(out)
		flag.PrintDefaults()
	}
	flag.Parse()
	if o.write && (*quick || *only != "") {
		return o, errors.New("--write is for a whole run, without --quick and --only")
	}
	o.sizes = size(*quick, *rounds, *long)
	o.chosen, err = choose(*only)
	return o, err
}

func run(ctx context.Context) error {
	o, err := parse()
	if err != nil {
		return err
	}
	b, err := open(ctx, o.sizes, o.althing)
	if err != nil {
		return err
	}
	defer b.close()

	begin := time.Now()
	var failed []string
	for _, m := range measures {
		if !slices.Contains(o.chosen, m.name) {
			continue
		}
		err := m.run(ctx, b)
		b.endServers()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed = append(failed, m.name)
			b.say("%s failed: %v", m.name, err)
		}
	}
	text := fmt.Sprintf("%s\n%s\n%sMedians of %d. The run took %v.\n",
		machine(begin), table.Markdown(b.rows), b.fold(), b.rounds, time.Since(begin).Round(time.Second))
	fmt.Print("\n", text)
	if len(failed) > 0 {
		return fmt.Errorf("failed: %s; the reasons are above", strings.Join(failed, ", "))
	}
	if o.write {
		return put(text)
	}
	return nil
}

func names() string {
	all := make([]string, len(measures))
	for i, m := range measures {
		all[i] = m.name
	}
	return strings.Join(all, ", ")
}

func choose(only string) ([]string, error) {
	all := strings.Split(names(), ", ")
	if only == "" {
		return all, nil
	}
	chosen := strings.Split(only, ",")
	for _, name := range chosen {
		if !slices.Contains(all, name) {
			return nil, fmt.Errorf("there is no measure %q; there are %s", name, names())
		}
	}
	return chosen, nil
}

func put(text string) error {
	old, err := os.ReadFile(document)
	if err != nil {
		return err
	}
	updated, err := table.Put(string(old), text)
	if err != nil {
		return fmt.Errorf("%s: %w", document, err)
	}
	return os.WriteFile(document, []byte(updated), 0o644)
}
