package sqldb_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"althing/fault"
	"althing/sqldb"
)

func TestReadingOnly(t *testing.T) {
	const no = "Error: PermissionError: the statement changes the database, and you may only read it"
	for _, s := range []step{
		{"SELECT", people, "SELECT name FROM p WHERE id = 1", nil, "name: ('Ann',)"},
		{"VALUES", nil, "VALUES (1)", nil, "column1: (1,)"},
		{"WITH", nil, "WITH a(x) AS (SELECT 1) SELECT x FROM a", nil, "x: (1,)"},
		{"several", people, "BEGIN; SELECT 1; SELECT 2 AS b; COMMIT", nil, "b: (2,)"},
		{"a pragma that tells", people, "PRAGMA table_info(p)", nil, "cid,name,type,notnull,dflt_value,pk: (0, 'id', 'INTEGER', 0, None, 1) (1, 'name', 'TEXT', 0, None, 0) (2, 'age', 'REAL', 0, None, 0) (3, 'photo', 'BLOB', 0, None, 0)"},
		{"INSERT", people, "INSERT INTO p(name) VALUES ('x')", nil, no},
		{"WITH INSERT", people, "WITH a(x) AS (SELECT 'x') INSERT INTO p(name) SELECT x FROM a", nil, no},
		{"UPDATE of nothing", people, "UPDATE p SET age = 1 WHERE 0", nil, no},
		{"DELETE", people, "DELETE FROM p", nil, no},
		{"CREATE", nil, "CREATE TABLE t(x)", nil, no},
		{"CREATE IF NOT EXISTS of one that exists", people, "CREATE TABLE IF NOT EXISTS p(x)", nil, no},
		{"DROP", people, "DROP TABLE p", nil, no},
		{"ANALYZE", people, "ANALYZE", nil, no},
		{"REINDEX", people, "REINDEX", nil, no},
		{"a pragma that sets", nil, "PRAGMA user_version = 3", nil, "Error: PermissionError: PRAGMA user_version may be read here, not set: it would change the database for everybody"},
		{"second of two", people, "SELECT 1; DELETE FROM p", nil, no},
		{"in a transaction", people, "BEGIN IMMEDIATE; DELETE FROM p; COMMIT", nil, no},
	} {
		s.run(t, sqldb.MayRead)
	}
}

// refused are texts that nobody may run, and what is told of each.
var refused = map[string]string{
	"ATTACH ':memory:' AS m":         "ATTACH",
	"ATTACH '/etc/passwd' AS m":      "ATTACH",
	"DETACH main":                    "DETACH",
	"VACUUM":                         "VACUUM",
	"VACUUM INTO '/tmp/stolen.db'":   "VACUUM",
	"SELECT load_extension('x')":     "load_extension",
	"SELECT sqlite_log(1, 'x')":      "sqlite_log",
	"SELECT json_patch('{}', '{}')":  "json_patch",
	"SELECT fts5(1)":                 "fts5",
	"SELECT * FROM sqlite_dbpage":    "sqlite_dbpage",
	"SELECT * FROM dbstat":           "dbstat",
	"CREATE TEMP TABLE x(a)":         "temporary",
	"CREATE TEMP VIEW x AS SELECT 1": "temporary",
	"CREATE TEMP TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END": "temporary",
	"CREATE TABLE temp.x(a)":                       "temporary",
	"CREATE VIRTUAL TABLE x USING fts5(a)":         "virtual",
	"CREATE VIRTUAL TABLE x USING rtree(a, b, c)":  "virtual",
	"UPDATE sqlite_schema SET sql = ''":            "sqlite_master may not be modified",
	"DELETE FROM sqlite_master":                    "sqlite_master may not be modified",
	"INSERT INTO sqlite_schema VALUES (1,1,1,1,1)": "sqlite_master may not be modified",
	"DROP TABLE sqlite_schema":                     "may not be dropped",
	"CREATE TABLE sqlite_x(a)":                     "reserved for internal use",
	"ALTER TABLE sqlite_schema RENAME TO x":        "may not be altered",
}

func TestRefused(t *testing.T) {
	db := open(t, sqldb.Options{})
	must(t, db, "CREATE TABLE t(x)")
	for sql, why := range refused {
		for _, text := range []string{sql, "SELECT 1; " + sql} {
			_, err := db.Exec(context.Background(), text, nil, sqldb.MayWrite)
			if err == nil || !strings.Contains(err.Error(), why) {
				t.Errorf("%s: %v, want an error about %q", text, err, why)
			}
		}
	}
	if _, err := os.Stat("/tmp/stolen.db"); err == nil {
		t.Error("VACUUM INTO wrote a file")
	}
}

