//go:build !linux

package expr_test

import "time"

// threadClock is the ordinary clock where the system has no other.
func threadClock() time.Time { return time.Now() }
