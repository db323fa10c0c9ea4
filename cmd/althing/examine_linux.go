package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// systemExaminations are what can be looked at here, and not everywhere.
var systemExaminations = []examination{
	{"clock", lookAtClock},
	{"open files", lookAtOpenFiles},
}

func lookAtClock(context.Context, *examined) []finding {
	var t unix.Timex // asks, and sets nothing
	if _, err := unix.Adjtimex(&t); err != nil {
		return warn("", "the system does not say whether the clock is right: %v", err)
	}
	if t.Status&unix.STA_UNSYNC != 0 {
		return warn("'timedatectl set-ntp true' has it set by the network", "the clock is set by nobody, and may be wrong")
	}
	return fine("set by the network")
}

// ownFiles is what a hub has open beside its connections.
const ownFiles = 200

func lookAtOpenFiles(_ context.Context, e *examined) []finding {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return warn("", "the system does not say how many files may be open: %v", err)
	}
	if conns := uint64(e.settings.limits.Conns); limit.Max < conns+ownFiles {
		return warn(fmt.Sprintf("'ulimit -Hn %d', or --max-conns %d", conns+ownFiles, limit.Max-min(limit.Max-1, ownFiles)),
			"%d may be open, too few for --max-conns %d", limit.Max, conns)
	}
	return fine("%d may be open", limit.Max)
}

// firewall says how to open the ports, where a firewall is seen that is on.
func firewall() string {
	if text, err := os.ReadFile("/etc/ufw/ufw.conf"); err == nil && bytes.Contains(text, []byte("\nENABLED=yes")) {
		return "'sudo ufw allow " + textPort + "/tcp' and " + sessionPort + "/tcp let them in"
	}
	if _, err := os.Stat("/run/firewalld"); err == nil {
		return "'sudo firewall-cmd --permanent --add-port=" + textPort + "/tcp', " + sessionPort + "/tcp and '--reload' let them in"
	}
	return ""
}

// holderOf names the program that listens on a port, as "name (process 7)"; empty
// when that is another user's.
func holderOf(port string) string {
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return ""
	}
	sockets := map[string]bool{}
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		listeners(table, fmt.Sprintf(":%04X", number), sockets)
	}
	files, _ := filepath.Glob("/proc/[0-9]*/fd/*") // those that can be seen
	for _, file := range files {
		to, err := os.Readlink(file)
		if err != nil || !sockets[to] {
			continue
		}
		process := filepath.Dir(filepath.Dir(file))
		name, err := os.ReadFile(filepath.Join(process, "comm"))
		if err == nil {
			return strings.TrimSpace(string(name)) + " (process " + filepath.Base(process) + ")"
		}
	}
	return ""
}

// listeners adds the sockets that listen on a port, as the table of a process's
// files names them.
func listeners(table, port string, sockets map[string]bool) {
	f, err := os.Open(table)
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }()
	const listening = "0A"
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) > 9 && strings.HasSuffix(fields[1], port) && fields[3] == listening {
			sockets["socket:["+fields[9]+"]"] = true
		}
	}
}
