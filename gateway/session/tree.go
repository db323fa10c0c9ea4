package session

import (
	"context"
	"maps"
	"slices"

	"althing"
	"althing/hub"
	"althing/value"
)

// makeToken makes a token for hubs that are to come below this one.
func makeToken(ctx context.Context, conn *althing.Conn, _ *value.Dict) (althing.Answer, error) {
	var line string
	err := linkOf(ctx).use(func(session *hub.Session) (err error) {
		line, err = session.MakeToken(conn.LocalAddr())
		return err
	})
	if err != nil {
		return done, err
	}
	return answer(member("parent", value.Str(line)))
}

func listTokens(_ context.Context, session *hub.Session, _ *params) (althing.Answer, error) {
	ids, hubs, err := session.Tokens()
	if err != nil {
		return done, err
	}
	all := make(value.List, len(ids))
	for i, id := range ids {
		all[i] = value.DictOf("id", value.Str(id), "hubs", value.Texts(hubs[id]))
	}
	return answer(member("tokens", all))
}

func withdrawToken(_ context.Context, session *hub.Session, p *params) (althing.Answer, error) {
	id := p.text("id")
	if p.err != nil {
		return done, p.err
	}
	return done, session.WithdrawToken(id)
}

func forgetHub(_ context.Context, session *hub.Session, p *params) (althing.Answer, error) {
	name := p.text("hub")
	if p.err != nil {
		return done, p.err
	}
	return done, session.ForgetHub(name)
}

// setParent moves the hub, which takes as long as the other one to answer.
func setParent(ctx context.Context, session *hub.Session, p *params) (althing.Answer, error) {
	address, token := p.text("address"), p.maybeText("token")
	if p.err != nil {
		return done, p.err
	}
	return done, session.SetParent(ctx, address, token)
}

func clearParent(_ context.Context, session *hub.Session, _ *params) (althing.Answer, error) {
	return done, session.ClearParent()
}

// addTreeMethods adds what administrators do about the hub's place in its tree.
func (s *Server) addTreeMethods() error {
	all := map[string]althing.MethodFunc{
		"token.make": makeToken, "token.list": inOrder(listTokens), "token.withdraw": inOrder(withdrawToken),
		"parent.set": inOrder(setParent), "parent.clear": inOrder(clearParent),
		"hub.forget": inOrder(forgetHub),
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if err := s.server.Method(name, true, all[name]); err != nil {
			return err
		}
	}
	return nil
}
