package pyre

import (
	"math"
	"regexp/syntax"
	"strconv"

	"althing/expr/internal/pyerr"
)

const (
	// maxSize bounds a program, in instructions. Every one of them may be looked
	// at for every character of a text.
	maxSize = 20_000
	// maxDepth bounds how deep groups may be nested; all that follows goes as deep
	// into the stack.
	maxDepth = 250
	// maxCount is where CPython ends to count repetitions.
	maxCount = math.MaxUint32
	// forever is the number of repetitions without an end.
	forever = -1
	// nodeSize is what a node of the tree takes in memory.
	nodeSize = 160
)

// parser reads a pattern. Its functions return at the first error.
type parser struct {
	*scanner
	budget  Budget
	flags   Flags
	names   []string       // of the groups
	numbers map[string]int // of the named groups
	open    []bool         // groups whose closing bracket is still to come
}

// node is a part of the tree and what must be known of it.
type node struct {
	re     *syntax.Regexp
	size   int64 // instructions
	empty  emptiness
	groups bool // inside
	what   kind
}

// emptiness tells whether a part can match nothing.
type emptiness uint8

const (
	never   emptiness = iota
	lastly            // when all else fails
	eagerly           // also where something would fit
)

// kind tells what a repetition may stand behind.
type kind uint8

const (
	plain    kind = iota
	nothing       // a comment, or flags for the whole pattern
	position      // it matches a place, not characters
	repeated
)

// pattern reads all.
func (p *parser) pattern() (node, error) {
	n, err := p.alternation(p.flags, 0)
	if err != nil {
		return n, err
	}
	if err := p.check(); err != nil {
		return n, err
	}
	if p.next != end {
		return n, p.fail(p.at, "unbalanced parenthesis")
	}
	return n, p.err
}

// alternation reads a|b|c.
func (p *parser) alternation(flags Flags, depth int) (node, error) {
	if depth > maxDepth {
		return node{}, pyerr.New("RecursionError", "maximum recursion depth exceeded")
	}
	all := node{re: &syntax.Regexp{Op: syntax.OpAlternate}}
	for first := true; ; first = false {
		n, err := p.sequence(flags, depth, first)
		if err != nil {
			return n, err
		}
		all.re.Sub = append(all.re.Sub, n.re)
		all.size += n.size + 1
		if all.empty == never {
			all.empty = n.empty
		} else {
			all.empty = eagerly
		}
		all.groups = all.groups || n.groups
		if !p.match('|') {
			if first {
				return n, nil
			}
			return all, p.limit(all.size)
		}
		if depth == 0 {
			flags = p.flags
		}
	}
}

// sequence reads abc. Only the first one of all may begin with flags for the whole
// pattern.
func (p *parser) sequence(flags Flags, depth int, first bool) (node, error) {
	all := node{re: &syntax.Regexp{Op: syntax.OpConcat}, size: 1, empty: lastly}
	var last node // of all, not yet counted
	for p.next != end && !p.next.in("|)") {
		begin := p.at
		t := p.get()
		if flags&Verbose != 0 && p.skip(t) {
			continue
		}
		if repeat, ok, err := p.repetition(t); ok || err != nil {
			if err == nil {
				last, err = p.repeat(last, repeat, begin)
			}
			if err != nil {
				return all, err
			}
			continue
		}
		n, err := p.item(t, begin, flags, depth)
		if err != nil {
			return all, err
		}
		if n.what == nothing {
			if n.re != nil {
				if depth > 0 || !first || last.re != nil {
					return all, p.fail(begin, "global flags not at the start of the expression")
				}
				flags = p.flags
			}
			continue
		}
		all.append(last)
		last = n
		if err := p.limit(all.size); err != nil {
			return all, err
		}
	}
	all.append(last)
	return all, p.err
}

// append adds a part of a sequence.
func (n *node) append(part node) {
	if part.re == nil {
		return
	}
	n.re.Sub = append(n.re.Sub, part.re)
	n.size += part.size
	if n.empty == never || part.empty == never {
		n.empty = never
	} else {
		n.empty = max(n.empty, part.empty)
	}
	n.groups = n.groups || part.groups
}

