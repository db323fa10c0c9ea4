package scope

import (
	"context"

	"althing/access"
	"althing/expr"
	"althing/functions"
	"althing/value"
)

var ownerFuncs = []*expr.Func{expr.NewFunc("functions", listFunctions)}

// function gives the owner's function of a name. found says that there is
// something of that name, err why it is not offered.
func (q *Query) function(name string) (o expr.Object, found bool, err error) {
	set := q.scope.hub.Functions()
	if !q.looked {
		q.looked = true
		set.Look()
	}
	f, found, err := set.Find(name)
	if !found || err != nil {
		return nil, found, err
	}
	return expr.NewFunc(name, func(t *expr.Thread, a expr.Args) (expr.Object, error) {
		return query(t).call(t, set, f, a)
	}), true, nil
}

// call carries out what has gathered and calls a function, which from then on has
// happened whatever becomes of the query.
func (q *Query) call(t *expr.Thread, set *functions.Set, f *functions.Function, a expr.Args) (expr.Object, error) {
	if err := a.Between(f.Name, 0, -1); err != nil {
		return nil, err
	}
	args := make([]value.Value, len(a.Pos))
	for i, o := range a.Pos {
		v, err := expr.ToValue(t, o)
		if err != nil {
			return nil, err
		}
		args[i] = v
	}
	if err := q.settled(t, access.CallOf(f.Role)); err != nil {
		return nil, err
	}
	var v value.Value
	err := q.outside(t, func(ctx context.Context) (err error) {
		v, err = set.Call(ctx, f, args)
		return err
	})
	if err != nil {
		return nil, err
	}
	return expr.FromValue(t, v)
}

// functions() lists the functions of the owner's, and the files that are none with
// the reason.
func listFunctions(t *expr.Thread, a expr.Args) (expr.Object, error) {
	if err := a.Exactly("functions", 0); err != nil {
		return nil, err
	}
	q := query(t)
	if err := q.by.May(access.Read); err != nil {
		return nil, err
	}
	all := q.scope.hub.Functions().List()
	list := make(value.List, len(all))
	for i, e := range all {
		list[i] = value.DictOf(
			"name", value.Str(e.Name), "file", value.Str(e.File), "role", value.Str(e.Role.String()),
			"timeout", value.Float(e.Time.Seconds()), "help", value.Str(e.Help), "refused", value.Str(e.Refused),
		)
	}
	return expr.FromValue(t, list)
}
