//go:build linux

package proc_test

import (
	"context"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"althing/bench/internal/proc"
)

// serving makes the test program itself the server that a test starts.
const serving = "BENCH_PROC_TEST_ADDRESS"

func TestMain(m *testing.M) {
	if address := os.Getenv(serving); address != "" {
		serve(address)
		return
	}
	goleak.VerifyTestMain(m)
}

// serve answers every question with "not yet" once, then with "yes".
func serve(address string) {
	os.Stdout.WriteString("listening, perhaps\n")
	listener, err := net.Listen("tcp4", address)
	if err != nil {
		os.Exit(3)
	}
	for answer := "not yet"; ; answer = "yes" {
		c, err := listener.Accept()
		if err != nil {
			os.Exit(4)
		}
		_, _ = c.Read(make([]byte, 100))
		_, _ = c.Write([]byte(answer))
		c.Close()
	}
}

func start(t *testing.T) *proc.Server {
	t.Helper()
	address, err := proc.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(serving, address)
	s, err := proc.Start(address, t.TempDir(), os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Kill() })
	return s
}

func TestServer(t *testing.T) {
	s := start(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := s.Answers(ctx, "there?", "yes"); err != nil {
		t.Fatal(err)
	}
	if memory, err := s.Memory(); err != nil || memory < 1<<20 {
		t.Errorf("memory %d, %v", memory, err)
	}
	if cpu, err := s.CPU(); err != nil || cpu < 0 || cpu > time.Minute {
		t.Errorf("CPU %v, %v", cpu, err)
	}
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
	if err := s.Stop(); err != nil {
		t.Errorf("a second time: %v", err)
	}
	if _, err := s.Memory(); err == nil {
		t.Error("what has ended still has memory")
	}
}

func TestWrongAnswer(t *testing.T) {
	s := start(t)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := s.Answers(ctx, "there?", "never"); err == nil || !strings.Contains(err.Error(), `with "never"`) {
		t.Errorf("got %v", err)
	}
}

func TestEndsAtOnce(t *testing.T) {
	s, err := proc.Start("127.0.0.1:1", t.TempDir(), "sh", "-c", "echo why; exit 7")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Answers(t.Context(), "there?", "yes"); err == nil || !strings.Contains(err.Error(), "status 7") || !strings.Contains(err.Error(), "why") {
		t.Errorf("got %v", err)
	}
	if err := s.Kill(); err != nil {
		t.Errorf("ending what has ended: %v", err)
	}
}

func TestEndsBadly(t *testing.T) {
	s, err := proc.Start("", t.TempDir(), "sh", "-c", "trap 'exit 5' TERM; echo trapped; while :; do sleep 0.01; done")
	if err != nil {
		t.Fatal(err)
	}
	for !strings.Contains(s.Said(), "trapped") {
		time.Sleep(time.Millisecond)
	}
	if err := s.Stop(); err == nil || !strings.Contains(err.Error(), "status 5") {
		t.Errorf("got %v", err)
	}
}

func TestNoSuchProgram(t *testing.T) {
	if _, err := proc.Start("", t.TempDir(), "/nowhere/nothing"); err == nil {
		t.Error("no error")
	}
}
