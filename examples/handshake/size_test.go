package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestAServerIsSmall builds the example as it would be given away: whoever writes a
// server links neither the hub's log nor its tables.
func TestAServerIsSmall(t *testing.T) {
	const most = 10_000_000
	binary := filepath.Join(t.TempDir(), "handshake")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-ldflags=-s -w", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	info, err := os.Stat(binary)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > most {
		t.Errorf("it has %d bytes, more than %d", info.Size(), most)
	}
	links, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, heavy := range []string{"nats-io/", "sqlite", "pgx"} {
		if strings.Contains(string(links), heavy) {
			t.Errorf("it links %s", heavy)
		}
	}
}