// limit charges a part and refuses what has become too large.
func (p *parser) limit(size int64) error {
	if size > maxSize {
		return pyerr.New("error", "the pattern is too large: with its repetitions written out it has more than %d parts", maxSize)
	}
	if err := p.budget.Charge(nodeSize); err != nil {
		return err
	}
	return p.budget.Step(1)
}

// skip goes over what the flag VERBOSE hides.
func (p *parser) skip(t token) bool {
	if t.is('#') {
		for !t.is('\n') && t != end {
			t = p.get()
		}
		return true
	}
	return t.in(" \t\n\r\v\f")
}

// item reads anything but a repetition.
func (p *parser) item(t token, begin int, flags Flags, depth int) (node, error) {
	switch {
	case t.escaped:
		return p.escape(t.r, begin, flags)
	case t.r == '[':
		return p.brackets(begin, flags)
	case t.r == '(':
		return p.group(begin, flags, depth)
	case t.r == '.':
		op := syntax.OpAnyCharNotNL
		if flags&DotAll != 0 {
			op = syntax.OpAnyChar
		}
		return node{re: &syntax.Regexp{Op: op}, size: 1}, nil
	case t.r == '^' && flags&MultiLine != 0:
		return assertion(beginLine), nil
	case t.r == '^':
		return assertion(beginText), nil
	case t.r == '$' && flags&MultiLine != 0:
		return assertion(endLine), nil
	case t.r == '$':
		return assertion(endTextOrLastLine), nil
	}
	return p.literal(t.r, flags), nil
}

// narrow says whether only ASCII has digits, letters and cases.
func (p *parser) narrow(flags Flags) bool { return p.isBytes || flags&ASCII != 0 }

// literal is one character.
func (p *parser) literal(r rune, flags Flags) node {
	n := node{re: &syntax.Regexp{Op: syntax.OpLiteral, Rune: []rune{r}}, size: 1}
	if flags&IgnoreCase == 0 {
		return n
	}
	same := ranges{r, r}
	for _, f := range appendFolds(nil, r, p.narrow(flags)) {
		same = append(same, f, f)
	}
	if len(same) > len(ranges{r, r}) {
		n.re = &syntax.Regexp{Op: syntax.OpCharClass, Rune: same.merge()}
	}
	return n
}

// count is how often something is repeated.
type count struct {
	min, max int
	lazy     bool
}

// size is the number of instructions of something repeated.
func (c count) size(once int64) int64 {
	if c.max == forever {
		return once*int64(max(c.min, 1)) + 2
	}
	return once*int64(max(c.max, 1)) + int64(c.max-c.min)
}

// emptiness is that of something repeated.
func (c count) emptiness(once emptiness) emptiness {
	switch {
	case once == never && c.min > 0:
		return never
	case c.lazy:
		return eagerly
	}
	return max(once, lastly)
}

// repetition reads * + ? {m,n} and what may stand behind; ok is false for what is
// no repetition, such as a brace that stands for itself.
func (p *parser) repetition(t token) (c count, ok bool, err error) {
	switch {
	case t.is('*'):
		c = count{0, forever, false}
	case t.is('+'):
		c = count{1, forever, false}
	case t.is('?'):
		c = count{0, 1, false}
	case t.is('{'):
		if c, ok, err = p.braces(); !ok || err != nil {
			return c, false, err
		}
	default:
		return c, false, nil
	}
	return c, true, nil
}

// braces reads m,n}.
func (p *parser) braces() (c count, ok bool, err error) {
	begin := p.at
	if p.next.is('}') {
		return c, false, nil
	}
	least := p.while(decDigits, math.MaxInt)
	most := least
	if p.match(',') {
		most = p.while(decDigits, math.MaxInt)
	}
	if !p.match('}') {
		p.seek(begin)
		return c, false, nil
	}
	c = count{0, forever, false}
	if least != "" {
		if c.min, err = repetitions(least); err != nil {
			return c, false, err
		}
	}
	if most != "" {
		if c.max, err = repetitions(most); err != nil {
			return c, false, err
		}
		if c.max < c.min {
			return c, false, p.fail(begin, "min repeat greater than max repeat")
		}
	}
	return c, true, nil
}

func repetitions(digits string) (int, error) {
	i, err := strconv.ParseUint(digits, 10, 32)
	if err != nil || i >= maxCount {
		return 0, pyerr.Overflow("the repetition number is too large")
	}
	return int(i), nil
}

