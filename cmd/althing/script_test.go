package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts runs the stories in testdata/script: what a user types, and what
// comes of it. Beside testscript's own commands they may say
//
//	hub NAME [FLAGS]           start a hub with the folder $WORK/NAME on a free
//	                           port, the same at every start, which ALTHING_HUB
//	                           names from then on
//	start NAME ARGS            start 'althing ARGS' beside the script
//	await NAME PATTERN         wait until it has written that
//	end NAME SIGNAL STATUS     send a signal, and wait for an end with that status
//	ended NAME STATUS          wait for an end by itself
//	written NAME               take what it has written for stdout and stderr
//	forget NAME                make the hub forget the client of that --as
//	exits STATUS PROGRAM ARGS  run a program that ends with that status
//	until PATTERN PROGRAM ARGS run it again and again until it writes that
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			home := filepath.Join(e.WorkDir, "home")
			e.Setenv("HOME", home)
			clients, err := filepath.Abs(filepath.Join(root, "clients/python"))
			if err != nil {
				return err
			}
			e.Setenv("PYTHONPATH", clients)
			e.Setenv("PYTHONDONTWRITEBYTECODE", "1")
			e.Values[byName{}] = map[string]*process{}
			return os.Mkdir(home, 0o700)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"hub": cmdHub, "start": cmdStart, "await": cmdAwait, "end": cmdEnd, "ended": cmdEnded,
			"written": cmdWritten, "forget": cmdForget, "exits": cmdExits, "until": cmdUntil,
		},
	})
}

// byName is the key of a script's processes.
type byName struct{}

func named(ts *testscript.TestScript, name string) *process {
	p := ts.Value(byName{}).(map[string]*process)[name]
	if p == nil {
		ts.Fatalf("nothing named %s was started", name)
	}
	return p
}

func want(ts *testscript.TestScript, neg bool, args []string, least int, usage string) {
	if neg || len(args) < least {
		ts.Fatalf("usage: %s", usage)
	}
}

func cmdStart(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 2, "start NAME ARGS")
	p, err := start(ts.MkAbs("."), scriptEnv(ts), args[1:]...)
	ts.Check(err)
	ts.Defer(p.kill)
	ts.Value(byName{}).(map[string]*process)[args[0]] = p
}

// scriptEnv is what an althing can see of a script's environment.
func scriptEnv(ts *testscript.TestScript) []string {
	names := append([]string{"HOME", "PATH", "TMPDIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "ALTHING_CONFIG", "ALTHING_GUEST"}, clientVariables...)
	for _, flag := range settingFlags(newServe()) {
		names = append(names, variable(flag))
	}
	var env []string
	for _, name := range names {
		if value := ts.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

func cmdHub(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "hub NAME [FLAGS]")
	name, at := args[0], "127.0.0.1:0"
	if before := ts.Value(byName{}).(map[string]*process)[name]; before != nil {
		found, err := before.out.await(listening, before.ended)
		ts.Check(err)
		at = found[1]
	}
	cmdStart(ts, false, append([]string{name, "serve", "--data", ts.MkAbs(name), "--text", at, "--session", "127.0.0.1:0", "--cpu", "127.0.0.1:0", "--web", "127.0.0.1:0"}, args[1:]...))
	p := named(ts, name)
	found, err := p.out.await(listening, p.ended)
	if err != nil {
		ts.Fatalf("%v%s", err, p.errs)
	}
	ts.Setenv("ALTHING_HUB", found[1])
	found, err = p.out.await(`cpu port (\S+:\d+)`, p.ended)
	ts.Check(err)
	ts.Setenv("CPU", found[1])
}

func cmdAwait(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 2, "await NAME PATTERN")
	p := named(ts, args[0])
	if _, err := p.out.await(args[1], p.ended); err != nil {
		ts.Fatalf("%s: %v%s", args[0], err, p.errs)
	}
}

var signals = map[string]os.Signal{"INT": os.Interrupt, "TERM": syscall.SIGTERM, "KILL": os.Kill}

func cmdEnd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 3, "end NAME SIGNAL STATUS")
	ts.Check(named(ts, args[0]).cmd.Process.Signal(signals[args[1]]))
	cmdEnded(ts, false, []string{args[0], args[2]})
}

func cmdEnded(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 2, "ended NAME STATUS")
	p := named(ts, args[0])
	status, err := p.wait()
	ts.Check(err)
	if strconv.Itoa(status) != args[1] {
		ts.Fatalf("%s ended with status %d, not %s; it wrote\n%s%s", args[0], status, args[1], p.out, p.errs)
	}
}

func cmdWritten(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "written NAME")
	p := named(ts, args[0])
	fmt.Fprint(ts.Stdout(), p.out)
	fmt.Fprint(ts.Stderr(), p.errs)
}

func cmdForget(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "forget NAME")
	file := filepath.Join(ts.Getenv("HOME"), ".local", "state", "althing", "clients", clientFile(ts.Getenv("ALTHING_HUB"), args[0]))
	token, err := os.ReadFile(file)
	ts.Check(err)
	id, _, _ := strings.Cut(string(token), ".")
	ts.Check(ts.Exec("althing", "eval", call("exit", id)))
}

func cmdExits(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 2, "exits STATUS PROGRAM ARGS")
	status := 0
	var failed *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &failed) {
		status = failed.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(status) != args[0] {
		ts.Fatalf("status %d, not %s", status, args[0])
	}
}

func cmdUntil(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 2, "until PATTERN PROGRAM ARGS")
	pattern := regexp.MustCompile(`(?m)` + args[0])
	for late := time.Now().Add(patience); ; {
		err := ts.Exec(args[1], args[2:]...)
		if text := ts.ReadFile("stdout"); pattern.MatchString(text) {
			return
		} else if time.Now().After(late) {
			ts.Fatalf("not %q within %v: %v\n%s", args[0], patience, err, text)
		}
	}
}
