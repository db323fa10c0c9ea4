package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"althing/cpumonitor"
	"althing/discovery"
	"althing/fault"
	"althing/value"
)

// The bounds of --interval: a sampler looks four times a second, and a server need
// not keep a client that says nothing for a day.
const (
	leastInterval = 50 * time.Millisecond
	mostInterval  = time.Hour
)

func newCPU() *cobra.Command {
	f := hubFlags{way: way{"CPU", cpuPort, func(h discovery.Hub) uint16 { return h.CPU }}}
	var asJSON bool
	interval := time.Second
	c := &cobra.Command{
		Use:   "cpu",
		Short: "show how busy a hub's machine is",
		Long: `Prints how busy all cores of the hub's machine are together, in percent, again and
again. Ctrl+C asks whether to go on. Any other program that speaks the same protocol
is a hub here: docs/cpu-port.md has it.`,
		Example: "  althing cpu\n  althing cpu --hub barn:5000 --interval 500ms",
		Args:    exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			if interval < leastInterval || interval > mostInterval {
				return usagef("--interval: %v to %v, not %v", leastInterval, mostInterval, interval)
			}
			at, err := f.target(c.Context())
			if err != nil {
				return err
			}
			h := contact{at: at}
			m, err := h.monitor(c.Context())
			if err != nil {
				return err
			}
			defer func() { _ = m.Close() }() // there is nothing that could be lost
			err = showCPU(c, m, interval, asJSON)
			if fault.Is(err, fault.Unavailable) {
				return h.gone()
			}
			return err
		},
	}
	f.addWhere(c)
	c.Flags().DurationVar(&interval, "interval", interval, "how `long` between two figures")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a figure, and end with Ctrl+C without a question")
	return c
}

// monitor connects to the CPU port.
func (h contact) monitor(ctx context.Context) (*cpumonitor.Client, error) {
	soon, cancel := context.WithTimeout(ctx, dialPatience)
	defer cancel()
	m, err := cpumonitor.Dial(soon, h.at.address, cpumonitor.Options{TLS: h.at.tls})
	if err != nil {
		return nil, h.unreached(ctx, err)
	}
	return m, nil
}

// showCPU prints figures until the user has had enough, also of waiting for one,
// the server has gone, or nobody reads them.
func showCPU(c *cobra.Command, m *cpumonitor.Client, interval time.Duration, asJSON bool) error {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	in := bufio.NewReader(c.InOrStdin())
	ticks := time.NewTicker(interval)
	defer ticks.Stop()
	type figure struct {
		percent float64
		err     error
	}
	answered := make(chan figure, 1)
	ask := func() {
		percent, err := m.CPU(c.Context())
		answered <- figure{percent, err}
	}
	var due <-chan time.Time // nil while there is no answer
	go ask()
	for {
		select {
		case f := <-answered:
			if f.err != nil {
				return f.err
			}
			if err := printCPU(c.OutOrStdout(), time.Now(), f.percent, asJSON); err != nil {
				return err
			}
			due = ticks.C
		case <-due:
			due = nil
			go ask()
		case s := <-signals:
			if s == syscall.SIGTERM || asJSON || !goOn(c.OutOrStdout(), in, signals) {
				return nil // whoever still asks hears that the connection is closed
			}
		}
	}
}

func printCPU(out io.Writer, at time.Time, percent float64, asJSON bool) error {
	if asJSON {
		return printObject(out, []string{"at", "cpu"}, []value.Value{value.Str(at.Format(time.RFC3339Nano)), value.Float(percent)})
	}
	_, err := fmt.Fprintf(out, "%s  %5.1f %%\n", at.Format(time.TimeOnly), percent)
	return err
}

// goOn asks whether to. A second signal, and nobody who answers, are a no.
func goOn(out io.Writer, in *bufio.Reader, signals <-chan os.Signal) bool {
	fmt.Fprint(out, "\nDo you want to continue (y/n)? ")
	answer := make(chan bool, 1)
	go func() {
		line, err := in.ReadString('\n')
		yes := strings.EqualFold(strings.TrimSpace(line), "y")
		answer <- yes && (err == nil || errors.Is(err, io.EOF))
	}()
	select {
	case yes := <-answer:
		return yes
	case <-signals:
		return false // the process ends, and with it who reads
	}
}
