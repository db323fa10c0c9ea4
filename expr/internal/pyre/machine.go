package pyre

// Machine runs programs. It keeps its memory for the next run; it is for one
// goroutine at a time, and what it gives is good until it is used again.
type Machine struct {
	program *Program
	text    string
	threads [2]list
	marks   []int // of the thread that is being followed
	matched []int
	work    int64 // instructions not yet counted
	insts   int   // for how many instructions there is room
	slots   int   // and for how many marks of all of them
}

// How says what a match has to be.
type How uint8

const (
	// Anchored matches begin at the place given.
	Anchored How = 1 << iota
	// Whole matches go on to the end of the text.
	Whole
	// Further matches are not empty at the place given, where an empty one was.
	Further
)

// list is a list of threads in their order of preference: each is the instruction
// that takes the next character, and its marks.
type list struct {
	sparse, dense []uint32
	marks         []int // of the thread at instruction i: from i times their number
}

// has says whether an instruction has been reached, and remembers it.
func (l *list) has(pc uint32) bool {
	if at := l.sparse[pc]; int(at) < len(l.dense) && l.dense[at] == pc {
		return true
	}
	l.sparse[pc] = uint32(len(l.dense))
	l.dense = append(l.dense, pc)
	return false
}

const (
	// perStep is how many instructions are a step of the budget.
	perStep = 32
	// perLook is how many go by before they are counted: some 30 microseconds.
	perLook = 4096
	// perSkip is how many bytes that no match begins with are one instruction.
	perSkip = 8
)

// width is the number of marks of a thread: two for each group, and the group
// that was closed last.
func (p *Program) width() int { return 2*len(p.Names) + 1 }

// Find looks for the leftmost match in text from a byte on; what stands before is
// seen by assertions. The result has the begin and end of every group in bytes,
// -1 where it took no part, and behind them the number of the group that was
// closed last; nil when there is no match.
func (m *Machine) Find(b Budget, p *Program, text string, from int, how How) ([]int, error) {
	if from > len(text) || p.fixed && from > 0 {
		return nil, b.Step(1)
	}
	if err := m.prepare(b, p, text); err != nil {
		return nil, err
	}
	defer m.forget()
	found, err := m.run(b, from, how)
	if err == nil {
		err = m.count(b)
	}
	if err != nil || !found {
		return nil, err
	}
	return m.matched, nil
}

// prepare makes room for a program.
func (m *Machine) prepare(b Budget, p *Program, text string) error {
	m.program, m.text = p, text
	n, width := len(p.insts), p.width()
	if m.insts < n || m.slots < n*width {
		const word = 8
		insts, slots := max(n, m.insts), max(n*width, m.slots)
		if err := b.Charge(2 * word * int64(insts+slots+width)); err != nil {
			return err
		}
		for i := range m.threads {
			m.threads[i] = list{make([]uint32, insts), make([]uint32, 0, insts), make([]int, slots)}
		}
		m.insts, m.slots = insts, slots
	}
	if cap(m.marks) < width {
		m.marks, m.matched = make([]int, width), make([]int, width)
	}
	m.marks, m.matched = m.marks[:width], m.matched[:width]
	m.work += int64(width)
	return nil
}

// forget lets go of the text.
func (m *Machine) forget() { m.program, m.text = nil, "" }

// count counts the work done since the last time.
func (m *Machine) count(b Budget) error {
	steps := 1 + m.work/perStep
	m.work = 0
	return b.Step(steps)
}

// run goes through the text once, with all threads side by side.
func (m *Machine) run(b Budget, from int, how How) (found bool, err error) {
	now, next := &m.threads[0], &m.threads[1]
	now.dense = now.dense[:0]
	anchored := how&Anchored != 0 || m.program.fixed
	for at := from; ; {
		if len(now.dense) == 0 {
			if found || anchored && at > from {
				return found, nil
			}
			if !anchored {
				at = m.skip(at)
			}
		}
		if !found && (!anchored || at == from) {
			m.start(now, at)
		}
		if m.work > perLook {
			if err := m.count(b); err != nil {
				return false, err
			}
		}
		c, size := rune(-1), 0
		if at < len(m.text) {
			c, size = decode(m.text[at:], m.program.Bytes)
		}
		next.dense = next.dense[:0]
		found = m.step(now, next, c, at, size, from, how) || found
		if size == 0 {
			return found, nil
		}
		at += size
		now, next = next, now
	}
}

