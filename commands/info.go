package commands

import (
	"context"
	"fmt"
	"strings"
	"time"

	"althing"
	"althing/fault"
	"althing/value"
)

func (b *builtins) info(ctx context.Context, call *althing.Call) (althing.Answer, error) {
	st := b.styleFor(call)
	if len(call.Args) == 0 {
		return say(b.aboutServer(ctx, st))
	}
	var parts []string
	for _, entity := range argTexts(call.Args) {
		part, err := b.infoOn(ctx, entity, st)
		if err != nil {
			return althing.Answer{}, err
		}
		parts = append(parts, part)
	}
	return say(strings.Join(parts, "\n\n"))
}

func (b *builtins) infoOn(ctx context.Context, entity string, st style) (string, error) {
	info := b.server.Info()
	switch strings.ToLower(entity) {
	case "", "info", "server", "mainserver", "subserver", strings.ToLower(info.Name):
		return b.aboutServer(ctx, st), nil
	case "command", "commands", "servercommand", "servercommands":
		return st.bold("Servercommands") + "\n  " + names(info.Commands), nil
	case "requestables":
		return st.bold("Requestables") + "\n  " + names(info.Requests), nil
	case "services":
		return b.aboutServices(st), nil
	case "higher":
		return b.aboutHigher(st)
	}
	if conn := b.server.ByName(entity); conn != nil {
		return aboutConn(conn, b.Now(), st), nil
	}
	if b.About != nil {
		if about, known := b.About(entity); known {
			return shownLines(about), nil
		}
	}
	return "", noUser(entity)
}

// aboutServer is what anybody may know of the server.
func (b *builtins) aboutServer(ctx context.Context, st style) string {
	s := b.serverSheet()
	if b.server.Status == nil {
		return s.text(st)
	}
	status, err := b.server.Status(ctx)
	if d, ok := status.(*value.Dict); ok && err == nil {
		for _, p := range d.Pairs() {
			if p.Key == value.Str("name") { // it is the heading
				continue
			}
			s.add(value.Text(p.Key), "%s", value.Text(p.Value))
		}
	}
	return s.text(st)
}

// serverSheet is what a server says about itself.
func (b *builtins) serverSheet() sheet {
	info := b.server.Info()
	s := sheet{heading: "Server '" + shown(info.Name, maxTitle) + "'"}
	s.add("description", "%s", info.Description)
	s.add("version", "%s", info.Version)
	if addr := b.server.ListenAddr(); addr != nil {
		s.add("address", "%s", addr)
	}
	if !info.Started.IsZero() {
		s.add("running since", "%s", since(info.Started, b.Now()))
	}
	s.add("path", "%s", info.Path)
	s.add("layer", "%d", info.Layer)
	servers := 0
	conns := b.server.Conns()
	for _, conn := range conns {
		if conn.IsServer() {
			servers++
		}
	}
	s.add("connected", "%s, %s", counted(servers, "server"), counted(len(conns)-servers, "client"))
	return s
}

func (b *builtins) aboutHigher(st style) (string, error) {
	higher, err := b.higher()
	if err != nil {
		return "", err
	}
	s := sheet{heading: "Higher server"}
	s.add("address", "%s", higher)
	return s.text(st), nil
}

// aboutConn is what anybody may know of a client.
func aboutConn(conn *althing.Conn, now time.Time, st style) string {
	hello := conn.Hello()
	kind := "Client"
	if conn.IsServer() {
		kind = "Server"
	}
	s := sheet{heading: kind + " '" + shown(conn.Name(), maxTitle) + "'"}
	s.add("id", "%s", conn.ID())
	s.add("description", "%s", hello.Description)
	s.add("version", "%s", hello.Version)
	s.add("address", "%s", conn.RemoteAddr())
	s.add("serves at", "%s", hello.Address)
	s.add("protocol", "%s", conn.Protocol())
	s.add("connected since", "%s", since(conn.ConnectedAt(), now))
	s.add("permissions", "%s", names(append([]string{althing.User}, conn.Permissions()...)))
	if conn.Muted() {
		s.add("muted", "yes")
	}
	if took := conn.LastPing(); took > 0 {
		s.add("ping", "%dms", took.Milliseconds())
	}
	s.add("commands", "%s", names(hello.Commands))
	s.add("requestables", "%s", names(hello.Requests))
	return s.text(st)
}

func since(t, now time.Time) string {
	return fmt.Sprintf("%s (%v)", t.Format(time.DateTime), max(0, now.Sub(t)).Round(time.Second))
}

// higher is the address of the server above this one.
func (b *builtins) higher() (string, error) {
	if b.Tree != nil {
		if higher := b.Tree.Higher(); higher != "" {
			return higher, nil
		}
	}
	return "", fault.New(fault.NotFound, "There is no higher server: this is the top of its network")
}
