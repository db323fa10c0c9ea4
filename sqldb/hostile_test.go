package sqldb_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"althing/fault"
	"althing/sqldb"
)

const (
	endless = "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) "
	long    = "replace(hex(zeroblob(500000)), '0', 'a')" // a million letters
)

// rows makes a subquery of n numbered rows.
func rows(n int) string {
	return fmt.Sprintf("(WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r LIMIT %d) SELECT i FROM r)", n)
}

// twice makes a view that reads the one before it twice, and so on.
func twice(n int, join string) []string {
	views := []string{"CREATE VIEW v0 AS SELECT 1 AS x"}
	for i := range n {
		views = append(views, fmt.Sprintf("CREATE VIEW v%d AS SELECT a.x FROM v%d a %s v%d b", i+1, i, join, i))
	}
	return views
}

// hostile are statements made to take all time, memory or room, and the errors
// they may end with; "" is a result.
var hostile = []struct {
	rule   string
	before []string
	sql    string
	may    string
}{
	{"recursion without end", nil, endless + "SELECT count(*) FROM r", "TimeoutError"},
	{"rows without end", nil, endless + "SELECT i FROM r", "TimeoutError OverflowError"},
	{"rows that are large", nil, endless + "SELECT zeroblob(1000000) FROM r", "OverflowError"},
	{"sorting without end", nil, endless + "SELECT i FROM r ORDER BY random()", "TimeoutError OperationalError"},
	{"sorting long texts", nil, "SELECT " + long + " || i FROM " + rows(1e6) + " ORDER BY 1 COLLATE NOCASE", "TimeoutError OperationalError OverflowError"},
	{"distinct without end", nil, endless + "SELECT DISTINCT hex(randomblob(50)) FROM r LIMIT -1 OFFSET 9999999", "TimeoutError OperationalError"},
	{"union without end", nil, "WITH RECURSIVE r(i) AS (SELECT 1 UNION SELECT i + 1 FROM r) SELECT max(i) FROM r", "TimeoutError OperationalError"},
	{"one text of all rows", nil, endless + "SELECT group_concat(i) FROM r", "TimeoutError DataError"},
	{"one text for each of many groups", nil, endless + "SELECT group_concat(i) FROM r GROUP BY i % 100000", "TimeoutError MemoryError OperationalError"},
	{"a window over everything", nil, "SELECT group_concat(i) OVER (ORDER BY i ROWS BETWEEN 100000 PRECEDING AND CURRENT ROW) FROM " + rows(1e6), "TimeoutError OverflowError DataError MemoryError"},
	{"json of all rows", nil, endless + "SELECT json_group_array(i) FROM r", "TimeoutError DataError MemoryError"},
	{"cross join", []string{"CREATE TABLE t AS SELECT i FROM " + rows(1000)}, "SELECT count(*) FROM t a, t b, t c, t d, t e", "TimeoutError"},
	{"cross join that is sorted", []string{"CREATE TABLE t AS SELECT i FROM " + rows(1000)}, "SELECT a.i FROM t a, t b, t c ORDER BY a.i * b.i * c.i", "TimeoutError OperationalError"},
	{"join of more tables than the planner takes", nil, "SELECT 1 FROM " + strings.Repeat("(SELECT 1),", 70) + "(SELECT 1)", "OperationalError"},
	{"join of as many as it takes", []string{"CREATE TABLE t(a, b)"}, "SELECT 1 FROM " + strings.Repeat("t,", 63)[:125], ""},
	{"a large blob", nil, "SELECT randomblob(1000000000)", "DataError"},
	{"a large blob of zeros", nil, "SELECT zeroblob(1000000000)", "DataError"},
	{"blobs without end", nil, endless + "SELECT max(hex(zeroblob(500000))) FROM r", "TimeoutError"},
	{"a wide number", nil, "SELECT printf('%1000000000d', 1)", "DataError"},
	{"a precise number", nil, "SELECT printf('%.1000000000f', 1.5)", "DataError"},
	{"many wide numbers", nil, "SELECT format('" + strings.Repeat("%900000d", 50) + "', 1)", "DataError"},
	{"a text doubled", nil, "WITH RECURSIVE r(s) AS (SELECT 'a' UNION ALL SELECT s || s FROM r) SELECT max(length(s)) FROM r", "DataError"},
	{"a place in a text", nil, "SELECT instr(" + long + ", substr(" + long + ", 1, 400000) || 'b')", ""},
	{"replacing in a text", nil, "SELECT length(replace(" + long + ", substr(" + long + ", 1, 400000) || 'b', ''))", ""},
	{"replacing by a long text", nil, "SELECT replace(" + long + ", 'a', 'aa')", "DataError"},
	{"trimming a text", nil, "SELECT length(trim(" + long + ", replace(" + long + ", 'a', 'b') || 'a'))", ""},
	{"hexadecimal with much between", nil, "SELECT unhex(replace(" + long + ", 'a', 'x'), replace(" + long + ", 'a', 'y') || 'x')", ""},
	{"a long pattern", nil, "SELECT " + long + " LIKE '%' || substr(" + long + ", 1, 5000) || 'b'", "OperationalError"},
	{"a pattern of many stars", nil, "SELECT " + long + " GLOB '" + strings.Repeat("*a", 30) + "b'", ""},
	{"setting much in a document", nil, "SELECT length(json_set((SELECT json_group_object('k' || i, i) FROM " + rows(50000) + ")" + strings.Repeat(", '$.k49999', 1", 31) + "))", ""},
	{"a deep document", nil, "SELECT json(replace(hex(zeroblob(200000)), '0', '['))", "OperationalError"},
	{"a deep expression", nil, "SELECT " + strings.Repeat("1+", 100_000) + "1", "OperationalError"},
	{"many open brackets", nil, "SELECT " + strings.Repeat("(", 500_000), "OperationalError"},
	{"many brackets", nil, "SELECT " + strings.Repeat("(", 100_000) + "1" + strings.Repeat(")", 100_000), "OperationalError"},
	{"many SELECTs", nil, strings.Repeat("SELECT 1 UNION ALL ", 50_000) + "SELECT 1", "OperationalError MemoryError"},
	{"a long list", nil, "SELECT 1 IN (" + strings.Repeat("1,", 400_000) + "1)", " OperationalError MemoryError"},
	{"a long text of statements", nil, strings.Repeat("SELECT 1;", 110_000), " TimeoutError"},
	{"many columns", nil, "SELECT " + strings.Repeat("1,", 400_000) + "1", "OperationalError MemoryError"},
	{"many arguments", nil, "SELECT max(" + strings.Repeat("1,", 400_000) + "1)", "OperationalError MemoryError"},
	{"a parameter with a high number", nil, "SELECT ?30000", "OperationalError"},
	{"views of views", twice(30, "JOIN"), "SELECT count(*) FROM v30", "OperationalError TimeoutError MemoryError"},
	{"unions of unions", append([]string{"CREATE VIEW v0 AS SELECT 1 AS x"}, unions(30)...), "SELECT count(*) FROM v30", "OperationalError TimeoutError MemoryError"},
	{"queries in queries", nil, strings.Repeat("SELECT (", 200) + "1" + strings.Repeat(")", 200), " OperationalError"},
	{"tables in tables", nil, strings.Repeat("SELECT * FROM (", 200) + "SELECT 1" + strings.Repeat(")", 200), " OperationalError"},
	{"a trigger that sets itself off", []string{"CREATE TABLE t(x)", "CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO t VALUES (new.x + 1); END"}, "INSERT INTO t VALUES (1)", " OperationalError"},
	{"triggers in a ring", []string{"CREATE TABLE a(x)", "CREATE TABLE b(x)", "CREATE TRIGGER ga AFTER INSERT ON a BEGIN INSERT INTO b VALUES (new.x), (new.x); END", "CREATE TRIGGER gb AFTER INSERT ON b BEGIN INSERT INTO a VALUES (new.x), (new.x); END"}, "INSERT INTO a VALUES (1)", " OperationalError TimeoutError"},
	{"triggers that multiply", multiply(12), "INSERT INTO t0 VALUES (1)", "TimeoutError OperationalError MemoryError"},
	{"inserting without end", []string{"CREATE TABLE t(x)"}, "INSERT INTO t " + endless + "SELECT randomblob(1000) FROM r", "TimeoutError OperationalError"},
	{"inserting large rows without end", []string{"CREATE TABLE t(x)"}, "INSERT INTO t " + endless + "SELECT randomblob(1000000) FROM r", "TimeoutError OperationalError"},
	{"an index on large rows", []string{"CREATE TABLE t(x)", "INSERT INTO t SELECT randomblob(100000) FROM " + rows(300)}, "CREATE INDEX i ON t(hex(x), hex(x), hex(x))", " TimeoutError OperationalError"},
	{"a checker that never ends", []string{"CREATE TABLE t(x CHECK ((SELECT count(*) FROM t) >= 0))"}, "", ""},
	{"foreign keys in a ring", []string{"CREATE TABLE t(a INTEGER PRIMARY KEY, b REFERENCES t(a) ON DELETE CASCADE)"}, "DELETE FROM t", ""},
	{"integrity check", []string{"CREATE TABLE t(x)", "INSERT INTO t SELECT randomblob(1000) FROM " + rows(5000)}, "PRAGMA integrity_check", ""},
	{"pragmas as tables", nil, "SELECT count(*) FROM pragma_function_list a, pragma_function_list b, pragma_function_list c, pragma_function_list d", "TimeoutError"},
}

