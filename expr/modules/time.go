package modules

import (
	"time"

	"althing/expr"
)

// timeModule is Python's time. Local time is that of the clock's location.
func timeModule(now func() time.Time) *expr.Module {
	return &expr.Module{Name: "time", Attrs: attrs(
		positional("time", "time", 0, 0, func(*expr.Thread, []expr.Object) (expr.Object, error) {
			return number(float64(now().UnixNano()) / 1e9), nil
		}).Forgets(),
		positional("time", "time_ns", 0, 0, func(*expr.Thread, []expr.Object) (expr.Object, error) {
			return expr.Int(now().UnixNano()), nil
		}).Forgets(),
	)}
}
