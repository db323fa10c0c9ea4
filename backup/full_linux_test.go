package backup_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"althing/hub/hubtest"
)

// A restore for which the disk is too small leaves nothing on it.
func TestAFullDisk(t *testing.T) {
	dir := filled(t)
	h := open(t, dir)
	hubtest.Story(t, hubtest.Enter(t, h, ""), [][2]string{
		{"dbExec('CREATE TABLE much AS WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL SELECT n+1 FROM c WHERE n < 20000) SELECT hex(randomblob(200)) AS x FROM c')", "…"},
	})
	hubtest.Close(t, h)
	data := save(t, dir)
	disk := t.TempDir()
	if err := unix.Mount("tmpfs", disk, "tmpfs", 0, "size=4m"); err != nil {
		t.Skipf("no file system can be made here: %v", err)
	}
	defer func() { _ = unix.Unmount(disk, unix.MNT_DETACH) }()
	if err := restore(t.Context(), data, filepath.Join(disk, "data")); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("restored on a disk of 4 MB: %v", err)
	}
	if left, err := os.ReadDir(disk); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
