package hub

import (
	"context"
	"strings"

	"althing/access"
	"althing/expr"
	"althing/expr/complete"
	"althing/expr/modules"
	"althing/fault"
	"althing/registry"
	"althing/scope"
)

const (
	// longestBegun is how much of a text is looked at to complete it.
	longestBegun = 64 << 10
	// mostWords is how many words are offered: nobody chooses from more.
	mostWords = 200
)

// Word is what may stand next in a text.
type Word struct {
	Text  string
	Usage string // of a function: how it is called
	Help  string
}

// Complete says what may stand at the end of a text, from which of its bytes on, and
// what then follows the word.
func (s *Session) Complete(ctx context.Context, text string) (from int, words []Word, end string, err error) {
	if err := s.act(access.Ask); err != nil {
		return 0, nil, "", err
	}
	if len(text) > longestBegun {
		return 0, nil, "", s.refuse(fault.New(fault.Limit, "texts of more than %d bytes are not completed", longestBegun))
	}
	names := expr.Vars{}
	for name, m := range modules.Standard(modules.Options{Now: s.hub.config.Now}) {
		names[name] = m
	}
	for _, name := range s.hub.scope.Names() {
		names[name] = expr.None
	}
	names["MyData"] = expr.NewDict() // its methods are a dict's
	help := map[string]string{}
	for _, f := range s.hub.functions.List() {
		if f.Refused == "" {
			names[f.Name], help[f.Name] = expr.None, f.Help
		}
	}
	for name := range s.hub.state.View(registry.Variables).All(s.hub.Now()) {
		names[name] = expr.None
	}
	c := complete.Completer{Names: names, Keys: s.keysBeginning}
	can := c.At(ctx, text)
	for _, word := range can.Words[:min(len(can.Words), mostWords)] {
		w := Word{Text: word, Help: help[word]}
		if usage, does, known := scope.Help(word); known {
			w.Usage, w.Help = usage, does
		}
		words = append(words, w)
	}
	return can.From, words, can.End, nil
}

// keysBeginning gives shared keys that begin so; none to who may not read.
func (s *Session) keysBeginning(ctx context.Context, prefix string) (keys []string) {
	if strings.ContainsAny(prefix, "*?[@") {
		return nil // it would be a pattern, or another hub's
	}
	found, _, _ := s.Entries(ctx, prefix+"*", "", mostWords) // who asks in vain types on
	for _, one := range found {
		keys = append(keys, one.Key)
	}
	return keys
}
