package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"althing/discovery"
	"althing/fault"
)

// usualWait is how long althing find listens: long enough for two questions, one of
// which the air may lose.
const usualWait = 2 * time.Second

// mostWait keeps a typing error from being waited for.
const mostWait = 10 * time.Minute

func newFind() *cobra.Command {
	var asJSON bool
	var wait time.Duration
	c := &cobra.Command{
		Use:   "find",
		Short: "list the hubs of the local network",
		Long: `Lists the hubs that announce themselves on the local network, which 'althing serve
--lan' does, with their addresses, ports and fingerprints. Anybody can announce any
name: a hub is the one that you mean when its fingerprint is. In the last column is
how long a connection to it takes, in milliseconds; - when none can be made.`,
		Example: "  althing find\n  althing find --wait 10s --json",
		Args:    exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			if wait <= 0 || wait > mostWait {
				return usagef("--wait: more than 0 and at most %v, not %v", mostWait, wait)
			}
			ctx, stop := untilSignal(c.Context())
			defer stop()
			found, err := find(ctx, wait, c.ErrOrStderr())
			if err != nil {
				return err
			}
			if asJSON {
				err = foundJSON(c.OutOrStdout(), found)
			} else if len(found) > 0 {
				err = writeTable(c.OutOrStdout(), foundRows(found))
			}
			if err == nil && len(found) == 0 {
				err = fault.New(fault.NotFound, "no hub was heard within %v; one announces itself when it was started with 'althing serve --lan', where the network carries multicast", wait)
			}
			return err
		},
	}
	c.Flags().DurationVar(&wait, "wait", usualWait, "how `long` to listen")
	c.Flags().BoolVar(&asJSON, "json", false, "print a JSON list of objects")
	return c
}

// find listens for hubs, and tries what it has heard. Who looks on at a terminal
// sees them come.
func find(ctx context.Context, wait time.Duration, errs io.Writer) ([]discovery.Reached, error) {
	var each func(discovery.Hub)
	if _, terminal := errs.(*screen); terminal {
		fmt.Fprintf(errs, "listening for %v …\n", wait)
		each = func(h discovery.Hub) { fmt.Fprintf(errs, "  %s at %s\n", h.Name, h.Addresses[0]) }
	}
	soon, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	hubs, err := discovery.Search(soon, each)
	if err != nil {
		return nil, err
	}
	return discovery.Reach(ctx, hubs, discovery.Hub.Port), ctx.Err()
}

// foundRows are the hubs as a table. Their fingerprints are a column when there are
// any: it is a wide one.
func foundRows(found []discovery.Reached) [][]cell {
	head := []cell{{text: "name"}, {text: "address"}, {text: "ports"}, {text: "version"}, {text: "TLS"}, {text: "ms", right: true}}
	rows := [][]cell{head}
	prints := false
	for _, r := range found {
		ms := "-"
		if r.At.IsValid() {
			ms = fmt.Sprintf("%.1f", milliseconds(r.Took))
		}
		rows = append(rows, []cell{
			{text: r.Name}, {text: foundAt(r)}, {text: foundPorts(r.Hub)}, {text: r.Version}, {text: r.TLS}, {text: ms, right: true},
		})
		prints = prints || r.Fingerprint != ""
	}
	if !prints {
		return rows
	}
	rows[0] = append(rows[0], cell{text: "fingerprint"})
	for i, r := range found {
		rows[i+1] = append(rows[i+1], cell{text: r.Fingerprint})
	}
	return rows
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// foundAt is the address at which a hub answers, or the first that it has.
func foundAt(r discovery.Reached) string {
	if r.At.IsValid() {
		return r.At.Addr().String()
	}
	return r.Addresses[0].String()
}

func foundPorts(h discovery.Hub) string {
	var list []string
	for _, p := range []struct {
		gateway string
		number  uint16
	}{{textGateway, h.Text}, {sessionGateway, h.Session}, {cpuGateway, h.CPU}, {webGateway, h.Web}} {
		if p.number != 0 {
			list = append(list, fmt.Sprintf("%s %d", p.gateway, p.number))
		}
	}
	return strings.Join(list, ", ")
}

// foundJSON prints the hubs for programs.
func foundJSON(out io.Writer, found []discovery.Reached) error {
	type entry struct {
		discovery.Hub
		Address string   `json:"address"`
		MS      *float64 `json:"ms"` // null: it cannot be connected to
	}
	list := make([]entry, len(found))
	for i, r := range found {
		list[i] = entry{Hub: r.Hub, Address: foundAt(r)}
		if r.At.IsValid() {
			ms := milliseconds(r.Took)
			list[i].MS = &ms
		}
	}
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	return e.Encode(list)
}
