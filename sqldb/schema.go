package sqldb

import (
	"context"

	"althing/value"
)

// Table is a table or a view.
type Table struct {
	Name    string
	View    bool
	SQL     string // what made it
	Columns []Column
	Indexes []Index
}

// Column is a column of a table.
type Column struct {
	Name    string
	Type    string // as it was declared; empty: any
	NotNull bool
	Key     int    // its place in the primary key, from 1; 0: it has no part in it
	Default string // an expression; empty: none
}

// Index is an index of a table. Of what is an expression the name is empty.
type Index struct {
	Name    string
	Unique  bool
	Columns []string
}

// The questions of Schema. SQLite's own tables are left out.
const (
	tablesSQL  = `SELECT name, type = 'view', coalesce(sql, '') FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name`
	columnsSQL = `SELECT name, type, "notnull", pk, coalesce(dflt_value, '') FROM pragma_table_xinfo(?) WHERE hidden <> 1 ORDER BY cid`
	indexesSQL = `SELECT i.name, i."unique", coalesce(c.name, '') FROM pragma_index_list(?) i, pragma_index_info(i.name) c ORDER BY i.name, c.seqno`
)

// Schema gives the tables and views in the order of their names: as many as there
// may be are few enough. A view of something that is not there has no columns.
func (db *DB) Schema(ctx context.Context) ([]Table, error) {
	found, err := db.Exec(ctx, tablesSQL, nil, MayRead)
	if err != nil {
		return nil, err
	}
	tables := make([]Table, len(found.Rows))
	for i, row := range found.Rows {
		t := &tables[i]
		t.Name, t.View, t.SQL = value.Text(row[0]), row[1] == value.Int(1), value.Text(row[2])
		columns, err := db.Exec(ctx, columnsSQL, row[:1], MayRead)
		if err != nil && !t.View {
			return nil, err
		}
		for _, c := range columns.Rows {
			key, _ := c[3].(value.Int)
			t.Columns = append(t.Columns, Column{
				Name: value.Text(c[0]), Type: value.Text(c[1]), NotNull: c[2] == value.Int(1), Key: int(key), Default: value.Text(c[4]),
			})
		}
		if t.View {
			continue
		}
		indexes, err := db.Exec(ctx, indexesSQL, row[:1], MayRead)
		if err != nil {
			return nil, err
		}
		t.Indexes = indexesOf(indexes.Rows)
	}
	return tables, nil
}

// indexesOf puts together the indexes, of which each row has one column.
func indexesOf(rows [][]value.Value) (all []Index) {
	for _, row := range rows {
		name := value.Text(row[0])
		if len(all) == 0 || all[len(all)-1].Name != name {
			all = append(all, Index{Name: name, Unique: row[1] == value.Int(1)})
		}
		last := &all[len(all)-1]
		last.Columns = append(last.Columns, value.Text(row[2]))
	}
	return all
}
