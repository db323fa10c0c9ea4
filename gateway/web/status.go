package web

import (
	"net/http"

	"althing/access"
)

// statusOperations are how the hub is.
var statusOperations = []operation{
	{method: http.MethodGet, path: "/status", act: access.Read, summary: "How the hub is: where it listens, its links, and its sizes", out: jsonValue{}, run: getStatus},
}

func getStatus(c *call) (any, error) {
	status, err := c.session.Status(c.Context())
	if err != nil {
		return nil, err
	}
	return jsonValue{status}, nil
}
