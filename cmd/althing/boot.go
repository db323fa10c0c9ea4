package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"althing/cmd/althing/internal/systemd"
	"althing/datadir"
	"althing/fault"
)

// bootSettings is the settings file of the hub that a machine starts at boot.
const bootSettings = "/etc/althing/althing.toml"

// boot is a hub that starts at boot: who starts it, and where its files are.
type boot struct {
	manager  systemd.Manager
	unit     string   // the file that describes the service
	settings string   // its settings file
	data     string   // its data folder, when the settings name none
	bin      string   // the folder that its program is put into …
	stays    []string // … but when it is below one of these
}

func newBoot() *cobra.Command {
	return verbsOf(&cobra.Command{
		Use:   "boot",
		Short: "have a hub start with the machine",
		Long: `Has a hub start when the machine does, and again when it fails: as a service of
systemd, in the name of a user that is nothing else and reaches nothing else. With
--user it is a service of your own, for which nobody has to be root.`,
		Example: "  sudo althing boot install --lan\n  althing boot status\n  sudo althing boot remove",
	}, newBootInstall(), newBootRemove(), newBootStatus())
}

func addUserFlag(c *cobra.Command, own *bool) {
	c.Flags().BoolVar(own, "user", false, "a service of your own, with your settings and your data folder")
}

// theBoot is the hub that starts at boot here, the system's or the user's own.
func theBoot(own bool) (*boot, error) {
	b := &boot{
		manager: systemd.Manager{User: own}, unit: "/etc/systemd/system", settings: bootSettings, data: systemd.StateFolder,
		bin: "/usr/local/bin", stays: []string{"/usr", "/opt"},
	}
	if own {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, err
		}
		b.unit = filepath.Join(cmp.Or(os.Getenv("XDG_CONFIG_HOME"), filepath.Join(home, ".config")), "systemd", "user")
		b.settings, b.data = ownSettings(), datadir.Default()
		b.bin, b.stays = filepath.Join(home, ".local", "bin"), append(b.stays, home)
	}
	b.unit = filepath.Join(b.unit, systemd.Unit)
	return b, nil
}

// bootHere is theBoot, where there is somebody to start it.
func bootHere(ctx context.Context, own bool) (*boot, error) {
	b, err := theBoot(own)
	if err != nil {
		return nil, err
	}
	if runtime.GOOS != "linux" {
		return nil, fault.New(fault.NotFound, "%s starts nothing with systemd; docs/operating.md says how it starts a hub", runtime.GOOS)
	}
	if _, err := b.manager.Run(ctx, 0, "show", "--property=Version"); err != nil {
		return nil, fault.Wrap(err, fault.NotFound, "no systemd answers here; have what starts this system run 'althing serve', in the name of a user of its own")
	}
	return b, nil
}

// mayChange refuses whoever is not allowed to.
func (b *boot) mayChange(verb string) error {
	if !b.manager.User && os.Geteuid() != 0 {
		return fault.New(fault.Denied, "it takes root to change what the machine starts: 'sudo althing boot %s', or --user for a service of your own", verb)
	}
	return nil
}

// sudo is what begins a command that changes the service.
func (b *boot) sudo() string {
	if b.manager.User {
		return ""
	}
	return "sudo "
}

// own is what such a command has besides.
func (b *boot) own() string {
	if b.manager.User {
		return " --user"
	}
	return ""
}

func newBootRemove() *cobra.Command {
	var own bool
	c := &cobra.Command{
		Use:   "remove",
		Short: "start no hub at boot any more",
		Long: `Stops the hub that started at boot, and has it started no more. Data, settings and
program stay where they are, and it says where.`,
		Example: "  sudo althing boot remove",
		Args:    exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			b, err := bootHere(c.Context(), own)
			if err == nil {
				err = b.mayChange("remove")
			}
			if err != nil {
				return err
			}
			return b.remove(c)
		},
	}
	addUserFlag(c, &own)
	return c
}

func (b *boot) remove(c *cobra.Command) error {
	ctx, out := c.Context(), c.OutOrStdout()
	state, err := b.manager.State(ctx)
	if err != nil {
		return err
	}
	if !state.Installed && !exists(b.unit) {
		fmt.Fprintln(out, "No hub starts at boot: there is nothing to remove.")
		return nil
	}
	if _, err := b.manager.Run(ctx, stopPatience, "disable", "--now", systemd.Unit); err != nil {
		return err
	}
	if err := os.Remove(b.unit); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if _, err := b.manager.Run(ctx, 0, "daemon-reload"); err != nil {
		return err
	}
	fmt.Fprintln(out, "No hub starts at boot any more. What stays, until you delete it:")
	fmt.Fprintf(out, "  settings  %s\n", visible(b.settings))
	fmt.Fprintf(out, "  data      %s\n", visible(cmp.Or(readSettings(b.settings).values["data"].text, b.data)))
	if program := b.place(); exists(program) {
		fmt.Fprintf(out, "  program   %s\n", visible(program))
	}
	return nil
}
