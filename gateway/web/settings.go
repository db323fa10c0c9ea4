package web

import (
	"net/http"

	"althing/access"
)

// settingOperations are what the hub runs with.
var settingOperations = []operation{
	{method: http.MethodGet, path: "/settings", act: access.Manage, summary: "Every setting with its value, and where that is from", out: settingsOut{}, run: getSettings},
}

type settingsOut struct {
	Entries []settingRow `json:"entries"`
}

type settingRow struct {
	Name  string `json:"name" help:"of the flag; the variable ALTHING_NAME and a line in the settings file are called so too"`
	Value string `json:"value"`
	From  string `json:"from" help:"flag, default, a variable's name, or a file and its line"`
	Help  string `json:"help"`
}

func getSettings(c *call) (any, error) {
	settings, err := c.session.Settings()
	out := settingsOut{Entries: make([]settingRow, len(settings))}
	for i, s := range settings {
		out.Entries[i] = settingRow(s)
	}
	return out, err
}
