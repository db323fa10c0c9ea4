package sqldb_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"althing/fault"
	"althing/sqldb"
	"althing/value"
)

// show writes a result, or an error as the text port would, in one line.
func show(r sqldb.Result, err error) string {
	if err != nil {
		return fault.Of(err).Line()
	}
	var parts []string
	if r.Columns != nil {
		rows := make([]string, len(r.Rows))
		for i, row := range r.Rows {
			rows[i] = value.Repr(value.Tuple(row))
		}
		parts = append(parts, strings.Join(r.Columns, ",")+": "+strings.Join(rows, " "))
	}
	if r.Changed {
		parts = append(parts, fmt.Sprintf("%d changed", r.Affected))
	}
	if parts == nil {
		return "OK"
	}
	return strings.Join(parts, "; ")
}

// step is a text and what it gives; with set-up texts before it, all of which
// must work.
type step struct {
	rule   string
	before []string
	sql    string
	args   []value.Value
	want   string
}

func (s step) run(t *testing.T, may sqldb.Rights) {
	t.Helper()
	t.Run(s.rule, func(t *testing.T) {
		db := open(t, sqldb.Options{})
		for _, sql := range s.before {
			must(t, db, sql)
		}
		if got := show(db.Exec(context.Background(), s.sql, s.args, may)); got != s.want {
			t.Errorf("%s\n got %s\nwant %s", s.sql, got, s.want)
		}
		if r := must(t, db, "SELECT 1"); show(r, nil) != "1: (1,)" {
			t.Errorf("after it the database answers %v", r)
		}
	})
}

var people = []string{
	"CREATE TABLE p(id INTEGER PRIMARY KEY, name TEXT UNIQUE, age REAL, photo BLOB)",
	"INSERT INTO p VALUES (1, 'Ann', 31.5, x'00ff'), (2, 'Bo', NULL, NULL)",
}

func TestResults(t *testing.T) {
	for _, s := range []step{
		{"each kind of value is Python's", people, "SELECT * FROM p", nil, `id,name,age,photo: (1, 'Ann', 31.5, b'\x00\xff') (2, 'Bo', None, None)`},
		{"a result may have no rows", people, "SELECT id FROM p WHERE id > 9", nil, "id: "},
		{"a column keeps the name it is given", nil, "SELECT 1 AS a, 2 AS a", nil, "a,a: (1, 2)"},
		{"a date stays the text it is", []string{"CREATE TABLE d(at DATETIME)", "INSERT INTO d VALUES ('2024-01-02 03:04:05')"}, "SELECT at FROM d", nil, "at: ('2024-01-02 03:04:05',)"},
		{"text that is no UTF-8 is shown all the same", nil, "SELECT CAST(x'41ff42' AS TEXT) AS x", nil, "x: ('A\ufffdB',)"},
		{"empty texts and blobs are not NULL", nil, "SELECT '' AS a, x'' AS b, NULL AS c", nil, "a,b,c: ('', b'', None)"},
		{"integers have 64 bits", nil, "SELECT 9223372036854775807 AS a, -9223372036854775808 AS b, 9223372036854775808 AS c", nil, "a,b,c: (9223372036854775807, -9223372036854775808, 9.223372036854776e+18)"},
		{"INSERT tells how many", people, "INSERT INTO p(name) VALUES ('Cy'), ('Di')", nil, "2 changed"},
		{"UPDATE tells how many", people, "UPDATE p SET age = 40", nil, "2 changed"},
		{"DELETE tells how many, 0 too", people, "DELETE FROM p WHERE id = 99", nil, "0 changed"},
		{"DELETE of everything tells how many", people, "DELETE FROM p", nil, "2 changed"},
		{"REPLACE tells how many", people, "REPLACE INTO p(id, name) VALUES (1, 'Al')", nil, "1 changed"},
		{"WITH may lead to a change", people, "WITH n(v) AS (SELECT 'Ed') INSERT INTO p(name) SELECT v FROM n", nil, "1 changed"},
		{"a trigger's changes are not counted", append(people[:2:2], "CREATE TABLE l(x)", "CREATE TRIGGER g AFTER INSERT ON p BEGIN INSERT INTO l VALUES (1),(2); END"), "INSERT INTO p(name) VALUES ('Fay')", nil, "1 changed"},
		{"RETURNING gives rows and a number", people, "UPDATE p SET age = 7 WHERE id = 2 RETURNING name, age", nil, "name,age: ('Bo', 7.0); 1 changed"},
		{"RETURNING may give no rows", people, "DELETE FROM p WHERE id = 99 RETURNING id", nil, "id: ; 0 changed"},
		{"CREATE gives nothing", nil, "CREATE TABLE t(x)", nil, "OK"},
		{"CREATE AS gives nothing", people, "CREATE TABLE t AS SELECT * FROM p", nil, "OK"},
		{"DROP gives nothing", people, "DROP TABLE IF EXISTS p", nil, "OK"},
		{"an empty text gives nothing", nil, "", nil, "OK"},
		{"a comment gives nothing", nil, " -- no\n /* thing */ ; ;", nil, "OK"},
		{"EXPLAIN gives rows", people, "EXPLAIN QUERY PLAN SELECT 1", nil, "id,parent,notused,detail: (1, 0, 0, 'SCAN CONSTANT ROW')"},
		{"the seed's examples work", []string{"CREATE TABLE IF NOT EXISTS testing (id integer PRIMARY KEY, field1 TEXT);", "INSERT INTO testing (field1) VALUES ('This is record 0');"}, "SELECT * FROM testing;", nil, "id,field1: (1, 'This is record 0')"},
		{"text in double quotes is text, as SQLite has it", people, `INSERT INTO p(name) VALUES ("Gus")`, nil, "1 changed"},
	} {
		s.run(t, sqldb.MayWrite)
	}
}

