package discovery

import (
	"cmp"
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

const (
	// mostHubs is how many are listed; a network with more is being fooled.
	mostHubs = 256
	// mostKnown is how many of them a question names, so that they need not answer
	// again: as many as fit one packet.
	mostKnown = 16
	// askFirst is the time to the second question; each further wait is twice as
	// long (RFC 6762, 5.2).
	askFirst = time.Second
)

// Window is how long hubs are waited for where nothing else is said. All answer
// within a tenth of a second, but on busy air, and when another has asked just
// before: then they wait up to a second.
const Window = 1500 * time.Millisecond

// Search listens for hubs until ctx ends, and gives those that it has heard, by
// name. each, unless it is nil, is called with every one that is new. Nothing found
// is no error; one has code Unavailable: there is no multicast here.
func Search(ctx context.Context, each func(Hub)) ([]Hub, error) {
	m, err := open(net.Interfaces, true)
	if err != nil {
		return nil, err
	}
	defer m.close()
	return search(ctx, m, each), nil
}

func search(ctx context.Context, m medium, each func(Hub)) []Hub {
	found := finds{medium: m, each: each, hubs: map[string]*find{}}
	wait := askFirst
	found.ask()
	again := time.NewTimer(wait)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return found.list()
		case p := <-m.heard():
			found.hear(p)
		case <-again.C:
			m.refresh()
			found.ask()
			wait *= 2
			again.Reset(wait)
		}
	}
}

type find struct {
	hub      Hub
	instance dnsmessage.Name
}

type finds struct {
	medium medium
	each   func(Hub)
	hubs   map[string]*find
}

// ask asks on all links who is there, and says whom we know.
func (f *finds) ask() {
	m := dnsmessage.Message{Questions: []dnsmessage.Question{question(serviceName, dnsmessage.TypePTR)}}
	for _, h := range f.hubs {
		if len(m.Answers) == mostKnown {
			break
		}
		m.Answers = append(m.Answers, resource(serviceName, dnsmessage.ClassINET, ttlText, &dnsmessage.PTRResource{PTR: h.instance}))
	}
	data := pack(m)
	for on := range f.medium.links() {
		_ = f.medium.write(data, on, on.everybody()) // the other links may have the hub
	}
}

// hear takes notice of the hubs that a packet tells of.
func (f *finds) hear(p packet) {
	links := f.medium.links()
	on, near := place(p, links)
	if !near {
		return
	}
	m, readable := parse(p.data)
	if !readable || !m.reply {
		return
	}
	for _, a := range m.hubs() {
		at := f.reachable(a.hub.Addresses, on, links[on])
		known := f.hubs[a.key]
		switch {
		case a.gone:
			delete(f.hubs, a.key)
		case len(at) == 0:
			// Nobody can connect to it.
		case known != nil:
			at = append(known.hub.Addresses, at...)
			known.hub = a.hub
			known.hub.Addresses = inOrder(at)
		case len(f.hubs) < mostHubs:
			a.hub.Addresses = inOrder(at)
			f.hubs[a.key] = &find{a.hub, a.instance}
			if f.each != nil {
				f.each(a.hub)
			}
		}
	}
}

// reachable are those addresses that are of the link on which they were heard.
func (f *finds) reachable(at []netip.Addr, on link, own nets) []netip.Addr {
	var near []netip.Addr
	for _, a := range at {
		if a.Zone() != "" || !own.has(a) || a.IsMulticast() || a.IsUnspecified() {
			continue
		}
		if a.IsLinkLocalUnicast() && a.Is6() {
			a = a.WithZone(f.medium.zone(on.iface))
		}
		near = append(near, a)
	}
	return near
}

// inOrder puts addresses in the order in which they are tried: IPv4, which devices
// know, and those of one link last. Each is there once.
func inOrder(at []netip.Addr) []netip.Addr {
	rank := func(a netip.Addr) int {
		switch {
		case a.Is4():
			return 0
		case !a.IsLinkLocalUnicast():
			return 1
		}
		return 2
	}
	slices.SortFunc(at, func(a, b netip.Addr) int { return cmp.Or(rank(a)-rank(b), a.Compare(b)) })
	at = slices.Compact(at)
	return at[:min(len(at), mostAt)]
}

// list gives the hubs by name.
func (f *finds) list() []Hub {
	list := make([]Hub, 0, len(f.hubs))
	for _, h := range f.hubs {
		list = append(list, h.hub)
	}
	slices.SortFunc(list, func(a, b Hub) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	return list
}