// Every pragma that this SQLite knows, read and set: none changes anything but
// the two numbers that are the user's own, and none tells the file's name.
func TestPragmas(t *testing.T) {
	dir := t.TempDir()
	db := openAt(t, filepath.Join(dir, "sql.db"), sqldb.Options{})
	must(t, db, "CREATE TABLE t(x)")
	settings := func() string {
		var all []string
		for _, name := range []string{"journal_mode", "synchronous", "user_version", "application_id", "foreign_keys", "recursive_triggers", "cache_size", "max_page_count", "encoding", "page_size", "auto_vacuum"} {
			for _, may := range []sqldb.Rights{sqldb.MayRead, sqldb.MayWrite} {
				all = append(all, show(db.Exec(context.Background(), "PRAGMA "+name, nil, may)))
			}
		}
		// on the writer's connection too
		all = append(all, show(db.Exec(context.Background(), "UPDATE t SET x = 1 WHERE 0; PRAGMA synchronous", nil, sqldb.MayWrite)))
		return strings.Join(all, "\n")
	}
	before := settings()
	for _, row := range must(t, db, "PRAGMA pragma_list").Rows {
		name := text(row[0])
		for _, form := range []string{"PRAGMA x", "PRAGMA x = 0", "PRAGMA x = 1", "PRAGMA x(2)", "PRAGMA main.x = 1", "PRAGMA x = t", "PRAGMA x = DELETE", "SELECT * FROM pragma_x(1)"} {
			text := strings.Replace(form, "x", name, 1)
			for _, may := range []sqldb.Rights{sqldb.MayRead, sqldb.MayWrite} {
				for _, text := range []string{text, "UPDATE t SET x = 1 WHERE 0; " + text} {
					r, err := db.Exec(context.Background(), text, nil, may)
					if err == nil && strings.Contains(show(r, nil), dir) {
						t.Errorf("%s tells the place of the file", text)
					}
				}
			}
		}
	}
	if after := settings(); after != before {
		t.Errorf("settings were\n%s\nand are\n%s", before, after)
	}
}

func TestPragmaRefusalsAreClear(t *testing.T) {
	db := open(t, sqldb.Options{})
	for sql, want := range map[string]string{
		"PRAGMA journal_mode = DELETE": "Error: PermissionError: PRAGMA journal_mode may be read here, not set: it would change the database for everybody",
		"PRAGMA foreign_keys = ON":     "Error: PermissionError: PRAGMA foreign_keys may be read here, not set: it would change the database for everybody",
		"PRAGMA writable_schema = 1":   "Error: PermissionError: PRAGMA writable_schema may not be used here",
		"PRAGMA database_list":         "Error: PermissionError: PRAGMA database_list may not be used here",
	} {
		_, err := db.Exec(context.Background(), sql, nil, sqldb.MayWrite)
		if err == nil || fault.Of(err).Line() != want {
			t.Errorf("%s: %v, want %s", sql, err, want)
		}
	}
}

// knownFunctions are the functions that were looked at: each takes time and
// memory no more than in proportion to its arguments, or is refused, or is
// replaced by one of ours. A newer SQLite with another one fails this test
// until somebody has looked at it too.
const knownFunctions = `-> ->> abs acos acosh asin asinh atan atan2 atanh avg bm25 ceil ceiling changes char coalesce
concat concat_ws cos cosh count cume_dist current_date current_time current_timestamp date datetime degrees dense_rank
exp first_value floor format fts5 fts5_get_locale fts5_insttoken fts5_locale fts5_source_id geopoly_area geopoly_bbox
geopoly_blob geopoly_ccw geopoly_contains_point geopoly_debug geopoly_group_bbox geopoly_json geopoly_overlap
geopoly_regular geopoly_svg geopoly_within geopoly_xform glob group_concat hex highlight if ifnull iif instr json
json_array json_array_insert json_array_length json_error_position json_extract json_group_array json_group_object
json_insert json_object json_patch json_pretty json_quote json_remove json_replace json_set json_type json_valid jsonb
jsonb_array jsonb_array_insert jsonb_extract jsonb_group_array jsonb_group_object jsonb_insert jsonb_object jsonb_patch
jsonb_remove jsonb_replace jsonb_set julianday lag last_insert_rowid last_value lead length like likelihood likely ln
load_extension log log10 log2 lower ltrim match max min mod nth_value ntile nullif octet_length percent_rank pi pow
power printf quote radians random randomblob rank replace round row_number rtreecheck rtreedepth rtreenode rtrim sign
sin sinh snippet soundex sqlite_compileoption_get sqlite_compileoption_used sqlite_log sqlite_offset sqlite_source_id
sqlite_version sqrt strftime string_agg substr substring subtype sum tan tanh time timediff total total_changes trim
trunc typeof unhex unicode unistr unistr_quote unixepoch unlikely upper zeroblob`

func TestEveryFunctionWasLookedAt(t *testing.T) {
	known := map[string]bool{}
	for name := range strings.FieldsSeq(knownFunctions) {
		known[name] = true
	}
	db := open(t, sqldb.Options{})
	for _, row := range must(t, db, "SELECT DISTINCT name FROM pragma_function_list").Rows {
		if name := text(row[0]); !known[name] {
			t.Errorf("%s() is new: may strangers call it?", name)
		}
	}
}
