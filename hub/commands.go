package hub

import (
	"context"
	"fmt"
	"strings"

	"althing"
	"althing/access"
	"althing/commands"
	"althing/journal"
	"althing/messaging"
	"althing/scope"
	"althing/value"
)

// logsDir is the folder in the data folder where s.storelog makes its files.
const logsDir = "logs"

// newServer makes the server that the hub is to its sessions, with its commands. A
// gateway has it serve; whoever comes another way has his commands run by it.
func (h *Hub) newServer() (err error) {
	h.server = &althing.Server{
		Name: h.config.Name, Description: h.config.Description, Version: Version, Logger: h.log,
		Permit: h.permit,
		Status: func(context.Context) (value.Value, error) { return h.Status(), nil },
	}
	o := commands.Options{
		CheckKey:  func(by althing.Caller, key string) error { return h.access.Check(guesser(h.addrOf(by)), key) },
		SetKey:    h.access.SetKey,
		NewKey:    "only its hash is kept; 'althing admin-key' makes another",
		Audit:     func(by althing.Caller, command string) { h.access.Audit(h.addrOf(by), command) },
		Kick:      h.kick,
		About:     h.about,
		Functions: h.offered,
		Tree:      trunk{h},
		LogDir:    h.dir.Path(logsDir),
		Errors:    h.recorder.Errors,
		WriteLog:  h.recorder.WriteLog,
		Now:       h.config.Now,
	}
	if h.config.Stop == nil {
		o.Endless = errEndless
	} else {
		o.Stop = func(restart bool) error {
			h.config.Stop(restart)
			return nil
		}
	}
	return commands.Install(h.server, o)
}

// Command runs a text such as "s.info(lamp)"; the brackets may be left out where
// nothing is to stand in them.
func (h *Hub) Command(ctx context.Context, by scope.Caller, text string) (string, error) {
	answer, err := h.server.RunCommand(ctx, caller{by}, text)
	if err != nil {
		return "", err
	}
	if answer.After != nil {
		answer.After()
	}
	if answer.Text == "" && answer.Value != nil {
		return value.Text(answer.Value), nil
	}
	return answer.Text, nil
}

// caller is a scope's caller as commands see it.
type caller struct{ scope.Caller }

// ID tells callers of one address from conns, and not from each other: a text
// client may send each command over a connection of its own.
func (c caller) ID() string { return "text " + c.Addr() }

// Name is the caller's address; its clients have names, it has none.
func (c caller) Name() string { return c.Addr() }

// Has reports whether the caller's role goes so far.
func (c caller) Has(permission string) bool {
	switch permission {
	case althing.User:
		return c.May(access.Command) == nil
	case althing.Admin:
		return c.May(access.Manage) == nil
	}
	return false
}

// Certain reports whether the caller need not send a command twice.
func (c caller) Certain() bool {
	certain, ok := c.Caller.(interface{ Certain() bool })
	return ok && certain.Certain()
}

// addrOf is the address that a caller's clients belong to.
func (h *Hub) addrOf(by althing.Caller) string {
	switch by := by.(type) {
	case caller:
		return by.Addr()
	case *althing.Conn:
		return h.home.name(IPOf(by.RemoteAddr()))
	}
	return by.Name()
}

// kick makes the hub forget a client: by its ID or name, or by a group that nobody
// else is in.
func (h *Hub) kick(ctx context.Context, name, by string) (bool, error) {
	c, found := h.state.Find(name)
	if members := h.state.Members(name); !found && len(members) == 1 && name != messaging.All {
		c, found = members[0], true
	}
	if !found {
		return false, nil
	}
	h.log.Info("a client was kicked", "client", c.ID, "by", by)
	_, err := h.journal.Commit(ctx, journal.Tx{Ops: []journal.Op{&messaging.Drop{IDs: []string{c.ID}}}})
	return true, err
}

// offered are the functions of the owner's that can be called.
func (h *Hub) offered() []commands.Function {
	var list []commands.Function
	for _, e := range h.functions.List() {
		if e.Refused == "" {
			list = append(list, commands.Function{Name: e.Name, Help: e.Help, Role: e.Role.String()})
		}
	}
	return list
}

// about tells about clients and groups.
func (h *Hub) about(name string) (string, bool) {
	if c, found := h.state.Find(name); found {
		return h.describe(c), true
	}
	members := h.state.Members(name)
	ids := make([]string, len(members))
	for i, c := range members {
		ids[i] = c.ID
	}
	return fmt.Sprintf("group %s\nmembers: %s", name, strings.Join(ids, ", ")), len(members) > 0
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
