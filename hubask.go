package althing

import (
	"context"

	"althing/value"
)

// Rows are what SQL has found.
type Rows struct {
	Columns []string
	Rows    [][]value.Value
	// Changed says that a statement was there to change rows, and Affected how
	// many it has changed.
	Changed  bool
	Affected int
	// More says that there are more rows than SQLSome was to give.
	More bool
}

// SQL has the hub's data base carry out one statement. args take the places of
// its question marks; they are values, or whatever value.FromGo takes.
func (c *Client) SQL(ctx context.Context, statement string, args ...any) (*Rows, error) {
	return c.SQLSome(ctx, 0, statement, args...)
}

// SQLSome is SQL for whoever wants so many rows at most; 0: all. The hub reads no
// more of a statement that changes nothing.
func (c *Client) SQLSome(ctx context.Context, most int, statement string, args ...any) (*Rows, error) {
	values, err := toValues(args)
	if err != nil {
		return nil, err
	}
	params := []value.Pair{param("args", value.List(values))}
	if most > 0 {
		params = append(params, param("limit", value.Int(most)))
	}
	r, err := c.callText(ctx, "sql.query", "sql", statement, params...)
	if err != nil {
		return nil, err
	}
	rows := &Rows{
		Columns:  items(r, "columns", textItem),
		Rows:     items(r, "rows", value.Items),
		Affected: int(optional[value.Int](r, "affected")),
		Changed:  bool(optional[value.Bool](r, "changed")),
		More:     bool(optional[value.Bool](r, "more")),
	}
	return rows, r.err
}

// Eval has the hub work out a Python expression or statement, and returns its
// value as text. An error has the name of the Python exception in its Exception.
func (c *Client) Eval(ctx context.Context, text string) (string, error) {
	r, err := c.callText(ctx, "eval", "text", text)
	if err != nil {
		return "", err
	}
	result := string(field[value.Str](r, "value"))
	return result, r.err
}

// Status is how the server is: its name and version, how much of what it has.
func (c *Client) Status(ctx context.Context) (*value.Dict, error) {
	r, err := c.call(ctx, "status")
	if err != nil {
		return nil, err
	}
	return r.members, nil
}
