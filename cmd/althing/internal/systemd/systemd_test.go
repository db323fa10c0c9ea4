//go:build linux

package systemd_test

import (
	"flag"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"althing/cmd/althing/internal/systemd"
)

var update = flag.Bool("update", false, "write the golden units anew")

// services are hubs that are installed, by the golden file of their unit.
var services = map[string]systemd.Service{
	"system.service": {Program: "/usr/local/bin/althing", Settings: "/etc/althing/althing.toml", Data: systemd.StateFolder},
	"disk.service":   {Program: "/usr/bin/althing", Settings: "/etc/althing/althing.toml", Data: `/mnt/my "disk" 100%`},
	"user.service":   {Program: "/home/ada/bin/my althing", Settings: "/home/ada $1/.config/althing/althing.toml", Data: "/home/ada/hub", User: true},
}

func TestUnitsAreTheGoldenOnes(t *testing.T) {
	for name, service := range services {
		golden := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(golden, []byte(service.Text()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		native := strings.ReplaceAll(service.Text(), "SystemCallArchitectures=native arm\n", "SystemCallArchitectures=native\n")
		if native != string(want) {
			t.Errorf("%s is now\n%s", name, service.Text())
		}
	}
}

// TestSystemdUnderstandsTheUnits asks systemd itself, and what it thinks of the
// service's bounds.
func TestSystemdUnderstandsTheUnits(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not here")
	}
	for name, service := range services {
		// It looks whether the program is there, which is any here.
		service.Program = filepath.Join(t.TempDir(), "the hub")
		if err := os.WriteFile(service.Program, []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		// Its own name, lest it take the test's folder for the machine's units.
		unit := filepath.Join(t.TempDir(), "althing-test-"+name)
		if err := os.WriteFile(unit, []byte(service.Text()), 0o644); err != nil {
			t.Fatal(err)
		}
		args := []string{"verify", "--man=no", unit}
		if service.User {
			args = append([]string{"--user"}, args...)
		}
		c := exec.Command(analyze, args...)
		c.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+t.TempDir())
		if out, err := c.CombinedOutput(); err != nil || strings.Contains(string(out), "althing-test") {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
		if service.User {
			continue
		}
		out, err := exec.Command(analyze, "security", "--offline=true", "--no-pager", unit).CombinedOutput()
		if strings.Contains(string(out), "unrecognized option") {
			continue // systemd before 250
		}
		found := regexp.MustCompile(`Overall exposure level .*: ([0-9.]+)`).FindSubmatch(out)
		if found == nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		if exposure, _ := strconv.ParseFloat(string(found[1]), 64); exposure > 2 {
			t.Errorf("%s: its exposure is %v", name, exposure)
		}
	}
}

func TestTheManagerIsTold(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "notify")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	t.Setenv("NOTIFY_SOCKET", socket)
	if err := systemd.Notify(systemd.Ready); err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, 100)
	l.SetReadDeadline(time.Now().Add(5 * time.Second))
	n, err := l.Read(buffer)
	if err != nil || string(buffer[:n]) != "READY=1" {
		t.Errorf("it was told %q, %v", buffer[:n], err)
	}
	t.Setenv("NOTIFY_SOCKET", socket+"-none")
	if err := systemd.Notify(systemd.Ready); err == nil {
		t.Error("nobody is told, and that is no error")
	}
}

func TestHowOften(t *testing.T) {
	for _, test := range []struct {
		socket, micros string
		want           time.Duration
	}{
		{"/run/notify", "180000000", 90 * time.Second},
		{"", "180000000", 0},
		{"/run/notify", "", 0},
		{"/run/notify", "-1", 0},
		{"/run/notify", "often", 0},
	} {
		t.Setenv("NOTIFY_SOCKET", test.socket)
		t.Setenv("WATCHDOG_USEC", test.micros)
		if got := systemd.Often(); got != test.want {
			t.Errorf("with %q and %q: %v", test.socket, test.micros, got)
		}
	}
}
