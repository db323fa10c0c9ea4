package web

import (
	"net/http"

	"althing/access"
	"althing/value"
)

// commandOperations are the hub's commands.
var commandOperations = []operation{
	{method: http.MethodGet, path: "/commands", act: access.Read, summary: "The hub's commands, with help", out: commandsOut{}, run: getCommands},
	{
		method: http.MethodPost, path: "/commands", act: access.Command, summary: "Run a command such as s.info(lamp)",
		params: []param{hubParam}, in: commandIn{}, out: commandRan{}, run: runCommand,
	},
}

type commandsOut struct {
	Commands []commandOut `json:"commands"`
}

type commandOut struct {
	Name     string   `json:"name"`
	Usage    string   `json:"usage" help:"how it is called; [o] may be left out, [r] may be repeated"`
	Help     string   `json:"help"`
	Category string   `json:"category"`
	Needs    []string `json:"needs" help:"the permissions that the caller must have; none: user"`
}

type commandIn struct {
	Text string `json:"text" help:"the command with its arguments in brackets"`
}

type commandRan struct {
	Text string `json:"text" help:"what it says"`
}

func getCommands(c *call) (any, error) {
	out := commandsOut{Commands: []commandOut{}}
	for _, command := range c.server.Hub.Server().Commands() {
		needs := command.Needs
		if needs == nil {
			needs = []string{}
		}
		out.Commands = append(out.Commands, commandOut{
			Name: command.Name, Usage: command.Usage(), Help: command.Description, Category: command.Category, Needs: needs,
		})
	}
	return out, nil
}

func runCommand(c *call) (any, error) {
	text := c.in.(*commandIn).Text
	c.note("command " + text)
	id, other, err := c.elsewhere()
	if err != nil {
		return nil, err
	}
	if other {
		answer, err := c.ask(id, "command", with("text", value.Str(text)))
		if err != nil {
			return nil, err
		}
		return commandRan{value.Text(answer("text"))}, nil
	}
	said, err := c.session.Command(c.Context(), text)
	return commandRan{said}, err
}
