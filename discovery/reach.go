package discovery

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"althing/fault"
)

const (
	// reachWithin is how long a hub of the same network may take to accept a
	// connection.
	reachWithin = time.Second
	// mostTried addresses of a hub are tried, at once; reachAtOnce hubs together:
	// not more sockets than a process has by default.
	mostTried   = 4
	reachAtOnce = 64
)

// Reached is a hub that was found, and where it accepts connections.
type Reached struct {
	Hub
	// At is its address with the port that was tried; the zero value when it did
	// not answer there.
	At netip.AddrPort
	// Took is how long that took: once there and back.
	Took time.Duration
}

// Reach connects to a port of each hub, and hangs up. What was announced and is not
// there shows here.
func Reach(ctx context.Context, hubs []Hub, port func(Hub) uint16) []Reached {
	list := make([]Reached, len(hubs))
	var all sync.WaitGroup
	turns := make(chan struct{}, reachAtOnce)
	for i, h := range hubs {
		list[i].Hub = h
		all.Go(func() {
			turns <- struct{}{}
			list[i].reach(ctx, port(h))
			<-turns
		})
	}
	all.Wait()
	return list
}

// reach tries the addresses of a hub at once. The first in their order that answers
// is the one.
func (r *Reached) reach(ctx context.Context, port uint16) {
	if port == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, reachWithin)
	defer cancel()
	tried := r.Addresses[:min(len(r.Addresses), mostTried)]
	took := make([]chan time.Duration, len(tried)) // closed where there is no answer
	for i, a := range tried {
		took[i] = make(chan time.Duration, 1)
		go func() {
			defer close(took[i])
			var d net.Dialer
			begun := time.Now()
			if conn, err := d.DialContext(ctx, "tcp", netip.AddrPortFrom(a, port).String()); err == nil {
				took[i] <- time.Since(begun)
				conn.Close()
			}
		}()
	}
	for i, a := range tried {
		if d, answered := <-took[i]; answered && !r.At.IsValid() {
			r.At, r.Took = netip.AddrPortFrom(a, port), d
			cancel()
		}
	}
}

// Here reports whether something listens at a port of this machine.
func Here(ctx context.Context, port uint16) bool {
	here := Hub{Text: port, Addresses: []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}}
	return Reach(ctx, []Hub{here}, Hub.Port)[0].At.IsValid()
}

// SessionPort is where hubs have their session port when nothing else was said.
const SessionPort = 4000

// Find gives the addresses of the session ports of the hubs that there are: only
// this machine's when it has one at the usual port, else those that are heard on
// the network within [Window] and can be connected to. An error has code NotFound:
// there is none. It is made for the option Find of a client of package althing.
func Find(ctx context.Context) ([]string, error) {
	if Here(ctx, SessionPort) {
		return []string{fmt.Sprintf("127.0.0.1:%d", SessionPort)}, nil
	}
	soon, cancel := context.WithTimeout(ctx, Window)
	defer cancel()
	hubs, err := Search(soon, nil)
	if err != nil {
		return nil, err
	}
	var at []string
	for _, r := range Reach(ctx, hubs, func(h Hub) uint16 { return h.Session }) {
		if r.At.IsValid() {
			at = append(at, r.At.String())
		}
	}
	if len(at) == 0 {
		return nil, fault.New(fault.NotFound, "no hub was found: neither on this machine nor by multicast; start one with 'althing serve --lan', or name its address")
	}
	return at, nil
}
