package main

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"althing/cmd/althing/internal/systemd"
)

// TestTheSystemsHub installs it into folders of the test, with programs of the
// system's that only write down what they were asked.
func TestTheSystemsHub(t *testing.T) {
	dir := t.TempDir()
	calls := filepath.Join(dir, "calls")
	for _, program := range []string{"systemctl", "systemd-sysusers"} {
		if err := os.WriteFile(filepath.Join(dir, program), []byte("#!/bin/sh\necho ${0##*/} \"$@\" >>"+calls+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	b := &boot{
		manager: systemd.Manager{}, unit: filepath.Join(dir, "etc/system/althing.service"), settings: filepath.Join(dir, "etc/althing.toml"),
		data: systemd.StateFolder, bin: filepath.Join(dir, "bin"),
	}
	if err := os.MkdirAll(filepath.Dir(b.settings), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(b.settings, []byte(settingsDoc()+"max_inbox = 7\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	install := func(args ...string) error {
		c := newBootInstall()
		c.SetContext(context.Background())
		c.SetOut(newOutput())
		if err := c.ParseFlags(args); err != nil {
			t.Fatal(err)
		}
		return b.install(c)
	}
	if err := install("--lan", "--max-inbox", "8"); err != nil {
		t.Fatal(err)
	}
	s := readSettings(b.settings)
	for name, want := range map[string]string{"data": "/var/lib/althing", "lan": "true", "max-inbox": "8"} {
		if got := s.values[name].text; got != want || len(s.values) != 3 {
			t.Errorf("%s is %q in %v", name, got, s)
		}
	}
	unit, err := os.ReadFile(b.unit)
	if want := b.service(systemd.StateFolder).Text(); err != nil || string(unit) != want {
		t.Errorf("the unit is %v\n%s", err, unit)
	}
	asked, err := os.ReadFile(calls)
	want := `systemd-sysusers --inline u althing - "althing hub" /var/lib/althing
systemctl daemon-reload
systemctl enable althing.service
systemctl reset-failed althing.service
systemctl restart althing.service
`
	if err != nil || string(asked) != want {
		t.Errorf("it was asked %v\n%s", err, asked)
	}
	if info, err := os.Stat(filepath.Join(b.bin, "althing")); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("the program is %v, %v", info, err)
	}

	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "else"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for data, want := range map[string]string{"/home/ada/hub": "nothing below /home", "/root": "nothing below /root", full: "nothing below /tmp", "/usr": "is not empty"} {
		if err := install("--data", data); err == nil || !strings.Contains(err.Error(), want) && !below(data, os.TempDir()) {
			t.Errorf("--data %s: %v", data, err)
		}
	}
	if got := readSettings(b.settings).values["data"].text; got != systemd.StateFolder {
		t.Errorf("a folder that was refused is in the settings: %s", got)
	}
}

func TestWithSetting(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", "log-level = 7\n"},
		{"a = 1", "a = 1\nlog-level = 7\n"},
		{"log-level = 'x' # why\nb = 2\n", "log-level = 7\nb = 2\n"},
		{"# log-level = \"info\"\n  log_level=3\n", "# log-level = \"info\"\nlog-level = 7\n"},
		{"# the log-level = x\n# log-level = \"info\"\nb = 2\n", "# the log-level = x\nlog-level = 7\nb = 2\n"},
	} {
		if got := withSetting(test.text, "log-level", "7"); got != test.want {
			t.Errorf("%q became %q", test.text, got)
		}
	}
}

// TestTheManagerHears runs a hub as systemd does.
func TestTheManagerHears(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "notify")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	hear := func(want string) {
		t.Helper()
		buffer := make([]byte, 100)
		for {
			l.SetReadDeadline(time.Now().Add(patience))
			n, err := l.Read(buffer)
			if err != nil {
				t.Fatalf("%s was not heard: %v", want, err)
			}
			if string(buffer[:n]) == want {
				return
			}
		}
	}
	env := append(clean(t.TempDir()), "NOTIFY_SOCKET="+socket, "WATCHDOG_USEC=20000")
	p, err := start(t.TempDir(), env, "serve", "--data", t.TempDir(), "--text", "127.0.0.1:0", "--session", "off")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	hear("READY=1")
	hear("WATCHDOG=1")
	hear("WATCHDOG=1")
	if _, err := p.out.await("admin key not shown, for this is a log", p.ended); err != nil {
		t.Error(err)
	}
	p.stop(t)
	hear("STOPPING=1")
}

// TestRootActsAsTheOwner has root work in the data folder of another user.
func TestRootActsAsTheOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a folder away")
	}
	althing, err := exec.LookPath("althing")
	if err != nil {
		t.Fatal(err)
	}
	p, _ := startHub(t, filepath.Join(t.TempDir(), "data"))
	p.stop(t)
	data := p.cmd.Args[slices.Index(p.cmd.Args, "--data")+1]
	const somebody = 54321
	err = filepath.WalkDir(data, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chown(path, somebody, somebody)
	})
	if err != nil {
		t.Fatal(err)
	}
	for folder := filepath.Dir(data); folder != os.TempDir(); folder = filepath.Dir(folder) {
		if err := os.Chmod(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"user", "add", "anna"}, {"admin-key"}, {"repair"}} {
		c := exec.Command(althing, append(args, "--data", data)...)
		c.Env = clean(t.TempDir())
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
	err = filepath.WalkDir(data, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Sys().(*syscall.Stat_t).Uid != somebody {
			t.Errorf("%s belongs to another", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
