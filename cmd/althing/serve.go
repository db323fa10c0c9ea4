package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"althing/access"
	"althing/cmd/althing/internal/systemd"
	"althing/commands"
	"althing/datadir"
	"althing/fault"
	"althing/hub"
	"althing/network"
)

const (
	// A stop takes at most five seconds: so long for what is in flight, so long
	// to store what the hub holds, and at stopWithin the process ends whatever
	// hangs; what was acknowledged is on disk by then.
	finishWithin = 2 * time.Second
	storeWithin  = 2 * time.Second
	stopWithin   = 4500 * time.Millisecond
)

// serveFlags are the settings of a hub.
type serveFlags struct {
	config, data, name, description string
	text, session, cpu, web         address
	webHost                         string
	lan, console                    bool
	guests, durability              string
	adminKeyFile                    string
	logFile, logLevel               string
	parent                          parentFlag
	parentMay                       string
	tls                             tlsFlags
	limits                          access.Limits
	given                           []byte        // the settings that are not left as they are, as a file
	running                         []hub.Setting // all of them, and where each is from
}

func newServe() *cobra.Command {
	var f serveFlags
	c := &cobra.Command{
		Use:   "serve",
		Short: "run a hub",
		Long: `Runs a hub until Ctrl+C. Every flag can also stand in the variable ALTHING_NAME
(--log-level is ALTHING_LOG_LEVEL) or in a settings file as name = value; flags
stand above variables, and variables above the file.`,
		Example: "  althing serve\n  althing serve --lan --name barn",
		Args:    exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			from, problems := settle(c, f.config)
			if err := firstOf(problems); err != nil {
				return err
			}
			f.given, f.running = givenSettings(c.Flags()), settingsOf(c, from)
			return f.serve(c)
		},
	}
	f.add(c)
	return c
}

func (f *serveFlags) add(c *cobra.Command) {
	host, _ := os.Hostname()
	f.parentMay = "manage"
	f.guests, f.durability, f.logLevel = "full", "fast", "info"
	flags := c.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.data, "data", datadir.Default(), "the `folder` that keeps everything")
	flags.StringVar(&f.name, "name", network.FitName(host), "the hub's `name`, at most 60 characters without @ / * ? , and quotes")
	flags.StringVar(&f.description, "description", "", "what the hub is for, as a `text` for people")
	flags.BoolVar(&f.lan, "lan", false, "listen to the whole network, not to this machine only")
	flags.Var(&f.text, "text", "where the text port listens: host:port, :port, port or off (default 2980, or the next that is free)")
	flags.Var(&f.session, "session", "where the session port listens, in the same way (default 4000, or the next that is free)")
	flags.Var(&f.cpu, "cpu", "where the CPU port listens, in the same way (default 5000, or the next that is free)")
	flags.Var(&f.web, "web", "where the web port listens, with the dashboard and the HTTP API, in the same way (default 8080, or the next that is free)")
	flags.StringVar(&f.webHost, "web-host", "", "the host `names`, with commas between them, by which browsers reach the web port beside the machine's own")
	flags.Var(choice{&f.guests, []string{"full", "read", "none"}}, "guests", "what clients without a key may do: full, read or none")
	flags.Var(choice{&f.durability, []string{"fast", "safe"}}, "durability", "fast: a power cut may cost the last second; safe: nothing, but slower")
	flags.StringVar(&f.adminKeyFile, "admin-key-file", "", "the `file` with the admin key, which only its owner should be able to read; an empty one makes everyone an administrator (default the key made at the first start)")
	f.tls.add(flags)
	flags.Var(&f.parent, "parent", "the hub above this one, as 'althing token' prints it there: TOKEN@host:port")
	flags.Var(choice{&f.parentMay, []string{"manage", "use", "nothing"}}, "parent-may", "what the hubs above may do here: manage (all that an administrator may), use (what a user may) or nothing (more than a guest)")
	flags.StringVar(&f.logFile, "log-file", "", "write the log to this `file` instead of the terminal")
	flags.Var(choice{&f.logLevel, []string{"debug", "info", "warn", "error"}}, "log-level", "what goes into the log: debug, info, warn or error")
	flags.BoolVar(&f.console, "console", false, "show here who comes and goes at the session port, and messages to the hub and the group CONSOLE")
	addConfigFlag(c, &f.config)

	bounds := pflag.NewFlagSet("bounds", pflag.ContinueOnError)
	bounds.SortFlags = false
	f.limits.AddFlags(bounds)
	list := bounds.FlagUsages()
	bounds.VisitAll(func(f *pflag.Flag) { f.Hidden = true }) // among the others they would hide those
	flags.AddFlagSet(bounds)
	c.SetUsageFunc(showUsage("\nBounds:\n" + list))
}

