package wire

import (
	"time"

	"althing/value"
)

// Now is the answer to a Ping: the clock of this side, in Unix seconds.
func Now() value.Value { return value.Float(float64(time.Now().UnixMicro()) / 1e6) }
