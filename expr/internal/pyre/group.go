package pyre

import (
	"regexp/syntax"
	"strconv"
	"unicode"

	"althing/value"
)

// group reads what begins with a bracket. For flags that hold for the whole
// pattern it gives a node of kind nothing with a tree, for a comment one without.
func (p *parser) group(begin int, flags Flags, depth int) (node, error) {
	if !p.match('?') {
		return p.capture("", begin, flags, depth)
	}
	at := p.at
	t := p.get()
	switch {
	case t == end:
		return node{}, p.fail(at, "unexpected end of pattern")
	case t.is('P'):
		return p.named(begin, flags, depth)
	case t.is(':'):
		return p.inside(begin, flags, depth)
	case t.is('#'):
		for !t.is(')') {
			if t = p.get(); t == end {
				return node{}, p.fail(begin, "missing ), unterminated comment")
			}
		}
		return node{what: nothing}, nil
	case t.is('='), t.is('!'):
		return node{}, p.refuse(begin, "look-ahead is")
	case t.is('<'):
		return p.lookBehind(begin)
	case t.is('('):
		return node{}, p.refuse(begin, "a conditional group is")
	case t.is('>'):
		return node{}, p.refuse(begin, "an atomic group is")
	case t.is('-') || flagOf(t) != 0:
		return p.options(t, begin, flags, depth)
	}
	return node{}, p.fail(begin+len("("), "unknown extension ?"+t.String())
}

// named reads what begins with (?P.
func (p *parser) named(begin int, flags Flags, depth int) (node, error) {
	at := p.at
	switch t := p.get(); {
	case t == end:
		return node{}, p.fail(at, "unexpected end of pattern")
	case t.is('<'):
		at = p.at
		name, err := p.identifier('>')
		if err != nil {
			return node{}, err
		}
		if was, ok := p.numbers[name]; ok {
			return node{}, p.fail(at, "redefinition of group name "+value.Repr(value.Str(name))+
				" as group "+strconv.Itoa(len(p.names))+"; was group "+strconv.Itoa(was))
		}
		return p.capture(name, begin, flags, depth)
	case t.is('='):
		return node{}, p.reference(begin)
	default:
		return node{}, p.fail(begin+len("("), "unknown extension ?P"+t.String())
	}
}

// reference reads (?P=name): it is refused in one way or the other.
func (p *parser) reference(begin int) error {
	at := p.at
	name, err := p.identifier(')')
	if err != nil {
		return err
	}
	switch number, ok := p.numbers[name]; {
	case !ok:
		return p.fail(at, "unknown group name "+value.Repr(value.Str(name)))
	case p.open[number]:
		return p.fail(at, "cannot refer to an open group")
	}
	return p.refuse(begin, "a back reference is")
}

// lookBehind reads what begins with (?<, which is refused.
func (p *parser) lookBehind(begin int) (node, error) {
	at := p.at
	switch t := p.get(); {
	case t == end:
		return node{}, p.fail(at, "unexpected end of pattern")
	case t.in("=!"):
		return node{}, p.refuse(begin, "look-behind is")
	default:
		return node{}, p.fail(begin+len("("), "unknown extension ?<"+t.String())
	}
}

// capture reads the inside of a group that is remembered.
func (p *parser) capture(name string, begin int, flags Flags, depth int) (node, error) {
	number := len(p.names)
	p.names, p.open = append(p.names, name), append(p.open, true)
	if name != "" {
		p.numbers[name] = number
	}
	n, err := p.inside(begin, flags, depth)
	if err != nil {
		return n, err
	}
	p.open[number] = false
	n.re = &syntax.Regexp{Op: syntax.OpCapture, Cap: number, Sub: []*syntax.Regexp{n.re}}
	n.size += 2
	n.groups = true
	return n, p.limit(n.size)
}

// inside reads up to the closing bracket.
func (p *parser) inside(begin int, flags Flags, depth int) (node, error) {
	n, err := p.alternation(flags, depth+1)
	if err == nil && !p.match(')') {
		err = p.fail(begin, "missing ), unterminated subpattern")
	}
	n.what = plain
	return n, err
}

// flagOf is the flag that a letter stands for; 0: none.
func flagOf(t token) Flags {
	if t.escaped {
		return 0
	}
	switch t.r {
	case 'i':
		return IgnoreCase
	case 'L':
		return Locale
	case 'm':
		return MultiLine
	case 's':
		return DotAll
	case 'x':
		return Verbose
	case 'a':
		return ASCII
	case 'u':
		return Unicode
	}
	return 0
}

// options reads (?flags), for the whole pattern, or (?flags-flags:…), for a part.
func (p *parser) options(t token, begin int, flags Flags, depth int) (node, error) {
	var on, off Flags
	var err error
	if !t.is('-') {
		if on, t, err = p.letters(t, ")-:", "missing -, : or )", p.switchOn); err != nil {
			return node{}, err
		}
	}
	if t.is(')') {
		p.flags |= on
		return node{re: &syntax.Regexp{Op: syntax.OpEmptyMatch}, what: nothing}, nil
	}
	if t.is('-') {
		at := p.at
		switch t = p.get(); {
		case t == end:
			return node{}, p.fail(at, "missing flag")
		case flagOf(t) == 0:
			return node{}, p.fail(at, unknownFlag(t, "missing flag"))
		}
		if off, _, err = p.letters(t, ":", "missing :", p.switchOff); err != nil {
			return node{}, err
		}
	}
	if on&off != 0 {
		return node{}, p.fail(p.at-1, "bad inline flags: flag turned on and off")
	}
	if on&charsets != 0 {
		flags &^= charsets
	}
	return p.inside(begin, (flags|on)&^off, depth)
}

// letters reads flags, the first of which is t, and the one of the terminators
// that ends them.
func (p *parser) letters(t token, terminators, missing string, add func(all, flag Flags) error) (all Flags, last token, err error) {
	for {
		flag := flagOf(t)
		if err := add(all, flag); err != nil {
			return 0, t, err
		}
		all |= flag
		at := p.at
		switch t = p.get(); {
		case t == end:
			return 0, t, p.fail(at, missing)
		case t.in(terminators):
			return all, t, nil
		case flagOf(t) == 0:
			return 0, t, p.fail(at, unknownFlag(t, missing))
		}
	}
}

// unknownFlag words a letter that is no flag; anything else is in the place of
// what is missing.
func unknownFlag(t token, missing string) string {
	if !t.escaped && unicode.IsLetter(t.r) {
		return "unknown flag"
	}
	return missing
}

func (p *parser) switchOn(all, flag Flags) error {
	switch {
	case flag == Locale && !p.isBytes:
		return p.fail(p.at, "bad inline flags: cannot use 'L' flag with a str pattern")
	case flag == Unicode && p.isBytes:
		return p.fail(p.at, "bad inline flags: cannot use 'u' flag with a bytes pattern")
	case flag&charsets != 0 && all&charsets&^flag != 0:
		return p.fail(p.at, "bad inline flags: flags 'a', 'u' and 'L' are incompatible")
	case flag == Locale:
		return p.refuse(p.at, "the LOCALE flag is")
	}
	return nil
}

func (p *parser) switchOff(_, flag Flags) error {
	if flag&charsets != 0 {
		return p.fail(p.at, "bad inline flags: cannot turn off flags 'a', 'u' and 'L'")
	}
	return nil
}
