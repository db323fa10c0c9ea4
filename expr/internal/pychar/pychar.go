// Package pychar knows the characters by their names, as Python's \N{…} does.
//
// The names are those of the Unicode version of package runenames, with those of
// Chinese characters and Korean syllables, which follow rules, worked out.
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

	"golang.org/x/text/unicode/runenames"
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
// the name follows a rule. The first call takes some milliseconds and 300 KB that stay.
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
		if r := all[at].char; runenames.Name(r) == name || slices.Contains(aliasesOf(r), name) {
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
	name := runenames.Name(r)
	return name, name != "" && name[0] != '<'
}

// entry is a character by the hash of one of its names.
type entry struct {
	hash uint32
	char rune
}

// index has all characters by the hashes of their names, so that a name is found
// without the names being kept a second time.
var index = sync.OnceValue(func() []entry {
	all := make([]entry, 0, 40_000)
	for _, named := range [][2]rune{{0, 0x1ffff}, {0x2f800, 0x2fa1f}, {0xe0000, 0xe01ff}} { // no other has a name of its own
		for r := named[0]; r <= named[1]; r++ {
			if name := runenames.Name(r); name != "" && name[0] != '<' {
				all = append(all, entry{hashOf(name), r})
			}
			for _, name := range aliasesOf(r) {
				all = append(all, entry{hashOf(name), r})
			}
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