func TestTexts(t *testing.T) {
	table := []string{"CREATE TABLE t(x UNIQUE)"}
	for _, s := range []step{
		{"rows are those of the last statement that has some", table, "INSERT INTO t VALUES (1); SELECT x FROM t; INSERT INTO t VALUES (2); CREATE TABLE u(y)", nil, "x: (1,); 2 changed"},
		{"a later statement sees what an earlier one made", nil, "CREATE TABLE t(x); INSERT INTO t VALUES (5); SELECT x FROM t", nil, "x: (5,); 1 changed"},
		{"a semicolon in a text or a trigger divides nothing", table, "CREATE TABLE l(x); CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO l VALUES (';'); END; INSERT INTO t VALUES (1); SELECT x FROM l", nil, "x: (';',); 1 changed"},
		{"several may only read", table, "SELECT 1 AS a; SELECT 2 AS b", nil, "b: (2,)"},
		{"what begins by reading may go on to change", table, "SELECT 1 AS a; INSERT INTO t VALUES (1)", nil, "a: (1,); 1 changed"},
		{"BEGIN and COMMIT may stand in it", table, "BEGIN; INSERT INTO t VALUES (1); COMMIT", nil, "1 changed"},
		{"END is COMMIT", table, "BEGIN TRANSACTION; INSERT INTO t VALUES (1); END TRANSACTION;", nil, "1 changed"},
		{"ROLLBACK undoes what follows its BEGIN", table, "INSERT INTO t VALUES (1); BEGIN; INSERT INTO t VALUES (2); ROLLBACK; SELECT x FROM t", nil, "x: (1,); 2 changed"},
		{"a savepoint may stand in it", table, "SAVEPOINT a; INSERT INTO t VALUES (1); ROLLBACK TO a; RELEASE a; SELECT count(*) AS n FROM t", nil, "n: (0,); 1 changed"},
		{"BEGIN alone is told", nil, "BEGIN", nil, "Error: OperationalError: BEGIN without COMMIT: a transaction does not stay open between requests, and this one was undone; send all of it in one request"},
		{"COMMIT alone is told", nil, "COMMIT", nil, "Error: OperationalError: cannot commit - no transaction is active: none stays open between requests; send BEGIN, the statements and COMMIT in one"},
		{"ROLLBACK alone is told", nil, "ROLLBACK", nil, "Error: OperationalError: cannot rollback - no transaction is active: none stays open between requests; send BEGIN, the statements and COMMIT in one"},
		{"BEGIN within BEGIN is an error", nil, "BEGIN; BEGIN; COMMIT; COMMIT", nil, "Error: OperationalError: cannot start a transaction within a transaction"},
		{"arguments are used in order", table, "INSERT INTO t VALUES (?); INSERT INTO t VALUES (:a), (@b); SELECT x FROM t WHERE x > ? ORDER BY x", []value.Value{value.Int(1), value.Str("zwei"), value.Float(2.5), value.Int(1)}, "x: (2.5,) ('zwei',); 3 changed"},
	} {
		s.run(t, sqldb.MayWrite)
	}
}

