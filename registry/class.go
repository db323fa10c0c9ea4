package registry

import (
	"slices"
	"strings"

	"althing/value"
)

// class is what stands between '[' and ']': characters and ranges of them.
type class struct {
	negated bool
	ranges  []span
}

// span is the characters from low to high, both included.
type span struct{ low, high rune }

// has reports whether the class takes the character.
func (c *class) has(r rune) bool {
	for _, s := range c.ranges {
		if s.low <= r && r <= s.high {
			return !c.negated
		}
	}
	return c.negated
}

// parseClass reads a class, whose '[' has been read, and gives what follows its
// ']'; not closed when there is none. A ']' directly at the start is a member.
func parseClass(pattern string) (c *class, rest string, closed bool) {
	start := 0
	if strings.HasPrefix(pattern, "!") {
		start++
	}
	if strings.HasPrefix(pattern[start:], "]") {
		start++
	}
	end := strings.IndexByte(pattern[start:], ']')
	if end < 0 {
		return nil, "", false
	}
	end += start
	return newClass(characters(pattern[:end])), pattern[end+1:], true
}

// newClass makes the class of what stands between the brackets. It goes the way
// of Python's own translation, oddities included: a range whose ends are in the
// wrong order vanishes with both ends, and only then is it looked whether a '!'
// stands in front.
func newClass(text []rune) *class {
	parts := joinRanges(splitRanges(text))
	c := &class{}
	if len(parts[0]) > 0 && parts[0][0] == '!' {
		c.negated = true
		parts[0] = parts[0][1:]
	}
	for i, part := range parts {
		if i > 0 && len(parts[i-1]) > 0 {
			c.ranges = append(c.ranges, span{lastOf(parts[i-1]), part[0]})
		} else if i > 0 { // all that stood before the hyphen was the '!'
			c.ranges = append(c.ranges, span{'-', '-'})
		}
		for _, r := range part {
			c.ranges = append(c.ranges, span{r, r})
		}
	}
	return c
}

// splitRanges cuts the text at the hyphens that stand between the ends of a
// range: not at the first character or the last, and not at the one after a
// range's end.
func splitRanges(text []rune) [][]rune {
	from := 1
	if len(text) > 0 && text[0] == '!' {
		from = 2
	}
	var parts [][]rune
	begin := 0
	for from < len(text) {
		at := slices.Index(text[from:], '-')
		if at < 0 {
			break
		}
		at += from
		parts = append(parts, text[begin:at])
		begin, from = at+1, at+3
	}
	if begin == len(text) && len(parts) > 0 {
		last := len(parts) - 1
		parts[last] = append(slices.Clone(parts[last]), '-')
		return parts
	}
	return append(parts, text[begin:])
}

// joinRanges joins the parts whose range is empty, without its ends.
func joinRanges(parts [][]rune) [][]rune {
	for i := len(parts) - 1; i > 0; i-- {
		before, after := parts[i-1], parts[i]
		if lastOf(before) > after[0] {
			parts[i-1] = slices.Concat(before[:len(before)-1], after[1:])
			parts = slices.Delete(parts, i, i+1)
		}
	}
	return parts
}

func lastOf(part []rune) rune { return part[len(part)-1] }

// characters are the characters of a text; unlike a conversion to []rune it
// keeps surrogates that stand alone.
func characters(text string) []rune {
	var all []rune
	for text != "" {
		r, size := value.DecodeRune(text)
		all = append(all, r)
		text = text[size:]
	}
	return all
}
