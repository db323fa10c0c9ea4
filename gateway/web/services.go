package web

import (
	"net/http"
	"time"

	"althing/access"
	"althing/fault"
)

// serviceOperations are the work that the hub repeats.
var serviceOperations = []operation{
	{method: http.MethodGet, path: "/services", act: access.Read, summary: "The work that the hub repeats", out: servicesOut{}, run: getServices},
	{method: http.MethodPatch, path: "/services/{name}", act: access.Manage, quiet: true, summary: "Have a service done or not", in: serviceChange{}, run: changeService},
}

type servicesOut struct {
	Entries []serviceRow `json:"entries"`
}

type serviceRow struct {
	Name    string     `json:"name"`
	Does    string     `json:"does"`
	Own     bool       `json:"own" help:"it is the hub's own, and always done"`
	Enabled bool       `json:"enabled"`
	Working bool       `json:"working" help:"it is being done now"`
	Every   float64    `json:"every" help:"in seconds; 0: when it is due"`
	Last    *time.Time `json:"last"`
	Next    *time.Time `json:"next"`
	Problem string     `json:"problem,omitempty" help:"why it has failed the last time"`
}

func getServices(c *call) (any, error) {
	services, err := c.session.Services(c.Context())
	out := servicesOut{Entries: make([]serviceRow, len(services))}
	for i, s := range services {
		out.Entries[i] = serviceRow{
			Name: s.Name, Does: s.Does, Own: s.Own, Enabled: s.Enabled, Working: s.Working, Every: s.Every.Seconds(),
			Last: moment(s.Last), Next: moment(s.Next),
		}
		if s.Err != nil {
			out.Entries[i].Problem = fault.Of(s.Err).Message
		}
	}
	return out, err
}

type serviceChange struct {
	Enabled bool `json:"enabled"`
}

func changeService(c *call) (any, error) {
	return nil, c.session.EnableService(c.PathValue("name"), c.in.(*serviceChange).Enabled)
}
