package pychar

import "strings"

// A Korean syllable is an initial, a vowel and perhaps a final; its code point
// and its name are put together from theirs.
const (
	firstSyllable = 0xac00
	lastSyllable  = firstSyllable + 19*21*28 - 1
)

var (
	initials = [19]string{"G", "GG", "N", "D", "DD", "R", "M", "B", "BB", "S", "SS", "", "J", "JJ", "C", "K", "T", "P", "H"}
	vowels   = [21]string{
		"A", "AE", "YA", "YAE", "EO", "E", "YEO", "YE", "O", "WA", "WAE", "OE", "YO", "U", "WEO", "WE", "WI", "YU", "EU", "YI", "I",
	}
	finals = [28]string{
		"", "G", "GG", "GS", "N", "NJ", "NH", "D", "L", "LG", "LM", "LB", "LS", "LT", "LP", "LH", "M", "B", "BS", "S", "SS",
		"NG", "J", "C", "K", "T", "P", "H",
	}
)

func syllableName(r rune) string {
	i := r - firstSyllable
	return syllable + initials[i/(21*28)] + vowels[i/28%21] + finals[i%28]
}

// syllableOf gives the syllable that is spelled so.
func syllableOf(name string) (rune, bool) {
	for i, initial := range initials {
		rest, ok := strings.CutPrefix(name, initial)
		for v, vowel := range vowels {
			final, fits := strings.CutPrefix(rest, vowel)
			if !ok || !fits {
				continue
			}
			for f, end := range finals {
				if end == final {
					return rune(firstSyllable + (i*21+v)*28 + f), true
				}
			}
		}
	}
	return 0, false
}
