// Package python_test runs the tests of the Python clients, which are written
// in Python, against a real hub: one that is built and started here.
package python_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"go.uber.org/goleak"

	"althing"
	"althing/internal/hubrun"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long all tests may take on a Raspberry Pi.
const patience = 5 * time.Minute

func TestClients(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Fatalf("these tests need Python 3.8 or newer, which make test installs: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tests := exec.CommandContext(ctx, python, "-B", "-W", "error::ResourceWarning", "-m", "unittest")
	h := hubrun.Start(t, hubrun.Build(t), t.TempDir(), "--tls")
	tests.Env = append(os.Environ(), "ALTHING_TEST_HUB="+h.Text, "ALTHING_TEST_SESSION="+h.Session, "ALTHING_TEST_FINGERPRINT="+h.Fingerprint,
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
