package main

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"althing/internal/netns"
)

// found is what a verb has said, and its exit status.
type found struct {
	out, errs string
	status    int
}

// TestHubsAreFound starts hubs on one machine of a small network, and looks for
// them from another.
func TestHubsAreFound(t *testing.T) {
	far, near := netns.Pair(t)
	there, here := far.Program(t, "althing"), near.Program(t, "althing")
	home := t.TempDir()
	verb := func(env string, args ...string) found {
		t.Helper()
		var out, errs strings.Builder
		cmd := exec.Command(here, args...)
		cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = home, append(clean(home), env), &out, &errs
		_ = cmd.Run() // ProcessState has it
		return found{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
	}
	serve := func(name string, more ...string) *process {
		t.Helper()
		p, err := startProgram(there, t.TempDir(), clean(t.TempDir()), append([]string{"serve", "--lan", "--name", name, "--data", t.TempDir()}, more...)...)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(p.kill)
		if _, err := p.errs.await("can be found on the network", p.ended); err != nil {
			t.Fatalf("%v%s", err, p.out)
		}
		return p
	}

	if got := verb("", "find", "--wait", "100ms"); got.status != exitNotFound || !strings.Contains(got.errs, "no hub was heard within 100ms") {
		t.Errorf("nobody was found: %+v", got)
	}
	if got := verb("", "get", "door"); got.status != exitNoHub || !strings.Contains(got.errs, "none was heard on the network; start one with") {
		t.Errorf("nobody was asked: %+v", got)
	}

	barn := serve("barn")
	if got := verb("", "find", "--wait", "1s"); got.status != 0 || !strings.Contains(got.out, "barn  10.77.0.1  text 2980, session 4000") {
		t.Errorf("one hub is listed: %+v", got)
	}
	for _, args := range [][]string{{"set", "door", "open"}, {"get", "door"}, {"eval", "getReg('door')"}} {
		got := verb("", args...)
		if got.status != 0 || !strings.Contains(got.errs, "to 'barn' at 10.77.0.1:2980, found on the network") {
			t.Errorf("%v: %+v", args, got)
		}
		if args[0] != "set" && got.out != "open\n" {
			t.Errorf("%v said %q", args, got.out)
		}
	}
	if got := verb("ALTHING_KEY=SECRET", "get", "door"); got.status != exitRefused || !strings.Contains(got.errs, "the admin key is not given to 'barn'") || strings.Contains(got.errs, "SECRET") {
		t.Errorf("with a key: %+v", got)
	}

	shed := serve("shed", "--tls")
	print1, err := shed.out.await(`--fingerprint (\S+)`, shed.ended)
	if err != nil {
		t.Fatal(err)
	}
	var list []map[string]any
	got := verb("", "find", "--json")
	if err := json.Unmarshal([]byte(got.out), &list); err != nil || len(list) != 2 {
		t.Fatalf("two hubs are listed: %v, %+v", err, got)
	}
	if s := list[1]; s["name"] != "shed" || s["address"] != "10.77.0.1" || s["text"] != 2981.0 || s["tls"] != "on" || s["fingerprint"] != print1[1] || s["ms"] == nil {
		t.Errorf("the second is %v", s)
	}
	if got := verb("", "get", "door"); got.status != exitNoHub || !strings.Contains(got.errs, "several: 'barn' at 10.77.0.1:2980, 'shed' at 10.77.0.1:2981; name one") {
		t.Errorf("without saying which: %+v", got)
	}
	if got := verb("ALTHING_FINGERPRINT="+print1[1], "eval", "getReg('server.name')"); got.out != "shed\n" {
		t.Errorf("by its fingerprint: %+v", got)
	}
	if got := verb("", "get", "door", "--hub", "10.77.0.1"); got.out != "open\n" || got.errs != "" {
		t.Errorf("by its address: %+v", got)
	}

	// Where the machine is now.
	shed.stop(t)
	far.Move(t, "10.77.0.7")
	moved := false
	for range 10 {
		if got = verb("", "find", "--wait", "1s"); strings.Contains(got.out, "barn  10.77.0.7") {
			moved = true
			break
		}
	}
	if !moved || strings.Contains(got.out, "shed") {
		t.Errorf("after the machine has moved: %+v", got)
	}
	barn.stop(t)
	if got := verb("", "find", "--wait", "1s"); got.status != exitNotFound {
		t.Errorf("after their goodbyes: %+v", got)
	}
}
