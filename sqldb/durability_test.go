package sqldb_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"althing/fault"
	"althing/sqldb"
	"althing/value"
)

// files are the names in a folder.
func files(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return strings.Join(names, " ")
}

func TestNothingIsMadeBeforeItIsUsed(t *testing.T) {
	dir := t.TempDir()
	db := openAt(t, filepath.Join(dir, "sql.db"), sqldb.Options{})
	if got := files(t, dir); got != "" {
		t.Errorf("Open made %s", got)
	}
	if got := show(db.Exec(context.Background(), "SELECT 1", nil, sqldb.MayRead)); got != "1: (1,)" {
		t.Errorf("who may only read comes first and gets %s", got)
	}
	info, err := os.Stat(filepath.Join(dir, "sql.db"))
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("others may use the file: %v", mode)
	}
}

func TestCloseLeavesOneFile(t *testing.T) {
	for _, safe := range []bool{false, true} {
		dir := t.TempDir()
		path := filepath.Join(dir, "sql.db")
		for i := range 3 {
			db, err := sqldb.Open(context.Background(), path, sqldb.Options{Safe: safe})
			if err != nil {
				t.Fatal(err)
			}
			must(t, db, "CREATE TABLE IF NOT EXISTS t(x)")
			must(t, db, "INSERT INTO t SELECT i FROM "+rows(1000))
			want := fmt.Sprintf("n: (%d,)", (i+1)*1000)
			if got := show(must(t, db, "SELECT count(*) AS n FROM t"), nil); got != want {
				t.Errorf("%s, want %s", got, want)
			}
			if err := db.Close(context.Background()); err != nil {
				t.Error(err)
			}
			if got := files(t, dir); got != "sql.db" {
				t.Errorf("left is %s", got)
			}
			if _, err := db.Exec(context.Background(), "SELECT 1", nil, sqldb.MayRead); !fault.Is(err, fault.Closed) {
				t.Errorf("a closed one gives %v", err)
			}
			if err := db.Close(context.Background()); err != nil {
				t.Errorf("closed again: %v", err)
			}
		}
	}
}

func TestCloseStopsWhatRuns(t *testing.T) {
	db, err := sqldb.Open(context.Background(), filepath.Join(t.TempDir(), "sql.db"), sqldb.Options{Time: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	must(t, db, "CREATE TABLE t(x)")
	var running sync.WaitGroup
	for _, sql := range []string{endless + "SELECT max(i) FROM r", "INSERT INTO t " + endless + "SELECT i FROM r WHERE i < 0"} {
		running.Go(func() {
			if _, err := db.Exec(context.Background(), sql, nil, sqldb.MayWrite); !fault.Is(err, fault.Closed) {
				t.Errorf("it ended with %v", err)
			}
		})
	}
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if err := db.Close(ctx); err != nil {
		t.Error(err)
	}
	running.Wait()
}

// A power cut loses what is only in the log: after a second the file alone has
// everything.
func TestOnTheDiskAfterASecond(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(dir, "sql.db")
		db := openAt(t, path, sqldb.Options{})
		must(t, db, "CREATE TABLE t(x)")
		for i := range 3 {
			must(t, db, "INSERT INTO t VALUES (1)")
			time.Sleep(time.Second)
			synctest.Wait()
			if got, want := countIn(t, path), fmt.Sprintf("n: (%d,)", i+1); got != want {
				t.Errorf("without its log the file has %s, want %s", got, want)
			}
		}
	})
}

