package web

import (
	"net/http"

	"althing/hub"
)

// sessionOperations are who asks, and coming and going.
var sessionOperations = []operation{
	{method: http.MethodGet, path: "/session", act: anyone, summary: "Who I am here, and which hub this is", out: sessionOut{}, run: getSession},
	{method: http.MethodPost, path: "/session", act: anyone, summary: "Log in with the admin's key or a user's", in: loginIn{}, out: sessionOut{}, noCSRF: true, run: logIn},
	{method: http.MethodDelete, path: "/session", act: anyone, summary: "Log out", run: logOut},
}

type loginIn struct {
	Key string `json:"key" help:"the admin key, or a user's"`
}

type sessionOut struct {
	Role   string   `json:"role" help:"guest, user or admin"`
	Who    string   `json:"who" help:"guest, admin, or user and the name"`
	CSRF   string   `json:"csrf,omitempty" help:"what a page sends as X-CSRF-Token with all but GET"`
	Guests string   `json:"guests" help:"what those without a key may: full, read or none"`
	Hub    hubBrief `json:"hub"`
}

type hubBrief struct {
	Name    string `json:"name"`
	Path    string `json:"path" help:"where it is in the tree of hubs"`
	ID      string `json:"id"`
	Version string `json:"version"`
	Address string `json:"address" help:"of the text port, for devices; empty: it is off"`
}

func getSession(c *call) (any, error) {
	h := c.server.Hub
	path, _ := h.Network().Path()
	out := sessionOut{
		Role: c.session.Role().String(), Who: c.session.Who(), Guests: h.Access().Guests().String(),
		Hub: hubBrief{Name: h.Name(), Path: path, ID: string(h.Network().ID()), Version: hub.Version, Address: h.Address("text")},
	}
	if c.login != nil {
		out.CSRF = c.login.csrf
	}
	return out, nil
}

func logIn(c *call) (any, error) {
	proof, err := c.prove(c.in.(*loginIn).Key)
	if err != nil {
		return nil, err
	}
	if c.cookie != "" {
		c.server.logins.end(c.cookie) // a new login has a new cookie
	}
	c.note("log in")
	c.proof = proof
	c.session = c.conn.session.Once(proof)
	var cookie string
	cookie, c.login = c.server.logins.add(proof)
	c.setCookie(cookie)
	return getSession(c)
}

func logOut(c *call) (any, error) {
	c.note("log out")
	if c.login != nil {
		c.server.logins.end(c.cookie)
	}
	c.setCookie("")
	return nil, nil
}
