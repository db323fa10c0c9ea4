package hub

import (
	"context"
	"os"
	"time"

	"althing/fault"
	"althing/functions"
)

// What is in the data folder of the functions of the owner's own.
const (
	functionsDir = "functions" // the executables
	workDir      = "work"      // a folder for each, to run in
)

// openFunctions looks through the folder of functions, which is made for its owner
// to find.
func (h *Hub) openFunctions() error {
	dir := h.dir.Path(functionsDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fault.Wrap(err, fault.Unavailable, "the folder of functions cannot be made: %s", dir)
	}
	l := h.config.Limits
	h.functions = functions.New(functions.Options{
		Dir: dir, Work: h.dir.Path(workDir), Time: l.FunctionTime,
		AtOnce: int(l.Functions), Waiting: int(l.FunctionsWaiting), Data: int(l.FunctionData),
		Taken: h.scope.Taken, Log: h.log,
	})
	return nil
}

// functionsGrace is how long functions that run may go on when the hub stops: most
// are done in less. The gateways wait for their queries not much longer.
const functionsGrace = time.Second

// endFunctions ends the functions that run when the hub has been asked to stop, so
// that nobody waits for them, and when ctx ends.
func (h *Hub) endFunctions(ctx context.Context) {
	select {
	case <-h.stopping:
	case <-ctx.Done():
	}
	select {
	case <-time.After(functionsGrace):
	case <-ctx.Done():
	}
	h.functions.Close()
}

// AddFunction adds a function in Go, which queries may call from then on. Its name
// must be one that they do not know yet, and goes before that of an executable.
func (h *Hub) AddFunction(f functions.Function) error { return h.functions.Add(f) }

// Functions are the owner's own.
func (h *Hub) Functions() *functions.Set { return h.functions }
