package main

import (
	"bytes"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The demonstration shows what the notebook shows, but for its mistakes.
func TestDemonstration(t *testing.T) {
	var out bytes.Buffer
	if err := demonstrate(t.Context(), &out, "127.0.0.1"); err != nil {
		t.Fatalf("%v, after\n%s", err, out.String())
	}
	shown := out.String()
	for _, line := range []string{
		"Mainserver operational", "Subserver 'sub1' operational", "127.0.0.1 is registered as 'sub1'", "'Connected': Mainserver/sub1/lower_sub3, layer 2",
		"Registered as 'client4'", "You have admin permissions", "Can't connect to own address",
		"lower_sub3 is where it was: Mainserver/sub1/lower_sub3", "All connected instances in the network:",
		" ├──> client1(127.0.0.1)", "Disconnected connection 'lower_sub3'",
		"Send 's.shutdownnetwork()' again to confirm the shutdown of the whole network", "Network is shutting down",
		"Disconnected from Server 'sub1'", "All hubs have ended",
	} {
		if !strings.Contains(shown, line+"\n") {
			t.Errorf("%q is missing in\n%s", line, shown)
		}
	}
}
