package python_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"althing/internal/hubrun"
	"althing/internal/netns"
)

// asking is a program that is told no host: a value set by one class is read by
// the others.
const asking = `
import althing, share, time
begun = time.monotonic()
sh = share.ShareServer()
print(sh.SendToServer("setReg('door', 'open')"))
with althing.Hub() as hub:
    print(hub.eval("getReg('door')"))
with althing.Client("lamp") as lamp:
    print(lamp.get("door"))
print(sh.place)
assert time.monotonic() - begun < 30, "it took %g s" % (time.monotonic() - begun)
`

// TestTheHubIsFound runs a hub on one machine of a small network, and a program
// that knows nothing of it on another.
func TestTheHubIsFound(t *testing.T) {
	far, near := netns.Pair(t)
	hub, python := far.Program(t, hubrun.Build(t)), near.Program(t, "python3")
	run := func() string {
		t.Helper()
		program := exec.Command(python, "-B", "-c", asking)
		out, err := program.CombinedOutput()
		if err != nil {
			return err.Error() + "\n" + string(out)
		}
		return string(out)
	}
	const found = "OK\nopen\nopen\n10.77.0.1 port "
	if got := run(); !strings.Contains(got, "Error: ConnectionError: no hub answers at 127.0.0.1 port 2980 (Connection refused; none was found on the network)") {
		t.Errorf("without a hub it said %s", got)
	}

	// By multicast it is found at any port, as soon as it knows that its name is
	// free: that takes a second.
	lan := hubrun.Start(t, hub, filepath.Join(t.TempDir(), "data"), "--lan", "--text", "2999", "--session", "4999")
	got := run()
	for tries := 1; got != found+"2999\n" && tries < 3; tries++ {
		got = run()
	}
	if got != found+"2999\n" {
		t.Errorf("by multicast: %s", got)
	}
	lan.Stop()

	// One that does not announce itself, behind a link without multicast, is found
	// by asking every machine of the subnet.
	far.Multicast(t, false)
	quiet := hubrun.Start(t, hub, filepath.Join(t.TempDir(), "data"), "--text", "0.0.0.0:2980", "--session", "0.0.0.0:4000")
	if got := run(); got != found+"2980\n" {
		t.Errorf("by searching: %s", got)
	}
	quiet.Stop()
}
