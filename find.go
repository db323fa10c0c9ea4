package althing

import (
	"context"
	"net"
	"net/netip"
	"strings"

	"althing/fault"
)

// mostFound is how many servers are tried, or named, of those that were found.
const mostFound = 8

// reach connects to the client's server: at its address, or, when it was given
// none, at the one that is found.
func (c *Client) reach(ctx context.Context) (net.Conn, string, error) {
	list, err := c.places(ctx)
	if err != nil {
		return nil, "", err
	}
	for _, addr := range list {
		c.try(addr)
		c.out().connection("Connecting to "+hostOf(addr), "addr", addr)
		var nc net.Conn
		if nc, err = c.dial(ctx, addr); err == nil {
			return nc, addr, nil
		}
		if fault.Is(err, fault.Unavailable) {
			c.out().connection("No server found", "addr", addr)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.anywhere {
		c.addr = "" // it is looked for anew
	}
	return nil, "", err
}

// try is called before the client connects to an address. Another one than before
// may be another server: unless it is known to be the same, it is not told the
// token by which the client is recognised.
func (c *Client) try(addr string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.anywhere && c.met != "" && c.met != addr && !c.known() {
		c.resume = ""
	}
	c.addr = addr
}

// known reports whether the client can tell its server from others.
func (c *Client) known() bool { return c.options.Fingerprint != "" || c.options.TLS != nil }

// places are where the client's server may be. Of several that were found it is
// the one with the fingerprint; without that, none is.
func (c *Client) places(ctx context.Context) ([]string, error) {
	if addr := c.address(); addr != "" {
		return []string{addr}, nil
	}
	if c.options.Find == nil {
		return nil, fault.New(fault.Invalid, "no address was given; give one, or ClientOptions.Find, which discovery.Find is made for")
	}
	list, err := c.options.Find(ctx)
	if err != nil {
		return nil, err
	}
	secret := c.options.Key != "" || c.options.Resume != ""
	list = list[:min(len(list), mostFound)]
	switch {
	case len(list) == 0:
		return nil, fault.New(fault.NotFound, "no server was found; give its address")
	case len(list) > 1 && c.options.Fingerprint == "":
		return nil, fault.New(fault.Conflict, "several servers were found: %s; give the address of one, or its fingerprint", strings.Join(list, ", "))
	case secret && !c.known() && !ownMachine(list[0]):
		return nil, fault.New(fault.Denied, "no secret is told to the server at %s, which was only found: give its address or its fingerprint", list[0])
	}
	return list, nil
}

func ownMachine(addr string) bool {
	at, err := netip.ParseAddrPort(addr)
	return err == nil && at.Addr().IsLoopback()
}
