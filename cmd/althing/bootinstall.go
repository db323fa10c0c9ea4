package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"althing/cmd/althing/internal/systemd"
	"althing/datadir"
)

const (
	// startPatience is as long as the unit gives a hub to read a long log.
	startPatience = 11 * time.Minute
	// stopPatience is longer than the unit gives it to end.
	stopPatience = time.Minute
	// failedLines of the log are shown of a hub that did not start.
	failedLines = 5
)

func newBootInstall() *cobra.Command {
	var f serveFlags
	var own, printed bool
	c := &cobra.Command{
		Use:   "install",
		Short: "start a hub at boot, and now",
		Long: `Has a hub start at boot, and starts it. It takes all flags of serve, and writes
those that are given into the hub's settings file; what stands there already stays.
It can be run again at any time, with other settings or a newer program: it changes
what is to be changed, and starts the hub again if that matters to it.`,
		Example: "  sudo althing boot install --lan\n  sudo althing boot install --data /srv/althing\n  althing boot install --user\n  althing boot install --print",
		Args:    exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			if printed {
				b, err := theBoot(own)
				if err == nil {
					_, err = io.WriteString(c.OutOrStdout(), b.service(b.data).Text())
				}
				return err
			}
			b, err := bootHere(c.Context(), own)
			if err == nil {
				err = b.mayChange("install")
			}
			if err != nil {
				return err
			}
			return b.install(c)
		},
	}
	f.add(c)
	addUserFlag(c, &own)
	c.Flags().BoolVar(&printed, "print", false, "change nothing: print the unit that describes the service")
	return c
}

// install makes what there has to be, and starts the hub.
func (b *boot) install(c *cobra.Command) error {
	ctx := c.Context()
	text, settings, err := b.settingsWith(c)
	if err != nil {
		return err
	}
	data := settings.values["data"].text
	if err := b.checkData(data); err != nil {
		return err
	}
	changed, err := b.putProgram()
	if err != nil {
		return err
	}
	if err := b.makeAccount(ctx, data); err != nil {
		return err
	}
	for _, file := range []struct{ path, text string }{{b.settings, text}, {b.unit, b.service(data).Text()}} {
		isNew, err := putFile(file.path, []byte(file.text), 0o644)
		if err != nil {
			return err
		}
		changed = changed || isNew
	}
	if err := b.start(ctx, changed); err != nil {
		return err
	}
	return b.tellInstalled(c, data, changed)
}

// settingsWith gives the settings file with the flags that were given, and what it
// means. The folder of the data always stands in it: verbs look there for it.
func (b *boot) settingsWith(c *cobra.Command) (text string, s settings, err error) {
	text, err = readText(b.settings)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = "# The settings of the hub that starts at boot. 'althing config doc' prints all there are.\n", nil
	}
	if err != nil {
		return "", s, err
	}
	s = settings{path: b.settings, values: map[string]given{}}
	s.read(text)
	if err := firstOf(s.problems); err != nil {
		return "", s, err
	}
	if s.values["data"].line == 0 && !c.Flags().Changed("data") {
		if err := c.Flags().Set("data", b.data); err != nil {
			return "", s, err
		}
	}
	for _, name := range settingFlags(newServe()) {
		f := c.Flags().Lookup(name)
		if !f.Changed {
			continue
		}
		if err := wholePath(f); err != nil {
			return "", s, err
		}
		text = withSetting(text, name, tomlValue(f))
	}
	s = settings{path: b.settings, values: map[string]given{}}
	s.read(text)
	return text, s, firstOf(append(s.problems, checkTogether(s)...))
}

// checkTogether is what is wrong with settings that each make sense.
func checkTogether(s settings) []problem {
	var f serveFlags
	c := &cobra.Command{}
	f.add(c)
	for name, v := range s.values {
		_ = c.Flags().Set(name, v.text) // it was read
	}
	if err := f.check(); err != nil {
		return []problem{{file: s.path, what: err.Error()}}
	}
	return nil
}

// wholePath makes a file or folder that a flag names the same from everywhere.
func wholePath(f *pflag.Flag) error {
	kind, _ := pflag.UnquoteUsage(f)
	if given := f.Value.String(); (kind == "file" || kind == "folder") && given != "" {
		whole, err := filepath.Abs(given)
		if err != nil {
			return err
		}
		return f.Value.Set(whole)
	}
	return nil
}

// service is the service that the manager is told of.
func (b *boot) service(data string) systemd.Service {
	return systemd.Service{Program: b.place(), Settings: b.settings, Data: data, User: b.manager.User}
}

// checkData refuses a folder that the service could not reach.
func (b *boot) checkData(data string) error {
	if b.manager.User {
		return nil
	}
	for _, hidden := range []string{"/home", "/root", "/run/user", "/tmp", "/var/tmp"} {
		if below(data, hidden) {
			return usagef("--data: the hub that starts at boot reaches nothing below %s; name a folder such as /srv/althing, or see --user", hidden)
		}
	}
	if data == b.data || exists(filepath.Join(data, datadir.VersionFile)) {
		return nil
	}
	if files, err := os.ReadDir(data); err == nil && len(files) > 0 { // it is to be the hub's with all that is in it
		return usagef("--data: '%s' is not empty, and no data folder of a hub; name a new folder", visible(data))
	}
	return nil
}

