package web

import (
	"context"
	"net/http"
	"time"

	"althing/access"
	"althing/fault"
	"althing/hub"
)

// clientOperations are who is there, and what administrators do about them.
var clientOperations = []operation{
	{method: http.MethodGet, path: "/clients", act: access.Read, summary: "The clients, and connections that are no client's", out: clientsOut{}, run: getClients},
	{method: http.MethodGet, path: "/clients/{id}", act: access.Read, summary: "One of them", out: clientRow{}, run: getClient},
	{
		method: http.MethodPatch, path: "/clients/{id}", act: access.Manage, quiet: true, in: clientChange{}, out: clientRow{}, run: changeClient,
		summary: "Give a client another name or other rights, mute it, or listen to it again",
	},
	{method: http.MethodDelete, path: "/clients/{id}", act: access.Manage, quiet: true, summary: "Kick a client, or cut a connection off", run: kickClient},
	{
		method: http.MethodPost, path: "/clients/{id}/ping", act: access.Manage, quiet: true, out: pingOut{}, run: pingClient,
		summary: "Measure how long a word to a client and back takes",
	},
}

// clientRow is how a client is.
type clientRow struct {
	Key         string    `json:"key" help:"the client's ID, or the connection's: conn-17"`
	Client      bool      `json:"client" help:"it is a client with an inbox; else a connection only"`
	Name        string    `json:"name"`
	Description string    `json:"description,omitempty"`
	Gateway     string    `json:"gateway" help:"by which it comes: text, session, cpu, web"`
	Protocol    string    `json:"protocol,omitempty"`
	Address     string    `json:"address" help:"local is the hub's own machine"`
	Role        string    `json:"role" help:"guest, user or admin"`
	Rights      []string  `json:"rights" help:"permissions that it was given, admin among them"`
	Groups      []string  `json:"groups"`
	Here        bool      `json:"here" help:"it has a connection now"`
	Since       time.Time `json:"since" help:"of the connection; without one when it was last heard"`
	Ping        float64   `json:"ping,omitempty" help:"in seconds, as it was measured last"`
	Muted       bool      `json:"muted"`
	Inbox       int       `json:"inbox" help:"messages that wait"`
}

func rowOf(c hub.ClientState) clientRow {
	return clientRow{
		Key: c.ID, Client: c.Registered, Name: c.Name, Description: c.Description, Gateway: c.Gateway, Protocol: c.Protocol,
		Address: c.Address, Role: c.Role.String(), Rights: append([]string{}, c.Permissions...), Groups: append([]string{}, c.Groups...),
		Here: c.Here, Since: c.Since, Ping: c.Ping.Seconds(), Muted: c.Muted, Inbox: c.Waiting,
	}
}

type clientsOut struct {
	Entries []clientRow `json:"entries"`
	More    bool        `json:"more" help:"there are others"`
}

func getClients(c *call) (any, error) {
	o, err := c.session.Overview()
	if err != nil {
		return nil, err
	}
	list, more := o.Clients(mostRows)
	out := clientsOut{Entries: make([]clientRow, len(list)), More: more}
	for i, client := range list {
		out.Entries[i] = rowOf(client)
	}
	return out, nil
}

func getClient(c *call) (any, error) {
	o, err := c.session.Overview()
	if err != nil {
		return nil, err
	}
	client, found := o.Client(c.PathValue("id"))
	if !found {
		return nil, fault.New(fault.NotFound, "there is no client or connection '%.40s' any more", c.PathValue("id"))
	}
	return rowOf(client), nil
}

type clientChange struct {
	Name   *string   `json:"name,omitempty"`
	Rights *[]string `json:"rights,omitempty" help:"all that it is to have from now on"`
	Muted  *bool     `json:"muted,omitempty"`
}

// changeClient does what is asked for in the order of what cannot go wrong last.
func changeClient(c *call) (any, error) {
	change, id := c.in.(*clientChange), c.PathValue("id")
	if change.Name != nil {
		if err := c.session.RenameClient(c.Context(), id, *change.Name); err != nil {
			return nil, err
		}
	}
	if change.Rights != nil {
		if err := c.session.SetPermissions(id, *change.Rights); err != nil {
			return nil, err
		}
	}
	if change.Muted != nil {
		if err := c.session.Mute(id, *change.Muted); err != nil {
			return nil, err
		}
	}
	return getClient(c)
}

func kickClient(c *call) (any, error) { return nil, c.session.Kick(c.Context(), c.PathValue("id")) }

type pingOut struct {
	Seconds float64 `json:"seconds"`
}

func pingClient(c *call) (any, error) {
	ctx, cancel := context.WithTimeout(c.Context(), pingPatience)
	defer cancel()
	took, err := c.session.PingClient(ctx, c.PathValue("id"))
	return pingOut{took.Seconds()}, err
}

// pingPatience is how long a client may take to answer a ping: somebody looks at the
// page meanwhile.
const pingPatience = 5 * time.Second

// tellClients tells who is there.
func tellClients(ctx context.Context, s *source) error {
	return tellOverview(ctx, s, func(o hub.Overview) (all []row, more bool) {
		clients, more := o.Clients(mostRows)
		for _, c := range clients {
			all = append(all, row{c.ID, rowOf(c)})
		}
		return all, more
	})
}

// trafficRow is one thing that a client has said, or was told.
type trafficRow struct {
	At   time.Time `json:"at"`
	Said bool      `json:"said"` // by the client; else to it
	Text string    `json:"text"`
}

// tellTraffic tells what a client says and hears.
func tellTraffic(ctx context.Context, s *source) error {
	return tellWhatHappens(ctx, s, "traffic", func(tell func(hub.Traffic)) (func(), error) {
		return s.session.Tap(s.about, tell)
	}, func(t hub.Traffic) trafficRow { return trafficRow{t.At, t.Said, t.Text} })
}
