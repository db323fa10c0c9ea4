package sqldb_test

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// smallDisk puts a file system of so many bytes at dir, two thirds of
// which a file "filler" takes up.
func smallDisk(dir string, bytes int) (unmount func(), err error) {
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", bytes)); err != nil {
		return nil, err
	}
	unmount = func() { unix.Unmount(dir, unix.MNT_DETACH) }
	if err := os.WriteFile(filepath.Join(dir, "filler"), make([]byte, bytes/3*2), 0o600); err != nil {
		unmount()
		return nil, err
	}
	return unmount, nil
}
