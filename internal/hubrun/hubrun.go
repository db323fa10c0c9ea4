// Package hubrun builds the hub's program and runs it, for tests that look at it
// from outside.
package hubrun

import (
	"bufio"
	"context"
	"io"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience bounds each wait. Building the hub from nothing on a Raspberry Pi is
// the longest of them.
const patience = 5 * time.Minute

// Build builds the program, and gives its path.
func Build(t testing.TB) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "althing")
	BuildAs(t, path)
	return path
}

// BuildAs builds the program where it outlives the test.
func BuildAs(t testing.TB, path string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	build := exec.CommandContext(ctx, "go", "build", "-o", path, "althing/cmd/althing")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the hub: %v\n%s", err, out)
	}
}

// Hub is a hub that runs.
type Hub struct {
	// Text and so on are the addresses of its ports.
	Text, Session, CPU, Web string
	// Fingerprint is what it is known by, when it has TLS.
	Fingerprint string

	t      testing.TB
	cmd    *exec.Cmd
	log    strings.Builder
	logged chan struct{} // closed when all of that is there
	ended  chan struct{}
	err    error // with which it has ended
}

// Start starts a hub with a data folder and further flags, and returns when it
// listens. Ports that the flags do not name are free ones, which the banner
// tells: nobody can take one first. It ends with the test, if not by Stop before.
func Start(t testing.TB, path, data string, flags ...string) *Hub {
	t.Helper()
	said, saying := io.Pipe()
	h := &Hub{t: t, logged: make(chan struct{}), ended: make(chan struct{})}
	h.cmd = exec.Command(path, append([]string{"serve", "--text", "127.0.0.1:0", "--session", "127.0.0.1:0", "--cpu", "127.0.0.1:0", "--web", "127.0.0.1:0", "--data", data}, flags...)...)
	h.cmd.Stdout, h.cmd.Stderr = saying, saying
	if err := h.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		h.err = h.cmd.Wait()
		_ = saying.Close() // a pipe's never fails
		close(h.ended)
	}()
	known := make(chan struct{})
	go h.listen(said, known)
	t.Cleanup(h.Stop)
	select {
	case <-known:
	case <-h.ended:
		t.Fatal("the hub ended at once")
	case <-time.After(patience):
		t.Fatal("the hub did not say where it listens")
	}
	return h
}

// listen reads what the hub says, and closes known at the end of its banner.
func (h *Hub) listen(said io.Reader, known chan<- struct{}) {
	defer close(h.logged)
	parts := regexp.MustCompile(`(text port|session port|cpu port|web port|--fingerprint) (\S+)`)
	told := map[string]*string{"text port": &h.Text, "session port": &h.Session, "cpu port": &h.CPU, "web port": &h.Web, "--fingerprint": &h.Fingerprint}
	for lines := bufio.NewScanner(said); lines.Scan(); {
		h.log.WriteString(lines.Text() + "\n")
		if known == nil {
			continue
		}
		if found := parts.FindStringSubmatch(lines.Text()); found != nil {
			*told[found[1]] = found[2]
		}
		if strings.HasPrefix(strings.TrimSpace(lines.Text()), "next ") {
			close(known)
			known = nil
		}
	}
}

// Stop ends the hub as Ctrl+C does, and waits. What it has said is shown when
// that went wrong or the test has failed.
func (h *Hub) Stop() {
	h.t.Helper()
	if h.cmd == nil {
		return
	}
	_ = h.cmd.Process.Signal(syscall.SIGTERM) // fails when it has ended by itself, which is told below
	<-h.ended
	<-h.logged
	h.cmd = nil
	if h.err != nil || h.t.Failed() {
		h.t.Errorf("the hub ended with %v; it said:\n%s", h.err, &h.log)
	}
}

// Kill ends the hub in the middle of whatever it does.
func (h *Hub) Kill() {
	h.t.Helper()
	if err := h.cmd.Process.Kill(); err != nil {
		h.t.Fatal(err)
	}
	<-h.ended
	<-h.logged
	h.cmd = nil
}
