package session

import (
	"context"
	"strings"

	"althing"
	"althing/fault"
	"althing/hub"
	"althing/value"
)

// does is what a method does with the session. What it gives may be waited for
// later.
type does func(ctx context.Context, session *hub.Session, p *params) (althing.Answer, error)

// addMethods adds what the hub has beyond a server of package althing.
func (s *Server) addMethods() error {
	s.does = map[string]does{
		"eval":             eval,
		"registry.set":     set,
		"registry.get":     get,
		"registry.fetch":   fetch,
		"registry.list":    list,
		"registry.delete":  remove,
		"registry.history": history,
		"group.list":       groups,
		"group.members":    members,
		"sql.query":        query,
		"recording.start":  startRecording,
		"recording.stop":   stopRecording,
		"recording.list":   listRecordings,
		"status":           status,
		"command":          command,
	}
	answers := map[string]hub.Answer{}
	for name, do := range s.does {
		answers[name] = answersTo(do)
		if name == "status" || name == "command" {
			continue // the server has its own
		}
		if strings.HasPrefix(name, "registry.") {
			do = s.reaching(name, do)
		}
		if err := s.server.Method(name, false, inOrder(do)); err != nil {
			return err
		}
	}
	answers[requestQuestion] = s.request
	s.hub.Answers(answers)
	for name, do := range map[string]does{"group.join": join, "group.leave": leave, "at": s.at} {
		if err := s.server.Method(name, false, inOrder(do)); err != nil {
			return err
		}
	}
	for name, m := range map[string]struct {
		waits bool
		do    althing.MethodFunc
	}{
		"registry.watch": {false, s.watch},
		"unwatch":        {false, unwatch},
		"inbox.next":     {true, next},
		"inbox.push":     {false, push},
		"backup.begin":   {true, s.backupBegin},
		"backup.end":     {true, s.backupEnd},
	} {
		if err := s.server.Method(name, m.waits, m.do); err != nil {
			return err
		}
	}
	return s.addTreeMethods()
}

// inOrder is a method that has the session to itself.
func inOrder(do does) althing.MethodFunc {
	return func(ctx context.Context, _ *althing.Conn, given *value.Dict) (answer althing.Answer, err error) {
		err = linkOf(ctx).use(func(session *hub.Session) error {
			answer, err = do(ctx, session, &params{of: given})
			return err
		})
		return answer, err
	}
}

// done is an answer without a value.
var done = althing.Answer{}

// answer is the answer of a method whose result has the given members.
func answer(pairs ...value.Pair) (althing.Answer, error) {
	d, err := value.NewDict(pairs)
	return althing.Answer{Value: d}, err
}

// member is one member of a result.
func member(name string, v value.Value) value.Pair {
	return value.Pair{Key: value.Str(name), Value: v}
}

// later is the answer of a method that has begun to write: done gives the answer
// when it is written.
func later(written hub.Pending, answer func(revision uint64) (althing.Answer, error)) (althing.Answer, error) {
	return althing.Answer{Later: func(ctx context.Context) (althing.Answer, error) {
		revision, err := written.Wait(ctx)
		if err != nil {
			return done, err
		}
		return answer(revision)
	}}, nil
}

// stored is later's answer for what has no revision.
func stored(uint64) (althing.Answer, error) { return done, nil }

// eval works out a text.
func eval(ctx context.Context, session *hub.Session, p *params) (althing.Answer, error) {
	text := p.text("text")
	if p.err != nil {
		return done, p.err
	}
	reply := session.Eval(ctx, text)
	return althing.Answer{Later: func(context.Context) (althing.Answer, error) {
		text, err := reply.Result()
		if err != nil {
			reply.Done()
			return done, raised(err)
		}
		a, err := answer(member("value", value.Str(text)))
		a.After = reply.Done
		return a, err
	}}, nil
}

// raised is an error of an evaluation, which has the Python exception's name.
func raised(err error) error {
	e := *fault.Of(err)
	e.Exception = e.Type()
	return &e
}

// query has SQL done.
func query(ctx context.Context, session *hub.Session, p *params) (althing.Answer, error) {
	sql, args, most := p.text("sql"), p.list("args"), p.count("limit")
	if p.err != nil {
		return done, p.err
	}
	result, err := session.SQL(ctx, sql, args, most)
	if err != nil {
		return done, err
	}
	rows := make(value.List, len(result.Rows))
	for i, row := range result.Rows {
		rows[i] = value.List(row)
	}
	return answer(
		member("columns", value.Texts(result.Columns)), member("rows", rows),
		member("affected", value.Int(result.Affected)), member("changed", value.Bool(result.Changed)),
		member("more", value.Bool(result.More)),
	)
}

// status is what the hub says about itself.
func status(ctx context.Context, session *hub.Session, _ *params) (althing.Answer, error) {
	d, err := session.Status(ctx)
	return althing.Answer{Value: d}, err
}

// command runs a hub command for somebody at another hub.
func command(ctx context.Context, session *hub.Session, p *params) (althing.Answer, error) {
	text := p.text("text")
	if p.err != nil {
		return done, p.err
	}
	said, err := session.Command(ctx, text)
	if err != nil {
		return done, err
	}
	return answer(member("text", value.Str(said)))
}