func TestArguments(t *testing.T) {
	for _, s := range []step{
		{"every kind", nil, "SELECT ?, ?, ?, ?, ?, ? AS z", []value.Value{value.None{}, value.Bool(true), value.Int(-7), value.Float(0.5), value.Str("é'\x00;"), value.Bytes("\x00\xfe")}, `?,?,?,?,?,z: (None, 1, -7, 0.5, "é'\x00;", b'\x00\xfe')`},
		{"too few", nil, "SELECT ?, ?", []value.Value{value.Int(1)}, "Error: ProgrammingError: Incorrect number of bindings supplied. The current statement uses 2, and there are 1 supplied."},
		{"too many", nil, "SELECT ?", []value.Value{value.Int(1), value.Int(2)}, "Error: ProgrammingError: Incorrect number of bindings supplied. The current statement uses 1, and there are 2 supplied."},
		{"too many for the last of several", nil, "SELECT ?; SELECT ?", []value.Value{value.Int(1), value.Int(2), value.Int(3)}, "Error: ProgrammingError: Incorrect number of bindings supplied. The current statement uses 1, and there are 2 supplied."},
		{"a container is no value of SQL", nil, "SELECT ?", []value.Value{value.List{}}, "Error: TypeError: a list cannot be passed to SQL; pass None, bool, int, float, str or bytes"},
		{"a text longer than a value may be", nil, "SELECT length(?)", []value.Value{value.Str(strings.Repeat("a", 1<<20+1))}, "Error: DataError: string or blob too big"},
	} {
		s.run(t, sqldb.MayWrite)
	}
}

// The words are those of CPython's sqlite3 for the same statements.
func TestErrors(t *testing.T) {
	strict := []string{"CREATE TABLE t(id INTEGER PRIMARY KEY, u UNIQUE, n NOT NULL, c CHECK (c > 0), f REFERENCES t(id))", "INSERT INTO t VALUES (1, 1, 1, 1, 1)"}
	for _, s := range []step{
		{"syntax", nil, "SELEC 1", nil, `Error: OperationalError: near "SELEC": syntax error`},
		{"unfinished", nil, "SELECT (1", nil, "Error: OperationalError: incomplete input"},
		{"unknown token", nil, "SELECT 'a", nil, `Error: OperationalError: unrecognized token: "'a"`},
		{"no table", nil, "SELECT * FROM absent", nil, "Error: OperationalError: no such table: absent"},
		{"no column", strict, "SELECT wrong FROM t", nil, "Error: OperationalError: no such column: wrong"},
		{"no function", nil, "SELECT wrong(1)", nil, "Error: OperationalError: no such function: wrong"},
		{"REGEXP is not there", nil, "SELECT 'a' REGEXP 'a'", nil, "Error: OperationalError: no such function: REGEXP"},
		{"table exists", strict, "CREATE TABLE t(x)", nil, "Error: OperationalError: table t already exists"},
		{"unique", strict, "INSERT INTO t VALUES (2, 1, 1, 1, 1)", nil, "Error: IntegrityError: UNIQUE constraint failed: t.u"},
		{"primary key", strict, "INSERT INTO t VALUES (1, 2, 1, 1, 1)", nil, "Error: IntegrityError: UNIQUE constraint failed: t.id"},
		{"not null", strict, "INSERT INTO t VALUES (2, 2, NULL, 1, 1)", nil, "Error: IntegrityError: NOT NULL constraint failed: t.n"},
		{"check", strict, "INSERT INTO t VALUES (2, 2, 1, -1, 1)", nil, "Error: IntegrityError: CHECK constraint failed: c > 0"},
		{"wrong type", strict, "INSERT INTO t VALUES ('x', 2, 1, 1, 1)", nil, "Error: IntegrityError: datatype mismatch"},
		{"raised by a trigger", append(strict[:2:2], "CREATE TRIGGER g BEFORE DELETE ON t BEGIN SELECT raise(ABORT, 'not this one'); END"), "DELETE FROM t", nil, "Error: IntegrityError: not this one"},
		{"wrong number of values", strict, "INSERT INTO t VALUES (1)", nil, "Error: OperationalError: table t has 5 columns but 1 values were supplied"},
		{"integer overflow", nil, "SELECT abs(-9223372036854775808)", nil, "Error: OperationalError: integer overflow"},
		{"too big", nil, "SELECT zeroblob(2000000)", nil, "Error: DataError: string or blob too big"},
		{"a NUL", nil, "SELECT 1\x00", nil, "Error: ProgrammingError: the query contains a null character"},
		{"no schema", nil, "SELECT * FROM other.t", nil, "Error: OperationalError: no such table: other.t"},
	} {
		s.run(t, sqldb.MayWrite)
	}
}

