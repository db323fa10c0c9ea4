//go:build !linux

package hub

import "runtime"

// resident is about how much memory this process has from the system, in bytes.
func resident() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.Sys - m.HeapReleased) //nolint:gosec // no machine has that much
}
