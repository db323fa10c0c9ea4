package sqldb_test

import (
	"fmt"
	"testing"

	"althing/sqldb"
)

func TestSchema(t *testing.T) {
	db := open(t, sqldb.Options{})
	if tables, err := db.Schema(t.Context()); err != nil || len(tables) != 0 {
		t.Errorf("at first: %v, %v", tables, err)
	}
	_, err := db.Exec(t.Context(), `
		CREATE TABLE plants (id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT 'x', water, twice AS (water * 2));
		CREATE UNIQUE INDEX by_name ON plants (name, lower(name));
		CREATE TABLE "a ""b""'c" (x); CREATE VIEW dry AS SELECT name FROM plants; CREATE VIEW broken AS SELECT y FROM plants;
		INSERT INTO plants (name) VALUES ('a')`, nil, sqldb.MayWrite)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := db.Schema(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got string
	for _, table := range tables {
		got += fmt.Sprintf("%s %v %v %v\n", table.Name, table.View, table.Columns, table.Indexes)
		if table.SQL == "" {
			t.Errorf("%s is made by nothing", table.Name)
		}
	}
	want := `a "b"'c false [{x  false 0 }] []
broken true [] []
dry true [{name TEXT false 0 }] []
plants false [{id INTEGER false 1 } {name TEXT true 0 'x'} {water  false 0 } {twice  false 0 }] [{by_name true [name ]}]
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
