package systemd

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// askWithin is enough for a slow machine that is just starting.
const askWithin = 30 * time.Second

// Manager is the system's manager of services, or the user's own. It is asked by
// running its programs; its methods may be called concurrently.
type Manager struct{ User bool }

// Run asks for something, as in Run(ctx, 0, "enable", Unit). It waits as long as
// asked, or askWithin.
func (m Manager) Run(ctx context.Context, patience time.Duration, args ...string) (string, error) {
	if m.User {
		args = append([]string{"--user"}, args...)
	}
	return Program(ctx, patience, "systemctl", args...)
}

// Program runs one of the system's programs, and gives what it wrote. An error
// holds what it complained of.
func Program(ctx context.Context, patience time.Duration, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, max(patience, askWithin))
	defer cancel()
	c := exec.CommandContext(ctx, name, args...) //nolint:gosec // the names are this package's and its caller's, never input
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	c.Env = append(os.Environ(), "TZ=UTC", "LC_ALL=C")
	if err := c.Run(); err != nil {
		said := strings.Join(strings.Fields(errs.String()), " ")
		if said == "" {
			said = err.Error()
		}
		return out.String(), fmt.Errorf("%s %s: %s", name, strings.Join(args, " "), said)
	}
	return out.String(), nil
}

// State is how the service is.
type State struct {
	Installed bool
	File      string // the unit's; empty: there is none
	Enabled   string // enabled, disabled, …
	Active    string // active, activating, failed, inactive, …
	Since     time.Time
	Process   int // 0: none
	Restarts  int // by the manager, because it had failed
	Result    string
	Memory    int64 // in bytes; 0: not known
}

// properties are what State is made of, in the manager's words.
var properties = []string{
	"LoadState", "FragmentPath", "UnitFileState", "ActiveState", "StateChangeTimestamp", "MainPID", "NRestarts", "Result", "MemoryCurrent",
}

// State asks how the service is.
func (m Manager) State(ctx context.Context) (State, error) {
	text, err := m.Run(ctx, 0, "show", Unit, "--property="+strings.Join(properties, ","))
	if err != nil {
		return State{}, err
	}
	has := map[string]string{}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		has[name] = value
	}
	number := func(name string) int64 {
		n, _ := strconv.ParseInt(has[name], 10, 64) // what is no number is not known
		return n
	}
	s := State{
		Installed: has["LoadState"] == "loaded", File: has["FragmentPath"], Enabled: has["UnitFileState"], Active: has["ActiveState"],
		Process: int(number("MainPID")), Restarts: int(number("NRestarts")), Result: has["Result"], Memory: number("MemoryCurrent"),
	}
	s.Since, _ = time.Parse("Mon "+time.DateTime+" MST", has["StateChangeTimestamp"]) // empty: it was never started
	return s, nil
}

// Log gives the last lines that the service has written.
func (m Manager) Log(ctx context.Context, lines int) ([]string, error) {
	unit := "--unit=" + Unit
	if m.User {
		unit = "--user-unit=" + Unit
	}
	text, err := Program(ctx, 0, "journalctl", unit, "--quiet", "--output=cat", "--lines="+strconv.Itoa(lines))
	if err != nil || strings.TrimSpace(text) == "" {
		return nil, err
	}
	return strings.Split(strings.TrimRight(text, "\n"), "\n"), nil
}
