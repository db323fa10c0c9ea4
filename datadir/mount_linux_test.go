package datadir_test

import (
	"fmt"

	"golang.org/x/sys/unix"
)

const (
	writable = 0
	readOnly = unix.MS_RDONLY
)

// mount puts a small file system at a folder.
func mount(path string, bytes int, flags uintptr) (unmount func(), err error) {
	if err := unix.Mount("tmpfs", path, "tmpfs", flags, fmt.Sprintf("size=%d", bytes)); err != nil {
		return nil, err
	}
	return func() { unix.Unmount(path, unix.MNT_DETACH) }, nil
}
