package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
)

// doctorWithin is how long the doctor looks, at all together: what is later is
// said to be.
const doctorWithin = 4 * time.Second

// The levels of what the doctor finds.
const (
	levelOK   = "ok"
	levelWarn = "warn"
	levelBad  = "bad"
)

// finding is something that the doctor has found.
type finding struct {
	Check string `json:"check"`
	Level string `json:"level"`
	Text  string `json:"text"`
	Do    string `json:"do,omitempty"` // what helps
}

// examined is what the doctor looks at: the hub that would run here with these
// settings, and the one that verbs would reach.
type examined struct {
	settings serveFlags
	problems []problem
	hub      hubFlags
}

// examination is one thing to look at. It changes nothing, and ends with ctx.
type examination struct {
	name string
	look func(ctx context.Context, e *examined) []finding
}

func newDoctor() *cobra.Command {
	var e examined
	var data dataFlags
	var asJSON bool
	c := &cobra.Command{
		Use:   "doctor",
		Short: "look at what usually goes wrong",
		Long: `Looks at what usually goes wrong with the hub of this machine, or with reaching one:
settings, data folder, ports, the way in from the network, clock, limits of the
system, certificate, Python, and whether a hub answers. Each line says ok, warn or
bad, and what to do. It changes nothing and takes at most five seconds; the status
is 1 when something is bad.`,
		Example: "  althing doctor\n  althing doctor --hub garden --json",
		Args:    exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := e.prepare(c, &data); err != nil {
				return err
			}
			found := e.examine(c.Context(), append(examinations, systemExaminations...))
			if err := tellFindings(c.OutOrStdout(), found, asJSON); err != nil {
				return err
			}
			bad := 0
			for _, f := range found {
				if f.Level == levelBad {
					bad++
				}
			}
			if bad > 0 {
				return fmt.Errorf("%d of %d things are bad", bad, len(found))
			}
			return nil
		},
	}
	e.hub.add(c)
	data.add(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print a list of objects")
	return c
}

// prepare reads the settings that serve would have. What is wrong with them is a
// finding, and does not end the examination.
func (e *examined) prepare(c *cobra.Command, data *dataFlags) error {
	serve := &cobra.Command{}
	e.settings.add(serve)
	if given := c.Flags().Lookup("data"); given.Changed {
		if err := serve.Flags().Set("data", data.data); err != nil {
			return err
		}
	}
	_, e.problems = settle(serve, data.config)
	e.problems = append(e.problems, e.settings.problems(cmp.Or(data.config, settingsInUse()))...)
	e.hub.hub = cmp.Or(e.hub.hub, os.Getenv("ALTHING_HUB")) // no network is searched
	return nil
}

// examine looks at everything at once.
func (e *examined) examine(ctx context.Context, all []examination) (found []finding) {
	ctx, cancel := context.WithTimeout(ctx, doctorWithin)
	defer cancel()
	each := make([]chan []finding, len(all))
	var running sync.WaitGroup
	for i, x := range all {
		each[i] = make(chan []finding, 1)
		running.Go(func() { each[i] <- x.look(ctx, e) })
	}
	for i, x := range all {
		var some []finding
		select {
		case some = <-each[i]:
		case <-ctx.Done():
			some = []finding{{Level: levelWarn, Text: fmt.Sprintf("nothing was learnt within %v", doctorWithin)}}
		}
		for _, f := range some {
			f.Check = x.name
			found = append(found, f)
		}
	}
	return found
}

func tellFindings(out io.Writer, found []finding, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(out).Encode(found)
	}
	for _, f := range found {
		line := fmt.Sprintf("%-4s  %-11s  %s", f.Level, f.Check, visible(f.Text))
		if f.Do != "" {
			line += "; " + visible(f.Do)
		}
		if _, err := fmt.Fprintln(out, line); err != nil {
			return err
		}
	}
	return nil
}

func fine(format string, args ...any) []finding {
	return []finding{{Level: levelOK, Text: fmt.Sprintf(format, args...)}}
}

func warn(do, format string, args ...any) []finding {
	return []finding{{Level: levelWarn, Text: fmt.Sprintf(format, args...), Do: do}}
}

func bad(do, format string, args ...any) []finding {
	return []finding{{Level: levelBad, Text: fmt.Sprintf(format, args...), Do: do}}
}

// reason is an error without the name of this program's faults.
func reason(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "nothing came in time"
	}
	return strings.TrimPrefix(err.Error(), "no hub ")
}
