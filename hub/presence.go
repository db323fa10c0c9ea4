package hub

import (
	"maps"
	"net"
	"net/netip"
	"sync"
	"time"
)

// presence is when clients were last heard. It is kept in memory only: a restart
// gives everyone another ten minutes. Safe for concurrent use.
type presence struct {
	mu    sync.Mutex
	heard map[string]time.Time
}

func (p *presence) hear(id string, now time.Time) {
	p.mu.Lock()
	if p.heard == nil {
		p.heard = map[string]time.Time{}
	}
	p.heard[id] = now
	p.mu.Unlock()
}

// last gives when each was heard last.
func (p *presence) last() map[string]time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.heard)
}

// silent gives those of the clients that were not heard since then. A client
// that it does not know, a new one or any after a restart, counts as heard now; one that is a
// client no more is forgotten.
func (p *presence) silent(clients []string, now, since time.Time) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	heard := make(map[string]time.Time, len(clients))
	var ids []string
	for _, id := range clients {
		at, known := p.heard[id]
		if !known {
			at = now
		}
		heard[id] = at
		if at.Before(since) {
			ids = append(ids, id)
		}
	}
	p.heard = heard
	return ids
}

// homes knows the addresses of this machine. All of them count as one.
type homes struct {
	own map[netip.Addr]bool
}

// local is the name under which clients of this machine are known.
const local = "local"

func findHomes() homes {
	h := homes{own: map[netip.Addr]bool{}}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return h // loopback is recognised without
	}
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			h.own[p.Addr().Unmap()] = true
		}
	}
	return h
}

// name is the address that a client from there belongs to.
func (h homes) name(from netip.Addr) string {
	from = from.Unmap().WithZone("")
	if !from.IsValid() || from.IsLoopback() || h.own[from] {
		return local
	}
	return from.String()
}
