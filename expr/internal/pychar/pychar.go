// Package pychar knows the characters by their names, as Python's \N{…} does.
//
// The names are those of the Unicode version of Go's tables, with those of
// Chinese characters and Korean syllables, which follow rules, worked out. The
// others are unpacked by the first call that needs them, which takes some
// milliseconds, and 1.5 MB that stay.
// Everything here may be used concurrently.
package pychar

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
)

// Names that follow rules.
const (
	ideograph = "CJK UNIFIED IDEOGRAPH-"
	syllable  = "HANGUL SYLLABLE "
	selector  = "VARIATION SELECTOR-"
)

// Longest is more than the length of any name.
const Longest = 100

// Lookup gives the character of that name, in whatever case it is written unless
// the name follows a rule.
func Lookup(name string) (rune, bool) {
	if len(name) > Longest {
		return 0, false
	}
	if digits, ok := strings.CutPrefix(name, ideograph); ok {
		return ideographOf(digits)
	}
	if rest, ok := strings.CutPrefix(name, syllable); ok {
		return syllableOf(rest)
	}
	name = strings.ToUpper(name)
	if number, ok := strings.CutPrefix(name, "VS"); ok {
		name = selector + number
	}
	all, hash := index(), hashOf(name)
	at, _ := slices.BinarySearchFunc(all, hash, func(e entry, h uint32) int { return cmp.Compare(e.hash, h) })
	for ; at < len(all) && all[at].hash == hash; at++ {
		if r := all[at].char; names().of(r) == name || slices.Contains(aliasesOf(r), name) {
			return r, true
		}
	}
	return 0, false
}

// Name gives the name of a character; false when it has none.
func Name(r rune) (string, bool) {
	switch {
	case r >= firstSyllable && r <= lastSyllable:
		return syllableName(r), true
	case unicode.Is(unicode.Unified_Ideograph, r) && !compatible(r):
		return fmt.Sprintf("%s%04X", ideograph, r), true
	}
	name := names().of(r)
	return name, name != ""
}

// entry is a character by the hash of one of its names.
type entry struct {
	hash uint32
	char rune
}

// index has all characters by the hashes of their names, so that a name is found
// without the names being kept a second time.
var index = sync.OnceValue(func() []entry {
	named := names()
	all := make([]entry, 0, nameCount+2*len(aliases))
	for i, r := range named.chars {
		all = append(all, entry{hashOf(named.name(i)), r})
	}
	for r := range aliases {
		for _, name := range aliasesOf(r) {
			all = append(all, entry{hashOf(name), r})
		}
	}
	slices.SortFunc(all, func(a, b entry) int { return cmp.Compare(a.hash, b.hash) })
	return slices.Clip(all)
})

func aliasesOf(r rune) []string {
	if names := aliases[r]; names != "" {
		return strings.Split(names, "/")
	}
	return nil
}

// hashOf is the FNV-1a hash.
func hashOf(name string) uint32 {
	h := uint32(2166136261)
	for i := range len(name) {
		h = (h ^ uint32(name[i])) * 16777619
	}
	return h
}

// ideographOf reads the number that a Chinese character has for a name.
func ideographOf(digits string) (rune, bool) {
	r, err := strconv.ParseUint(digits, 16, 24)
	written := (len(digits) == 4 || len(digits) == 5) && strings.ToUpper(digits) == digits
	return rune(r), err == nil && written && unicode.Is(unicode.Unified_Ideograph, rune(r)) && !compatible(rune(r))
}

// compatible says whether a character is one of the twelve that stand among those
// kept for compatibility, and are named as these are.
func compatible(r rune) bool { return r >= 0xf900 && r <= 0xfaff }
