package sqldb_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite" // the peer: the same library behind database/sql

	"althing/sqldb"
	"althing/value"
)

const benchRows = 1000

func BenchmarkExec(b *testing.B) {
	db := open(b, sqldb.Options{})
	must(b, db, "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT)")
	for i := range benchRows {
		must(b, db, fmt.Sprintf("INSERT INTO t VALUES (%d, 'this is record %d')", i, i))
	}
	run := func(name string, may sqldb.Rights, text func(i int) (string, []value.Value)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				sql, args := text(i)
				if _, err := db.Exec(context.Background(), sql, args, may); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	run("select by key, text always new", sqldb.MayRead, func(i int) (string, []value.Value) {
		return fmt.Sprintf("SELECT v FROM t WHERE id = %d", i%benchRows), nil
	})
	run("select by key, text the same", sqldb.MayRead, func(i int) (string, []value.Value) {
		return "SELECT v FROM t WHERE id = ?", []value.Value{value.Int(i % benchRows)}
	})
	run("insert, text always new", sqldb.MayWrite, func(i int) (string, []value.Value) {
		return fmt.Sprintf("INSERT INTO t(v) VALUES ('this is record %d')", i), nil
	})
	run("insert, text the same", sqldb.MayWrite, func(i int) (string, []value.Value) {
		return "INSERT INTO t(v) VALUES (?)", []value.Value{value.Str("this is a record")}
	})
	run("select 100 rows", sqldb.MayRead, func(int) (string, []value.Value) {
		return "SELECT id, v FROM t LIMIT 100", nil
	})
}

// BenchmarkPeer is the same work through database/sql in the process, as a Go
// programmer would write it: what a guest's statement is compared with.
func BenchmarkPeer(b *testing.B) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "peer.db")+
		"?_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	exec := func(b *testing.B, text string, args ...any) {
		if _, err := db.Exec(text, args...); err != nil {
			b.Fatal(err)
		}
	}
	query := func(b *testing.B, text string, args ...any) {
		rows, err := db.Query(text, args...)
		if err != nil {
			b.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var v any
			if err := rows.Scan(&v); err != nil {
				b.Fatal(err)
			}
		}
		if err := rows.Err(); err != nil {
			b.Fatal(err)
		}
	}
	exec(b, "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT)")
	for i := range benchRows {
		exec(b, fmt.Sprintf("INSERT INTO t VALUES (%d, 'this is record %d')", i, i))
	}
	run := func(name string, do func(b *testing.B, i int)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				do(b, i)
			}
		})
	}
	run("select by key, text always new", func(b *testing.B, i int) {
		query(b, fmt.Sprintf("SELECT v FROM t WHERE id = %d", i%benchRows))
	})
	run("select by key, text the same", func(b *testing.B, i int) {
		query(b, "SELECT v FROM t WHERE id = ?", i%benchRows)
	})
	run("insert, text always new", func(b *testing.B, i int) {
		exec(b, fmt.Sprintf("INSERT INTO t(v) VALUES ('this is record %d')", i))
	})
	run("insert, text the same", func(b *testing.B, _ int) {
		exec(b, "INSERT INTO t(v) VALUES (?)", "this is a record")
	})
}