// Whatever the way in which a text fails, none of it happened.
func TestAllOrNothing(t *testing.T) {
	for _, sql := range []string{
		"INSERT INTO t VALUES (5); SELEC",
		"INSERT INTO t VALUES (5); INSERT INTO t VALUES (1)",
		"INSERT OR FAIL INTO t VALUES (5), (1)",
		"INSERT OR ROLLBACK INTO t VALUES (5), (1)",
		"INSERT INTO t VALUES (5); INSERT OR ROLLBACK INTO t VALUES (1)",
		"INSERT INTO t VALUES (5); CREATE TABLE u(x); ALTER TABLE t RENAME TO v; SELECT * FROM t",
		"BEGIN; INSERT INTO t VALUES (5)",
		"BEGIN; INSERT INTO t VALUES (5); COMMIT; SELECT * FROM nothing",
		"INSERT INTO t VALUES (5); COMMIT",
		"SAVEPOINT a; INSERT INTO t VALUES (5); RELEASE a; COMMIT",
		"INSERT INTO t VALUES (5); ATTACH ':memory:' AS m",
		"INSERT INTO t VALUES (5); SELECT ?",
		"INSERT INTO t SELECT value + 10 FROM json_each('[1,2,3,4,5,6,7]') RETURNING x", // more rows than allowed
	} {
		t.Run(sql, func(t *testing.T) {
			db := open(t, sqldb.Options{Rows: 5})
			must(t, db, "CREATE TABLE t(x UNIQUE)")
			must(t, db, "INSERT INTO t VALUES (1)")
			if _, err := db.Exec(context.Background(), sql, nil, sqldb.MayWrite); err == nil {
				t.Fatal("it worked")
			}
			if got := show(must(t, db, "SELECT x FROM t"), nil); got != "x: (1,)" {
				t.Errorf("the table then holds %s", got)
			}
			if got := show(must(t, db, "SELECT name FROM sqlite_schema WHERE type = 'table'"), nil); got != "name: ('t',)" {
				t.Errorf("the tables then are %s", got)
			}
		})
	}
}

// A statement is compiled once and used again, also when its table has changed
// in between.
func TestRepeated(t *testing.T) {
	db := open(t, sqldb.Options{})
	must(t, db, "CREATE TABLE t(a)")
	must(t, db, "INSERT INTO t VALUES (1)")
	for _, s := range []struct{ change, want string }{
		{"SELECT 1", "a: (1,)"},
		{"ALTER TABLE t ADD COLUMN b DEFAULT 2", "a,b: (1, 2)"},
		{"ALTER TABLE t RENAME COLUMN a TO c", "c,b: (1, 2)"},
		{"DROP TABLE t", "Error: OperationalError: no such table: t"},
		{"CREATE TABLE t(z)", "z: "},
	} {
		must(t, db, s.change)
		for range 3 {
			if got := show(db.Exec(context.Background(), "SELECT * FROM t", nil, sqldb.MayRead)); got != s.want {
				t.Errorf("after %s: %s, want %s", s.change, got, s.want)
			}
		}
	}
	for i := range 100 { // more than are kept, and each of them twice
		sql := fmt.Sprintf("SELECT %d AS n WHERE ? = 1", i)
		for _, arg := range []value.Int{1, 2} {
			want := fmt.Sprintf("n: (%d,)", i)
			if arg == 2 {
				want = "n: "
			}
			if got := show(db.Exec(context.Background(), sql, []value.Value{arg}, sqldb.MayRead)); got != want {
				t.Fatalf("%s: %s, want %s", sql, got, want)
			}
		}
	}
}

// TestSomeRows reads no more than is wanted, and changes all that is asked for.
func TestSomeRows(t *testing.T) {
	db := open(t, sqldb.Options{Rows: 100})
	must(t, db, "CREATE TABLE t (n)")
	const endless = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n FROM c"
	for _, test := range []struct {
		sql     string
		may     sqldb.Rights
		most    int
		rows    int
		more    bool
		changed int64
	}{
		{endless, sqldb.MayRead, 3, 3, true, 0},
		{endless, sqldb.MayWrite, 100, 100, true, 0},
		{endless + " LIMIT 3", sqldb.MayRead, 3, 3, false, 0},
		{endless + " LIMIT 2; " + endless + " LIMIT 1", sqldb.MayWrite, 1, 1, false, 0},
		{"INSERT INTO t " + endless + " LIMIT 1000 RETURNING n", sqldb.MayWrite, 2, 2, true, 1000},
		{"SELECT n FROM t", sqldb.MayRead, 1, 1, true, 0},
		{"SELECT count(*) FROM t", sqldb.MayRead, 1, 1, false, 0},
	} {
		r, err := db.ExecSome(context.Background(), test.sql, nil, test.may, test.most)
		if err != nil || len(r.Rows) != test.rows || r.More != test.more || r.Affected != test.changed {
			t.Errorf("%s: %d rows, more %v, %d changed, %v", test.sql, len(r.Rows), r.More, r.Affected, err)
		}
	}
	if r := must(t, db, "SELECT count(*) FROM t"); r.Rows[0][0] != value.Int(1000) {
		t.Errorf("the table has %v", r.Rows)
	}
	_, err := db.ExecSome(context.Background(), endless, nil, sqldb.MayRead, 0)
	if !fault.Is(err, fault.Limit) {
		t.Errorf("all rows: %v", err)
	}
}
