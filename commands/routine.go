package commands

import (
	"context"
	"strings"

	"althing"
	"althing/fault"
)

func (b *builtins) closeDatasock(_ context.Context, call *althing.Call) (althing.Answer, error) {
	var lines, missing []string
	for _, name := range argTexts(call.Args) {
		sock, there := b.server.Channel(name)
		if !there || b.server.CloseChannel(name) != nil {
			missing = append(missing, name)
			continue
		}
		lines = append(lines, althing.Text("Closing datasock '%s' at %d", name, sock.Port).Text)
	}
	for _, name := range missing {
		lines = append(lines, "No datasock '"+shown(name, maxTitle)+"'")
	}
	if len(lines) == len(missing) {
		return althing.Answer{}, fault.New(fault.NotFound, "%s", strings.Join(lines, "\n"))
	}
	return say(lines...)
}

func (b *builtins) services(_ context.Context, call *althing.Call) (althing.Answer, error) {
	enable, err := truth(call.Arg(0))
	if err != nil {
		return althing.Answer{}, err
	}
	if len(call.Args) < 2 {
		if enable {
			b.server.StartServices(0)
			return say("Started services")
		}
		b.server.StopServices()
		return say("Stopping services")
	}
	name := call.Arg(1)
	if err := b.server.SetServiceEnabled(name, enable); err != nil {
		return althing.Answer{}, fault.Wrap(err, fault.NotFound, "No service '%s'", shown(name, maxTitle))
	}
	if enable {
		return say("Enabled service '" + name + "'")
	}
	return say("Disabled service '" + name + "'")
}

// truth reads what people write for yes and no.
func truth(text string) (bool, error) {
	switch strings.ToLower(unquoted(text)) {
	case "true", "1", "yes", "on":
		return true, nil
	case "false", "0", "no", "off":
		return false, nil
	}
	return false, fault.New(fault.Invalid, "true or false, not '%s'", shown(text, maxTitle))
}

func (b *builtins) aboutServices(st style) string {
	s := sheet{heading: "Services"}
	s.add("routine", "%s", map[bool]string{true: "running", false: "stopped"}[b.server.ServicesRun()])
	for _, service := range b.server.Services() {
		state := "enabled"
		switch {
		case service.Err != nil:
			state = "disabled: " + fault.Of(service.Err).Message
		case !service.Enabled:
			state = "disabled"
		}
		s.add(service.Name, "%s", state)
	}
	return s.text(st)
}
