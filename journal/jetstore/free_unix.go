//go:build unix

package jetstore

import "golang.org/x/sys/unix"

// freeSpace is what a process without special rights may still write to the disk
// that the folder is on.
func freeSpace(dir string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return uint64(s.Bavail) * uint64(s.Bsize), nil
}
