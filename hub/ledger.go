package hub

import (
	"strconv"
	"strings"

	"althing/fault"
)

// ledger is how far a session has come in its client's inbox: what it has handed
// out and what of that was acknowledged. It knows numbers only; see
// messaging.Waiting for what they mean. The inbox itself keeps none of this: it
// has all that was not acknowledged.
type ledger struct {
	done   uint64              // everything up to this message is acknowledged
	handed uint64              // the last message that was handed out
	ahead  map[uint64]struct{} // acknowledged already, behind one that is not
	told   uint64              // missed messages that were told of, and not acknowledged

	stored uint64 // done, as the log has it or will
	missed uint64 // missed messages whose telling is acknowledged, and not stored
}

// missedPrefix begins the ID of a message that tells how many were missed.
const missedPrefix = "missed-"

func messageID(number uint64) string { return strconv.FormatUint(number, 10) }

func missedID(missed uint64) string { return missedPrefix + messageID(missed) }

// parseID reads the ID of a message, or of one that tells of missed ones.
func parseID(id string) (number, missed uint64, err error) {
	digits, tells := strings.CutPrefix(id, missedPrefix)
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || n == 0 || digits != messageID(n) {
		return 0, 0, fault.New(fault.Invalid, "%.40q is no message's id", id)
	}
	if tells {
		return 0, n, nil
	}
	return n, 0, nil
}

// open is how many messages are handed out and not acknowledged.
func (l *ledger) open() int {
	open := int(l.handed-l.done) - len(l.ahead)
	if l.told > 0 {
		open++
	}
	return open
}

// rewind makes everything that is not acknowledged be handed out again.
func (l *ledger) rewind() {
	l.handed, l.ahead, l.told = l.done, nil, 0
}

// settle acknowledges everything up to a message.
func (l *ledger) settle(number uint64) {
	if number <= l.done {
		return
	}
	for n := range l.ahead {
		if n <= number {
			delete(l.ahead, n)
		}
	}
	l.done, l.handed = number, max(l.handed, number)
	l.advance()
}

// passed notes that everything up to a message has been taken out by somebody
// else.
func (l *ledger) passed(number uint64) {
	l.settle(number)
	l.stored = max(l.stored, number)
}

// advance moves done over what was acknowledged ahead of it.
func (l *ledger) advance() {
	for len(l.ahead) > 0 {
		if _, is := l.ahead[l.done+1]; !is {
			return
		}
		delete(l.ahead, l.done+1)
		l.done++
	}
}

// acknowledge notes that a message that was handed out is acknowledged. Twice is
// no error.
func (l *ledger) acknowledge(number uint64) error {
	switch {
	case number <= l.done:
	case number > l.handed:
		return errNotHanded
	case number == l.done+1:
		l.done = number
		l.advance()
	default:
		if l.ahead == nil {
			l.ahead = map[uint64]struct{}{}
		}
		l.ahead[number] = struct{}{}
	}
	return nil
}

// acknowledgeTelling is acknowledge for having told of missed messages, which
// may have been on another connection.
func (l *ledger) acknowledgeTelling(missed uint64) {
	l.told -= min(missed, l.told)
	l.missed += missed
}

// owed gives what is acknowledged and not stored, and takes it as stored.
func (l *ledger) owed() (upTo, missed uint64, some bool) {
	if l.done == l.stored && l.missed == 0 {
		return 0, 0, false
	}
	missed = l.missed
	l.stored, l.missed = l.done, 0
	return l.stored, missed, true
}

var errNotHanded = fault.New(fault.NotFound, "no message with that id was handed out on this connection; after a break they come again")