// place is where the program is, or has to be: a service cannot run what stands in
// somebody's home, nor what a compiler has left in a temporary folder.
func (b *boot) place() string {
	here, err := runningProgram()
	if err == nil && systemd.Runnable(here) && !below(here, os.TempDir()) && slices.ContainsFunc(b.stays, func(folder string) bool { return below(here, folder) }) {
		return here
	}
	return filepath.Join(b.bin, "althing")
}

// below reports whether a path leads into a folder.
func below(path, folder string) bool {
	return strings.HasPrefix(filepath.Clean(path)+"/", filepath.Clean(folder)+"/")
}

// runningProgram is the file that runs.
func runningProgram() (string, error) {
	here, err := os.Executable()
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(here)
}

// putProgram brings the program to its place.
func (b *boot) putProgram() (changed bool, err error) {
	here, err := runningProgram()
	if err != nil || here == b.place() {
		return false, err
	}
	program, err := os.ReadFile(here)
	if err != nil {
		return false, err
	}
	return putFile(b.place(), program, 0o755)
}

// makeAccount makes the user whom the service runs as, and gives that user the
// data folder when it is not the one that systemd makes.
func (b *boot) makeAccount(ctx context.Context, data string) error {
	if b.manager.User {
		return nil
	}
	if _, err := systemd.Program(ctx, 0, "systemd-sysusers", "--inline", "u "+systemd.Account+` - "althing hub" `+systemd.StateFolder); err != nil {
		return err
	}
	if data == b.data {
		return nil
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return err
	}
	account, err := user.Lookup(systemd.Account)
	if err != nil {
		return err
	}
	uid, _ := strconv.Atoi(account.Uid) // they are numbers here
	gid, _ := strconv.Atoi(account.Gid)
	folder, err := os.OpenRoot(data) // no link in it leads root astray
	if err != nil {
		return err
	}
	defer func() { _ = folder.Close() }() // it was only walked through
	return fs.WalkDir(folder.FS(), ".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return folder.Lchown(path, uid, gid)
	})
}

// start has the manager start the hub, again if something has changed.
func (b *boot) start(ctx context.Context, changed bool) error {
	if _, err := b.manager.Run(ctx, 0, "daemon-reload"); err != nil {
		return err
	}
	if _, err := b.manager.Run(ctx, 0, "enable", systemd.Unit); err != nil {
		return err
	}
	if b.manager.User {
		// Without it a user's services start with the first login.
		if _, err := systemd.Program(ctx, 0, "loginctl", "enable-linger"); err != nil {
			return fmt.Errorf("your services would start when you log in only: 'sudo loginctl enable-linger %s', and again: %w", os.Getenv("USER"), err)
		}
	}
	// After a bug that has been mended, or too many tries, it may start again.
	_, _ = b.manager.Run(ctx, 0, "reset-failed", systemd.Unit)
	verb := "start"
	if changed {
		verb = "restart"
	}
	if _, err := b.manager.Run(ctx, startPatience, verb, systemd.Unit); err != nil {
		lines, _ := b.manager.Log(ctx, failedLines) // without them less is said
		for i := range lines {
			lines[i] = visible(lines[i])
		}
		return fmt.Errorf("the hub does not start: %w; it is tried again at every boot, until '%salthing boot remove%s'. The last that it has written:\n  %s",
			err, b.sudo(), b.own(), strings.Join(lines, "\n  "))
	}
	return nil
}

func (b *boot) tellInstalled(c *cobra.Command, data string, changed bool) error {
	done := "The hub starts at boot, and runs."
	if !changed {
		done = "The hub starts at boot already, and runs; nothing had to be changed."
	}
	_, err := fmt.Fprintf(c.OutOrStdout(), `%s
  settings  %s  (after a change: %ssystemctl%s restart althing)
  data      %s
  program   %s
  log       journalctl%s -u althing
  next      althing boot status%s
`, done, visible(b.settings), b.sudo(), b.own(), visible(data), visible(b.place()), b.own(), b.own())
	return err
}

// withSetting gives a settings file in which a setting has this value: in its own
// line, in the one where it is commented out, or in a new one.
func withSetting(text, name, value string) string {
	line := name + " = " + value
	spelled := strings.ReplaceAll(regexp.QuoteMeta(name), "-", "[-_]")
	for _, before := range []string{`(?m)^[ \t]*` + spelled + `[ \t]*=.*$`, `(?m)^# ` + spelled + ` = .*$`} {
		if at := regexp.MustCompile(before).FindStringIndex(text); at != nil {
			return text[:at[0]] + line + text[at[1]:]
		}
	}
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return text + line + "\n"
}

// putFile writes a file whole, or not at all; isNew tells that it was not so already.
func putFile(path string, content []byte, mode fs.FileMode) (isNew bool, err error) {
	if before, err := os.ReadFile(path); err == nil && bytes.Equal(before, content) {
		return false, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // what everybody may read
		return false, err
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return false, err
	}
	_, err = file.Write(content)
	err = errors.Join(err, file.Chmod(mode), file.Sync(), file.Close())
	if err == nil {
		err = datadir.Rename(file.Name(), path)
	}
	if err != nil {
		os.Remove(file.Name())
		return false, err
	}
	return true, nil
}
