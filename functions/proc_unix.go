//go:build unix

package functions

import (
	"os"
	"os/exec"
	"sync"
	"syscall"
)

// variables are those of the hub's that a function gets.
var variables = []string{"PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR"}

// family is a program that was started, with all that it starts: a process group.
type family struct {
	cmd  *exec.Cmd
	mu   sync.Mutex
	gone bool // its number may be another's by now
}

// launch starts a program at the head of a family. The end of its context ends
// them all.
func launch(cmd *exec.Cmd) (*family, error) {
	f := &family{cmd: cmd}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = f.kill
	return f, cmd.Start()
}

// kill ends all of the family at once.
func (f *family) kill() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.gone {
		return os.ErrProcessDone
	}
	return syscall.Kill(-f.cmd.Process.Pid, syscall.SIGKILL)
}

// leave ends what is left of the family, which from then on is not asked for by
// its number any more.
func (f *family) leave() {
	_ = f.kill() // nobody may be left
	f.mu.Lock()
	f.gone = true
	f.mu.Unlock()
}
