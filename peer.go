package althing

import (
	"net/netip"
	"slices"
	"sync"
	"time"

	"althing/wire"
)

// peer is who is at the other side of a conn. The conns of one client share it:
// the one on the server's port, and those on channels.
type peer struct {
	// Data is whatever the program keeps about the other side. It is not sent.
	Data sync.Map

	id        string
	connected time.Time
	from      netip.AddrPort      // as the server's port sees it
	further   string              // the protocol that it speaks on channels' ports
	groups    map[string][]string // the server's
	main      *Conn               // the one on the server's port
	told      *wire.Info          // what it knows of the server, when it is a client; of who keeps that in step

	mu          sync.Mutex
	name        string
	hello       wire.Hello // what the other side said, when it is a client
	server      *wire.Info // what it said, when it is a server: most are clients, and do not pay for it
	permissions []string   // replaced, never changed
	muted       bool
	ping        time.Duration
	links       []*link // to channels
	over        bool    // main has ended: there are no links any more
}

// ID is the client's id. It stays the same for as long as the client is known;
// its conns come and go.
func (p *peer) ID() string { return p.id }

// Name is the name of the other side.
func (p *peer) Name() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.name
}

func (p *peer) rename(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.name = name
}

// Hello is what the client said about itself when it registered, without its
// key, as far as it has not said something else since. It is empty when the
// other side is the server.
func (p *peer) Hello() wire.Hello {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.hello
}

func (p *peer) setHello(hello wire.Hello) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hello = hello
}

// describes takes in what the client says about itself now. Who it is it has said
// when it registered.
func (p *peer) describes(now wire.Hello) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hello.Description, p.hello.Version = now.Description, now.Version
	p.hello.Commands, p.hello.Requests = now.Commands, now.Requests
}

// Server is what the server said last about itself. It is empty when the other
// side is a client.
func (p *peer) Server() wire.Info {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.server == nil {
		return wire.Info{}
	}
	return *p.server
}

func (p *peer) setServer(info wire.Info) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.server = &info
}

// IsServer reports whether the other side is itself a server below this one.
func (p *peer) IsServer() bool { return p.Hello().Role == wire.Subserver }

// ConnectedAt is when the client was registered.
func (p *peer) ConnectedAt() time.Time { return p.connected }

// LastPing is what the last Ping took, 0 before the first.
func (p *peer) LastPing() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ping
}

func (p *peer) setPing(took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ping = took
}

// Permissions are those that the other side has here.
func (p *peer) Permissions() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.permissions)
}

// Has reports whether the other side has a permission, by itself or in a group of
// Server.Groups. Everybody has User.
func (p *peer) Has(permission string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return permission == User || slices.ContainsFunc(p.permissions, func(has string) bool {
		return has == permission || slices.Contains(p.groups[has], permission)
	})
}

// Grant gives permissions, and returns those that are new.
func (p *peer) Grant(permissions ...string) (added []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, permission := range permissions {
		if !slices.Contains(p.permissions, permission) {
			p.permissions = append(p.permissions, permission)
			added = append(added, permission)
		}
	}
	return added
}

// Revoke takes permissions away, and returns those that were there.
func (p *peer) Revoke(permissions ...string) (removed []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, permission := range permissions {
		if i := slices.Index(p.permissions, permission); i >= 0 {
			p.permissions = slices.Delete(p.permissions, i, i+1)
			removed = append(removed, permission)
		}
	}
	return removed
}

// Muted reports whether what the other side sends has no effect.
func (p *peer) Muted() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.muted
}

// setMuted reports whether it changes anything.
func (p *peer) setMuted(muted bool) (changed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	changed = p.muted != muted
	p.muted = muted
	return changed
}
