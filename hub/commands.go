package hub

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"althing/access"
	"althing/fault"
	"althing/messaging"
	"althing/scope"
	"althing/value"
)

// confirmWithin is how long a command that stops something waits to be sent a
// second time (specification of LocalThings 7, "Servercommands").
const confirmWithin = 30 * time.Second

// command is one of the hub's own. Its texts are those of the specification of
// LocalThings 7, since programs look for them.
type command struct {
	usage    string // the parameters, [o] where one may be left out
	help     string
	min, max int
	admin    bool
	confirm  bool // acts only when it is sent a second time
	run      func(h *Hub, by scope.Caller, args []string) (string, error)
}

// commands are all of them. It is a function since help lists them.
func commands() map[string]command {
	return map[string]command{
		"s.help": {
			usage: "servercommand[o]", help: "lists the commands, or explains one", max: 1,
			run: (*Hub).help,
		},
		"s.info": {
			usage: "entity_name[o]", help: "tells about the hub, or about a client or group", max: 1,
			run: (*Hub).info,
		},
		"s.getadmin": {
			usage: "adminkey", help: "makes this connection an administrator's", min: 1, max: 1,
			run: (*Hub).getAdmin,
		},
		"s.restart": {
			help: "restarts the hub", admin: true, confirm: true,
			run: func(h *Hub, by scope.Caller, _ []string) (string, error) { return h.stop(by, true) },
		},
		"s.shutdown": {
			help: "shuts the hub down", admin: true, confirm: true,
			run: func(h *Hub, by scope.Caller, _ []string) (string, error) { return h.stop(by, false) },
		},
	}
}

// Command runs a text such as "s.info(lamp)"; the brackets may be left out where
// nothing is to stand in them.
func (h *Hub) Command(_ context.Context, by scope.Caller, text string) (string, error) {
	name, args, err := splitCommand(text)
	if err != nil {
		return "", err
	}
	c, known := commands()[name]
	switch {
	case !known:
		return "", fault.New(fault.NotFound, "No Servercommand '%s' available", name)
	case len(args) < c.min:
		return "", fault.New(fault.Invalid, "Expecting more arguments: %s(%s)", name, c.usage)
	case len(args) > c.max:
		return "", fault.New(fault.Invalid, "Expecting less arguments: %s(%s)", name, c.usage)
	case c.admin && by.May(access.Manage) != nil:
		return "", fault.New(fault.Denied, "'admin' permissions needed for '%s()'", name)
	case c.confirm && !h.confirmed.twice(by.Addr()+" "+name, h.Now()):
		return fmt.Sprintf("Send %s() again within %d seconds to confirm", name, int(confirmWithin.Seconds())), nil
	}
	if c.admin {
		h.access.Audit(by.Addr(), name)
	}
	return c.run(h, by, args)
}

// splitCommand reads name(a, b): arguments are split at commas and are texts.
func splitCommand(text string) (name string, args []string, err error) {
	text = strings.TrimSpace(text)
	name, rest, brackets := strings.Cut(text, "(")
	if !brackets {
		return name, nil, nil
	}
	inner, closed := strings.CutSuffix(rest, ")")
	if !closed {
		return "", nil, fault.New(fault.Invalid, "the closing bracket of '%s(' is missing", name)
	}
	if strings.TrimSpace(inner) == "" {
		return name, nil, nil
	}
	for arg := range strings.SplitSeq(inner, ",") {
		args = append(args, strings.TrimSpace(arg))
	}
	return name, args, nil
}

func (h *Hub) help(_ scope.Caller, args []string) (string, error) {
	if len(args) == 1 {
		name := args[0]
		c, known := commands()[name]
		if !known {
			return "", fault.New(fault.NotFound, "No Servercommand '%s' available", name)
		}
		return fmt.Sprintf("%s(%s): %s%s", name, c.usage, c.help, c.needs()), nil
	}
	var b strings.Builder
	b.WriteString("Commands of this hub, sent to group SYSTEM or with admin(KEY, 's.command()'):")
	all := commands()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		c := all[name]
		fmt.Fprintf(&b, "\n%s(%s): %s%s", name, c.usage, c.help, c.needs())
	}
	return b.String(), nil
}

func (c command) needs() string {
	if c.admin {
		return " (administrators)"
	}
	return ""
}

func (h *Hub) info(_ scope.Caller, args []string) (string, error) {
	if len(args) == 0 {
		var lines []string
		for _, p := range h.Status().Pairs() {
			lines = append(lines, fmt.Sprintf("%s: %s", value.Text(p.Key), value.Text(p.Value)))
		}
		return strings.Join(lines, "\n"), nil
	}
	name := args[0]
	if c, found := h.state.Find(name); found {
		return h.describe(c), nil
	}
	if members := h.state.Members(name); len(members) > 0 {
		ids := make([]string, len(members))
		for i, c := range members {
			ids[i] = c.ID
		}
		return fmt.Sprintf("group %s\nmembers: %s", name, strings.Join(ids, ", ")), nil
	}
	return "", fault.New(fault.NotFound, "No client or group '%s'", name)
}

// describe tells about a client.
func (h *Hub) describe(c messaging.Client) string {
	lines := []string{"client " + c.ID}
	if c.Name != "" {
		lines = append(lines, "name: "+c.Name)
	}
	if m := h.crier.member(c.ID); m != nil {
		lines = append(lines, "connected: yes", "description: "+m.description)
	}
	return strings.Join(append(lines, "address: "+c.Addr, "groups: "+strings.Join(c.Groups, ", "),
		fmt.Sprintf("messages waiting: %d", h.state.Pending(c.ID))), "\n")
}

func (h *Hub) getAdmin(by scope.Caller, args []string) (string, error) {
	if err := h.CheckKey(by, args[0]); err != nil {
		return "", err
	}
	if err := by.Elevate(); err != nil {
		return "", err
	}
	h.access.Audit(by.Addr(), "s.getadmin")
	return "Key correct. You got admin permissions", nil
}

// stop asks whoever runs the hub to stop it, after the answer has left.
func (h *Hub) stop(by scope.Caller, restart bool) (string, error) {
	if h.config.Stop == nil {
		return "", fault.New(fault.Unavailable, "this hub is part of another program, which alone can stop it")
	}
	h.log.Info("told to stop", "restart", restart, "by", by.Addr())
	h.config.Stop(restart)
	if restart {
		return "Restarting", nil
	}
	return "Shutting down", nil
}

// confirmations remembers commands that wait for their second time.
type confirmations struct {
	mu    sync.Mutex
	first map[string]time.Time
}

// mostConfirmations bounds what callers can make the hub remember; past it the
// first time has to come again.
const mostConfirmations = 1000

// twice reports whether the same was asked for shortly before.
func (c *confirmations) twice(what string, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at, asked := c.first[what]; asked && now.Sub(at) <= confirmWithin {
		delete(c.first, what)
		return true
	}
	if c.first == nil || len(c.first) >= mostConfirmations {
		c.first = map[string]time.Time{}
	}
	c.first[what] = now
	return false
}
