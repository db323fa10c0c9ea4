package pyre

import (
	"slices"
	"sync"
	"unicode"
)

// ranges are characters in order: first, last, first, last … with gaps between.
type ranges []rune

// member is one of what a set lists: the characters from r to last (or r alone
// when last is smaller), or a category.
type member struct {
	category category
	r, last  rune
}

// category is a class of characters that an escape names.
type category byte

const (
	digit category = 1 + iota
	space
	word
	notDigit
	notSpace
	notWord

	negation = notDigit - digit
)

func categoryOf(c rune) category {
	switch c {
	case 'd':
		return digit
	case 's':
		return space
	case 'w':
		return word
	case 'D':
		return notDigit
	case 'S':
		return notSpace
	case 'W':
		return notWord
	}
	return 0
}

// tables are the categories, with Unicode and without.
var tables = sync.OnceValue(func() (all [notWord + 1][2]*set) {
	plain := [...][2]ranges{
		digit: {tableRanges(unicode.Nd), {'0', '9'}},
		space: {
			{'\t', '\r', 0x1c, ' ', 0x85, 0x85, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x202f, 0x205f, 0x205f, 0x3000, 0x3000},
			{'\t', '\r', ' ', ' '},
		},
		word: {tableRanges(unicode.L, unicode.N, onlyUnderscore), {'0', '9', 'A', 'Z', '_', '_', 'a', 'z'}},
	}
	for c := digit; c <= word; c++ {
		for i, r := range plain[c] {
			all[c][i], all[c+negation][i] = newSet(r), newSet(r.negate())
		}
	}
	return all
})

var onlyUnderscore = &unicode.RangeTable{R16: []unicode.Range16{{Lo: '_', Hi: '_', Stride: 1}}}

// set are the members of a category; narrow: only ASCII's, or their complement.
func (c category) set(narrow bool) *set {
	if narrow {
		return tables()[c][1]
	}
	return tables()[c][0]
}

func tableRanges(tables ...*unicode.RangeTable) ranges {
	var r ranges
	for _, t := range tables {
		for _, run := range t.R16 {
			r = r.add(rune(run.Lo), rune(run.Hi), rune(run.Stride))
		}
		for _, run := range t.R32 {
			r = r.add(rune(run.Lo), rune(run.Hi), rune(run.Stride))
		}
	}
	return r.merge()
}

// add appends every stride-th character from lo to hi.
func (r ranges) add(lo, hi, stride rune) ranges {
	if stride == 1 {
		return append(r, lo, hi)
	}
	for ; lo <= hi; lo += stride {
		r = append(r, lo, lo)
	}
	return r
}

// merge puts ranges in order that may overlap.
func (r ranges) merge() ranges {
	pairs := make([][2]rune, 0, len(r)/2)
	for i := 0; i < len(r); i += 2 {
		pairs = append(pairs, [2]rune{r[i], r[i+1]})
	}
	slices.SortFunc(pairs, func(a, b [2]rune) int { return int(a[0] - b[0]) })
	merged := r[:0]
	for _, pair := range pairs {
		if n := len(merged); n > 0 && pair[0] <= merged[n-1]+1 {
			merged[n-1] = max(merged[n-1], pair[1])
			continue
		}
		merged = append(merged, pair[0], pair[1])
	}
	return merged
}

// negate gives all other characters.
func (r ranges) negate() ranges {
	var others ranges
	next := rune(0)
	for i := 0; i < len(r); i += 2 {
		if r[i] > next {
			others = append(others, next, r[i]-1)
		}
		next = r[i+1] + 1
	}
	if next <= unicode.MaxRune {
		others = append(others, next, unicode.MaxRune)
	}
	return others
}

// contains looks a character up.
func (r ranges) contains(c rune) bool {
	lo, hi := 0, len(r)/2
	for lo < hi {
		mid := (lo + hi) / 2
		switch {
		case c < r[2*mid]:
			hi = mid
		case c > r[2*mid+1]:
			lo = mid + 1
		default:
			return true
		}
	}
	return false
}

// The letters that Python takes for the same, case aside, and unicode.SimpleFold
// does not: its tables follow from the capitals of one character, Python's from
// all.
var alsoSame = map[rune][]rune{
	'i': {'ı', 'İ'}, 'I': {'ı', 'İ'}, 'ı': {'i', 'I', 'İ'}, 'İ': {'i', 'I', 'ı'},
	0x390: {0x1fd3}, 0x1fd3: {0x390},
	0x3b0: {0x1fe3}, 0x1fe3: {0x3b0},
	0xfb05: {0xfb06}, 0xfb06: {0xfb05},
}

// appendFolds appends every character that is c, case aside, without c itself.
func appendFolds(dst []rune, c rune, narrow bool) []rune {
	if narrow {
		if isASCIILetter(c) {
			dst = append(dst, c^' ')
		}
		return dst
	}
	for f := unicode.SimpleFold(c); f != c; f = unicode.SimpleFold(f) {
		dst = append(dst, f)
	}
	return append(dst, alsoSame[c]...)
}

// cased are all characters that are not alone when case is put aside. Some are
// there twice.
var cased = sync.OnceValue(func() (all []rune) {
	for _, run := range unicode.CaseRanges {
		for c := rune(run.Lo); c <= rune(run.Hi); c++ {
			all = append(all, c)
		}
	}
	for c := range alsoSame {
		all = append(all, c)
	}
	return all
})

// fewChars is the size of a set from which it is quicker to go through all the
// characters that have a case than through its own.
const fewChars = 256

// foldSteps is what it costs to go through all characters that have a case.
const foldSteps = 512

// fold adds every character that is one of r, case aside.
func (r ranges) fold(b Budget, narrow bool) (ranges, error) {
	size := 0
	for i := 0; i < len(r); i += 2 {
		size += int(r[i+1]-r[i]) + 1
	}
	var folds []rune
	if size < fewChars {
		for i := 0; i < len(r); i += 2 {
			for c := r[i]; c <= r[i+1]; c++ {
				folds = appendFolds(folds, c, narrow)
			}
		}
	} else {
		if err := b.Step(foldSteps); err != nil {
			return nil, err
		}
		for _, c := range cased() {
			if r.contains(c) {
				folds = appendFolds(folds, c, narrow)
			}
		}
	}
	if err := b.Charge(8 * int64(len(r)+len(folds))); err != nil {
		return nil, err
	}
	all := slices.Clone(r)
	for _, c := range folds {
		all = append(all, c, c)
	}
	return all.merge(), nil
}
