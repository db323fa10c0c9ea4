package functions

import (
	"errors"

	"golang.org/x/sys/unix"
)

// wait waits for the program, and ends what it leaves behind. Until it has been
// waited for its number is nobody else's: so the others are ended before.
func (f *family) wait() error {
	for errors.Is(unix.Waitid(unix.P_PID, f.cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil), unix.EINTR) {
	}
	f.leave()
	return f.cmd.Wait()
}
