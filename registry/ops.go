package registry

import (
	"strings"
	"time"
	"unicode/utf8"

	"althing/fault"
	"althing/value"
)

// Space is one of the two registries of a hub.
type Space uint8

// The spaces.
const (
	// Values is what clients share: MyData.
	Values Space = iota
	// Variables are the names of the hub's own scope. They have no history and
	// nobody watches them.
	Variables
	// Spaces is the number of spaces.
	Spaces = 2
)

// Set gives a key a value. Without a condition it always does; with several all
// must hold. Result: nil.
//
// The texts in Value become the registry's own: they must not be cut out of a
// larger text, which would stay in memory with them. A new key is copied.
type Set struct {
	Space  Space
	Key    string
	Value  value.Value
	Expire time.Time // when it runs out; zero: never

	Expect    value.Value // it must be equal, as Python's == has it; nil: no matter
	ExpectRev *uint64     // it must have this revision, 0: must not exist; nil: no matter
	Create    bool        // it must not exist
}

// Delete removes keys. Result: an int, the number of those that were there.
// Keys that follow each other in order take the least room in the log.
type Delete struct {
	Space Space
	Keys  []string
}

// Lapse removes a key that has run out, if it still has that revision. Result:
// a bool, whether it was removed.
type Lapse struct {
	Space Space
	Key   string
	Rev   uint64
}

// Op is one of *Set, *Delete and *Lapse.
type Op interface {
	AppendBinary(dst []byte) ([]byte, error)
	In() Space // where it belongs
}

// In implements Op.
func (op *Set) In() Space { return op.Space }

// In implements Op.
func (op *Delete) In() Space { return op.Space }

// In implements Op.
func (op *Lapse) In() Space { return op.Space }

// meets reports, as an error, whether what the key holds is not what the
// operation expects; nil is nothing.
func (op *Set) meets(live *entry) error {
	switch {
	case op.Create && live != nil:
		return conflict(op.Key, "exists already")
	case op.ExpectRev != nil && *op.ExpectRev == 0 && live != nil:
		return conflict(op.Key, "exists already")
	case op.ExpectRev != nil && *op.ExpectRev != 0 && (live == nil || live.rev != *op.ExpectRev):
		return conflict(op.Key, "has another revision; read it again")
	case op.Expect != nil && live == nil:
		return conflict(op.Key, "does not exist")
	case op.Expect != nil && !value.Equal(op.Expect, live.value):
		return conflict(op.Key, "has another value; read it again")
	}
	return nil
}

// errNoValue is a mistake of the caller's, not of a client's.
var errNoValue = fault.New(fault.Internal, "a set without a value")

func conflict(key, what string) error {
	return fault.New(fault.Conflict, "conflict: %s %s", quoted(key), what)
}

// CheckKey refuses what can be no key: the empty text, '@', which is reserved
// for name@hub, and what is not UTF-8.
func CheckKey(key string) error {
	switch {
	case key == "":
		return fault.New(fault.Invalid, "a key cannot be empty")
	case strings.IndexByte(key, '@') >= 0:
		return fault.New(fault.Invalid, "the key %s has an '@', which is reserved for name@hub", quoted(key))
	case !utf8.ValidString(key) && !value.ValidText(key):
		return fault.New(fault.Invalid, "the key %s is no text", quoted(key))
	}
	return nil
}

// quotedKey is how much of a key an error shows: it is one line for people.
const quotedKey = 80

// quoted is a key as Python writes it, cut where it is too long to be read.
func quoted(key string) string {
	cut, n := len(key), 0
	for i := range key {
		if n++; n > quotedKey {
			cut = i
			break
		}
	}
	text := value.Repr(value.Str(key[:cut]))
	if cut < len(key) {
		text += "…"
	}
	return text
}
