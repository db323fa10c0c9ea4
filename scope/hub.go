package scope

import (
	"context"

	"althing/access"
	"althing/expr"
	"althing/value"
)

var hubFuncs = []*expr.Func{
	expr.NewFunc("status", status),
	expr.NewFunc("admin", admin),
	expr.NewFunc("login", login),
}

// status() gives what `althing status` shows.
func status(t *expr.Thread, a expr.Args) (expr.Object, error) {
	if err := a.Exactly("status", 0); err != nil {
		return nil, err
	}
	q := query(t)
	if err := q.by.May(access.Read); err != nil {
		return nil, err
	}
	if err := q.reading(t); err != nil {
		return nil, err
	}
	return expr.FromValue(t, q.scope.hub.Status())
}

var adminParams = expr.NewParams("admin", "key command")

// admin(KEY, 's.info()') runs one hub command as an administrator.
func admin(t *expr.Thread, a expr.Args) (expr.Object, error) {
	var first, second expr.Object
	if err := adminParams.Bind(a, &first, &second); err != nil {
		return nil, err
	}
	key, err := text("admin", "key", first)
	if err != nil {
		return nil, err
	}
	command, err := text("admin", "command", second)
	if err != nil {
		return nil, err
	}
	q := query(t)
	if err := q.scope.hub.CheckKey(q.by, key); err != nil {
		return nil, err
	}
	by := q.by
	defer func() { q.by = by }()
	q.by = administrator{by}
	answer, err := q.runCommand(t, command)
	if err != nil {
		return nil, err
	}
	return value.Str(answer), nil
}

var loginParams = expr.NewParams("login", "key")

// login(KEY) gives the caller the role of whose key it is until its connection
// ends: for the rest of the query, and in line mode for all that follow.
func login(t *expr.Thread, a expr.Args) (expr.Object, error) {
	var first expr.Object
	if err := loginParams.Bind(a, &first); err != nil {
		return nil, err
	}
	key, err := text("login", "key", first)
	if err != nil {
		return nil, err
	}
	who, err := query(t).by.Login(key)
	if err != nil {
		return nil, err
	}
	return value.Str(who), nil
}

// administrator is a caller for as long as one command with the key in it runs.
type administrator struct{ Caller }

func (administrator) May(access.Act) error { return nil }

// Certain says that the command need not be sent a second time: with the key in
// it, it is no slip.
func (administrator) Certain() bool { return true }

// runCommand carries out what has gathered and runs a hub command.
func (q *Query) runCommand(t *expr.Thread, command string) (answer string, err error) {
	if err := q.by.May(access.Command); err != nil {
		return "", err
	}
	if err := q.flush(t); err != nil {
		return "", err
	}
	err = q.outside(t, func(ctx context.Context) error {
		answer, err = q.scope.hub.Command(ctx, q.by, command)
		return err
	})
	return answer, err
}
