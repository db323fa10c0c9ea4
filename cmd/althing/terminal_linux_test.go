package main

import (
	"bufio"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestATerminalIsNotSteered runs verbs on a terminal of its own and has them
// print what others wrote.
func TestATerminalIsNotSteered(t *testing.T) {
	_, address := startHub(t, t.TempDir())
	const hostile = "\x1b]0;title\x07\x1b[2Jred\u202e\nsecond"
	ask(t, address, call("setReg", "hostile\x1b[0m", hostile))
	for _, args := range [][]string{
		{"get", "hostile\x1b[0m"},
		{"get", "hostile\x1b[0m", "--json"},
		{"eval", "getReg('hostile\\x1b[0m')"},
		{"eval", "1/0 if 1 else '" + hostile[:5] + "'; nosuch"},
		{"get", "nosuch\x1b[0m"},
		{"sql", "SELECT '" + strings.ReplaceAll(hostile, "\n", "'||char(10)||'") + "' AS \"name\x1b[0m\""},
		{"sql", "--csv", "SELECT '\x1b[0m' AS x"},
		{"groups"},
	} {
		shown := onTerminal(t, address, args...)
		if shown == "" || strings.ContainsAny(shown, "\x1b\x07\u202e") {
			t.Errorf("althing %q: %q", args, shown)
		}
	}
	if got := onTerminal(t, address, "eval", "'a\\tb\\nc'"); got != "a\tb\nc\n" {
		t.Errorf("tabs and newlines: %q", got)
	}
}

// onTerminal runs a verb whose outputs are a terminal and gives what was shown.
func onTerminal(t *testing.T, hub string, args ...string) string {
	t.Helper()
	main, side := openTerminal(t)
	cmd := exec.Command("althing", args...)
	cmd.Env = append(clean(t.TempDir()), "ALTHING_HUB="+hub)
	cmd.Stdout, cmd.Stderr = side, side
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	side.Close() // reading ends with an error when the last one is closed
	stuck := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	defer stuck.Stop()
	var shown strings.Builder
	for in := bufio.NewScanner(main); in.Scan(); {
		shown.WriteString(strings.TrimSuffix(in.Text(), "\r") + "\n")
	}
	_ = cmd.Wait() // its status is another test's
	return shown.String()
}

// openTerminal makes a terminal: the end that a user has before him, and the
// one that a program has.
func openTerminal(t *testing.T) (main, side *os.File) {
	t.Helper()
	main, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("no terminals here: %v", err)
	}
	t.Cleanup(func() { main.Close() })
	number, err := unix.IoctlGetInt(int(main.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(main.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	side, err = os.OpenFile("/dev/pts/"+strconv.Itoa(number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return main, side
}
