package web

import "althing/value"

const (
	// mostPage is how much the values of a page of keys may take, so that a browser
	// gets it at once: one value is on it, however large.
	mostPage = 2 << 20
	// written is how many times its values an answer is in memory while it is written
	// as JSON.
	written = 3
)

// heavy is an answer that may hold large values. Memory for it is asked for before it
// is written: many that are written at once must not fill the machine.
type heavy interface{ weight() int }

func (v jsonValue) weight() int { return value.Size(v.Value) }

func (o entryOut) weight() int { return o.Value.weight() + len(o.Literal) }

func (o entriesOut) weight() int { return weigh(o.Entries, entryOut.weight) }

func (o branchesOut) weight() int {
	return weigh(o.Names, func(b branchOut) int {
		if b.Entry == nil {
			return 0
		}
		return b.Entry.weight()
	})
}

func (o historyOut) weight() int {
	return weigh(o.Values, func(p pastOut) int { return p.Value.weight() })
}

func (o evalOut) weight() int {
	if o.Value == nil {
		return len(o.Text)
	}
	return len(o.Text) + o.Value.weight()
}

func (o sqlOut) weight() int {
	return weigh(o.Rows, func(row []jsonValue) int { return weigh(row, jsonValue.weight) })
}

func weigh[T any](all []T, weight func(T) int) (sum int) {
	for _, one := range all {
		sum += weight(one)
	}
	return sum
}

// page gives as much of what was found as fits on a page, and whether that is not all.
func page[T any](found []T, of func(T) value.Value) (fits []T, cut bool) {
	size := 0
	for i, one := range found {
		if v := of(one); v != nil {
			size += value.Size(v)
		}
		if size > mostPage && i > 0 {
			return found[:i], true
		}
	}
	return found, false
}
