package functions

import (
	"os/exec"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// variables are those of the hub's that a function gets.
var variables = []string{"PATH", "PATHEXT", "SystemRoot", "SystemDrive", "COMSPEC", "USERPROFILE", "TEMP", "TMP", "TZ"}

// family is a program that was started, with all that it starts: a job.
type family struct {
	cmd *exec.Cmd
	job windows.Handle
}

// launch starts a program in a job. The end of its context ends them all.
func launch(cmd *exec.Cmd) (*family, error) {
	f := &family{cmd: cmd}
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.CREATE_NO_WINDOW}
	cmd.Cancel = func() error { return windows.TerminateJobObject(f.job, 1) }
	var err error
	if f.job, err = newJob(); err != nil {
		return nil, err
	}
	if err = cmd.Start(); err != nil {
		_ = windows.CloseHandle(f.job)
		return nil, err
	}
	if err = f.adopt(); err != nil {
		_ = cmd.Process.Kill()
		_ = f.wait()
		return nil, err
	}
	return f, nil
}

// newJob makes a job that ends with its handle.
func newJob() (windows.Handle, error) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return 0, err
	}
	var info windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION
	info.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	_, err = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&info)), uint32(unsafe.Sizeof(info))) //nolint:gosec // how Windows is told
	if err != nil {
		_ = windows.CloseHandle(job)
	}
	return job, err
}

// adopt puts the program into the job, and with it what it starts from then on.
func (f *family) adopt() error {
	process, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(f.cmd.Process.Pid))
	if err != nil {
		return err
	}
	defer func() { _ = windows.CloseHandle(process) }()
	return windows.AssignProcessToJobObject(f.job, process)
}

// wait waits for the program, and ends what it leaves behind.
func (f *family) wait() error {
	err := f.cmd.Wait()
	_ = windows.CloseHandle(f.job)
	return err
}
