package sqldb

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	lib "modernc.org/sqlite/lib"

	"althing/fault"
	"althing/sqldb/internal/sqlite"
)

// Report says what Repair saved, and what it could not.
type Report struct {
	Damaged string   // where the damaged file is now, with its log; nothing deletes it
	Rows    int64    // how many were saved
	Lost    []string // what was not, a line each; empty when all was there
}

// Repair puts a new file in the place of a damaged one, with everything that
// can still be read, and keeps the damaged one beside it. No hub may use it
// meanwhile. A file that is not there needs no repair.
func Repair(ctx context.Context, path string) (Report, error) {
	r := Report{Damaged: freeName(path + ".damaged")}
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return Report{}, nil
	}
	lost, err := holes(path + logSuffix)
	if err == nil {
		err = moveAside(path, r.Damaged)
	}
	if err != nil {
		return Report{}, fault.Wrap(err, fault.Unavailable, "the SQL file %s cannot be put aside", path)
	}
	if lost > 0 {
		r.lose("the last transactions before the hub ended, %d or more", lost)
	}
	temp, err := sqlite.NewTemp(filepath.Dir(path), Options{}.withDefaults().Temp)
	if err != nil {
		return r, fault.Wrap(err, fault.Internal, "SQLite cannot be set up")
	}
	defer temp.Close()
	if err := r.copy(ctx, path, temp); err != nil {
		return r, fault.Wrap(err, fault.Unavailable, "the SQL file %s cannot be written anew; the damaged one is %s", path, r.Damaged)
	}
	return r, nil
}

func (r *Report) lose(format string, args ...any) {
	r.Lost = append(r.Lost, fmt.Sprintf(format, args...))
}

// freeName finds a name that no file has yet.
func freeName(name string) string {
	free := name
	for n := 2; ; n++ {
		if _, err := os.Lstat(free); errors.Is(err, os.ErrNotExist) {
			return free
		}
		free = fmt.Sprintf("%s-%d", name, n)
	}
}

// moveAside renames the file and its log. The index of the log, "-shm", is
// made anew from it.
func moveAside(path, to string) error {
	os.Remove(path + "-shm")
	if err := os.Rename(path+logSuffix, to+logSuffix); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.Rename(path, to)
}

// tidy removes what reading the file put beside it: the log's index, and a log
// with nothing in it.
func tidy(path string) {
	os.Remove(path + "-shm")
	if info, err := os.Stat(path + logSuffix); err == nil && info.Size() == 0 {
		os.Remove(path + logSuffix)
	}
}

// copy copies what can be read into a new file.
func (r *Report) copy(ctx context.Context, path string, temp *sqlite.Temp) (err error) {
	if err := makeFile(path); err != nil {
		return err
	}
	to, err := sqlite.Open(path, sqlite.Create, temp)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	if err := mendHeader(r.Damaged); err != nil {
		return err
	}
	from, err := sqlite.Open(r.Damaged, sqlite.Create, temp)
	if err != nil {
		r.lose("everything: %v", err)
		return nil
	}
	defer func() {
		_ = from.Close()
		tidy(r.Damaged)
	}()
	for _, setting := range []int32{
		lib.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, // leave it as it is
		lib.SQLITE_DBCONFIG_WRITABLE_SCHEMA,  // pass over definitions that make no sense
	} {
		if err := from.Config(setting, true); err != nil {
			return err
		}
	}
	if err := to.Exec("PRAGMA journal_mode = WAL"); err != nil {
		return err
	}
	if err := to.Exec("BEGIN"); err != nil {
		return err
	}
	s := salvage{r: r, from: from, to: to}
	if err := s.everything(ctx); err != nil {
		return err
	}
	return to.Exec("COMMIT")
}

