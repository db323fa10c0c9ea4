package hub

import (
	"bytes"
	"os"
	"strconv"
)

// resident is how much memory this process has from the system, in bytes; -1 when
// that cannot be found out.
func resident() int64 {
	text, err := os.ReadFile("/proc/self/statm")
	fields := bytes.Fields(text)
	if err != nil || len(fields) < 2 {
		return -1
	}
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		return -1
	}
	return pages * int64(os.Getpagesize())
}
