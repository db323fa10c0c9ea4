package main

import (
	"log/slog"
	"net/netip"

	"althing/discovery"
	"althing/hub"
)

// announce makes a hub that is open to the network known there, until the function
// that it gives is called. Where that cannot be, the hub can still be named.
func (f *serveFlags) announce(h *hub.Hub, log *slog.Logger) (withdraw func()) {
	known := f.announced(h)
	if !f.lan || known.Port() == 0 {
		return func() {}
	}
	a, err := discovery.Announce(known, log)
	if err != nil {
		log.Warn("the hub cannot be found on the network; clients name its address", "err", err)
		return func() {}
	}
	return a.Close
}

// announced is what the network may know of a hub: nothing that its banner does
// not show. Ways in for this machine alone are nobody else's concern.
func (f *serveFlags) announced(h *hub.Hub) discovery.Hub {
	mode, fingerprint := h.Security()
	known := discovery.Hub{Name: f.name, Version: hub.Version, TLS: mode, Fingerprint: fingerprint}
	all := false // addresses of this machine have a way in
	for gateway, port := range map[string]*uint16{textGateway: &known.Text, sessionGateway: &known.Session, cpuGateway: &known.CPU, webGateway: &known.Web} {
		at, err := netip.ParseAddrPort(h.Address(gateway))
		if err != nil || at.Addr().IsLoopback() {
			continue
		}
		*port = at.Port()
		all = all || at.Addr().IsUnspecified()
		known.Addresses = append(known.Addresses, at.Addr().Unmap())
	}
	if all {
		known.Addresses = nil
	}
	return known
}
