//go:build unix

package functions

import (
	"bytes"
	"io/fs"
	"os"
	"syscall"
)

// ownerOf is the user that a file belongs to.
func ownerOf(info fs.FileInfo) int {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(st.Uid)
	}
	return -1
}

// othersWrite says how others than the hub's own user and root could write a file
// or folder, or nothing.
func othersWrite(info fs.FileInfo) string {
	if owner := ownerOf(info); owner != os.Geteuid() && owner != 0 {
		return "it belongs to another user than the hub's or root"
	}
	if info.Mode().Perm()&0o022 != 0 {
		return "others can write it (chmod go-w)"
	}
	return ""
}

// refusesToRun says why the system would not run a file, or nothing.
func refusesToRun(_ string, info fs.FileInfo) string {
	if info.Mode().Perm()&0o111 == 0 {
		return "it may not be executed (chmod +x)"
	}
	return ""
}

// refusesStart says why the system would not run what begins so, or nothing.
func refusesStart(start []byte) string {
	first, _, _ := bytes.Cut(start, []byte("\n"))
	switch {
	case !isText(start):
		return ""
	case !bytes.HasPrefix(first, []byte("#!")):
		return "it has no first line that names its interpreter, such as #!/usr/bin/env python3"
	case bytes.HasSuffix(first, []byte("\r")):
		return "its lines end as on Windows; the first cannot be understood here"
	}
	return ""
}
