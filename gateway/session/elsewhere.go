package session

import (
	"context"
	"strings"

	"althing"
	"althing/access"
	"althing/fault"
	"althing/hub"
	"althing/value"
)

// answersTo makes of a method what answers another hub that asks the same: in a
// session of its own, with the rights that whoever asks may have here.
func answersTo(do does) hub.Answer {
	return func(ctx context.Context, session *hub.Session, given *value.Dict) (value.Value, error) {
		a, err := do(ctx, session, &params{of: given})
		for err == nil && a.Later != nil {
			a, err = a.Later(ctx)
		}
		if err != nil {
			return nil, err
		}
		if a.After != nil {
			a.After()
		}
		if a.Value == nil {
			return &value.Dict{}, nil
		}
		return a.Value, nil
	}
}

// at has one of the methods that hubs answer each other done by another hub.
func (s *Server) at(ctx context.Context, session *hub.Session, p *params) (althing.Answer, error) {
	name, method := p.text("hub"), p.text("method")
	given, ok := p.needed("params").(*value.Dict)
	if !ok {
		p.wrong("'params' are the params of the method")
	}
	if p.err != nil {
		return done, p.err
	}
	do, known := s.does[method]
	if !known {
		return done, fault.New(fault.NotFound, "hubs do not ask each other for '%.40s'", method)
	}
	a, err := s.hub.Locate(method + "@" + name)
	switch {
	case err != nil:
		return done, err
	case a.Every:
		return done, fault.New(fault.Invalid, "'hub' names one hub")
	case a.Here:
		return do(ctx, session, &params{of: given})
	}
	return ask(session, a.Hubs[0], method, given)
}

// ask has a method done by another hub. What the client sends next does not wait
// for that.
func ask(session *hub.Session, to, method string, given *value.Dict) (althing.Answer, error) {
	asker, err := session.Asker()
	if err != nil {
		return done, err
	}
	return althing.Answer{Later: func(ctx context.Context) (althing.Answer, error) {
		v, err := asker.Ask(ctx, to, method, given)
		if key, named := given.Get(value.Str("key")); err != nil && named && method == "registry.get" && hub.Away(err) {
			if last, known := lastOf(asker, to, value.Text(key), err); known {
				return last, nil
			}
		}
		return althing.Answer{Value: v}, err
	}}, nil
}

// lastOf answers for a hub that is away with the value that a key had there when
// it was asked for last.
func lastOf(asker hub.Asker, to, key string, why error) (althing.Answer, bool) {
	was, age, known := asker.Last(to, key)
	if !known {
		return done, false
	}
	a, err := answer(append(was.Pairs(), member("age", value.Float(age.Seconds())), member("away", value.Str(fault.Of(why).Message)))...)
	return a, err == nil
}

// reaching is a method that another hub does when its key or pattern is there.
func (s *Server) reaching(method string, do does) does {
	where := "key"
	if everywhere[method] != "" || method == "registry.delete" {
		where = "pattern"
	}
	return func(ctx context.Context, session *hub.Session, p *params) (althing.Answer, error) {
		named := p.maybeText(where)
		if !strings.Contains(named, "@") {
			return do(ctx, session, p)
		}
		a, err := s.hub.Locate(named)
		if err != nil {
			return done, err
		}
		given := with(p.of, member(where, value.Str(a.Name)))
		switch {
		case a.Every:
			return s.everyHub(ctx, session, a, method, do, given)
		case a.Here:
			return do(ctx, session, &params{of: given})
		}
		return ask(session, a.Hubs[0], method, given)
	}
}

// with is params with another member.
func with(given *value.Dict, other value.Pair) *value.Dict {
	pairs := given.Pairs()
	all := make([]value.Pair, 0, len(pairs))
	for _, pair := range pairs {
		if value.Equal(pair.Key, other.Key) {
			pair = other
		}
		all = append(all, pair)
	}
	d, _ := value.NewDict(all) // its keys were those of a dict
	return d
}

// everywhere are the methods that can be done at all hubs, by the member of their
// results that has the keys.
var everywhere = map[string]string{"registry.fetch": "entries", "registry.list": "keys"}

// everyHub has a method done by all hubs. Those that do not answer are missing.
func (s *Server) everyHub(ctx context.Context, session *hub.Session, a hub.Address, method string, do does, given *value.Dict) (althing.Answer, error) {
	result := everywhere[method]
	if _, paged := given.Get(value.Str("limit")); result == "" || paged {
		return done, fault.New(fault.Invalid, "that is asked of one hub, not of all")
	}
	own, err := do(ctx, session, &params{of: given})
	if err != nil {
		return done, err
	}
	asker, err := session.Asker()
	if err != nil {
		return done, err
	}
	return althing.Answer{Later: func(ctx context.Context) (althing.Answer, error) {
		var found gathered
		found.add(s.hub.Name(), own.Value, result)
		missing, err := asker.AskAll(ctx, a.Hubs, method, given, func(name string, v value.Value) error {
			found.add(name, v, result)
			return nil
		})
		if err != nil {
			return done, err
		}
		all := value.Value(found.keys)
		if result == "entries" {
			if all, err = value.NewDict(found.entries); err != nil {
				return done, err
			}
		}
		return answer(member(result, all), member("missing", missing))
	}}, nil
}

// gathered is what hubs have answered, each key with its hub.
type gathered struct {
	keys    value.List
	entries []value.Pair
}

func (g *gathered) add(name string, v value.Value, result string) {
	d, ok := v.(*value.Dict)
	if !ok {
		return
	}
	found, _ := d.Get(value.Str(result))
	switch found := found.(type) {
	case value.List:
		for _, key := range found {
			g.keys = append(g.keys, value.Str(value.Text(key)+"@"+name))
		}
	case *value.Dict:
		for _, pair := range found.Pairs() {
			g.entries = append(g.entries, member(value.Text(pair.Key)+"@"+name, pair.Value))
		}
	}
}

// requestFrom asks a client of another hub for a value.
func (s *Server) requestFrom(ctx context.Context, c *althing.Conn, to, name string, args []value.Value) (value.Value, error) {
	a, err := s.hub.Locate(to)
	switch {
	case err != nil:
		return nil, err
	case a.Every:
		return nil, fault.New(fault.Invalid, "a request is for one client")
	case a.Here:
		return s.server.RequestFrom(ctx, c.Name(), a.Name, name, args)
	}
	var asker hub.Asker
	err = linkOf(ctx).use(func(session *hub.Session) (err error) {
		asker, err = session.Asker()
		return err
	})
	if err != nil {
		return nil, err
	}
	given, err := value.NewDict([]value.Pair{
		member("from", value.Str(c.Name())), member("to", value.Str(a.Name)), member("name", value.Str(name)), member("args", value.List(args)),
	})
	if err != nil {
		return nil, err
	}
	return asker.Ask(ctx, a.Hubs[0], requestQuestion, given)
}

// requestQuestion is how one hub asks another to ask a client.
const requestQuestion = "request"

// request asks a client of this hub for somebody at another.
func (s *Server) request(ctx context.Context, session *hub.Session, given *value.Dict) (value.Value, error) {
	p := &params{of: given}
	from, to, name, args := p.text("from"), p.text("to"), p.text("name"), p.list("args")
	if p.err != nil {
		return nil, p.err
	}
	if err := session.May(access.Send); err != nil {
		return nil, err
	}
	by := session.Addr()
	v, err := s.server.RequestFrom(ctx, from+by[strings.LastIndexByte(by, '@'):], to, name, args)
	if v == nil {
		v = value.None{}
	}
	return v, err
}
