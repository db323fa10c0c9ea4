package sqldb_test

import (
	"context"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"althing/sqldb"
	"althing/value"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open opens a new database for the test and closes it when it ends.
func open(tb testing.TB, o sqldb.Options) *sqldb.DB {
	tb.Helper()
	return openAt(tb, filepath.Join(tb.TempDir(), "sql.db"), o)
}

func openAt(tb testing.TB, path string, o sqldb.Options) *sqldb.DB {
	tb.Helper()
	db, err := sqldb.Open(context.Background(), path, o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(context.Background()); err != nil {
			tb.Error(err)
		}
	})
	return db
}

// must runs a text that has to work.
func must(tb testing.TB, db *sqldb.DB, sql string, args ...value.Value) sqldb.Result {
	tb.Helper()
	r, err := db.Exec(context.Background(), sql, args, sqldb.MayWrite)
	if err != nil {
		tb.Fatalf("%s: %v", sql, err)
	}
	return r
}

// text is the text of a value that must be one.
func text(v value.Value) string { return string(v.(value.Str)) }
