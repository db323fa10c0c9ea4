package sqldb_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"althing/sqldb"
	"althing/value"
)

// library is a database with one of everything.
func library(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "sql.db")
	db, err := sqldb.Open(context.Background(), path, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	must(t, db, `CREATE TABLE "a ""table"""(id INTEGER PRIMARY KEY, x, y AS (x || '!'))`)
	must(t, db, `INSERT INTO "a ""table""" SELECT i, hex(randomblob(30)) FROM `+rows(3000))
	must(t, db, "CREATE TABLE loose(x)")
	must(t, db, "INSERT INTO loose VALUES (NULL), (1), (2.5), ('é'), (x'00ff'), (CAST(x'ff' AS TEXT))")
	must(t, db, "CREATE TABLE keyed(k TEXT PRIMARY KEY, v) WITHOUT ROWID")
	must(t, db, "INSERT INTO keyed SELECT 'k' || i, i FROM "+rows(100))
	must(t, db, `CREATE INDEX i ON "a ""table"""(x); CREATE VIEW v AS SELECT count(*) AS n FROM keyed`)
	must(t, db, "CREATE TRIGGER g AFTER INSERT ON loose BEGIN DELETE FROM keyed WHERE v = new.x; END")
	if err := db.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	setVersion(t, path, 9)
	return path
}

// setVersion sets the number in the file's header that SQLite calls user_version
// (https://sqlite.org/fileformat.html, 1.3), as another program does.
func setVersion(t *testing.T, path string, version byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte{0, 0, 0, version}, 60); err != nil {
		t.Fatal(err)
	}
}

func TestRepairOfWhatIsWhole(t *testing.T) {
	path := library(t)
	r, err := sqldb.Repair(context.Background(), path)
	if err != nil || len(r.Lost) != 0 || r.Rows != 3106 {
		t.Fatalf("%+v, %v", r, err)
	}
	if files := files(t, filepath.Dir(path)); files != "sql.db sql.db.damaged" {
		t.Errorf("left are %s", files)
	}
	db := openAt(t, path, sqldb.Options{})
	for sql, want := range map[string]string{
		`SELECT count(*), sum(length(y)) FROM "a ""table"""`: "count(*),sum(length(y)): (3000, 183000)",
		"SELECT typeof(x), hex(x) FROM loose ORDER BY rowid": "typeof(x),hex(x): ('null', '') ('integer', '31') ('real', '322E35') ('text', 'C3A9') ('blob', '00FF') ('text', 'FF')",
		"SELECT n FROM v": "n: (100,)",
		"SELECT group_concat(name) AS n FROM sqlite_schema WHERE name NOT LIKE 'sqlite%'": `n: ('a "table",loose,keyed,i,v,g',)`,
		"PRAGMA user_version":    "user_version: (9,)",
		"PRAGMA integrity_check": "integrity_check: ('ok',)",
	} {
		if got := show(must(t, db, sql), nil); got != want {
			t.Errorf("%s\n got %s\nwant %s", sql, got, want)
		}
	}
}

// A page in the middle of a table costs the rows of that page, and the report
// says which.
func TestRepairAroundADamagedPage(t *testing.T) {
	path := library(t)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []int{20, 21, 35} {
		clear(data[page*4096 : page*4096+4096])
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := sqldb.Repair(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Lost) == 0 || len(r.Lost) > 3 || r.Rows < 2900 || r.Rows >= 3106 {
		t.Errorf("saved are %d rows, lost %q", r.Rows, r.Lost)
	}
	db := openAt(t, path, sqldb.Options{})
	missing := 3000 - int(must(t, db, `SELECT count(*) FROM "a ""table"""`).Rows[0][0].(value.Int))
	told := 0
	for _, line := range r.Lost {
		var from, to int
		if _, err := fmt.Sscanf(line[strings.Index(line, "rows "):], "rows %d to %d", &from, &to); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		told += to - from + 1
	}
	if missing != told {
		t.Errorf("%d rows are missing, and the report tells of %d: %q", missing, told, r.Lost)
	}
}

// A wrong byte at the beginning of the file, where SQLite looks whether it is one,
// costs no row.
func TestRepairOfTheHeader(t *testing.T) {
	for _, at := range []int{0, 15, 16, 17, 18, 19, 20, 21, 23} {
		path := library(t)
		flip(t, path, at)
		r, err := sqldb.Repair(context.Background(), path)
		if err != nil || len(r.Lost) > 0 || r.Rows != 3106 {
			t.Errorf("byte %d: %+v, %v", at, r, err)
		}
	}
}

func flip(t *testing.T, path string, at int) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[at] ^= 0x55
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestRepairOfNonsense(t *testing.T) {
	for _, content := range []string{"", "this is no database", "SQLite format 3\x00" + strings.Repeat("x", 5000)} {
		path := filepath.Join(t.TempDir(), "sql.db")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := sqldb.Repair(context.Background(), path)
		if err != nil || r.Rows != 0 || (len(r.Lost) == 0) != (content == "") {
			t.Errorf("%q: %+v, %v", content[:min(len(content), 20)], r, err)
		}
		must(t, openAt(t, path, sqldb.Options{}), "CREATE TABLE t(x)")
	}
	if r, err := sqldb.Repair(context.Background(), filepath.Join(t.TempDir(), "sql.db")); err != nil || r.Damaged != "" {
		t.Errorf("no file: %+v, %v", r, err)
	}
}
