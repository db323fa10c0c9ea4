// Package netns makes networks for tests: namespaces of the system's, joined by a
// cable, in which programs see nothing of the machine's own networks, and the
// machine's networks nothing of them.
package netns

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// patience bounds each wait for the system's own program.
const patience = 30 * time.Second

// cable is the name of each namespace's end of the cable.
const cable = "cable0"

// Host is a namespace: a machine of the test's network.
type Host struct {
	// Address is the machine's, in 10.77.0.0/24.
	Address string

	name string
}

// Pair makes two machines that are joined by a cable, for as long as the test
// lasts. Where that cannot be done the test is skipped, and says why.
func Pair(t testing.TB) (a, b *Host) {
	t.Helper()
	a, b = pair(t)
	join(t, a, b)
	return a, b
}

// pair makes two machines without a cable.
func pair(t testing.TB) (a, b *Host) {
	t.Helper()
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skipf("no network namespaces: %v (Debian's iproute2 has it)", err)
	}
	if out, err := run("ip", "netns", "list"); err != nil {
		t.Skipf("no network namespaces here: %v: %s", err, out)
	}
	return add(t, "a", "10.77.0.1"), add(t, "b", "10.77.0.2")
}

// join lays a good cable.
func join(t testing.TB, a, b *Host) {
	t.Helper()
	must(t, "link", "add", cable, "netns", a.name, "type", "veth", "peer", "name", cable, "netns", b.name)
	a.up(t)
	b.up(t)
}

// up gives the machine's end of the cable its address.
func (h *Host) up(t testing.TB) {
	t.Helper()
	h.IP(t, "link", "set", "lo", "up")
	h.IP(t, "address", "add", h.Address+"/24", "dev", cable)
	h.IP(t, "link", "set", cable, "up")
}

// add makes a namespace, or skips the test where only an administrator may.
func add(t testing.TB, which, address string) *Host {
	t.Helper()
	h := &Host{Address: address, name: fmt.Sprintf("althing-%d-%d-%s", os.Getpid(), time.Now().UnixNano(), which)}
	if out, err := run("ip", "netns", "add", h.name); err != nil {
		t.Skipf("no network namespace can be made (it takes an administrator): %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := run("ip", "netns", "delete", h.name); err != nil {
			t.Errorf("the namespace %s is left: %v: %s", h.name, err, out)
		}
	})
	return h
}

func run(program string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience) // also for what is cleaned up
	defer cancel()
	out, err := exec.CommandContext(ctx, program, args...).CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

func must(t testing.TB, args ...string) {
	t.Helper()
	if out, err := run("ip", args...); err != nil {
		t.Fatalf("ip %s: %v: %s", strings.Join(args, " "), err, out)
	}
}

// IP configures the machine's network with the system's program ip.
func (h *Host) IP(t testing.TB, args ...string) {
	t.Helper()
	must(t, append([]string{"-netns", h.name}, args...)...)
}

// Multicast has the machine's link carry multicast, or not.
func (h *Host) Multicast(t testing.TB, carry bool) {
	t.Helper()
	h.IP(t, "link", "set", cable, "multicast", map[bool]string{true: "on", false: "off"}[carry])
}

// Move gives the machine another address in place of the one that it has.
func (h *Host) Move(t testing.TB, address string) {
	t.Helper()
	h.IP(t, "address", "delete", h.Address+"/24", "dev", cable)
	h.IP(t, "address", "add", address+"/24", "dev", cable)
	h.Address = address
}

// Program gives the path of a program that runs the one of that name or path on
// the machine.
func (h *Host) Program(t testing.TB, path string) string {
	t.Helper()
	found, err := exec.LookPath(path)
	if err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(t.TempDir(), filepath.Base(path))
	text := fmt.Sprintf("#!/bin/sh\nexec ip netns exec %s %s \"$@\"\n", h.name, strconv.Quote(found))
	if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return script
}