// repeat is a part repeated. begin is where the repetition stands.
func (p *parser) repeat(n node, c count, begin int) (node, error) {
	switch {
	case n.re == nil || n.what == position:
		return n, p.fail(begin, "nothing to repeat")
	case n.what == repeated:
		return n, p.fail(begin, "multiple repeat")
	case p.match('?'):
		c.lazy = true
	case p.next.is('+'):
		return n, p.refuse(begin, "possessive repetition is")
	}
	// A round that matches nothing ends a repetition in Python, and does not take
	// place in RE2. The two differ in what a group remembers, and where such a round
	// is preferred to others.
	switch {
	case n.empty == eagerly && c.max == forever:
		return n, p.refuse(begin, "repeating what prefers to match nothing is")
	case n.empty != never && n.groups && (c.max == forever || c.max-c.min > 1):
		return n, p.refuse(begin, "repeating a group that can match nothing is")
	}
	re := &syntax.Regexp{Op: syntax.OpRepeat, Min: c.min, Max: c.max, Sub: []*syntax.Regexp{n.re}}
	if c.lazy {
		re.Flags = syntax.NonGreedy
	}
	n = node{re: re, size: c.size(n.size), empty: c.emptiness(n.empty), groups: n.groups, what: repeated}
	if err := p.limit(n.size); err != nil {
		return n, err
	}
	// Each round that may be left out becomes two nodes.
	return n, p.budget.Charge(2 * nodeSize * int64(max(0, c.max-c.min)))
}

// brackets reads a set up to its closing bracket.
func (p *parser) brackets(begin int, flags Flags) (node, error) {
	negate := p.match('^')
	var set []member
	for first := true; ; first = false {
		t, at := p.get(), p.at
		if t == end {
			return node{}, p.fail(begin, "unterminated character set")
		}
		if t.is(']') && !first {
			return p.set(set, negate, flags)
		}
		m, err := p.member(t, at-t.width())
		if err != nil {
			return node{}, err
		}
		if !p.match('-') {
			set = append(set, m)
			continue
		}
		last, at := p.get(), p.at
		switch {
		case last == end:
			return node{}, p.fail(begin, "unterminated character set")
		case last.is(']'):
			return p.set(append(set, m, member{r: '-'}), negate, flags)
		}
		to, err := p.member(last, at-last.width())
		if err != nil {
			return node{}, err
		}
		if m.category != 0 || to.category != 0 || to.r < m.r {
			span := t.String() + "-" + last.String()
			return node{}, p.fail(p.at-t.width()-len("-")-last.width(), "bad character range "+span)
		}
		set = append(set, member{r: m.r, last: to.r})
	}
}

// member is one character of a set, or a category.
func (p *parser) member(t token, begin int) (member, error) {
	if t.escaped {
		return p.setEscape(t.r, begin)
	}
	return member{r: t.r}, nil
}

// set makes a node of the members of a set.
func (p *parser) set(members []member, negate bool, flags Flags) (node, error) {
	n := node{size: 1}
	narrow := p.narrow(flags)
	if len(members) == 1 && members[0].category != 0 && !negate {
		n.re = &syntax.Regexp{Op: syntax.OpCharClass, Rune: members[0].category.set(narrow).all}
		return n, nil
	}
	var all, categories ranges
	var seen [notWord + 1]bool
	for _, m := range members {
		if m.category == 0 {
			all = append(all, m.r, max(m.r, m.last))
		} else if !seen[m.category] {
			seen[m.category] = true
			categories = append(categories, m.category.set(narrow).all...)
		}
	}
	const perRune = 16 // in all the forms that it takes on the way
	if err := p.budget.Charge(perRune * int64(len(all)+len(categories))); err != nil {
		return n, err
	}
	if err := p.budget.Step(int64(len(all)+len(categories)) / 4); err != nil {
		return n, err
	}
	all = all.merge()
	if flags&IgnoreCase != 0 {
		var err error
		if all, err = all.fold(p.budget, narrow); err != nil {
			return n, err
		}
	}
	if all = append(all, categories...).merge(); negate {
		all = all.negate()
	}
	n.re = &syntax.Regexp{Op: syntax.OpCharClass, Rune: all}
	return n, nil
}
