package main

import (
	"testing"

	"althing/internal/netns"
)

// TestDefaultPortsGiveWay starts two hubs on a machine where nobody else has their
// ports.
func TestDefaultPortsGiveWay(t *testing.T) {
	machine, _ := netns.Pair(t)
	program := machine.Program(t, "althing")
	for _, hub := range []struct {
		name string
		says []string
	}{
		{"one", []string{
			`^  listens  text port 127\.0\.0\.1:2980$`,
			`^           session port 127\.0\.0\.1:4000$`,
			`^           web port 127\.0\.0\.1:8080$`,
			`^  next     althing set garden\.soil\.temp 56  \(`,
		}},
		{"two", []string{
			`^  listens  text port 127\.0\.0\.1:2981  \(2980 was taken\)$`,
			`^           session port 127\.0\.0\.1:4001  \(4000 was taken\)$`,
			`^           web port 127\.0\.0\.1:8081  \(8080 was taken\)$`,
			`^  next     althing set garden\.soil\.temp 56 --hub 2981  \(`,
		}},
	} {
		p, err := startProgram(program, t.TempDir(), clean(t.TempDir()), "serve", "--data", t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(p.kill)
		for _, line := range hub.says {
			if _, err := p.out.await(line, p.ended); err != nil {
				t.Errorf("%s: %v%s", hub.name, err, p.errs)
			}
		}
	}
}
