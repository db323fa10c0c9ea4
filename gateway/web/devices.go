package web

import (
	"net"
	"net/http"
	"net/netip"

	"althing/access"
	"althing/secure"
)

// deviceOperations are what a device has to know to find this hub.
var deviceOperations = []operation{
	{method: http.MethodGet, path: "/devices", act: access.Read, summary: "By which addresses and ports devices reach this hub", out: devicesOut{}, run: getDevices},
}

type devicesOut struct {
	Text        devicePort `json:"text"`
	Session     devicePort `json:"session"`
	Web         devicePort `json:"web"`
	TLS         string     `json:"tls" help:"off, on or only"`
	Fingerprint string     `json:"fingerprint,omitempty"`
	Guests      string     `json:"guests" help:"what devices without a key may: full, read or none"`
}

type devicePort struct {
	Port      string   `json:"port" help:"empty: it is off"`
	Addresses []string `json:"addresses" help:"by which other machines reach it; none: it listens on this machine only"`
}

func getDevices(c *call) (any, error) {
	h := c.server.Hub
	mode, fingerprint := h.Security()
	if mode == "" {
		mode = "off"
	}
	return devicesOut{
		Text: portOf(h.Address("text")), Session: portOf(h.Address("session")), Web: portOf(h.Address("web")),
		TLS: mode, Fingerprint: fingerprint, Guests: h.Access().Guests().String(),
	}, nil
}

// portOf says how a port that listens there is reached.
func portOf(listening string) devicePort {
	host, port, err := net.SplitHostPort(listening)
	if err != nil {
		return devicePort{Addresses: []string{}}
	}
	at, err := netip.ParseAddr(host)
	switch {
	case err != nil || at.IsLoopback():
		return devicePort{port, []string{}}
	case at.IsUnspecified():
		return devicePort{port, networkAddresses()}
	}
	return devicePort{port, []string{host}}
}

// networkAddresses are this machine's in its networks. IPv6 is for machines that have
// nothing else: small devices do not speak it.
func networkAddresses() []string {
	four, six := []string{}, []string{}
	for _, name := range secure.OwnNames() {
		switch at, err := netip.ParseAddr(name); {
		case err != nil || at.IsLoopback():
		case at.Is4():
			four = append(four, name)
		default:
			six = append(six, name)
		}
	}
	if len(four) == 0 {
		return six
	}
	return four
}
