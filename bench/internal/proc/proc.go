//go:build linux

// Package proc starts servers, tells what they use, and ends what it started.
package proc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// grace is how long a server may take to end by itself when it is told to.
const grace = 10 * time.Second

// Server is a running program that was started here. It belongs to one goroutine.
type Server struct {
	Address string // where it listens
	Started time.Time
	name    string
	log     string // the file of what it prints
	cmd     *exec.Cmd
	ended   chan struct{}
	status  error
}

// FreeAddress is an address of this machine at which nobody listens now.
func FreeAddress() (string, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}

// Start runs a program that is to listen at the address; it does not wait until
// it does. What the program prints goes to a file in the folder. The program
// ends with us, also when we are killed.
func Start(address, folder string, command ...string) (*Server, error) {
	name := filepath.Base(command[0])
	log, err := os.CreateTemp(folder, name+"-*.log")
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	s := &Server{Address: address, Started: time.Now(), name: name, log: log.Name(), cmd: cmd, ended: make(chan struct{})}
	err = cmd.Start()
	_ = log.Close() // the program has it open for itself; nothing was written here
	if err != nil {
		return nil, err
	}
	go func() {
		s.status = cmd.Wait()
		close(s.ended)
	}()
	return s, nil
}

// Answers asks until the server's reply begins with what is wanted, or ctx is
// over. A server that is not there yet, or says something else yet, is asked
// again a millisecond later.
func (s *Server) Answers(ctx context.Context, ask, want string) error {
	for {
		got, err := s.ask(ask, len(want))
		if err == nil && got == want {
			return nil
		}
		select {
		case <-s.ended:
			return fmt.Errorf("%s ended (%v); it said:\n%s", s.name, s.cmd.ProcessState, s.Said())
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("%s does not answer %q with %q: got %q; it said:\n%s", s.name, ask, want, got, s.Said()), err)
		case <-time.After(time.Millisecond):
		}
	}
}

// ask is one question on a connection of its own.
func (s *Server) ask(text string, length int) (string, error) {
	c, err := net.DialTimeout("tcp4", s.Address, time.Second)
	if err != nil {
		return "", err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return "", err
	}
	if _, err := c.Write([]byte(text)); err != nil {
		return "", err
	}
	reply := make([]byte, max(length, 1))
	for n := 0; ; {
		more, err := c.Read(reply[n:])
		n += more
		if n >= length || err != nil {
			return string(reply[:n]), err
		}
	}
}

// Memory is how many bytes are resident.
func (s *Server) Memory() (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	kb, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	n, err := strconv.ParseInt(kb, 10, 64)
	return n * 1024, err
}

// CPU is how long it has kept cores busy since it started, to 10 ms.
func (s *Server) CPU() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	// After the name, which may hold anything: state is field 0, then utime is 11, stime 12.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	var ticks int64
	for _, field := range fields[11:13] {
		n, err := strconv.ParseInt(string(field), 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	const tick = 10 * time.Millisecond // USER_HZ is 100 on every Linux that Go runs on
	return time.Duration(ticks) * tick, nil
}

// Stop tells it to end, ends it when it does not, and gives an error unless it
// ended well. A server that has ended before is no error the second time.
func (s *Server) Stop() error {
	switch err := s.cmd.Process.Signal(syscall.SIGTERM); {
	case errors.Is(err, os.ErrProcessDone):
		return nil
	case err != nil:
		return err
	}
	select {
	case <-s.ended:
	case <-time.After(grace):
		return errors.Join(fmt.Errorf("%s did not end within %v; it said:\n%s", s.name, grace, s.Said()), s.Kill())
	}
	var exit *exec.ExitError
	if errors.As(s.status, &exit) && !exit.Exited() {
		return nil // ended by the very signal, as a program without a handler does
	}
	return s.status
}

// Kill ends it at once, as a crash would.
func (s *Server) Kill() error {
	err := s.cmd.Process.Kill()
	<-s.ended
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// Said is the end of what it has printed.
func (s *Server) Said() string {
	text, err := os.ReadFile(s.log)
	if err != nil {
		return err.Error()
	}
	return string(text[max(len(text)-2000, 0):])
}
