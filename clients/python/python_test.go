// Package python_test runs the tests of the Python clients, which are written
// in Python, against a real hub: one that is built and started here.
package python_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"althing"
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
	h := startHub(t, buildHub(t))
	tests.Env = append(os.Environ(), "ALTHING_TEST_HUB="+h.text, "ALTHING_TEST_SESSION="+h.session, "ALTHING_TEST_FINGERPRINT="+h.fingerprint,
		"ALTHING_TEST_SERVER="+startServer(t))
	if out, err := tests.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// startServer starts a server that is no hub. It has a channel that repeats what
// comes, and a command by which it has its caller run one.
func startServer(t *testing.T) (addr string) {
	t.Helper()
	s := &althing.Server{Addr: "127.0.0.1:0", DataPorts: "0", Logger: slog.New(slog.DiscardHandler)}
	errs := []error{
		s.OpenChannel(althing.Channel{Name: "Echo", Handle: func(_ context.Context, conn net.Conn, _ *althing.Conn) {
			_, _ = io.Copy(conn, conn) // it ends with the connection, whichever way
		}}),
		s.AddCommand(althing.Command{
			Name: "s.have", Params: []string{"name"}, Repeatable: "args", Background: true,
			Do: func(ctx context.Context, call *althing.Call) (althing.Answer, error) {
				var args []any
				for _, arg := range call.Args[1:] {
					args = append(args, arg)
				}
				return call.Conn.Command(ctx, call.Arg(0), args...)
			},
		}, false),
		s.Start(),
	}
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Shutdown(context.Background()) }) // the leak check says what it left
	return s.ListenAddr().String()
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

// banner is what a hub says at its start: where it listens, and how it is known.
type banner struct{ text, session, fingerprint string }

// startHub starts a hub on free ports of this machine, and ends it with the
// test. Its ports and fingerprint are read from the banner: nobody can take a
// port first.
func startHub(t *testing.T, path string) banner {
	t.Helper()
	said, saying := io.Pipe()
	hub := exec.Command(path, "serve", "--text", "127.0.0.1:0", "--session", "127.0.0.1:0", "--data", t.TempDir(), "--tls")
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
	known := make(chan banner, 1)
	go func() {
		defer close(logged)
		parts := regexp.MustCompile(`text port (\S+)|session port (\S+)|--fingerprint (\S+)`)
		var is banner
		for lines := bufio.NewScanner(said); lines.Scan(); {
			log.WriteString(lines.Text() + "\n")
			if found := parts.FindStringSubmatch(lines.Text()); found != nil {
				is.text, is.session, is.fingerprint = is.text+found[1], is.session+found[2], is.fingerprint+found[3]
			}
			if is.text != "" && is.session != "" && is.fingerprint != "" {
				select {
				case known <- is:
				default: // it is known already
				}
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
		return is
	case <-ended:
		t.Fatal("the hub ended at once")
	case <-time.After(patience):
		t.Fatal("the hub did not say on which port it listens")
	}
	return banner{}
}
