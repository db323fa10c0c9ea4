package web

import (
	"net/http"
	"strconv"
	"time"

	"althing/access"
	"althing/fault"
	"althing/hub"
	"althing/sqldb"
	"althing/value"
)

// sqlOperations are SQL, the tables, and what is under way.
var sqlOperations = []operation{
	{
		method: http.MethodPost, path: "/sql", act: access.SQLRead, summary: "Run SQL: one or more statements as one transaction; it is stopped when the caller hangs up",
		params: []param{hubParam}, in: sqlIn{}, out: sqlOut{}, run: runSQL,
	},
	{method: http.MethodGet, path: "/sql/schema", act: access.SQLRead, summary: "The tables and views with their columns and indexes", out: schemaOut{}, run: getSchema},
	{method: http.MethodGet, path: "/sql/running", act: access.SQLRead, summary: "The SQL that is under way: to administrators all, to others what comes from their address", out: runningOut{}, run: getRunning},
	{method: http.MethodDelete, path: "/sql/running/{id}", act: access.SQLRead, summary: "Stop it; nothing of it is done", run: stopRunning},
}

type sqlIn struct {
	SQL   string      `json:"sql"`
	Args  []jsonValue `json:"args,omitempty" help:"what stands for the question marks"`
	Limit int64       `json:"limit,omitempty" help:"how many rows at most, 1 to 10000; default 1000"`
}

type sqlOut struct {
	Columns  []string      `json:"columns"`
	Rows     [][]jsonValue `json:"rows"`
	More     bool          `json:"more" help:"there are more rows, which were not read"`
	Changed  bool          `json:"changed" help:"a statement was there to change rows"`
	Affected int64         `json:"affected" help:"how many it has changed"`
	Seconds  float64       `json:"seconds" help:"that it took"`
}

const (
	usualSQLRows = 1000
	mostSQLRows  = 10_000
)

func runSQL(c *call) (any, error) {
	in := c.in.(*sqlIn)
	c.note("sql " + in.SQL)
	most := in.Limit
	switch {
	case most == 0:
		most = usualSQLRows
	case most < 0 || most > mostSQLRows:
		return nil, fault.New(fault.Invalid, "the limit is 1 to %d rows", mostSQLRows)
	}
	args := make(value.List, len(in.Args))
	for i, arg := range in.Args {
		args[i] = arg.Value
	}
	id, other, err := c.elsewhere()
	if err != nil {
		return nil, err
	}
	begun := time.Now()
	var out sqlOut
	if other {
		out, err = c.sqlOf(id, in.SQL, args, most)
	} else {
		out, err = c.sqlHere(in.SQL, args, int(most))
	}
	if err != nil {
		return nil, raised(err)
	}
	out.Seconds = time.Since(begun).Seconds()
	return out, nil
}

func (c *call) sqlHere(sql string, args value.List, most int) (sqlOut, error) {
	r, err := c.session.SQL(c.Context(), sql, args, most)
	if err != nil {
		return sqlOut{}, err
	}
	out := sqlOut{Columns: append([]string{}, r.Columns...), Rows: make([][]jsonValue, len(r.Rows)), More: r.More, Changed: r.Changed, Affected: r.Affected}
	for i, row := range r.Rows {
		out.Rows[i] = jsonRow(row)
	}
	return out, nil
}

// sqlOf has it run by another hub.
func (c *call) sqlOf(id, sql string, args value.List, most int64) (sqlOut, error) {
	answer, err := c.ask(id, "sql.query", with("sql", value.Str(sql)), with("args", args), with("limit", value.Int(most)))
	if err != nil {
		return sqlOut{}, err
	}
	affected, _ := answer("affected").(value.Int)
	out := sqlOut{Columns: texts(answer("columns")), Rows: [][]jsonValue{}, Affected: int64(affected)}
	out.More, out.Changed = answer("more") == value.Bool(true), answer("changed") == value.Bool(true)
	rows, _ := answer("rows").(value.List)
	for _, row := range rows {
		items, _ := value.Items(row)
		out.Rows = append(out.Rows, jsonRow(items))
	}
	return out, nil
}

func jsonRow(row []value.Value) []jsonValue {
	cells := make([]jsonValue, len(row))
	for i, v := range row {
		cells[i] = jsonValue{v}
	}
	return cells
}

// texts are the texts of a list.
func texts(v value.Value) []string {
	items, _ := value.Items(v)
	all := make([]string, len(items))
	for i, item := range items {
		all[i] = value.Text(item)
	}
	return all
}

type schemaOut struct {
	Tables []tableOut `json:"tables"`
}

type tableOut struct {
	Name    string      `json:"name"`
	View    bool        `json:"view"`
	SQL     string      `json:"sql" help:"what has made it"`
	Columns []columnOut `json:"columns"`
	Indexes []indexOut  `json:"indexes"`
}

type columnOut struct {
	Name    string `json:"name"`
	Type    string `json:"type" help:"as it was declared; empty: any"`
	NotNull bool   `json:"not_null"`
	Key     int    `json:"key,omitempty" help:"its place in the primary key, from 1"`
	Default string `json:"default,omitempty" help:"an expression"`
}

type indexOut struct {
	Name    string   `json:"name"`
	Unique  bool     `json:"unique"`
	Columns []string `json:"columns" help:"empty where it is an expression"`
}

func getSchema(c *call) (any, error) {
	tables, err := c.session.Schema(c.Context())
	if err != nil {
		return nil, err
	}
	out := schemaOut{Tables: make([]tableOut, len(tables))}
	for i, t := range tables {
		out.Tables[i] = tableOf(t)
	}
	return out, nil
}

func tableOf(t sqldb.Table) tableOut {
	out := tableOut{Name: t.Name, View: t.View, SQL: t.SQL, Columns: []columnOut{}, Indexes: []indexOut{}}
	for _, column := range t.Columns {
		out.Columns = append(out.Columns, columnOut(column))
	}
	for _, index := range t.Indexes {
		out.Indexes = append(out.Indexes, indexOut(index))
	}
	return out
}

type runningOut struct {
	Statements []statementOut `json:"statements"`
}

type statementOut struct {
	ID      uint64     `json:"id"`
	SQL     string     `json:"sql" help:"its beginning, keys blanked"`
	Gateway string     `json:"gateway"`
	From    string     `json:"from" help:"the address of whose it is"`
	Client  string     `json:"client,omitempty" help:"its ID, where it is a registered client's"`
	Since   *time.Time `json:"since"`
	Yours   bool       `json:"yours" help:"it comes from your address"`
}

func getRunning(c *call) (any, error) {
	all, err := c.session.Statements()
	if err != nil {
		return nil, err
	}
	out := runningOut{Statements: []statementOut{}}
	for _, s := range all {
		out.Statements = append(out.Statements, statementOf(s))
	}
	return out, nil
}

func statementOf(s hub.Statement) statementOut {
	return statementOut{ID: s.ID, SQL: s.Text, Gateway: s.Gateway, From: s.From, Client: s.Client, Since: moment(s.Since), Yours: s.Yours}
}

func stopRunning(c *call) (any, error) {
	id, err := strconv.ParseUint(c.PathValue("id"), 10, 64)
	if err != nil {
		return nil, fault.New(fault.NotFound, "'%.20s' is no number of SQL that is under way", c.PathValue("id"))
	}
	return nil, c.session.StopStatement(id)
}
