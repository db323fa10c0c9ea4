package main

import (
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"althing/access"
	"althing/hub"
)

// running is what the banner says of a hub.
type running struct {
	address     string // of the text port; empty: it is off
	moved       bool   // its usual port was taken
	tls         string // for which clients there is TLS; empty: for none
	fingerprint string
	data        string
	durability  string
	guests      access.Guests
	madeKey     string // the admin key, when it was made just now
	openAdmin   bool   // the admin key is empty
}

func (f *serveFlags) banner(out io.Writer, h *hub.Hub) {
	at := h.Address("text")
	_, port, _ := net.SplitHostPort(at)
	mode, fingerprint := h.Security()
	running{
		tls: mode, fingerprint: fingerprint,
		address: at, moved: f.text.port == "" && at != "" && port != textPort,
		data: h.Data(), durability: h.Durability(),
		guests: h.Access().Guests(), madeKey: h.Access().Made(), openAdmin: h.Access().Open(),
	}.write(out)
}

// write says in a few lines what a user wants to know when the hub is up, and
// what must not be overlooked below.
func (r running) write(out io.Writer) {
	host, port, _ := net.SplitHostPort(r.address)
	lines := []string{
		"Server is now listening on port " + port + ".",
		"  listens  " + r.where(host, port),
		"  open to  " + r.who(host),
		"  data     " + visible(r.data),
		"  keeps    " + durabilities[r.durability],
		"  next     " + r.next(host, port),
	}
	if r.tls != "" {
		lines = slices.Insert(lines, 3, "  TLS      "+tlsModes[r.tls], "  trust    --fingerprint "+r.fingerprint+"  (with every verb of a client, or ALTHING_FINGERPRINT)")
	}
	if r.address == "" {
		lines[0] = "Server is now running, and listens nowhere."
	}
	if r.madeKey != "" {
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

// where is the address to type into a device.
func (r running) where(host, port string) string {
	if r.address == "" {
		return "the text port is off (--text)"
	}
	where := "text port " + r.address
	if everywhere(host) {
		where = "text port " + strings.Join(ownAddresses(port), ", ")
	}
	if r.moved {
		where += "  (" + textPort + " was taken)"
	}
	return where
}

// who says who may come in, and how to change it.
func (r running) who(host string) string {
	who := "this machine only (--lan opens it to the network)"
	switch ip := net.ParseIP(host); {
	case r.address == "":
		who = "nobody"
	case ip != nil && !ip.IsLoopback():
		who = "the network"
	}
	return who + "; guests may do " + r.guests.Explain() + " (--guests)"
}

// next is a command that works in another terminal.
func (r running) next(host, port string) string {
	if r.address == "" {
		return "Ctrl+C, and start it with --text " + textPort + ": this way nobody reaches it"
	}
	at := ""
	switch {
	case !everywhere(host) && host != thisMachine:
		at = " --hub " + r.address
	case port != textPort:
		at = " --hub " + port
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
