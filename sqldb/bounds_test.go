package sqldb_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"althing/fault"
	"althing/sqldb"
)

func columns(n int) string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("c%d", i)
	}
	return strings.Join(names, ",")
}

func TestBounds(t *testing.T) {
	numbers := []string{"CREATE TABLE n AS SELECT i FROM " + rows(1000)}
	o := sqldb.Options{Rows: 100, Bytes: 50_000, File: 1 << 20}
	for _, s := range []step{
		{"as many rows as allowed", numbers, "SELECT count(*) AS n FROM (SELECT i FROM n LIMIT 100)", nil, "n: (100,)"},
		{"one row more", numbers, "SELECT i FROM n LIMIT 101", nil, "Error: OverflowError: the result has more than 100 rows; ask for fewer with LIMIT"},
		{"too many bytes", numbers, "SELECT zeroblob(1000) FROM n LIMIT 60", nil, "Error: OverflowError: the result is larger than 50000 bytes; ask for fewer rows or columns"},
		{"only the last rows count", numbers, "SELECT zeroblob(30000); SELECT zeroblob(30000); SELECT 1 AS a", nil, "a: (1,)"},
		{"the file is full", numbers, "CREATE TABLE big AS SELECT randomblob(10000) FROM n", nil, "Error: OperationalError: database or disk is full"},
		{"a table of too many columns", nil, "CREATE TABLE t(" + columns(300) + ")", nil, "Error: OperationalError: too many columns on t"},
		{"definitions that are too long", nil, "CREATE VIEW v AS SELECT '" + strings.Repeat("x", 140_000) + "'", nil, "Error: OperationalError: the definitions of all tables, indexes, views and triggers would be longer than 131072 bytes; drop some"},
	} {
		t.Run(s.rule, func(t *testing.T) {
			db := open(t, o)
			for _, sql := range s.before {
				must(t, db, sql)
			}
			if got := show(db.Exec(context.Background(), s.sql, nil, sqldb.MayWrite)); got != s.want {
				t.Errorf("got %s, want %s", got, s.want)
			}
		})
	}
}

// A file that is full can be read, and written again once something was taken
// out.
func TestFull(t *testing.T) {
	db := open(t, sqldb.Options{File: 1 << 20})
	must(t, db, "CREATE TABLE t(x)")
	fill := func() (err error) {
		for err == nil {
			_, err = db.Exec(context.Background(), "INSERT INTO t VALUES (randomblob(20000))", nil, sqldb.MayWrite)
		}
		return err
	}
	err := fill()
	if !fault.Is(err, fault.Full) || fault.Of(err).Line() != "Error: OperationalError: database or disk is full" {
		t.Fatalf("a full file gives %v", err)
	}
	if got := must(t, db, "SELECT count(*) > 20 FROM t"); show(got, nil) != "count(*) > 20: (1,)" {
		t.Errorf("the full file reads %v", got)
	}
	must(t, db, "DELETE FROM t WHERE rowid % 2")
	must(t, db, "INSERT INTO t VALUES (randomblob(20000))")
	if err := fill(); !fault.Is(err, fault.Full) {
		t.Errorf("full again, it gives %v", err)
	}
}

// What is defined stays so little that it can be read, and dropped, for ever.
func TestDefinitionsStayFew(t *testing.T) {
	db := open(t, sqldb.Options{})
	var err error
	made := 0
	for err == nil && made < 2000 {
		_, err = db.Exec(context.Background(), fmt.Sprintf("CREATE TABLE t%d(x)", made), nil, sqldb.MayWrite)
		made++
	}
	if made < 400 || made > 600 || fault.Of(err).Type() != "OperationalError" {
		t.Errorf("after %d tables: %v", made, err)
	}
	must(t, db, "DROP TABLE t1")
	must(t, db, "CREATE TABLE another(x)")
}

func TestCallersContext(t *testing.T) {
	db := open(t, sqldb.Options{})
	must(t, db, "CREATE TABLE t(x)")
	const slow = "INSERT INTO t " + endless + "SELECT i FROM r WHERE i < 0"
	t.Run("a deadline is a timeout", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		if _, err := db.Exec(ctx, slow, nil, sqldb.MayWrite); !fault.Is(err, fault.Timeout) || !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
	t.Run("a caller who goes stops its text", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(50*time.Millisecond, cancel)
		if _, err := db.Exec(ctx, slow, nil, sqldb.MayWrite); !fault.Is(err, fault.Closed) || !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	t.Run("a caller who has gone starts nothing", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := db.Exec(ctx, "INSERT INTO t VALUES (1)", nil, sqldb.MayWrite); !fault.Is(err, fault.Closed) {
			t.Error(err)
		}
	})
	if got := show(must(t, db, "SELECT count(*) AS n FROM t"), nil); got != "n: (0,)" {
		t.Errorf("the table has %s", got)
	}
}

func TestWaiting(t *testing.T) {
	db := open(t, sqldb.Options{Time: time.Second, Wait: 50 * time.Millisecond})
	must(t, db, "CREATE TABLE t(x)")
	done := make(chan error)
	go func() {
		_, err := db.Exec(context.Background(), "INSERT INTO t "+endless+"SELECT i FROM r WHERE i < 0", nil, sqldb.MayWrite)
		done <- err
	}()
	var err error
	for err == nil { // until the one above has its turn
		_, err = db.Exec(context.Background(), "INSERT INTO t VALUES (1)", nil, sqldb.MayWrite)
	}
	if got := fault.Of(err).Line(); got != "Error: TimeoutError: SQL was busy with others for 50ms; try again" {
		t.Errorf("waiting ended with %s", got)
	}
	must(t, db, "SELECT count(*) FROM t") // reading goes on
	if err := <-done; !fault.Is(err, fault.Timeout) {
		t.Errorf("the slow one ended with %v", err)
	}
}

// A real disk that is full: needs a file system of its own.
func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	unmount, err := smallDisk(dir, 3<<20)
	if err != nil {
		t.Skipf("no small file system can be made here: %v", err)
	}
	defer unmount()
	db, err := sqldb.Open(context.Background(), dir+"/sql.db", sqldb.Options{SyncEvery: time.Hour}) // which would make room
	if err != nil {
		t.Fatal(err)
	}
	must(t, db, "CREATE TABLE t(x)")
	n := 0
	for err == nil {
		_, err = db.Exec(context.Background(), "INSERT INTO t VALUES (randomblob(50000))", nil, sqldb.MayWrite)
		n++
	}
	if !fault.Is(err, fault.Full) {
		t.Errorf("a full disk gives %v", err)
	}
	want := fmt.Sprintf("n: (%d,)", n-1)
	if got := show(must(t, db, "SELECT count(*) AS n FROM t"), nil); got != want {
		t.Errorf("then it reads %s, want %s", got, want)
	}
	if _, err := db.Exec(context.Background(), "INSERT INTO t VALUES (randomblob(500000))", nil, sqldb.MayWrite); !fault.Is(err, fault.Full) {
		t.Errorf("still full, it gives %v", err)
	}
	if err := os.Truncate(dir+"/filler", 0); err != nil {
		t.Fatal(err)
	}
	must(t, db, "INSERT INTO t VALUES (randomblob(50000))")
	if err := db.Close(context.Background()); err != nil {
		t.Error(err)
	}
}
