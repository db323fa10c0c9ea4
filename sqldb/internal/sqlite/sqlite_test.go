package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"
	lib "modernc.org/sqlite/lib"

	"althing/sqldb/internal/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open opens a new file, whose temporary files may take so many bytes.
func open(t *testing.T, room int64) (*sqlite.Conn, *sqlite.Temp, string) {
	t.Helper()
	dir := t.TempDir()
	temp, err := sqlite.NewTemp(dir, room)
	if err != nil {
		t.Fatal(err)
	}
	c, err := sqlite.Open(filepath.Join(dir, "a ?file=x.db"), sqlite.Create, temp)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		temp.Close()
	})
	return c, temp, dir
}

func code(err error) int32 {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Primary()
	}
	return lib.SQLITE_OK
}

const numbers = "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r LIMIT 300000) SELECT i FROM r ORDER BY random()"

func TestSortingUsesTemporaryFiles(t *testing.T) {
	c, temp, dir := open(t, 64<<20)
	s, err := c.Prepare(numbers)
	if err != nil {
		t.Fatal(err)
	}
	if row, err := s.Step(); err != nil || !row {
		t.Fatal(row, err)
	}
	if temp.Used() < 1<<20 {
		t.Errorf("%d bytes are used", temp.Used())
	}
	n := 1
	for {
		row, err := s.Step()
		if err != nil {
			t.Fatal(err)
		}
		if !row {
			break
		}
		n++
	}
	s.Close()
	if n != 300000 || temp.Used() != 0 {
		t.Errorf("%d rows; %d bytes are left", n, temp.Used())
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "sql-temp-*")); len(left) != 0 {
		t.Errorf("left are %v", left)
	}
}

func TestTemporaryFilesAreBounded(t *testing.T) {
	c, temp, _ := open(t, 1<<20)
	if err := c.Exec(numbers); code(err) != lib.SQLITE_FULL {
		t.Errorf("sorting ended with %v", err)
	}
	if temp.Used() != 0 {
		t.Errorf("%d bytes are left", temp.Used())
	}
}

func TestLeftoversAreRemoved(t *testing.T) {
	dir := t.TempDir()
	left := filepath.Join(dir, "sql-temp-123")
	if err := os.WriteFile(left, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	temp, err := sqlite.NewTemp(dir, 1)
	if err != nil {
		t.Fatal(err)
	}
	temp.Close()
	if _, err := os.Stat(left); err == nil {
		t.Error("it is still there")
	}
}

func TestInterruptHoldsUntilResume(t *testing.T) {
	c, _, _ := open(t, 1<<20)
	const endless = "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) SELECT max(i) FROM r"
	c.Interrupt() // before there is anything to stop
	for range 3 {
		if err := c.Exec(endless); code(err) != lib.SQLITE_INTERRUPT {
			t.Fatal(err)
		}
	}
	text, err := c.Script("SELECT 1; SELECT 2")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := text.Next(); code(err) != lib.SQLITE_INTERRUPT {
		t.Errorf("a text goes on: %v", err)
	}
	c.Resume()
	if err := c.Exec("SELECT 1"); err != nil {
		t.Error(err)
	}
	if _, _, err := c.Checkpoint(lib.SQLITE_CHECKPOINT_PASSIVE); err != nil {
		t.Error(err)
	}
}

func TestScript(t *testing.T) {
	c, _, _ := open(t, 1<<20)
	text, err := c.Script("CREATE TABLE t(x); -- one\n INSERT INTO t VALUES (?); ; SELECT x FROM t")
	if err != nil {
		t.Fatal(err)
	}
	var rests []string
	for text.Rest() != "" {
		s, err := text.Next()
		if err != nil {
			t.Fatal(err)
		}
		if s == nil {
			continue
		}
		if s.Parameters() == 1 {
			if err := s.BindText(1, "one\x00two"); err != nil {
				t.Error(err)
			}
		}
		if row, err := s.Step(); err != nil || row && s.Text(0) != "one\x00two" {
			t.Error(row, err)
		}
		s.Close()
		rests = append(rests, text.Rest())
	}
	if len(rests) != 3 || rests[2] != "" || rests[1] != " ; SELECT x FROM t" {
		t.Errorf("%q", rests)
	}
}

func TestAuthoriser(t *testing.T) {
	c, _, _ := open(t, 1<<20)
	var asked []sqlite.Action
	err := c.Authorise(func(a sqlite.Action) bool {
		asked = append(asked, a)
		return a.Code != lib.SQLITE_ATTACH
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Exec("ATTACH ':memory:' AS m"); code(err) != lib.SQLITE_AUTH {
		t.Error(err)
	}
	if err := c.Exec("PRAGMA main.table_info(t)"); err != nil {
		t.Error(err)
	}
	if want := (sqlite.Action{Code: lib.SQLITE_PRAGMA, One: "table_info", Two: "t", Database: "main"}); asked[len(asked)-1] != want {
		t.Errorf("asked about %+v", asked)
	}
}

func TestErrorsAreSQLites(t *testing.T) {
	c, _, _ := open(t, 1<<20)
	if err := c.Exec("CREATE TABLE t(x UNIQUE)"); err != nil {
		t.Fatal(err)
	}
	for sql, want := range map[string]sqlite.Error{
		"SELEC":                         {Code: lib.SQLITE_ERROR, Message: `near "SELEC": syntax error`},
		"INSERT INTO t VALUES (1), (1)": {Code: lib.SQLITE_CONSTRAINT_UNIQUE, Message: "UNIQUE constraint failed: t.x"},
		"SELECT zeroblob(2000000000)":   {Code: lib.SQLITE_TOOBIG, Message: "string or blob too big"},
		"COMMIT":                        {Code: lib.SQLITE_ERROR, Message: "cannot commit - no transaction is active"},
	} {
		var got *sqlite.Error
		if err := c.Exec(sql); !errors.As(err, &got) || *got != want {
			t.Errorf("%s: %+v, want %+v", sql, err, want)
		}
	}
	_, err := sqlite.Open(filepath.Join(t.TempDir(), "no", "where.db"), sqlite.Create, nil)
	if code(err) != lib.SQLITE_CANTOPEN {
		t.Errorf("a folder that is not there: %v", err)
	}
}