// firstBytes are what every file of ours begins with: SQLite's magic, pages of
// 4,096 bytes, a log beside it, and three fixed fractions (the file format of
// SQLite, "The Database Header"). One wrong byte in them would hide all that
// follows.
const firstBytes = header + "\x10\x00\x02\x02\x00\x40\x20\x20"

// mendHeader writes that where a file begins otherwise, unless it is too short to
// have been a database.
func mendHeader(path string) (err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if info, err := f.Stat(); err != nil || info.Size() < pageSize {
		return err
	}
	first := make([]byte, len(firstBytes))
	if _, err := f.ReadAt(first, 0); err != nil || string(first) == firstBytes {
		return err
	}
	_, err = f.WriteAt([]byte(firstBytes), 0)
	return err
}

// salvage is one repair at work. Errors that it returns are those of the new
// file; those of the damaged one are losses.
type salvage struct {
	r        *Report
	from, to *sqlite.Conn
	probes   int
}

// definition is a row of SQLite's own table of what there is.
type definition struct{ kind, name, sql string }

func (s *salvage) everything(ctx context.Context) error {
	all := s.definitions()
	for _, d := range all {
		if d.kind == "table" {
			if err := s.table(ctx, d); err != nil {
				return err
			}
		}
	}
	for _, d := range all {
		if d.kind != "table" && s.to.Exec(d.sql) != nil {
			s.r.lose("the %s %s", d.kind, d.name)
		}
	}
	for _, number := range []string{"user_version", "application_id"} {
		stmt, err := s.from.Prepare("PRAGMA " + number)
		if err != nil {
			continue
		}
		if row, _ := stmt.Step(); row {
			err = s.to.Exec(fmt.Sprintf("PRAGMA %s = %d", number, stmt.Int(0)))
		}
		stmt.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *salvage) definitions() (all []definition) {
	stmt, err := s.from.Prepare("SELECT type, name, sql FROM sqlite_schema WHERE sql <> '' ORDER BY rowid")
	if err != nil {
		s.r.lose("everything: %v", err)
		return nil
	}
	defer stmt.Close()
	for {
		row, err := stmt.Step()
		if err != nil {
			s.r.lose("what else there was: %v", err)
		}
		if !row {
			return all
		}
		if d := (definition{stmt.Text(0), stmt.Text(1), stmt.Text(2)}); !strings.HasPrefix(d.name, "sqlite_") {
			all = append(all, d)
		}
	}
}

// maxProbes bounds how often one table is tried around its damaged pages.
const maxProbes = 500

// table makes the table anew and copies its rows.
func (s *salvage) table(ctx context.Context, d definition) error {
	if err := s.to.Exec(d.sql); err != nil {
		s.r.lose("the table %s, whose definition makes no sense: %v", d.name, err)
		return nil
	}
	columns := s.columns(d.name)
	t := tableCopy{s: s, name: d.name, quoted: quote(d.name), columns: strings.Join(columns, ", ")}
	t.insert = fmt.Sprintf("INSERT OR IGNORE INTO %s(rowid, %s) VALUES (?%s)", t.quoted, t.columns, strings.Repeat(", ?", len(columns)))
	numbered, err := s.to.Prepare(t.insert)
	if err != nil { // its rows have no numbers
		return t.plain(ctx, len(columns))
	}
	numbered.Close()
	s.probes = 0
	if err := t.between(ctx, math.MinInt64, math.MaxInt64); err != nil {
		return err
	}
	t.tellLosses()
	return nil
}

// columns are the names of a table's columns, but for those that are computed.
func (s *salvage) columns(table string) (names []string) {
	stmt, err := s.to.Prepare(fmt.Sprintf("SELECT name FROM pragma_table_xinfo('%s') WHERE hidden = 0",
		strings.ReplaceAll(table, "'", "''")))
	if err != nil {
		return nil
	}
	defer stmt.Close()
	for {
		if row, err := stmt.Step(); err != nil || !row {
			return names
		}
		names = append(names, quote(stmt.Text(0)))
	}
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
