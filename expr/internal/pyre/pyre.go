// Package pyre is Python's regular expressions as far as RE2 can match them, in
// time proportional to the text: Compile reads Python's syntax, with CPython
// 3.11's errors for what is malformed and an error that says so for what no
// automaton can do (look-around, back references, atomic groups).
//
// The parts are those of regexp/syntax: the pattern becomes its tree, which it
// simplifies and compiles. The machine that runs the program is ours, for what
// package regexp cannot do: begin amid a text and see what stands before,
// Unicode's word boundaries, Python's "$", bytes that are no UTF-8, the group
// that was closed last, the next match behind an empty one, and stop when the
// time of an evaluation is over.
package pyre

import (
	"regexp/syntax"

	"althing/expr/internal/pyerr"
)

// Flags are Python's flags, with its numbers.
type Flags uint32

// The flags. Locale can only be refused.
const (
	IgnoreCase Flags = 2
	Locale     Flags = 4
	MultiLine  Flags = 8
	DotAll     Flags = 16
	Unicode    Flags = 32
	Verbose    Flags = 64
	ASCII      Flags = 256
)

// charsets are the flags that exclude each other.
const charsets = ASCII | Locale | Unicode

// Budget is what the work is charged to. Its errors end the work and are passed
// on unchanged.
type Budget interface {
	// Charge counts n bytes before they are made.
	Charge(n int64) error
	// Step counts n steps of about a quarter of a microsecond.
	Step(n int64) error
}

// Program is a compiled pattern. It is immutable, so that any number of machines
// may run it at once.
type Program struct {
	// Flags are those given and those that the pattern begins with.
	Flags Flags
	// Names are the names of the groups by their numbers; group 0 and those
	// without a name have none.
	Names []string
	// Bytes: the texts are bytes, not characters.
	Bytes bool

	insts []inst
	start int
	// first are the bytes that a match can begin with; nil: it may be empty.
	first *[256]bool
	// fixed: a match can only begin where the text begins.
	fixed bool
}

// Groups is the number of groups, without group 0.
func (p *Program) Groups() int { return len(p.Names) - 1 }

// Group gives the number of a named group.
func (p *Program) Group(name string) (int, bool) {
	for i, n := range p.Names {
		if n == name && n != "" {
			return i, true
		}
	}
	return 0, false
}

// Compile compiles a pattern: characters, as a value.Str has them, or bytes.
func Compile(b Budget, pattern string, isBytes bool, flags Flags) (*Program, error) {
	s, err := newScanner(b, pattern, isBytes)
	if err != nil {
		return nil, err
	}
	p := parser{scanner: s, budget: b, flags: flags, names: []string{""}, numbers: map[string]int{}, open: []bool{true}}
	n, err := p.pattern()
	if err != nil {
		return nil, err
	}
	if err := b.Charge(n.size * instSize); err != nil {
		return nil, err
	}
	if err := b.Step(n.size); err != nil {
		return nil, err
	}
	prog, err := syntax.Compile(n.re.Simplify())
	if err != nil {
		return nil, pyerr.New("error", "%s", err.Error())
	}
	return lower(prog, &p), nil
}

// check are the flags of a pattern as a whole, as Python completes them.
func (p *parser) check() error {
	switch {
	case p.isBytes && p.flags&Unicode != 0:
		return pyerr.Value("cannot use UNICODE flag with a bytes pattern")
	case p.isBytes && p.flags&Locale != 0 && p.flags&ASCII != 0:
		return pyerr.Value("ASCII and LOCALE flags are incompatible")
	case p.isBytes && p.flags&Locale != 0:
		return pyerr.New("error", "the LOCALE flag is not supported")
	case p.isBytes:
		return nil
	case p.flags&Locale != 0:
		return pyerr.Value("cannot use LOCALE flag with a str pattern")
	case p.flags&ASCII == 0:
		p.flags |= Unicode
	case p.flags&Unicode != 0:
		return pyerr.Value("ASCII and UNICODE flags are incompatible")
	}
	return nil
}
