package web

import (
	"net"
	"net/http"
	"time"

	"althing/access"
	"althing/fault"
	"althing/network"
	"althing/value"
)

// treeOperations are the hubs of the tree, and what administrators do about them.
var treeOperations = []operation{
	{method: http.MethodGet, path: "/tree", act: access.Read, summary: "The hubs of the tree, each behind its parent", out: treeOut{}, run: getTree},
	{
		method: http.MethodPost, path: "/tree/{id}", act: access.Manage, quiet: true, in: hubEnd{}, run: endHub,
		summary: "Have a hub stop, or start again",
	},
	{
		method: http.MethodDelete, path: "/tree/{id}", act: access.Manage, quiet: true, run: forgetHub,
		summary: "Forget a hub right below this one that is away and will not come back",
	},
	{method: http.MethodGet, path: "/parent", act: access.Read, summary: "The hub above this one", out: parentOut{}, run: getParent},
	{method: http.MethodPut, path: "/parent", act: access.Manage, quiet: true, summary: "Put this hub below another", in: parentIn{}, out: parentOut{}, run: putParent},
	{method: http.MethodDelete, path: "/parent", act: access.Manage, quiet: true, summary: "Make this hub one without a parent", run: deleteParent},
	{method: http.MethodGet, path: "/tokens", act: access.Manage, summary: "The tokens by which hubs join below this one", out: tokensOut{}, run: getTokens},
	{method: http.MethodPost, path: "/tokens", act: access.Manage, quiet: true, summary: "Make a token, which is shown only this once", out: tokenMade{}, run: makeToken},
	{method: http.MethodDelete, path: "/tokens/{id}", act: access.Manage, quiet: true, summary: "Withdraw a token, and cut the links of those that came by it", run: withdrawToken},
}

type treeOut struct {
	Hubs []treeHub `json:"hubs"`
}

// treeHub is a hub of the tree.
type treeHub struct {
	ID      string       `json:"id" help:"empty: a server of the old protocol"`
	Parent  string       `json:"parent" help:"the ID of the hub above; empty: there is none"`
	Name    string       `json:"name"`
	Path    string       `json:"path"`
	Host    string       `json:"host"`
	Layer   int          `json:"layer"`
	Version string       `json:"version"`
	Session string       `json:"session" help:"the address of its session port"`
	Text    string       `json:"text" help:"the address of its text port"`
	Own     bool         `json:"own" help:"it is the hub that answers"`
	Up      bool         `json:"up" help:"there is a link to its parent"`
	Since   *time.Time   `json:"since" help:"since when the link is there, or not"`
	Answers bool         `json:"answers" help:"it has said the following just now"`
	Started *time.Time   `json:"started"`
	CPU     float64      `json:"cpu" help:"of its process, in percent of one processor"`
	Memory  int64        `json:"memory" help:"in bytes"`
	Clients []treeClient `json:"clients"`
	More    int          `json:"more" help:"clients that are not listed"`
}

type treeClient struct {
	Name string `json:"name"`
	Host string `json:"host"`
}

func getTree(c *call) (any, error) {
	hubs, err := c.session.Tree(c.Context())
	out := treeOut{Hubs: make([]treeHub, len(hubs))}
	for i, h := range hubs {
		clients := make([]treeClient, len(h.Clients))
		for j, client := range h.Clients {
			clients[j] = treeClient(client)
		}
		out.Hubs[i] = treeHub{
			ID: h.ID, Parent: h.Parent, Name: h.Name, Path: h.Path, Host: h.Host, Layer: h.Layer, Version: h.Version,
			Session: h.Session, Text: h.Text, Own: h.Own, Up: h.Up, Since: moment(h.Since),
			Answers: h.Answers, Started: moment(h.Started), CPU: h.CPU, Memory: h.Memory, Clients: clients, More: h.More,
		}
	}
	return out, err
}

type hubEnd struct {
	Act string `json:"act" help:"restart or stop"`
}

// answered is how long this hub goes on when it was told to stop, so that whoever told
// it is answered.
const answered = 200 * time.Millisecond

func endHub(c *call) (any, error) {
	act := c.in.(*hubEnd).Act
	if act != "restart" && act != "stop" {
		return nil, fault.New(fault.Invalid, "a hub can restart or stop, not '%.20s'", act)
	}
	end, err := c.session.EndHub(c.Context(), c.PathValue("id"), act == "restart")
	if end != nil {
		time.AfterFunc(answered, end)
	}
	return nil, err
}

func forgetHub(c *call) (any, error) { return nil, c.session.ForgetHub(c.PathValue("id")) }

type parentOut struct {
	State   string     `json:"state" help:"none, up or down"`
	Address string     `json:"address,omitempty"`
	Since   *time.Time `json:"since,omitempty" help:"since when it is so"`
	Problem string     `json:"problem,omitempty" help:"why there is no link"`
}

type parentIn struct {
	Parent string `json:"parent" help:"as 'althing token' prints it there, TOKEN@host:port; the token may be left out for a hub of the same tree"`
}

func getParent(c *call) (any, error) {
	d, err := c.session.Parent()
	if err != nil {
		return nil, err
	}
	get := func(name string) string {
		v, _ := d.Get(value.Str(name))
		text, _ := v.(value.Str) // else it is not there
		return string(text)
	}
	out := parentOut{State: get("state"), Address: get("address"), Problem: get("problem")}
	if v, _ := d.Get(value.Str("since")); v != nil {
		if at, is := v.(value.Float); is {
			since := time.UnixMilli(int64(at * 1e3))
			out.Since = &since
		}
	}
	return out, nil
}

func putParent(c *call) (any, error) {
	address, token, err := network.ParseParent(c.in.(*parentIn).Parent)
	if err != nil {
		return nil, err
	}
	if err := c.session.SetParent(c.Context(), address, token); err != nil {
		return nil, err
	}
	return getParent(c)
}

func deleteParent(c *call) (any, error) { return nil, c.session.ClearParent() }

type tokensOut struct {
	Tokens []tokenOut `json:"tokens"`
}

type tokenOut struct {
	ID   string   `json:"id"`
	Hubs []string `json:"hubs" help:"that came by it and are there"`
}

type tokenMade struct {
	Parent string `json:"parent" help:"what the other hub is started with behind --parent"`
}

func getTokens(c *call) (any, error) {
	ids, hubs, err := c.session.Tokens()
	out := tokensOut{Tokens: []tokenOut{}}
	for _, id := range ids {
		out.Tokens = append(out.Tokens, tokenOut{id, append([]string{}, hubs[id]...)})
	}
	return out, err
}

func makeToken(c *call) (any, error) {
	via, _ := c.Context().Value(http.LocalAddrContextKey).(net.Addr)
	line, err := c.session.MakeToken(via)
	return tokenMade{line}, err
}

func withdrawToken(c *call) (any, error) { return nil, c.session.WithdrawToken(c.PathValue("id")) }
