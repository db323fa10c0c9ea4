// Package localthingstest has a Python client of LocalThingsNetwork 7, made from
// the specification of its wire, for tests of servers.
package localthingstest

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// client says in its first lines how it is driven.
//
//go:embed client.py
var client []byte

// Program is the client in a process of its own. One goroutine may use it.
type Program struct {
	t     *testing.T
	in    io.Writer
	lines chan map[string]any
	aside []map[string]any // what came while something else was waited for
}

// Start starts the client, which ends with the test. Without python3 the test is
// skipped.
func Start(t *testing.T) *Program {
	t.Helper()
	path, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is missing; `make test` installs it where it can")
	}
	file := filepath.Join(t.TempDir(), "client.py")
	if err := os.WriteFile(file, client, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "-X", "utf8", file) //nolint:gosec,noctx // a test's own program; its end is waited for
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &Program{t: t, in: in, lines: make(chan map[string]any, 1000)}
	read := make(chan struct{})
	go func() {
		defer close(read)
		defer close(p.lines)
		s := bufio.NewScanner(out)
		s.Buffer(nil, 1<<24)
		for s.Scan() {
			var line map[string]any
			if err := json.Unmarshal(s.Bytes(), &line); err != nil {
				t.Errorf("%s: %v", s.Bytes(), err)
				return
			}
			p.lines <- line
		}
	}()
	t.Cleanup(func() {
		_ = in.Close() // it ends by that
		<-read
		if err := cmd.Wait(); err != nil || stderr.Len() > 0 {
			t.Errorf("the client: %v\n%s", err, stderr.String())
		}
	})
	return p
}

// Want waits for a line that holds the key, and gives what it holds.
func (p *Program) Want(key string) any {
	p.t.Helper()
	for i, line := range p.aside {
		if v, ok := line[key]; ok {
			p.aside = append(p.aside[:i], p.aside[i+1:]...)
			return v
		}
	}
	timeout := time.After(10 * time.Second)
	for {
		select {
		case line, ok := <-p.lines:
			if !ok {
				p.t.Fatalf("the client has ended, no %s came", key)
			}
			if problem, ok := line["error"]; ok {
				p.t.Fatalf("the client says: %s", problem)
			}
			if v, ok := line[key]; ok {
				return v
			}
			p.aside = append(p.aside, line)
		case <-timeout:
			p.t.Fatalf("no %s came, but %v", key, p.aside)
		}
	}
}

// WantLast is Want, and fails when there was more that holds the key.
func (p *Program) WantLast(key string) any {
	p.t.Helper()
	got := p.Want(key)
	for _, line := range p.aside {
		if v, ok := line[key]; ok {
			p.t.Errorf("another %s came: %v", key, v)
		}
	}
	return got
}

// Do has the client do something, and gives what came of it.
func (p *Program) Do(verb string, args ...any) any {
	p.t.Helper()
	line, err := json.Marshal(append([]any{verb}, args...))
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := p.in.Write(append(line, '\n')); err != nil {
		p.t.Fatal(err)
	}
	return p.Want("done")
}
