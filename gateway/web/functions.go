package web

import (
	"net/http"
	"path/filepath"

	"althing/access"
)

// functionOperations are the functions of the owner's own. They are called as
// expressions.
var functionOperations = []operation{
	{method: http.MethodGet, path: "/functions", act: access.Read, summary: "The functions that the hub's owner has added", out: functionsOut{}, run: getFunctions},
}

type functionsOut struct {
	Folder  string        `json:"folder" help:"any program in it is a function"`
	Entries []functionRow `json:"entries"`
}

type functionRow struct {
	Name    string  `json:"name"`
	File    string  `json:"file,omitempty"`
	Help    string  `json:"help"`
	Role    string  `json:"role" help:"the least that a caller must be"`
	Timeout float64 `json:"timeout" help:"in seconds"`
	Refused string  `json:"refused,omitempty" help:"why it is not offered"`
}

func getFunctions(c *call) (any, error) {
	out := functionsOut{Folder: filepath.Join(c.server.Hub.Data(), "functions"), Entries: []functionRow{}}
	for _, e := range c.server.Hub.Functions().List() {
		out.Entries = append(out.Entries, functionRow{
			Name: e.Name, File: e.File, Help: e.Help, Role: e.Role.String(), Timeout: e.Time.Seconds(), Refused: e.Refused,
		})
	}
	return out, nil
}
