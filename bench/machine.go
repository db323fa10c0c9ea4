//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// machine says in a line what everything was measured on. It names no host.
func machine(at time.Time) string {
	var info unix.Sysinfo_t
	memory := "?"
	if unix.Sysinfo(&info) == nil {
		memory = fmt.Sprintf("%.0f GiB", float64(info.Totalram)*float64(info.Unit)/(1<<30))
	}
	return fmt.Sprintf("Measured on %s: %d cores of %s, %s of memory, Linux %s, %s, Redis %s, Python %s, all on loopback.\n",
		at.UTC().Format("2 January 2006"), runtime.NumCPU(), processor(), memory, kernel(), runtime.Version(),
		version("redis-server", "--version", "v="), version("python3", "--version", "Python "))
}

func processor() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "?"
	}
	for line := range strings.Lines(string(info)) {
		if name, model, found := strings.Cut(line, ":"); found && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(model)
		}
	}
	return runtime.GOARCH
}

// kernel is the version's numbers; what a builder appends to them is no one's business.
func kernel() string {
	var name unix.Utsname
	if unix.Uname(&name) != nil {
		return "?"
	}
	release, _, _ := strings.Cut(unix.ByteSliceToString(name.Release[:]), "-")
	return release
}

// version is the word after the mark in what a program says about itself.
func version(program, flag, mark string) string {
	said, err := exec.Command(program, flag).Output()
	if err != nil {
		return "?"
	}
	_, rest, _ := strings.Cut(string(said), mark)
	words := strings.Fields(rest)
	if len(words) == 0 {
		return "?"
	}
	return words[0]
}
