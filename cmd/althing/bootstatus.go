package main

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"althing/cmd/althing/internal/systemd"
	"althing/fault"
)

// statusLines of the log are shown by 'boot status'.
const statusLines = 10

func newBootStatus() *cobra.Command {
	var own, asJSON bool
	c := &cobra.Command{
		Use:   "status",
		Short: "show how the hub is that starts at boot",
		Long: `Shows whether a hub starts at boot, whether it runs and since when, the last that it
has written, and what to do when it does not. The status is 3 when none starts at
boot, and 1 when it does not run.`,
		Example: "  althing boot status\n  althing boot status --user --json",
		Args:    exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			b, err := bootHere(c.Context(), own)
			if err != nil {
				return err
			}
			return b.status(c, asJSON)
		},
	}
	addUserFlag(c, &own)
	c.Flags().BoolVar(&asJSON, "json", false, "print an object")
	return c
}

func (b *boot) status(c *cobra.Command, asJSON bool) error {
	state, err := b.manager.State(c.Context())
	if err != nil {
		return err
	}
	if !state.Installed {
		return fault.New(fault.NotFound, "no hub starts at boot here; '%salthing boot install%s' has one do so", b.sudo(), b.own())
	}
	lines, logErr := b.manager.Log(c.Context(), statusLines)
	if asJSON {
		err = printState(c.OutOrStdout(), state, lines)
	} else {
		err = b.tellState(c.OutOrStdout(), state, lines, logErr)
	}
	if err == nil && state.Active != "active" {
		err = fault.New(fault.Unavailable, "the hub is %s (%s); '%ssystemctl%s restart althing' starts it, 'journalctl%s -u althing' says more",
			state.Active, state.Result, b.sudo(), b.own(), b.own())
	}
	return err
}

func (b *boot) tellState(out io.Writer, s systemd.State, lines []string, logErr error) error {
	boots := "starts at boot"
	if s.Enabled != "enabled" {
		boots = fmt.Sprintf("does not start at boot ('%ssystemctl%s enable althing' has it do so)", b.sudo(), b.own())
	}
	runs := s.Active
	if !s.Since.IsZero() {
		runs += " since " + s.Since.Local().Format(time.DateTime)
	}
	if s.Process > 0 {
		runs += fmt.Sprintf(", process %d", s.Process)
	}
	if s.Memory > 0 {
		runs += ", " + size(s.Memory)
	}
	if s.Restarts > 0 {
		runs += fmt.Sprintf(", started again %d times because it had failed", s.Restarts)
	}
	fmt.Fprintf(out, "  hub       %s\n  now       %s\n  unit      %s\n  settings  %s\n", boots, runs, visible(s.File), visible(b.settings))
	switch {
	case logErr != nil:
		fmt.Fprintf(out, "  log       cannot be read: %s\n", visible(logErr.Error()))
	case len(lines) == 0:
		fmt.Fprintf(out, "  log       'sudo althing boot status' may show more\n")
	default:
		fmt.Fprintf(out, "  log       the last of journalctl%s -u althing:\n", b.own())
	}
	for _, line := range lines {
		if _, err := fmt.Fprintf(out, "    %s\n", visible(line)); err != nil {
			return err
		}
	}
	return nil
}

func printState(out io.Writer, s systemd.State, lines []string) error {
	type object struct {
		Enabled  bool       `json:"enabled"`
		Active   string     `json:"active"`
		Since    *time.Time `json:"since"`
		Process  int        `json:"process"`
		Restarts int        `json:"restarts"`
		Memory   int64      `json:"memory"`
		Result   string     `json:"result"`
		Unit     string     `json:"unit"`
		Log      []string   `json:"log"`
	}
	o := object{s.Enabled == "enabled", s.Active, nil, s.Process, s.Restarts, s.Memory, s.Result, s.File, append([]string{}, lines...)}
	if !s.Since.IsZero() {
		o.Since = &s.Since
	}
	return json.NewEncoder(out).Encode(o)
}
