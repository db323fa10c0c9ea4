package main

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// gentle is how far the work of a verb that reads and checks much gives way to
// others on the same machine, a hub above all.
const gentle = 15

// giveWay has this process give way to others. A thread that starts later takes
// after the one that started it.
func giveWay() {
	threads, _ := os.ReadDir("/proc/self/task")
	for _, t := range threads {
		if id, err := strconv.Atoi(t.Name()); err == nil {
			_ = unix.Setpriority(unix.PRIO_PROCESS, id, gentle) // it is a courtesy
		}
	}
}
