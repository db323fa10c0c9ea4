package value

import "slices"

// DictOf makes a dict of names and values that take turns, as a program writes them
// down: DictOf("name", Str("lamp"), "on", Bool(true)). Of equal names the last value
// wins. Arguments that are anything else are a mistake in the program, and panic.
func DictOf(namesAndValues ...any) *Dict {
	pairs := make([]Pair, 0, len(namesAndValues)/2)
	for pair := range slices.Chunk(namesAndValues, 2) {
		pairs = append(pairs, Pair{Key: Str(pair[0].(string)), Value: pair[1].(Value)})
	}
	d, _ := NewDict(pairs) // any text can be a key
	return d
}

// Texts makes a list of texts.
func Texts(texts []string) List {
	list := make(List, len(texts))
	for i, text := range texts {
		list[i] = Str(text)
	}
	return list
}
