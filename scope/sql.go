package scope

import (
	"context"

	"althing/access"
	"althing/expr"
	"althing/messaging"
	"althing/sqldb"
	"althing/value"
)

var sqlFuncs = []*expr.Func{
	expr.NewFunc("dbExec", dbExecFunc),
	expr.NewFunc("dbQuery", dbQuery),
}

var dbExecParams = expr.NewParams("dbExec", "id sql?")

// dbExec(id, sql) runs SQL; its rows go to the client's inbox. dbExec(sql) gives
// them as a list of tuples.
func dbExecFunc(t *expr.Thread, a expr.Args) (expr.Object, error) {
	var first, second expr.Object
	if err := dbExecParams.Bind(a, &first, &second); err != nil {
		return nil, err
	}
	q := query(t)
	if second == nil {
		sql, err := text("dbExec", "sql", first)
		if err != nil {
			return nil, err
		}
		r, err := q.sql(t, sql)
		if err != nil {
			return nil, err
		}
		if r.Columns == nil {
			return affected(r), nil
		}
		return expr.FromValue(t, rows(r))
	}
	id, err := text("dbExec", "id", first)
	if err != nil {
		return nil, err
	}
	sql, err := text("dbExec", "sql", second)
	if err != nil {
		return nil, err
	}
	if err := q.speaksFor(t, id); err != nil {
		return nil, err
	}
	return q.dbExec(t, id, sql)
}

// dbExec runs SQL for a client.
func (q *Query) dbExec(t *expr.Thread, id, sql string) (expr.Object, error) {
	r, err := q.sql(t, sql)
	if err != nil {
		return nil, err
	}
	if r.Columns != nil {
		texts := make([]string, len(r.Rows))
		for i, row := range r.Rows {
			texts[i] = value.Repr(value.Tuple(row))
			if err := t.Charge(int64(len(texts[i]))); err != nil {
				return nil, err
			}
		}
		if err := q.deliver(t, id, messaging.SQLite, texts); err != nil {
			return nil, err
		}
	}
	return affected(r), nil
}

// affected is the number of rows that a statement changed, or OK where that
// says nothing.
func affected(r sqldb.Result) expr.Object {
	if r.Changed {
		return value.Int(r.Affected)
	}
	return ok
}

func rows(r sqldb.Result) value.List {
	list := make(value.List, len(r.Rows))
	for i, row := range r.Rows {
		list[i] = value.Tuple(row)
	}
	return list
}

var dbQueryParams = expr.NewParams("dbQuery", "sql")

// dbQuery(sql) gives the names of the columns and the rows.
func dbQuery(t *expr.Thread, a expr.Args) (expr.Object, error) {
	var arg expr.Object
	if err := dbQueryParams.Bind(a, &arg); err != nil {
		return nil, err
	}
	sql, err := text("dbQuery", "sql", arg)
	if err != nil {
		return nil, err
	}
	r, err := query(t).sql(t, sql)
	if err != nil {
		return nil, err
	}
	return expr.FromValue(t, value.Tuple{value.Texts(r.Columns), rows(r)})
}

// sql carries out what has gathered and runs SQL, which from then on has
// happened whatever becomes of the query.
func (q *Query) sql(t *expr.Thread, sql string) (r sqldb.Result, err error) {
	if err := q.settled(t, access.SQLRead); err != nil {
		return r, err
	}
	rights := sqldb.MayRead
	if q.by.May(access.SQLWrite) == nil {
		rights = sqldb.MayWrite
	}
	err = q.outside(t, func(ctx context.Context) error {
		r, err = q.scope.hub.SQL(ctx, q.by, sql, rights)
		return err
	})
	return r, err
}
