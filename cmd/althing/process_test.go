package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait of a test for something that must happen soon, on
// a machine that does other things too.
const patience = 20 * time.Second

// output is what a process has written; it may be read while it runs.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{} // closed by the next write
}

func newOutput() *output { return &output{more: make(chan struct{})} }

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.more)
	o.more = make(chan struct{})
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// await waits until the output matches, and gives what the pattern found.
func (o *output) await(pattern string, ended <-chan struct{}) ([]string, error) {
	re, err := regexp.Compile(`(?m)` + pattern)
	if err != nil {
		return nil, err
	}
	late := time.After(patience)
	for {
		o.mu.Lock()
		text, more := o.text.String(), o.more
		o.mu.Unlock()
		if found := re.FindStringSubmatch(text); found != nil {
			return found, nil
		}
		select {
		case <-more:
		case <-ended:
			if re.FindStringSubmatch(o.String()) == nil {
				return nil, fmt.Errorf("it ended before it wrote %q, after\n%s", pattern, text)
			}
		case <-late:
			return nil, fmt.Errorf("%q was not written within %v, but\n%s", pattern, patience, text)
		}
	}
}

// process is an althing that runs beside the test.
type process struct {
	cmd       *exec.Cmd
	out, errs *output
	ended     chan struct{} // closed when it has ended
}

// start runs althing in a folder with an environment.
func start(dir string, env []string, args ...string) (*process, error) {
	return startProgram("althing", dir, env, args...)
}

// startProgram runs a program that is althing, on this machine or another.
func startProgram(path, dir string, env []string, args ...string) (*process, error) {
	p := &process{cmd: exec.Command(path, args...), out: newOutput(), errs: newOutput(), ended: make(chan struct{})}
	p.cmd.Dir, p.cmd.Env = dir, env
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.errs
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(p.ended)
		_ = p.cmd.Wait() // ProcessState has it
	}()
	return p, nil
}

// end sends a signal and waits for the end. The status is -1 when a signal
// ended it.
func (p *process) end(s os.Signal) (status int, err error) {
	if err := p.cmd.Process.Signal(s); err != nil {
		return 0, err
	}
	return p.wait()
}

func (p *process) wait() (status int, err error) {
	select {
	case <-p.ended:
		return p.cmd.ProcessState.ExitCode(), nil
	case <-time.After(patience):
		return 0, fmt.Errorf("it did not end within %v; it wrote\n%s%s", patience, p.out, p.errs)
	}
}

// kill ends it for good.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.ended
}

// listening is the address that the banner gives.
const listening = `text port (\S+:\d+)`

// startHub starts a hub on a free port of this machine and waits for its banner.
func startHub(t *testing.T, data string, more ...string) (p *process, address string) {
	t.Helper()
	args := append([]string{"serve", "--data", data, "--text", "127.0.0.1:0", "--session", "127.0.0.1:0", "--cpu", "127.0.0.1:0", "--web", "127.0.0.1:0"}, more...)
	p, err := start(t.TempDir(), clean(t.TempDir()), args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	found, err := p.out.await(listening, p.ended)
	if err != nil {
		t.Fatalf("%v%s", err, p.errs)
	}
	return p, found[1]
}

// clean is an environment in which nothing of the user's own is seen.
func clean(home string) []string {
	env := []string{"HOME=" + home}
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); name == "PATH" || name == "TMPDIR" || name == "GOCOVERDIR" {
			env = append(env, pair)
		}
	}
	return env
}

// stop ends a hub as a service manager does, and wants it to be clean.
func (p *process) stop(t *testing.T) {
	t.Helper()
	begun := time.Now()
	status, err := p.end(syscall.SIGTERM)
	if took := time.Since(begun); err != nil || status != 0 || took > 5*time.Second {
		t.Fatalf("SIGTERM: status %d after %v, %v; it wrote\n%s%s", status, took, err, p.out, p.errs)
	}
}

// ask sends one request to a text port and gives the reply.
func ask(t *testing.T, address, request string) string {
	t.Helper()
	l, err := dial(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	reply, err := l.ask(request)
	if err != nil {
		t.Fatalf("%s: %v", request, err)
	}
	return reply
}

// freePort is a port of this machine that was free a moment ago.
func freePort(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func portOf(t *testing.T, a net.Addr) int {
	t.Helper()
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		t.Fatalf("%v is no TCP address", a)
	}
	return tcp.Port
}
