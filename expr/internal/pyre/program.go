package pyre

import (
	"regexp/syntax"
	"unicode/utf8"
)

// An assertion travels through regexp/syntax, which knows others than Python, as
// a group with a number that no group has.
const firstAssertion = maxSize + 1

// assert is a place that an assertion asks for.
type assert uint8

const (
	beginText assert = iota
	beginLine
	endText
	endTextOrLastLine // at the end, or before a newline that is the last character
	endLine
	wordBoundary
	noWordBoundary
	asciiBoundary
	noASCIIBoundary
)

// boundary is \b or \B.
func boundary(is, narrow bool) assert {
	switch {
	case is && narrow:
		return asciiBoundary
	case narrow:
		return noASCIIBoundary
	case is:
		return wordBoundary
	}
	return noWordBoundary
}

// assertion makes a node of an assertion.
func assertion(a assert) node {
	nothing := &syntax.Regexp{Op: syntax.OpEmptyMatch}
	re := &syntax.Regexp{Op: syntax.OpCapture, Cap: firstAssertion + int(a), Sub: []*syntax.Regexp{nothing}}
	return node{re: re, size: 3, empty: lastly, what: position}
}

// inst is an instruction as the machine runs it.
type inst struct {
	op       op
	out, arg uint32 // arg: the other way of a fork, a mark, an assertion, a character
	set      *set
}

// instSize is what an instruction takes in memory, also on its way there.
const instSize = 128

type op uint8

const (
	opFail op = iota
	opFork
	opMark // remembers the place, as the begin or end of a group
	opAssert
	opMatch
	opChar
	opSet
	opAny
	opNotNewline
)

// set is a set of characters: of the first 256 by bits.
type set struct {
	low [4]uint64
	all ranges
}

func newSet(r ranges) *set {
	s := &set{all: r}
	for i := 0; i < len(r) && r[i] <= 0xff; i += 2 {
		for c := r[i]; c <= min(r[i+1], 0xff); c++ {
			s.low[c/64] |= 1 << (c % 64)
		}
	}
	return s
}

func (s *set) contains(c rune) bool {
	if c <= 0xff {
		return s.low[c/64]&(1<<(c%64)) != 0
	}
	return s.all.contains(c)
}

// lower makes the program of what regexp/syntax compiled.
func lower(prog *syntax.Prog, from *parser) *Program {
	p := &Program{
		Flags: from.flags, Names: from.names, Bytes: from.isBytes,
		insts: make([]inst, len(prog.Inst)),
	}
	sets := map[*rune]*set{} // repeated parts share theirs
	for i := range prog.Inst {
		from := &prog.Inst[i]
		to := &p.insts[i]
		to.out, to.arg = target(prog, from.Out), from.Arg
		switch from.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			to.op, to.arg = opFork, target(prog, from.Arg)
		case syntax.InstCapture:
			to.op = opMark
			if from.Arg >= 2*firstAssertion {
				to.op, to.arg = opAssert, from.Arg/2-firstAssertion
			}
		case syntax.InstMatch:
			to.op = opMatch
		case syntax.InstRune1:
			to.op, to.arg = opChar, uint32(from.Rune[0])
		case syntax.InstRune:
			to.op = opSet
			if len(from.Rune) == 0 {
				to.op = opFail
				continue
			}
			if sets[&from.Rune[0]] == nil {
				sets[&from.Rune[0]] = newSet(from.Rune)
			}
			to.set = sets[&from.Rune[0]]
		case syntax.InstRuneAny:
			to.op = opAny
		case syntax.InstRuneAnyNotNL:
			to.op = opNotNewline
		}
	}
	p.start = int(target(prog, uint32(prog.Start)))
	p.begin()
	return p
}

// target goes over what does nothing: the second half of an assertion as well.
func target(prog *syntax.Prog, pc uint32) uint32 {
	for {
		in := &prog.Inst[pc]
		if in.Op != syntax.InstNop && (in.Op != syntax.InstCapture || in.Arg < 2*firstAssertion || in.Arg%2 == 0) {
			return pc
		}
		pc = in.Out
	}
}

// begin finds out what a match can begin with.
func (p *Program) begin() {
	first := new([256]bool)
	if p.beginAt(uint32(p.start), first, make([]bool, len(p.insts))) {
		p.first = first
	}
	in := &p.insts[p.start]
	for in.op == opMark {
		in = &p.insts[in.out]
	}
	p.fixed = in.op == opAssert && assert(in.arg) == beginText
}

// beginAt collects the bytes that a match can begin with from an instruction on;
// false: it may be empty.
func (p *Program) beginAt(pc uint32, first *[256]bool, seen []bool) bool {
	for !seen[pc] {
		seen[pc] = true
		in := &p.insts[pc]
		switch in.op {
		case opFork:
			if !p.beginAt(in.out, first, seen) {
				return false
			}
			pc = in.arg
		case opMark, opAssert:
			pc = in.out
		case opFail:
			return true
		case opMatch:
			return false
		default:
			p.beginWith(in, first)
			return true
		}
	}
	return true
}

// beginWith adds the bytes that the characters of an instruction begin with. All
// beyond ASCII are taken together.
func (p *Program) beginWith(in *inst, first *[256]bool) {
	for c := range first {
		switch {
		case c < utf8.RuneSelf || p.Bytes:
			first[c] = first[c] || in.matches(rune(c))
		case utf8.RuneStart(byte(c)):
			first[c] = true
		}
	}
}

// matches says whether an instruction that takes a character takes this one.
func (in *inst) matches(c rune) bool {
	switch in.op {
	case opChar:
		return c == rune(in.arg)
	case opSet:
		return in.set.contains(c)
	case opNotNewline:
		return c != '\n'
	}
	return true
}