// countIn opens a copy of the file without its log.
func countIn(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	alone := filepath.Join(t.TempDir(), "sql.db")
	if err := os.WriteFile(alone, data, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sqldb.Open(context.Background(), alone, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(context.Background())
	return show(db.Exec(context.Background(), "SELECT count(*) AS n FROM t", nil, sqldb.MayRead))
}

func TestSync(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sql.db")
	db := openAt(t, path, sqldb.Options{SyncEvery: time.Hour})
	if err := db.Sync(context.Background()); err != nil {
		t.Errorf("before anything was written: %v", err)
	}
	must(t, db, "CREATE TABLE t(x)")
	must(t, db, "INSERT INTO t VALUES (1)")
	if err := db.Sync(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := countIn(t, path); got != "n: (1,)" {
		t.Errorf("without its log the file has %s", got)
	}
}

// A stream of writes does not let the log grow for ever, whether the keeper
// comes to its work or not.
func TestLogStaysShort(t *testing.T) {
	for rule, sync := range map[string]bool{"the keeper empties it": true, "the writer does, when the keeper does not": false} {
		t.Run(rule, func(t *testing.T) {
			db := open(t, sqldb.Options{SyncEvery: time.Hour})
			must(t, db, "CREATE TABLE t(id INTEGER PRIMARY KEY, x)")
			must(t, db, "INSERT INTO t VALUES (1, zeroblob(200000))")
			var longest int64
			for i := range 600 { // 120 MB of pages
				must(t, db, fmt.Sprintf("UPDATE t SET x = zeroblob(%d)", 200000+i))
				if sync && i%50 == 0 {
					if err := db.Sync(context.Background()); err != nil {
						t.Fatal(err)
					}
				}
				longest = max(longest, db.Stats().Log)
			}
			if longest > 40<<20 {
				t.Errorf("the log grew to %d MB", longest>>20)
			}
		})
	}
}

func TestTogether(t *testing.T) {
	db := open(t, sqldb.Options{})
	must(t, db, "CREATE TABLE n(v)")
	must(t, db, "INSERT INTO n VALUES (0)")
	const writers, times = 8, 100
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for range times {
				if _, err := db.Exec(context.Background(), "UPDATE n SET v = v + 1", nil, sqldb.MayWrite); err != nil {
					t.Error(err)
				}
			}
		})
		all.Go(func() {
			last := value.Int(0)
			for range times {
				r, err := db.Exec(context.Background(), "SELECT v FROM n", nil, sqldb.MayRead)
				if err != nil {
					t.Error(err)
					return
				}
				if v := r.Rows[0][0].(value.Int); v < last {
					t.Errorf("%d was read after %d", v, last)
				} else {
					last = v
				}
			}
		})
	}
	all.Wait()
	if got := show(must(t, db, "SELECT v FROM n"), nil); got != "v: (800,)" {
		t.Errorf("in the end %s", got)
	}
}

// TestKilled ends a process at any moment, with SIGKILL, and finds every row
// that it was told of, and none twice.
func TestKilled(t *testing.T) {
	if path := os.Getenv("SQLDB_TEST_WRITE_TO"); path != "" {
		writeForEver(path)
	}
	path := filepath.Join(t.TempDir(), "sql.db")
	next := 0
	for round := range 5 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
		cmd.Env = append(os.Environ(), "SQLDB_TEST_WRITE_TO="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(out)
		for range 50 + 37*round {
			if _, err := lines.ReadString('\n'); err != nil {
				t.Fatal(err)
			}
		}
		cmd.Process.Kill()
		rest, _ := io.ReadAll(lines)
		cmd.Wait()
		told := 50 + 37*round + strings.Count(string(rest), "\n")

		db, err := sqldb.Open(context.Background(), path, sqldb.Options{})
		if err != nil {
			t.Fatal(err)
		}
		r := must(t, db, "SELECT count(*), count(DISTINCT x) FROM t")
		count, distinct := int(r.Rows[0][0].(value.Int)), int(r.Rows[0][1].(value.Int))
		if count < next+told || count > next+told+1 || count != distinct {
			t.Errorf("%d rows, %d of them different, where %d were told of", count, distinct, next+told)
		}
		next = count
		if err := db.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}
}

func writeForEver(path string) {
	db, err := sqldb.Open(context.Background(), path, sqldb.Options{SyncEvery: 5 * time.Millisecond})
	for err == nil {
		_, err = db.Exec(context.Background(), "CREATE TABLE IF NOT EXISTS t(x); INSERT INTO t SELECT 1 + coalesce(max(x), 0) FROM t", nil, sqldb.MayWrite)
		fmt.Println("told")
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func TestDamageIsFound(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "sql.db")
	db, err := sqldb.Open(context.Background(), whole, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	must(t, db, "CREATE TABLE t(id INTEGER PRIMARY KEY, x); CREATE INDEX i ON t(x)")
	must(t, db, "INSERT INTO t SELECT i, hex(randomblob(30)) FROM "+rows(2000))
	if err := db.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []struct {
		rule   string
		change func(data []byte) []byte
	}{
		{"the header", func(b []byte) []byte { b[3] ^= 1; return b }},
		{"the size of a page", func(b []byte) []byte { b[16] ^= 0x40; return b }},
		{"the first bytes of a page", func(b []byte) []byte { b[8192] ^= 0xff; return b }},
		{"where the cells of a page are", func(b []byte) []byte { b[12288+13] ^= 0xff; return b }},
		{"a whole page", func(b []byte) []byte { clear(b[16384:20480]); return b }},
		{"the end", func(b []byte) []byte { return b[:len(b)-8192] }},
		{"all of it", func(b []byte) []byte { return []byte("this is a text, and no database at all") }},
	} {
		t.Run(d.rule, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "sql.db")
			damaged := d.change(append([]byte(nil), data...))
			if err := os.WriteFile(path, damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			db, err := sqldb.Open(context.Background(), path, sqldb.Options{})
			if err == nil {
				db.Close(context.Background())
			}
			if !errors.Is(err, sqldb.ErrDamaged) || !strings.Contains(err.Error(), "althing repair") {
				t.Errorf("opening it gives %v", err)
			}
			if now, _ := os.ReadFile(path); string(now) != string(damaged) {
				t.Error("the damaged file was changed")
			}
		})
	}
}
