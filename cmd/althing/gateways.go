package main

import (
	"context"
	"io"
	"log/slog"
	"net"
	"sync"

	"althing/gateway/cpu"
	"althing/gateway/session"
	"althing/gateway/text"
	"althing/gateway/web"
	"althing/hub"
)

// The gateways' names and usual ports.
const (
	textGateway    = "text"
	sessionGateway = "session"
	sessionPort    = "4000"
	cpuGateway     = "cpu"
	cpuPort        = "5000"
	webGateway     = "web"
	webPort        = "8080"
)

// gateways are the ways into one hub. One that has no listener is off.
type gateways struct {
	listeners map[string]net.Listener
	text      *text.Server
	session   *session.Server
	cpu       *cpu.Server
	web       *web.Server
}

// gatewayPort is a gateway's port in the settings.
type gatewayPort struct {
	name, usual string
	at          *address
}

// ports are those of all gateways, the text port first.
func (f *serveFlags) ports() []gatewayPort {
	return []gatewayPort{
		{textGateway, textPort, &f.text},
		{sessionGateway, sessionPort, &f.session},
		{cpuGateway, cpuPort, &f.cpu},
		{webGateway, webPort, &f.web},
	}
}

// listen opens the addresses of all gateways that are on, or none.
func (f *serveFlags) listen(ctx context.Context) (g gateways, err error) {
	g.listeners = map[string]net.Listener{}
	for _, gateway := range f.ports() {
		if gateway.at.off {
			continue
		}
		l, err := gateway.at.listen(ctx, gateway.name, f.lan, gateway.usual)
		if err != nil {
			g.close()
			return g, err
		}
		g.listeners[gateway.name] = l
	}
	return g, nil
}

// close gives back the addresses.
func (g *gateways) close() {
	for _, l := range g.listeners {
		l.Close()
	}
}

// open makes the gateways of a hub. names are those by which browsers reach it,
// beside the machine's own; below says that the hub is to have a parent; console, unless it is nil, is told what happens.
func (g *gateways) open(h *hub.Hub, secured security, names []string, below bool, log *slog.Logger, console io.Writer) (err error) {
	g.text = &text.Server{Hub: h, Log: log, TLS: secured.config, TLSOnly: secured.only}
	g.cpu = &cpu.Server{Hub: h, Log: log, TLS: secured.config, TLSOnly: secured.only}
	g.web = &web.Server{Hub: h, Log: log, TLS: secured.config, TLSOnly: secured.only, Names: names}
	g.session, err = session.New(h, session.Options{
		Log: log, TLS: secured.config, TLSOnly: secured.only, Console: console,
		Handed: g.listeners[sessionGateway] == nil, Below: below,
	})
	if err != nil {
		return err
	}
	g.text.HandOver = g.session.HandOver // the verbs come in there, whether sessions have a port of their own or not
	return nil
}

// serve lets clients in. The error that ends a gateway before its time is sent to
// failed.
func (g *gateways) serve(h *hub.Hub, failed chan<- error) {
	serve := map[string]func(net.Listener) error{textGateway: g.text.Serve, sessionGateway: g.session.Serve, cpuGateway: g.cpu.Serve, webGateway: g.web.Serve}
	if g.listeners[sessionGateway] == nil {
		go func() { failed <- g.session.ServeHanded() }()
	}
	for name, l := range g.listeners {
		h.Listening(name, l.Addr().String())
		go func() { failed <- serve[name](l) }()
	}
}

// shutdown lets what is in flight be answered; again says that the hub comes back.
// Whoever was not answered when ctx ends is cut off.
func (g *gateways) shutdown(ctx context.Context, again bool) {
	var all sync.WaitGroup
	end := g.session.Shutdown
	if again {
		end = g.session.ShutdownToRestart
	}
	all.Go(func() { _ = g.text.Shutdown(ctx) })
	all.Go(func() { _ = g.cpu.Shutdown(ctx) })
	all.Go(func() { _ = g.web.Shutdown(ctx) })
	all.Go(func() { _ = end(ctx) })
	all.Wait()
}
