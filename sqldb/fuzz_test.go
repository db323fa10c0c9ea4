package sqldb_test

import (
	"context"
	"testing"
	"time"
	"unicode/utf8"

	"althing/fault"
	"althing/sqldb"
	"althing/value"
)

// FuzzExec sends texts to one database after the other: whatever they are, the
// hub lives, the answer is a value or an error of Python's, nothing stays open
// and nothing is changed by one who may only read.
func FuzzExec(f *testing.F) {
	for _, h := range hostile {
		if len(h.sql) < 1000 {
			f.Add(h.sql)
		}
	}
	for sql := range refused {
		f.Add(sql)
	}
	for _, sql := range []string{
		"", ";", "--", "/*", "/**/;--\n;", "SELECT ?", "BEGIN; SELECT 1; COMMIT", "INSERT INTO t VALUES (1) RETURNING *",
		"CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END", "\ufeffSELECT 1", "EXPLAIN SELECT 1", "PRAGMA table_info(t)",
	} {
		f.Add(sql)
	}
	db := open(f, sqldb.Options{Time: 50 * time.Millisecond, Rows: 100, File: 1 << 20})
	f.Fuzz(func(t *testing.T, sql string) {
		tables := func() string { // on a busy machine even this may take too long
			for {
				r, err := db.Exec(context.Background(), "SELECT count(*), total(length(sql)) FROM sqlite_schema", nil, sqldb.MayRead)
				if !fault.Is(err, fault.Timeout) {
					return show(r, err)
				}
			}
		}
		before := tables()
		for _, may := range []sqldb.Rights{sqldb.MayRead, sqldb.MayWrite} {
			r, err := db.Exec(context.Background(), sql, nil, may)
			if may == sqldb.MayRead && tables() != before {
				t.Errorf("%q changed something by only reading", sql)
			}
			if err != nil && fault.Of(err).Code == fault.Internal {
				t.Errorf("%q: %v", sql, err)
			}
			for _, row := range r.Rows {
				for _, v := range row {
					if s, ok := v.(value.Str); ok && !utf8.ValidString(string(s)) {
						t.Errorf("%q gives a text that is no UTF-8", sql)
					}
				}
			}
		}
		if _, err := db.Exec(context.Background(), "BEGIN; COMMIT", nil, sqldb.MayWrite); err != nil && !fault.Is(err, fault.Timeout) {
			t.Errorf("after %q: %v", sql, err)
		}
	})
}
