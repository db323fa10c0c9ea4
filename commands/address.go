package commands

import (
	"net"
	"net/netip"
	"strconv"
	"strings"

	"althing"
	"althing/fault"
)

// sessionPort is where a server is looked for when no port is named.
const sessionPort = "4000"

var errOwnAddress = fault.New(fault.Invalid, "Can't connect to own address")

// addressOf reads the arguments (ip, port[o]) of a call. It refuses the address
// of this very server.
func (b *builtins) addressOf(call *althing.Call) (string, error) {
	host, port := unquoted(call.Arg(0)), sessionPort
	if len(call.Args) > 1 {
		port = unquoted(call.Arg(1))
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return "", fault.New(fault.Invalid, "'%s' is no port; expected 1 to 65535", shown(port, maxTitle))
	}
	if host == "" || len(host) > maxHost || strings.ContainsFunc(host, func(r rune) bool { return !hostLetter(r) }) {
		return "", fault.New(fault.Invalid, "'%s' is no address; expected one like 192.168.178.140", shown(host, maxTitle))
	}
	to := net.JoinHostPort(host, port)
	if own(call.Conn, b.server.ListenAddr(), to) {
		return "", errOwnAddress
	}
	return to, nil
}

// maxHost is the bytes of a host's name.
const maxHost = 253

func hostLetter(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || strings.ContainsRune(".:-_%", r)
}

// unquoted takes the quotes away that a Python program leaves around a text:
// s.sethigherserver('192.168.178.140', 4003).
func unquoted(text string) string {
	if n := len(text); n > 1 && (text[0] == '\'' || text[0] == '"') && text[n-1] == text[0] {
		return text[1 : n-1]
	}
	return text
}

// own reports whether an address is where the server listens. One that
// listens on all addresses of its machine is reached by any of them; which those
// are, the caller's own conn tells as well.
func own(conn *althing.Conn, listen net.Addr, to string) bool {
	host, port, err := net.SplitHostPort(to)
	if listen == nil || err != nil {
		return false
	}
	_, ownPort, err := net.SplitHostPort(listen.String())
	if err != nil || ownPort != port {
		return false
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		if !strings.EqualFold(host, "localhost") {
			return false
		}
		ip = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	ip = ip.Unmap()
	at, err := netip.ParseAddr(hostOf(listen))
	switch {
	case err != nil:
		return false
	case !at.IsUnspecified():
		return at.Unmap() == ip
	case ip.IsLoopback() || ip.IsUnspecified():
		return true
	}
	if conn != nil && hostOf(conn.LocalAddr()) == ip.String() {
		return true
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	for _, a := range addrs {
		if prefix, err := netip.ParsePrefix(a.String()); err == nil && prefix.Addr().Unmap() == ip {
			return true
		}
	}
	return false
}
