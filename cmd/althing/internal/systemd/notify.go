package systemd

import (
	"errors"
	"net"
	"os"
	"strconv"
	"time"
)

// What a process that was started by the manager tells it.
const (
	Ready    = "READY=1"
	Alive    = "WATCHDOG=1"
	Stopping = "STOPPING=1"
)

const (
	socketVariable   = "NOTIFY_SOCKET"
	watchdogVariable = "WATCHDOG_USEC"
)

// Started reports whether the manager has started this process and waits for its
// word.
func Started() bool { return os.Getenv(socketVariable) != "" }

// Notify tells the manager something. Without one it does nothing.
func Notify(what string) error {
	if !Started() {
		return nil
	}
	// A name that begins with @ is one in the abstract namespace, here as there.
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: os.Getenv(socketVariable), Net: "unixgram"})
	if err != nil {
		return err
	}
	_, err = conn.Write([]byte(what))
	return errors.Join(err, conn.Close())
}

// Often is how often the manager wants to be told that this process is alive; 0:
// never. It is half of the time after which it gives the process up.
func Often() time.Duration {
	micros, err := strconv.ParseInt(os.Getenv(watchdogVariable), 10, 64)
	if err != nil || micros <= 0 || !Started() {
		return 0
	}
	return time.Duration(micros) * time.Microsecond / 2
}
