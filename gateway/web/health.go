package web

import (
	"io"
	"net/http"
)

// healthOperations tell a supervisor whether the hub lives, and whether it is to be
// asked.
var healthOperations = []operation{
	{method: http.MethodGet, path: "/healthz", plain: true, act: anyone, summary: "Whether the hub lives", serve: alive, kind: plainText},
	{method: http.MethodGet, path: "/readyz", plain: true, act: anyone, summary: "Whether the hub answers and is not about to stop", serve: ready, kind: plainText},
}

const plainText = "text/plain"

func alive(_ *call, w http.ResponseWriter) error {
	w.Header().Set("Content-Type", plainText+"; charset=utf-8")
	_, _ = io.WriteString(w, "ok\n")
	return nil
}

func ready(c *call, w http.ResponseWriter) error {
	select {
	case <-c.server.Hub.Stopping():
		return errStopping
	default:
		return alive(c, w)
	}
}
