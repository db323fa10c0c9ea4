// Package systemd is what this program knows of the manager of services that most
// Linux systems begin with: how a service is described to it, what it is told by a
// process that it has started, and how it is asked.
package systemd

import (
	"fmt"
	"runtime"
	"strings"
)

const (
	// Unit is the name of the hub's service.
	Unit = "althing.service"
	// Account is the user whom the hub of the whole system runs as.
	Account = "althing"
	// StateFolder is where that hub keeps its data: the manager makes it, and gives
	// it to the account.
	StateFolder = "/var/lib/althing"
)

// Service is a hub that is started at boot.
type Service struct {
	Program  string // the hub's executable
	Settings string // its settings file
	Data     string // its data folder
	User     bool   // a user's own, not the system's
}

// Text is the unit that describes the service.
func (s Service) Text() string {
	var b strings.Builder
	section := func(name string, lines ...string) {
		fmt.Fprintf(&b, "\n[%s]\n%s\n", name, strings.Join(lines, "\n"))
	}
	b.WriteString("# Made by 'althing boot install', which overwrites it. What is to be otherwise stands in\n" +
		"# the settings file below, or, for what systemd does, in 'systemctl edit althing'.\n")
	section("Unit",
		"Description=althing hub",
		"After=network.target",
		"# An address that is not there yet comes with the network; anything else that keeps",
		"# the hub from starting does not change by trying for hours.",
		"StartLimitIntervalSec=10min",
		"StartLimitBurst=20",
	)
	section("Service", append([]string{
		"Type=notify",
		"ExecStart=" + quoted(s.Program) + " serve --config " + strings.ReplaceAll(quoted(s.Settings), "$", "$$"),
		"Restart=on-failure",
		"RestartSec=5",
		"# 2: settings that make no sense",
		"RestartPreventExitStatus=2",
		"# A long log is read at the start; a stop takes five seconds at most.",
		"TimeoutStartSec=10min",
		"TimeoutStopSec=15",
		"# The hub says this often that it answers. A card that stalls takes less.",
		"WatchdogSec=3min",
		"# The functions of the owner's end with the hub, in its order; one of them that",
		"# takes too much memory ends alone.",
		"KillMode=mixed",
		"OOMPolicy=continue",
		"LimitNOFILE=65536",
		"TasksMax=1024",
		"UMask=0077",
	}, s.confined()...)...)
	target := "multi-user.target"
	if s.User {
		target = "default.target"
	}
	section("Install", "WantedBy="+target)
	return b.String()
}

// confined is what keeps the hub, and whoever should take it over, from the rest
// of the machine.
func (s Service) confined() []string {
	lines := []string{"", "NoNewPrivileges=yes", "LockPersonality=yes", "RestrictRealtime=yes", "RestrictSUIDSGID=yes"}
	if s.User { // the rest is the system's manager's to give
		return lines
	}
	// A 32-bit hub may stand on a 64-bit system.
	native := "native"
	if runtime.GOARCH == "arm" {
		native += " arm"
	}
	lines = append(lines,
		"User="+Account,
		"Group="+Account,
		"StateDirectory="+Account,
		"StateDirectoryMode=0700",
		"WorkingDirectory="+StateFolder,
		"# A hub out of bounds is started again before the machine has no memory left.",
		"MemoryMax=75%",
		"CapabilityBoundingSet=",
		"AmbientCapabilities=",
		"ProtectSystem=strict",
		"ProtectHome=yes",
		"PrivateTmp=yes",
		"PrivateDevices=yes",
		"ProtectClock=yes",
		"ProtectControlGroups=yes",
		"ProtectHostname=yes",
		"ProtectKernelLogs=yes",
		"ProtectKernelModules=yes",
		"ProtectKernelTunables=yes",
		"ProtectProc=invisible",
		"RemoveIPC=yes",
		"RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
		"RestrictNamespaces=yes",
		"SystemCallArchitectures="+native,
		"SystemCallFilter=@system-service",
		"SystemCallFilter=~@privileged @resources",
		"SystemCallErrorNumber=EPERM",
	)
	if s.Data != StateFolder {
		lines = append(lines, "ReadWritePaths="+quoted(s.Data))
	}
	return lines
}

// Runnable reports whether the manager takes this path for a program's: it has no
// way to write some.
func Runnable(path string) bool { return !strings.ContainsAny(path, "\"'\\$%\n\t") }

// quoted writes a path as one word.
func quoted(path string) string {
	path = strings.ReplaceAll(path, "%", "%%")
	if !strings.ContainsAny(path, " \t\"'\\;") {
		return path
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(path) + `"`
}
