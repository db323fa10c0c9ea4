// Package python_test runs the tests of the Python clients, which are written
// in Python, against a real hub: one that is built and started here.
package python_test

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds each wait for another program. Building the hub from nothing
// on a Raspberry Pi is the longest of them.
const patience = 5 * time.Minute

func TestClients(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Fatalf("these tests need Python 3.8 or newer, which make test installs: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tests := exec.CommandContext(ctx, python, "-B", "-W", "error::ResourceWarning", "-m", "unittest")
	address, fingerprint := startHub(t, buildHub(t))
	tests.Env = append(os.Environ(), "ALTHING_TEST_HUB="+address, "ALTHING_TEST_FINGERPRINT="+fingerprint)
	if out, err := tests.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func buildHub(t *testing.T) (path string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	path = filepath.Join(t.TempDir(), "althing")
	build := exec.CommandContext(ctx, "go", "build", "-o", path, "althing/cmd/althing")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the hub: %v\n%s", err, out)
	}
	return path
}

// startHub starts a hub on a free port of this machine, and ends it with the
// test. Its port and fingerprint are read from the banner: nobody can take the
// port first.
func startHub(t *testing.T, path string) (address, fingerprint string) {
	t.Helper()
	said, saying := io.Pipe()
	hub := exec.Command(path, "serve", "--text", "127.0.0.1:0", "--data", t.TempDir(), "--tls")
	hub.Stdout, hub.Stderr = saying, saying
	if err := hub.Start(); err != nil {
		t.Fatal(err)
	}
	var end error
	ended := make(chan struct{})
	go func() {
		end = hub.Wait()
		saying.Close()
		close(ended)
	}()
	var log strings.Builder
	logged := make(chan struct{})
	known := make(chan [2]string, 1)
	go func() {
		defer close(logged)
		port := regexp.MustCompile(`^Server is now listening on port (\d+)\.`)
		pin := regexp.MustCompile(`--fingerprint (\S+)`)
		number := ""
		for lines := bufio.NewScanner(said); lines.Scan(); {
			log.WriteString(lines.Text() + "\n")
			if found := port.FindStringSubmatch(lines.Text()); found != nil {
				number = found[1]
			}
			if found := pin.FindStringSubmatch(lines.Text()); found != nil {
				known <- [2]string{number, found[1]}
			}
		}
	}()
	t.Cleanup(func() {
		_ = hub.Process.Signal(syscall.SIGTERM) // fails when it has ended by itself, which is told below
		<-ended
		<-logged
		if end != nil || t.Failed() {
			t.Errorf("the hub ended with %v; it said:\n%s", end, &log)
		}
	})
	select {
	case is := <-known:
		return "127.0.0.1:" + is[0], is[1]
	case <-ended:
		t.Fatal("the hub ended at once")
	case <-time.After(patience):
		t.Fatal("the hub did not say on which port it listens")
	}
	return "", ""
}
