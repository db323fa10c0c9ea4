package hub

import (
	"context"
	"net"
	"time"

	"althing/access"
	"althing/fault"
	"althing/network"
	"althing/value"
)

// What administrators do about the hub's place in its tree.

// MakeToken makes a token by which others join below this hub, and gives what is to
// be pasted there behind --parent. via is the address of this machine to which the
// asker has come; nil: unknown.
func (s *Session) MakeToken(via net.Addr) (line string, err error) {
	if err := s.act(access.Manage); err != nil {
		return "", err
	}
	at := s.hub.reachedVia(via)
	if at == "" {
		return "", s.refuse(fault.New(fault.Unavailable, "no hub can join this one: its session port is off; start it without --session off"))
	}
	token, err := s.hub.node.MakeToken()
	if err != nil {
		return "", s.refuse(err)
	}
	s.note("token")
	_, fingerprint := s.hub.Security()
	return network.Line(token, fingerprint, at), nil
}

// Tokens gives the IDs of the tokens that are good, and the hubs that came by each
// and are there.
func (s *Session) Tokens() (ids []string, hubs map[string][]string, err error) {
	if err := s.act(access.Manage); err != nil {
		return nil, nil, err
	}
	ids, hubs = s.hub.node.Tokens()
	return ids, hubs, nil
}

// WithdrawToken makes a token worthless, and cuts the links of those that came by
// it.
func (s *Session) WithdrawToken(id string) error {
	if err := s.act(access.Manage); err != nil {
		return err
	}
	s.note("token withdraw " + id)
	return s.orRefused(s.hub.node.Withdraw(id))
}

// ForgetHub forgets a hub right below this one, by its name, path or ID, which is away
// and will not come back.
func (s *Session) ForgetHub(name string) error {
	if err := s.act(access.Manage); err != nil {
		return err
	}
	id, err := s.hub.node.Find(name)
	if err != nil {
		return s.refuse(err)
	}
	s.note("net forget " + s.hub.node.Name(id))
	return s.orRefused(s.hub.node.Lose(id))
}

// SetParent puts the hub below another one, which takes part of a second. It stays
// where it is when the other cannot be had.
func (s *Session) SetParent(ctx context.Context, address, token string) error {
	if err := s.act(access.Manage); err != nil {
		return err
	}
	to, token, err := parentAt(address, token)
	if err != nil {
		return s.refuse(err)
	}
	s.note("parent set " + to)
	return s.orRefused(s.hub.node.Move(ctx, to, token))
}

// ClearParent makes the hub one without a parent.
func (s *Session) ClearParent() error {
	if err := s.act(access.Manage); err != nil {
		return err
	}
	s.note("parent clear")
	return s.orRefused(s.hub.node.Leave())
}

// Parent tells of the hub above, as status does.
func (s *Session) Parent() (*value.Dict, error) {
	if err := s.act(access.Read); err != nil {
		return nil, err
	}
	return s.hub.parent(), nil
}

// orRefused is refuse, for what may have gone well.
func (s *Session) orRefused(err error) error {
	if err == nil {
		return nil
	}
	return s.refuse(err)
}

// parentAt reads an address as it is given: with a token before it or beside it, or
// alone. What it gives as the address has no token in it.
func parentAt(given, token string) (address, its string, err error) {
	if token != "" {
		given = token + "@" + given
	}
	return network.ParseParent(given)
}

// parent is what is known of the hub above.
func (h *Hub) parent() *value.Dict {
	above := h.node.Above()
	if above.Address == "" {
		return value.DictOf("state", value.Str("none"))
	}
	state := "up"
	if !above.Up {
		state = "down"
	}
	pairs := []any{"state", value.Str(state), "address", value.Str(above.Address), "since", value.Value(value.None{})}
	if !above.Since.IsZero() {
		pairs[5] = value.Float(float64(above.Since.UnixMilli()) / float64(time.Second/time.Millisecond))
	}
	if above.Problem != "" {
		pairs = append(pairs, "problem", value.Str(above.Problem))
	}
	return value.DictOf(pairs...)
}

// reachedVia is the address of the session port for a hub that is to come: the one
// of this machine that the asker has come to, if it is not on this machine itself.
func (h *Hub) reachedVia(via net.Addr) string {
	at := h.Address("session")
	host, port, err := net.SplitHostPort(at)
	if err != nil {
		return ""
	}
	listens := net.ParseIP(host)
	if via != nil && listens != nil && listens.IsUnspecified() {
		if come := IPOf(via); come.IsValid() && !come.IsLoopback() {
			return net.JoinHostPort(come.String(), port)
		}
	}
	return reachable(at)
}
