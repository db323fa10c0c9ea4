// Package complete knows what may stand next in a query: for a terminal, for a page.
package complete

import (
	"context"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"althing/expr"
	"althing/expr/syntax"
	"althing/value"
)

// What stands before a dot is worked out to see what may follow it; more than
// this it is not worth. keysWithin bounds the waiting for the hub.
var completionLimits = expr.Limits{Time: 20 * time.Millisecond, Memory: 1 << 20, Steps: 100_000}

const (
	keysWithin = time.Second
	// longestReceiver is how far before the dot it can begin.
	longestReceiver = 200
)

// Completer knows what names can come next. One goroutine uses it.
type Completer struct {
	// Names are what a query may name beside the built-in names. What is typed
	// before a dot is worked out with them, to complete what follows it.
	Names expr.Vars
	// Variables are those of an evaluator at hand; nil: there is none.
	Variables expr.Vars
	// Keys gives shared keys that begin so, a bounded number; nil: there are none.
	Keys func(ctx context.Context, prefix string) []string

	assigned map[string]bool // by queries of this conversation
}

// Completion is what may stand from a place on.
type Completion struct {
	From  int // in bytes
	Words []string
	End   string // what follows the word
}

var (
	keyed = regexp.MustCompile(`(?:\bMyData\s*\[|\bMyData\.(?:get|pop|setdefault)\s*\(|\b(?:getReg|setReg|history|changes|fetch|delete)\s*\()\s*(["'])([^"'\\]*)$`)
	word  = regexp.MustCompile(`[\pL_][\pL\pN_]*$`)
)

// At gives what may stand at the end of the text.
func (c *Completer) At(ctx context.Context, text string) Completion {
	if found := keyed.FindStringSubmatchIndex(text); found != nil && c.Keys != nil {
		return c.key(ctx, text[found[4]:], text[found[2]:found[3]], found[4])
	}
	if inString(text) {
		return Completion{}
	}
	from := len(text)
	if found := word.FindStringIndex(text); found != nil {
		from = found[0]
	}
	before := strings.TrimRight(text[:from], " ")
	switch prefix := text[from:]; {
	case strings.HasSuffix(before, "."):
		return Completion{From: from, Words: beginning(prefix, attributes(c.receiver(ctx, before[:len(before)-1])))}
	case prefix == "" || endsInDigit(before):
		return Completion{}
	default:
		return Completion{From: from, Words: beginning(prefix, c.all())}
	}
}

// key completes a shared key. One that could not be typed as it is, is left out.
func (c *Completer) key(ctx context.Context, prefix, quote string, from int) Completion {
	ctx, cancel := context.WithTimeout(ctx, keysWithin)
	defer cancel()
	keys := slices.DeleteFunc(c.Keys(ctx, prefix), func(key string) bool {
		return !strings.HasPrefix(key, prefix) || value.Repr(value.Str(key)) != "'"+key+"'" || strings.Contains(key, quote)
	})
	return Completion{From: from, Words: beginning(prefix, slices.Values(keys)), End: quote}
}

// inString reports whether the end of the text lies in a string.
func inString(text string) bool {
	_, err := syntax.Parse(text)
	var e *syntax.Error
	return errors.As(err, &e) && strings.HasPrefix(e.Msg, "unterminated")
}

// endsInDigit reports whether what follows is the end of a number: 1e, 0x.
func endsInDigit(text string) bool {
	return text != "" && text[len(text)-1] >= '0' && text[len(text)-1] <= '9'
}

// all are the names that stand for something by themselves.
func (c *Completer) all() func(yield func(string) bool) {
	names := map[string]bool{}
	for _, words := range [][]string{expr.BuiltinNames(), keywords} {
		for _, name := range words {
			names[name] = true
		}
	}
	for _, vars := range []expr.Vars{c.Names, c.Variables} {
		for name := range vars {
			names[name] = true
		}
	}
	maps.Copy(names, c.assigned)
	return maps.Keys(names)
}

// keywords are those that a user may want to have completed.
var keywords = []string{"None", "True", "False", "and", "else", "for", "if", "in", "is", "lambda", "not", "or", "del"}

