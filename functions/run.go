package functions

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"althing/fault"
	"althing/value"
)

const (
	// afterEnd is how long what a function has written is waited for when it has
	// ended and somebody who got away from it still holds its output.
	afterEnd = 200 * time.Millisecond
	// A file that is being written cannot be started yet. It is tried so often
	// again, after a pause that doubles: 0.3 s in all.
	startAgain = 5
	firstPause = 10 * time.Millisecond
)

// run runs an executable. end ends ctx.
func (s *Set) run(ctx context.Context, end context.CancelCauseFunc, f *Function, args []value.Value) (value.Value, error) {
	in, err := s.input(f, args)
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(s.options.Work, f.Name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		s.log.Error("a function's folder cannot be made", "function", f.Name, "err", err)
		return nil, unwell(f, "its folder cannot be made")
	}
	out := &output{most: s.options.Data, full: func() { end(errTooMuch) }}
	var errs lastWords
	all, err := start(ctx, func() *exec.Cmd {
		cmd := exec.CommandContext(ctx, f.path) //nolint:gosec // the owner's own program, whose file was looked at
		cmd.Dir, cmd.Env = dir, environment()
		cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), out, &errs
		cmd.WaitDelay = afterEnd
		return cmd
	})
	if err == nil {
		err = all.wait()
	}
	if len(errs.text) > 0 {
		s.log.Debug("a function wrote to its standard error", "function", f.Name, "text", string(errs.text))
	}
	switch {
	case out.over:
		return nil, failed(f, fault.Limit, "it wrote more than %d bytes and was ended", s.options.Data)
	case err == nil || errors.Is(err, exec.ErrWaitDelay):
		v, err := valueOf(out.text.Bytes())
		if err != nil {
			return nil, failed(f, fault.Of(err).Code, "%s", fault.Of(err).Message)
		}
		return v, nil
	case ctx.Err() != nil:
		return nil, cutOff(ctx, f)
	}
	return nil, unwell(f, "%s", ending(err, &errs))
}

// input is what a function reads: its arguments as JSON.
func (s *Set) input(f *Function, args []value.Value) ([]byte, error) {
	// The memory of a value is no less than a part of its text, so that a huge
	// one is refused before its text is made.
	if value.Size(value.List(args)) <= sizeOfJSON*s.options.Data {
		if in := value.AppendJSON(nil, value.List(args)); len(in) <= s.options.Data {
			return append(in, '\n'), nil
		}
	}
	return nil, failed(f, fault.Limit, "its arguments are more than %d bytes", s.options.Data)
}

// sizeOfJSON is how many bytes of memory a byte of JSON may be worth: a list of
// one digit, [0], is 3 bytes and 64 in memory.
const sizeOfJSON = 32

// start starts a program, and waits a little for one that is still being written.
func start(ctx context.Context, command func() *exec.Cmd) (*family, error) {
	pause := firstPause
	for range startAgain {
		all, err := launch(command())
		if !errors.Is(err, syscall.ETXTBSY) {
			return all, err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
		pause *= 2
	}
	return launch(command())
}

// ending words how a program ended that did not end well.
func ending(err error, errs *lastWords) string {
	said := errs.line()
	if said != "" {
		said = ": " + said
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.String() + said // "exit status 1", "signal: killed"
	}
	why := err
	if path, ok := errors.AsType[*os.PathError](err); ok {
		why = path.Err // without the place, which is not the caller's to know
	}
	return "it cannot be started: " + why.Error() + said
}

// environment is all that a function can see of the hub's: not its key, nor what
// else its variables hold.
func environment() []string {
	env := make([]string, 0, len(variables))
	for _, name := range variables {
		if text, given := os.LookupEnv(name); given {
			env = append(env, name+"="+text)
		}
	}
	return env
}