func unions(n int) (views []string) {
	for i := range n {
		views = append(views, fmt.Sprintf("CREATE VIEW v%d AS SELECT x FROM v%d UNION ALL SELECT x FROM v%d", i+1, i, i))
	}
	return views
}

// multiply makes tables of which each puts four rows into the next for every
// row of its own.
func multiply(n int) (sql []string) {
	for i := range n + 1 {
		sql = append(sql, fmt.Sprintf("CREATE TABLE t%d(x)", i))
	}
	for i := range n {
		sql = append(sql, fmt.Sprintf("CREATE TRIGGER g%d AFTER INSERT ON t%d BEGIN INSERT INTO t%d VALUES (1),(2),(3),(4); END", i, i, i+1))
	}
	return sql
}

// None of them takes longer than its time, or more memory than the heap, or
// keeps the next statement from working.
func TestHostile(t *testing.T) {
	// slack is for a machine that does other things too; alone, the longest goes
	// 30 ms past its time.
	limit, slack := 300*time.Millisecond, 700*time.Millisecond
	if raceDetector { // which makes SQLite 20 times slower
		limit, slack = time.Second, 20*time.Second
	}
	const (
		memory = 24 << 20
		beside = 16 << 20 // a result and this test
	)
	worst, most := time.Duration(0), 0
	for _, h := range hostile {
		t.Run(h.rule, func(t *testing.T) {
			dir := t.TempDir()
			db := openAt(t, filepath.Join(dir, "sql.db"), sqldb.Options{Time: limit, Heap: memory, Temp: 32 << 20, File: 64 << 20})
			for _, sql := range h.before {
				db.Exec(context.Background(), sql, nil, sqldb.MayWrite) // one that is refused is as good
			}
			before := resident(t)
			took := time.Duration(1<<63 - 1)
			var err error
			for range 3 { // a machine that was busy elsewhere is not so three times
				started := time.Now()
				_, err = db.Exec(context.Background(), h.sql, nil, sqldb.MayWrite)
				if took = min(took, time.Since(started)); took < limit+slack {
					break
				}
			}
			grew := peak(t) - before
			worst, most = max(worst, took), max(most, grew)
			if took > limit+slack {
				t.Errorf("it took %v", took)
			}
			if grew > memory+beside {
				t.Errorf("the process grew by %d MB", grew>>20)
			}
			name := ""
			if err != nil {
				name = fault.Of(err).Type()
			}
			if !allowed(name, h.may) && name != "TimeoutError" { // a slow machine comes to that first
				t.Errorf("it ended with %v, want one of %q", err, h.may)
			}
			if room := size(t, dir); room > 200<<20 {
				t.Errorf("the folder holds %d MB", room>>20)
			}
			if got := show(must(t, db, "SELECT 1"), nil); got != "1: (1,)" {
				t.Errorf("after it the database answers %s", got)
			}
			if left := db.Stats().Temp; left != 0 {
				t.Errorf("%d bytes of temporary files are left", left)
			}
			t.Logf("%v, %d MB, %v", took, grew>>20, err)
		})
	}
	t.Logf("the longest took %v of %v, the largest %d MB", worst, limit, most>>20)
}

func allowed(name, may string) bool {
	if name == "" {
		return may == "" || may[0] == ' '
	}
	return slices.Contains(strings.Fields(may), name)
}

// resident gives the memory of the process after everything that can be freed
// was, and begins to note its peak anew. It is 0 where there is no /proc.
func resident(t *testing.T) int {
	t.Helper()
	debug.FreeOSMemory()
	os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
	return procStatus(t, "VmRSS:")
}

// peak is the most memory that the process had since.
func peak(t *testing.T) int {
	t.Helper()
	return procStatus(t, "VmHWM:")
}

func procStatus(t *testing.T, field string) int {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, field); ok {
			n, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				t.Fatal(err)
			}
			return n << 10
		}
	}
	return 0
}

// size is what the files of a folder take.
func size(t *testing.T, dir string) (total int64) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			total += info.Size()
		}
	}
	return total
}