// receiver is the object that an attribute is asked of, nil when that is not
// known. Variables are looked up by their name only: to work out a call of
// their methods could change them.
func (c *Completer) receiver(ctx context.Context, text string) expr.Object {
	source := primary(text)
	if o := c.Variables[source]; o != nil {
		return o
	}
	program, err := expr.Parse(source)
	if err != nil {
		return nil
	}
	o, err := program.Run(ctx, maps.Clone(c.Names), completionLimits)
	if err != nil {
		return nil
	}
	return o
}

// primary is the longest end of a text that can stand before a dot: a name, a
// literal, a call, what is in brackets.
func primary(text string) string {
	longest := ""
	for i := len(text) - 1; i >= max(0, len(text)-longestReceiver); i-- {
		if tree, err := syntax.Parse(text[i:]); err == nil && len(tree.Body) == 1 && isPrimary(tree.Body[0], text[i:]) {
			longest = text[i:]
		}
	}
	return longest
}

func isPrimary(s syntax.Stmt, text string) bool {
	if text[0] == ' ' {
		return false
	}
	e, ok := s.(*syntax.ExprStmt)
	if !ok {
		return false
	}
	switch v := e.Value.(type) {
	case *syntax.Name, *syntax.Attribute, *syntax.Call, *syntax.Subscript, *syntax.JoinedStr,
		*syntax.List, *syntax.Dict, *syntax.Set, *syntax.ListComp, *syntax.DictComp, *syntax.SetComp:
		return true
	case *syntax.Constant:
		_, isText := v.Value.(value.Str)
		_, isBytes := v.Value.(value.Bytes)
		if isText || isBytes {
			return true
		}
	}
	return inBrackets(text)
}

// inBrackets reports whether all of an expression is in one pair of brackets:
// not (1) + (2).
func inBrackets(text string) bool {
	if text[0] != '(' || text[len(text)-1] != ')' {
		return false
	}
	_, err := syntax.Parse(text[1 : len(text)-1])
	return err == nil
}

// attributes are the public names that an object or its type has.
func attributes(o expr.Object) func(yield func(string) bool) {
	if o == nil {
		return func(func(string) bool) {}
	}
	names := map[string]expr.Object{}
	if m, ok := o.(*expr.Module); ok {
		names = m.Attrs
	} else {
		ty, ok := o.(*expr.Type)
		if !ok {
			ty = expr.TypeOf(o)
		}
		for ; ty != nil; ty = ty.Base {
			maps.Copy(names, ty.Attrs)
		}
	}
	return maps.Keys(names)
}

// beginning gives the words that begin so, sorted.
func beginning(prefix string, words func(yield func(string) bool)) []string {
	var found []string
	for w := range words {
		if strings.HasPrefix(w, prefix) && (prefix != "" || !strings.HasPrefix(w, "_")) {
			found = append(found, w)
		}
	}
	slices.Sort(found)
	return found
}

// Learn notes the variables that a query has assigned.
func (c *Completer) Learn(query string) {
	tree, err := syntax.Parse(query)
	if err != nil {
		return
	}
	for _, s := range tree.Body {
		switch s := s.(type) {
		case *syntax.Assign:
			for _, target := range s.Targets {
				c.name(target)
			}
		case *syntax.AugAssign:
			c.name(s.Target)
		}
	}
}

// name notes the names of a target.
func (c *Completer) name(target syntax.Expr) {
	switch t := target.(type) {
	case *syntax.Name:
		if len(c.assigned) < mostVariables {
			if c.assigned == nil {
				c.assigned = map[string]bool{}
			}
			c.assigned[t.ID] = true
		}
	case *syntax.Tuple:
		for _, e := range t.Elts {
			c.name(e)
		}
	case *syntax.List:
		for _, e := range t.Elts {
			c.name(e)
		}
	}
}

// mostVariables is how many are remembered: nobody wants to choose from more.
const mostVariables = 10_000

// Common is the longest beginning that the words share.
func Common(words []string) string {
	first, last := words[0], words[len(words)-1] // they are sorted
	n := 0
	for n < len(first) && n < len(last) && first[n] == last[n] {
		n++
	}
	for n > 0 && n < len(first) && !isStart(first[n]) {
		n--
	}
	return first[:n]
}

// isStart reports whether a byte begins a character.
func isStart(b byte) bool { return b&0xc0 != 0x80 }
