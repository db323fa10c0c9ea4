package journal

import (
	"io"
	"time"
)

// Op is one change of the state: a value that the machine knows how to apply.
// It must not be changed once its transaction was handed in.
type Op interface {
	// AppendBinary appends the operation's stored form to dst. Its first byte
	// is its kind, chosen by the machine; Machine.DecodeOp reads it back.
	AppendBinary(dst []byte) ([]byte, error)
}

// Seen is something a transaction has read, with the revision it had then; the
// machine refuses the transaction when it has another one by now.
type Seen struct {
	Key string // named by the machine
	Rev uint64 // 0: it was not there
}

// Tx is a transaction: all of it happens or nothing does. It never spans two
// records.
type Tx struct {
	Expect []Seen
	Ops    []Op
}

// Machine is the state that the log folds into. It is deterministic: the same
// transactions in the same order make the same state, on any machine and in any
// year. Time, chance and names are decided before a transaction is handed in.
//
// The journal calls Apply, Freeze and Restore from one goroutine at a time, and
// DecodeOp from any.
type Machine interface {
	// Apply carries out one transaction and gives one result for every
	// operation. rev is the transaction's number and at the time of its record,
	// which may lie before that of the record before it: clocks are set back.
	// An error, a *fault.Error, means that nothing of it happened. Apply is
	// total: it never panics, whatever DecodeOp has let through.
	Apply(rev uint64, at time.Time, tx Tx) ([]any, error)

	// DecodeOp reads the operation at the start of src and gives what follows
	// it. An operation of a kind it does not know is an error: a log is never
	// read with something left out. The operation must not hold on to src.
	DecodeOp(src []byte) (op Op, rest []byte, err error)

	// Freeze gives a picture of the state at this moment. It returns quickly;
	// the picture is written later, by another goroutine, while Apply goes on.
	Freeze() io.WriterTo

	// Restore replaces the state by what a picture's WriteTo wrote. It reads r
	// to its end.
	Restore(r io.Reader) error
}
