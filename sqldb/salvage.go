package sqldb

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"althing/sqldb/internal/sqlite"
)

// tableCopy copies one table. A page that cannot be read ends a walk over the
// rows, so that the walk begins again from the other side, and then between.
type tableCopy struct {
	s            *salvage
	name, quoted string
	columns      string // as SQL names them
	insert       string
	lost         []span
}

// span is a range of row numbers, both ends in it.
type span struct{ from, to int64 }

// between copies the rows from one number to another.
func (t *tableCopy) between(ctx context.Context, from, to int64) error {
	t.s.probes++
	up, err := t.walk(ctx, from, to, "ASC")
	if err != nil || up.whole || up.any && up.last == to {
		return err
	}
	if up.any {
		from = up.last + 1
	}
	down, err := t.walk(ctx, from, to, "DESC")
	if err != nil || down.whole || down.any && down.last == from {
		return err
	}
	if down.any {
		to = down.last - 1
	}
	if from == to || t.s.probes > maxProbes {
		t.lost = append(t.lost, span{from, to})
		return nil
	}
	middle := from + int64((uint64(to)-uint64(from))/2)
	if err := t.between(ctx, from, middle); err != nil {
		return err
	}
	return t.between(ctx, middle+1, to)
}

// walked is how far a walk over the rows came.
type walked struct {
	whole bool  // to its end
	any   bool  // it copied some
	last  int64 // the number of the last that it copied
}

// walk copies rows in one direction, until the end or until a page cannot be
// read.
func (t *tableCopy) walk(ctx context.Context, from, to int64, order string) (walked, error) {
	rows, err := t.s.from.Prepare(fmt.Sprintf(
		"SELECT rowid, %s FROM %s NOT INDEXED WHERE rowid BETWEEN ? AND ? ORDER BY rowid %s", t.columns, t.quoted, order))
	if err != nil {
		return walked{}, nil // a loss, not a failure
	}
	defer rows.Close()
	if err := errors.Join(rows.BindInt(1, from), rows.BindInt(2, to)); err != nil {
		return walked{}, err
	}
	return t.copyRows(ctx, rows, t.insert)
}

// copyRows copies rows that are read into a table of the new file; an error is
// the new file's.
func (t *tableCopy) copyRows(ctx context.Context, rows *sqlite.Stmt, insert string) (w walked, err error) {
	into, err := t.s.to.Prepare(insert)
	if err != nil {
		return w, err
	}
	defer into.Close()
	for {
		if err := ctx.Err(); err != nil {
			return w, err
		}
		row, err := rows.Step()
		if err != nil || !row {
			w.whole = err == nil
			return w, nil // a loss, not a failure
		}
		for i := range rows.Columns() {
			if err := into.BindColumn(i+1, rows, i); err != nil {
				return w, err
			}
		}
		if err := into.Run(); err != nil {
			return w, err
		}
		t.s.r.Rows += t.s.to.Changes()
		w.any, w.last = true, rows.Int(0)
	}
}

// plain copies a table without row numbers, up to the first page that cannot
// be read.
func (t *tableCopy) plain(ctx context.Context, columns int) error {
	rows, err := t.s.from.Prepare(fmt.Sprintf("SELECT %s FROM %s", t.columns, t.quoted))
	if err != nil {
		t.s.r.lose("the table %s: %v", t.name, err)
		return nil
	}
	defer rows.Close()
	insert := fmt.Sprintf("INSERT OR IGNORE INTO %s(%s) VALUES (%s)", t.quoted, t.columns, strings.Repeat(", ?", columns)[2:])
	w, err := t.copyRows(ctx, rows, insert)
	if err == nil && !w.whole {
		t.s.r.lose("of the table %s the rows behind its first damaged page", t.name)
	}
	return err
}

// tellLosses reports the ranges that could not be read, neighbours as one.
func (t *tableCopy) tellLosses() {
	for i := 0; i < len(t.lost); i++ {
		from, to := t.lost[i].from, t.lost[i].to
		for i+1 < len(t.lost) && t.lost[i+1].from == to+1 {
			i++
			to = t.lost[i].to
		}
		t.s.r.lose("of the table %s what there was in the rows %d to %d", t.name, from, to)
	}
}