// serve runs hubs one after the other until it is told to stop for good.
func (f *serveFlags) serve(c *cobra.Command) (err error) {
	if err := f.check(); err != nil {
		return err
	}
	log, closeLog, err := f.logger(c.ErrOrStderr())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeLog()) }()
	warnOfVariables(log)
	collectLess()
	ctx, stop := untilSignal(c.Context())
	defer stop()
	for {
		again, err := f.once(ctx, log, c.OutOrStdout())
		if err != nil && ctx.Err() != nil && errors.Is(err, context.Canceled) {
			return nil // told to stop before it had started
		}
		if err != nil || !again {
			return err
		}
	}
}

// garbagePercent lets the heap grow to three times what lives before garbage is
// collected, and not to twice: a query makes much that is short-lived beside
// little that stays, and at Go's own setting a busy hub spent a fifth of its time
// collecting. At rest it costs nothing.
const garbagePercent = 200

// collectLess sets that, unless the user has decided with Go's own variable.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
}

// check refuses settings that make no sense.
func (f *serveFlags) check() (err error) {
	if f.data, err = dataFolder(f.data); err != nil {
		return err
	}
	if err := network.CheckName(f.name); err != nil {
		return usagef("--name: %w", err)
	}
	return f.tls.check()
}

// once runs one hub until ctx is done or somebody asks it to stop; again tells
// that it is to be started again.
func (f *serveFlags) once(ctx context.Context, log *slog.Logger, out io.Writer) (again bool, err error) {
	g, err := f.listen(ctx)
	if err != nil {
		return false, err
	}
	defer g.close()
	stop := make(chan bool, 1)
	h, err := hub.Open(ctx, f.hubConfig(log, out, stop))
	if err != nil {
		return false, err
	}
	secured, err := f.tls.open(h.Data(), log)
	if err == nil {
		var console io.Writer
		if f.console {
			console = out
		}
		err = g.open(h, secured, strings.Split(f.webHost, ","), f.parent.address != "", log, console)
	}
	if err != nil {
		return false, errors.Join(err, within(stopWithin, func() error { return store(h) }))
	}
	if secured.config != nil {
		h.Secured(f.tls.mode, secured.fingerprint.String())
	}
	failed := make(chan error, len(g.listeners)+1) // each gateway ends once, and sessions without a port
	g.serve(h, failed)
	if err := f.joinTree(h); err != nil {
		return false, errors.Join(err, within(stopWithin, func() error { return finish(h, &g, false) }))
	}
	withdraw := f.announce(h, log)
	f.banner(out, h)
	defer tellManager(h, log)()
	select {
	case <-ctx.Done():
	case again = <-stop:
	case err = <-failed:
	}
	log.Info("stopping", "restart", again)
	if !again {
		tell(log, systemd.Stopping)
	}
	withdraw()
	return again, errors.Join(err, within(stopWithin, func() error { return finish(h, &g, again) }))
}

// finish lets what is in flight be answered and stores what the hub holds; again
// says that it comes back.
func finish(h *hub.Hub, g *gateways, again bool) error {
	h.Stop()
	ctx, cancel := context.WithTimeout(context.Background(), finishWithin)
	defer cancel()
	g.shutdown(ctx, again)
	return store(h)
}

// store stores what the hub holds, and ends it.
func store(h *hub.Hub) error {
	ctx, cancel := context.WithTimeout(context.Background(), storeWithin)
	defer cancel()
	return h.Close(ctx)
}

// within waits for a hub's end, but not for ever.
func within(most time.Duration, end func() error) error {
	done := make(chan error, 1)
	go func() { done <- end() }()
	select {
	case err := <-done:
		return err
	case <-time.After(most):
		return fault.New(fault.Timeout, "the hub did not stop within %v and was ended; what it acknowledged is kept", most)
	}
}

// hubConfig makes the hub's configuration of the settings.
func (f *serveFlags) hubConfig(log *slog.Logger, out io.Writer, stop chan<- bool) hub.Config {
	guests, _ := access.ParseGuests(f.guests) // the flag has checked it
	config := hub.Config{
		Data: f.data, Name: f.name, Description: f.description,
		Safe: f.durability == "safe", Guests: guests, AdminKeyFile: f.adminKeyFile,
		ParentMay: parentMay[f.parentMay], Limits: f.limits, Log: log, Settings: f.given, Running: f.running,
		Stop: func(restart bool) {
			select {
			case stop <- restart:
			default: // it is stopping already
			}
		},
	}
	if f.console {
		config.Console = func(from, text string) {
			fmt.Fprintf(out, "[%s] %s: %s\n", time.Now().Format(time.TimeOnly), visible(from), visible(text))
		}
	}
	return config
}

// logger makes the hub's log, of which the last is kept in memory for those who
// look.
func (f *serveFlags) logger(stderr io.Writer) (log *slog.Logger, closeLog func() error, err error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.logLevel)); err != nil {
		return nil, nil, err
	}
	out, closeLog := stderr, func() error { return nil }
	if f.logFile != "" {
		file, err := os.OpenFile(f.logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, nil, fmt.Errorf("--log-file: %w", err)
		}
		out, closeLog = file, file.Close
	}
	return slog.New(commands.NewRecorder(slog.NewTextHandler(out, &slog.HandlerOptions{Level: level}))), closeLog, nil
}
