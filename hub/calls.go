package hub

import (
	"context"

	"althing/access"
	"althing/expr"
	"althing/fault"
	"althing/sqldb"
	"althing/value"
)

// Eval works out a text as the text port does. Its Reply is to be waited for, by
// any goroutine: what it has written is on its way when Eval returns.
func (s *Session) Eval(ctx context.Context, text string) Reply {
	if most := s.hub.config.Limits.Query; int64(len(text)) > most {
		s.hub.counts.queries.Add(1)
		return s.failed(fault.New(fault.Limit, "a query may have %d bytes", most))
	}
	program, err := expr.Parse(text)
	return s.Start(ctx, program, err)
}

// SQL runs a text of SQL with the values of its parameters, and gives so many rows
// at most; 0: all that Limits allow. Who may only read gets no further than that.
func (s *Session) SQL(ctx context.Context, sql string, args []value.Value, most int) (sqldb.Result, error) {
	if err := s.act(access.SQLRead); err != nil {
		return sqldb.Result{}, err
	}
	if err := s.settle(ctx); err != nil {
		return sqldb.Result{}, s.refuse(err)
	}
	rights := sqldb.MayRead
	if s.May(access.SQLWrite) == nil {
		rights = sqldb.MayWrite
	}
	result, err := s.hub.runSQL(ctx, s, sql, args, rights, most)
	if err != nil {
		return sqldb.Result{}, s.refuse(err)
	}
	return result, nil
}

// Command runs a hub command, such as "s.info(lamp)", and gives its text.
func (s *Session) Command(ctx context.Context, text string) (string, error) {
	if err := s.act(access.Command); err != nil {
		return "", err
	}
	if err := s.settle(ctx); err != nil {
		return "", s.refuse(err)
	}
	answer, err := s.hub.Command(ctx, s, text)
	if err != nil {
		return "", s.refuse(err)
	}
	return answer, nil
}

// Status is what `althing status` shows.
func (s *Session) Status(ctx context.Context) (*value.Dict, error) {
	if err := s.reading(ctx); err != nil {
		return nil, err
	}
	return s.hub.Status(), nil
}
