package main

import (
	"fmt"
	"io"
	"net"
	"strings"

	"althing/access"
	"althing/cmd/althing/internal/systemd"
	"althing/hub"
)

// running is what the banner says of a hub.
type running struct {
	ports       []port // the text port first, if it is on
	tls         string // for which clients there is TLS; empty: for none
	fingerprint string
	parent      string // where the hub above is; empty: there is none
	data        string
	durability  string
	guests      access.Guests
	madeKey     string // the admin key, when it was made just now
	logged      bool   // what is written here is kept, and others may read it
	openAdmin   bool   // the admin key is empty
}

// port is a gateway that is on.
type port struct {
	gateway, host, number string
	taken                 string // the usual port, when that was taken
}

func (f *serveFlags) banner(out io.Writer, h *hub.Hub) {
	mode, fingerprint := h.Security()
	r := running{
		tls: mode, fingerprint: fingerprint, data: h.Data(), durability: h.Durability(),
		parent: h.Network().Above().Address, guests: h.Access().Guests(), madeKey: h.Access().Made(), openAdmin: h.Access().Open(),
		logged: systemd.Started(),
	}
	for _, p := range f.ports() {
		r.ports = appendPort(r.ports, h, p.name, p.usual, *p.at)
	}
	r.write(out)
}

// appendPort appends a gateway's port, if it is on.
func appendPort(ports []port, h *hub.Hub, gateway, usual string, asked address) []port {
	host, number, err := net.SplitHostPort(h.Address(gateway))
	if err != nil {
		return ports
	}
	p := port{gateway: gateway, host: host, number: number}
	if asked.port == "" && number != usual {
		p.taken = usual
	}
	return append(ports, p)
}

// write says in a few lines what a user wants to know when the hub is up, and
// what must not be overlooked below.
func (r running) write(out io.Writer) {
	lines := []string{"Server is now running, and listens nowhere.", "  listens  on no port"}
	if len(r.ports) > 0 {
		lines = []string{"Server is now listening on port " + r.ports[0].number + "."}
	}
	for i, p := range r.ports {
		lines = append(lines, []string{"  listens  ", "           "}[min(i, 1)]+p.where())
	}
	for _, p := range r.ports {
		if p.gateway == webGateway {
			lines = append(lines, "  dashboard http://"+p.addresses()[0]+"/")
		}
	}
	lines = append(lines, "  open to  "+r.who())
	if r.tls != "" {
		lines = append(lines, "  TLS      "+tlsModes[r.tls], "  trust    --fingerprint "+r.fingerprint+"  (with every verb of a client, or ALTHING_FINGERPRINT)")
	}
	if r.parent != "" {
		lines = append(lines, "  tree     below "+visible(r.parent)+"  ('althing parent' says whether there is a link; without one it works alone)")
	}
	lines = append(lines, "  data     "+visible(r.data), "  keeps    "+durabilities[r.durability], "  next     "+r.next())
	switch {
	case r.madeKey != "" && r.logged:
		lines = append(lines, "  admin key not shown, for this is a log: 'sudo althing admin-key' makes one that is")
	case r.madeKey != "":
		lines = append(lines, "  admin key "+r.madeKey+"  (shown only this once; 'althing admin-key' makes a new one)")
	}
	if r.openAdmin {
		lines = append(lines, "  WARNING  the admin key is empty: everyone who comes in is an administrator")
	}
	fmt.Fprintln(out, strings.Join(lines, "\n"))
}

var tlsModes = map[string]string{
	tlsOn:   "for who begins with it; others come in without (--tls=only ends that for other machines)",
	tlsOnly: "needed by all that come from other machines",
}

var durabilities = map[string]string{
	"fast": "what it acknowledged, over a crash; a power cut may cost the last second (--durability fast)",
	"safe": "what it acknowledged, over a crash and a power cut (--durability safe)",
}

// addresses are those to type into a device.
func (p port) addresses() []string {
	if everywhere(p.host) {
		return ownAddresses(p.number)
	}
	return []string{net.JoinHostPort(p.host, p.number)}
}

func (p port) where() string {
	where := p.gateway + " port " + strings.Join(p.addresses(), ", ")
	if p.taken != "" {
		where += "  (" + p.taken + " was taken)"
	}
	return where
}

// who says who may come in, and how to change it.
func (r running) who() string {
	who := "nobody"
	for i, p := range r.ports {
		ip := net.ParseIP(p.host)
		switch {
		case ip != nil && !ip.IsLoopback():
			who = "the network"
		case i == 0:
			who = "this machine only (--lan opens it to the network)"
		}
	}
	return who + "; guests may do " + r.guests.Explain() + " (--guests)"
}

// next is a command that works in another terminal.
func (r running) next() string {
	if len(r.ports) == 0 || r.ports[0].gateway != textGateway {
		return "Ctrl+C, and start it with --text " + textPort + ": this way no verb of althing reaches it"
	}
	at, p := "", r.ports[0]
	switch {
	case !everywhere(p.host) && p.host != thisMachine:
		at = " --hub " + net.JoinHostPort(p.host, p.number)
	case p.number != textPort:
		at = " --hub " + p.number
	}
	return "althing set garden.soil.temp 56" + at + "  (in another terminal; Ctrl+C here stops the hub)"
}

func everywhere(host string) bool {
	ip := net.ParseIP(host)
	return ip != nil && ip.IsUnspecified()
}

// mostAddresses are shown of a machine with many.
const mostAddresses = 4

// ownAddresses are the addresses of this machine in its networks, with a port.
func ownAddresses(port string) []string {
	var list []string
	addrs, _ := net.InterfaceAddrs() // none is as good as unknown
	for _, a := range addrs {
		n, isNet := a.(*net.IPNet)
		if isNet && n.IP.To4() != nil && n.IP.IsGlobalUnicast() && len(list) < mostAddresses {
			list = append(list, net.JoinHostPort(n.IP.String(), port))
		}
	}
	return append(list, net.JoinHostPort("localhost", port))
}
