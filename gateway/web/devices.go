package web

import (
	"net"
	"net/http"
	"net/netip"
	"os"
	"slices"

	"althing/access"
)

// deviceOperations are what one types into a device.
var deviceOperations = []operation{
	{method: http.MethodGet, path: "/devices", act: access.Read, summary: "By which addresses and ports devices reach this hub", out: devicesOut{}, run: getDevices},
}

type devicesOut struct {
	Open        bool       `json:"open" help:"other machines can reach the text port; else start the hub with --lan"`
	Addresses   []string   `json:"addresses" help:"of this machine, the one by which the asker has come in front"`
	Text        devicePort `json:"text"`
	Session     devicePort `json:"session"`
	Web         devicePort `json:"web"`
	TLS         string     `json:"tls" help:"off, on or only"`
	Fingerprint string     `json:"fingerprint,omitempty"`
	Guests      string     `json:"guests" help:"what devices without a key may: full, read or none"`
}

type devicePort struct {
	Port string `json:"port" help:"empty: it is off"`
	Open bool   `json:"open" help:"other machines can reach it"`
}

// portOf is where a gateway listens.
func (c *call) portOf(gateway string) devicePort {
	host, port, err := net.SplitHostPort(c.server.Hub.Address(gateway))
	if err != nil {
		return devicePort{}
	}
	ip, err := netip.ParseAddr(host)
	return devicePort{port, err == nil && !ip.IsLoopback()}
}

func getDevices(c *call) (any, error) {
	mode, fingerprint := c.server.Hub.Security()
	if mode == "" {
		mode = "off"
	}
	out := devicesOut{
		Text: c.portOf("text"), Session: c.portOf("session"), Web: c.portOf("web"), Addresses: ownAddresses(c.arrivedAt()),
		TLS: mode, Fingerprint: fingerprint, Guests: c.server.Hub.Access().Guests().String(),
	}
	out.Open = out.Text.Open
	if !out.Open {
		out.Addresses = []string{"127.0.0.1"}
	}
	return out, nil
}

// arrivedAt is the address of this machine that the caller has come to.
func (c *call) arrivedAt() netip.Addr {
	local, _ := c.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if local == nil {
		return netip.Addr{}
	}
	at, _ := netip.ParseAddrPort(local.String()) // what is none is not in the list
	return at.Addr().Unmap()
}

// ownAddresses are this machine's addresses in its networks, IPv4 only since small
// devices know no other, and its name in the local network; first is put in front.
func ownAddresses(first netip.Addr) (list []string) {
	all, _ := net.InterfaceAddrs() // none is as good as unknown
	for _, a := range all {
		prefix, err := netip.ParsePrefix(a.String())
		if err == nil && prefix.Addr().Is4() && prefix.Addr().IsGlobalUnicast() && !slices.Contains(list, prefix.Addr().String()) {
			list = append(list, prefix.Addr().String())
		}
	}
	if i := slices.Index(list, first.String()); i > 0 {
		list[0], list[i] = list[i], list[0]
	}
	if name, err := os.Hostname(); err == nil && name != "" {
		list = append(list, name+".local")
	}
	return list
}