// skip goes to the next place where a match can begin.
func (m *Machine) skip(at int) int {
	first := m.program.first
	if first == nil {
		return at
	}
	begin := at
	for at < len(m.text) && !first[m.text[at]] {
		at++
	}
	m.work += int64(at-begin) / perSkip
	return at
}

// start adds the thread that begins here, as the last in preference.
func (m *Machine) start(l *list, at int) {
	for i := range m.marks {
		m.marks[i] = -1
	}
	m.marks[0] = at
	m.follow(l, uint32(m.program.start), at)
}

// step lets every thread take a character, in order of preference; -1 is the end
// of the text. It says whether one of them matched: those after it are dropped.
func (m *Machine) step(now, next *list, c rune, at, size, from int, how How) bool {
	width := len(m.marks)
	m.work += int64(len(now.dense))
	for _, pc := range now.dense {
		in := &m.program.insts[pc]
		switch in.op {
		case opFail, opFork, opMark, opAssert:
			continue // on the way to others
		case opMatch:
			if how&Whole != 0 && at < len(m.text) || how&Further != 0 && at == from {
				continue
			}
			copy(m.matched, now.marks[int(pc)*width:])
			m.matched[1] = at
			return true
		default:
			if c >= 0 && in.matches(c) {
				copy(m.marks, now.marks[int(pc)*width:])
				m.follow(next, in.out, at+size)
			}
		}
	}
	return false
}

// follow adds to a list all that can be reached from an instruction without
// taking a character.
func (m *Machine) follow(l *list, pc uint32, at int) {
	for !l.has(pc) {
		m.work++
		in := &m.program.insts[pc]
		switch in.op {
		case opFail:
			return
		case opFork:
			m.follow(l, in.out, at)
			pc = in.arg
		case opMark:
			m.mark(l, in, at)
			return
		case opAssert:
			if !m.holds(assert(in.arg), at) {
				return
			}
			pc = in.out
		default:
			width := len(m.marks)
			copy(l.marks[int(pc)*width:][:width], m.marks)
			m.work += int64(width) / perSkip
			return
		}
	}
}

// mark follows on with the begin or end of a group remembered, and forgets it
// again for the threads that come after.
func (m *Machine) mark(l *list, in *inst, at int) {
	last := len(m.marks) - 1
	was, wasLast := m.marks[in.arg], m.marks[last]
	m.marks[in.arg] = at
	if in.arg%2 == 1 {
		m.marks[last] = int(in.arg / 2)
	}
	m.follow(l, in.out, at)
	m.marks[in.arg], m.marks[last] = was, wasLast
}

// holds says whether a place is what an assertion asks for.
func (m *Machine) holds(a assert, at int) bool {
	switch a {
	case beginText:
		return at == 0
	case beginLine:
		return at == 0 || m.text[at-1] == '\n'
	case endText:
		return at == len(m.text)
	case endTextOrLastLine:
		return at == len(m.text) || at == len(m.text)-1 && m.text[at] == '\n'
	case endLine:
		return at == len(m.text) || m.text[at] == '\n'
	}
	if m.text == "" {
		return false // also for \B, in CPython
	}
	narrow := a == asciiBoundary || a == noASCIIBoundary
	is := m.wordBefore(at, narrow) != m.wordAt(at, narrow)
	return is == (a == wordBoundary || a == asciiBoundary)
}

// wordBefore says whether the character before a place belongs to a word.
func (m *Machine) wordBefore(at int, narrow bool) bool {
	return at > 0 && word.set(narrow).contains(decodeLast(m.text[:at], m.program.Bytes))
}

// wordAt says whether the character at a place belongs to a word.
func (m *Machine) wordAt(at int, narrow bool) bool {
	if at == len(m.text) {
		return false
	}
	c, _ := decode(m.text[at:], m.program.Bytes)
	return word.set(narrow).contains(c)
}
