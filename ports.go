package althing

import (
	"net"
	"strconv"
	"strings"

	"althing/fault"
)

// Ports says which ports a listener may have: "4000", ">4000" (4000 and up),
// "<3999" (3999 and down), "=4000" (4000 and no other), or several of these with
// commas between them. The first that is free is taken. "0" is whichever the
// system gives.
type Ports string

// maxPortItems is how many expressions a list of ports may have: what people
// write.
const maxPortItems = 64

// span is ports from one to another, in that order, which may go down.
type span struct{ first, last int }

func (p Ports) spans() ([]span, error) {
	items := strings.Split(string(p), ",")
	if len(items) > maxPortItems {
		return nil, fault.New(fault.Limit, "a list of ports may have %d items", maxPortItems)
	}
	spans := make([]span, len(items))
	for i, item := range items {
		item = strings.Trim(item, " ")
		digits := strings.TrimLeft(item, "<>=")
		port, err := strconv.ParseUint(strings.TrimLeft(digits, " "), 10, 16)
		n := int(port)
		s, known := map[string]span{"": {n, n}, "=": {n, n}, ">": {n, 65535}, "<": {n, 1}}[item[:len(item)-len(digits)]]
		if err != nil || !known || n == 0 && s.last != 0 {
			return nil, fault.New(fault.Invalid, "%.40q is no port from 0 to 65535; expected one like 4000, =4000, >4000 or <3999", item)
		}
		spans[i] = s
	}
	return spans, nil
}

// listen listens on the first port of host that is free.
func listen(host string, ports Ports) (net.Listener, error) {
	spans, err := ports.spans()
	if err != nil {
		return nil, err
	}
	at := func(port int) (net.Listener, error) {
		return net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port))) //nolint:noctx // it does not wait
	}
	var first error
	for _, s := range spans {
		step := 1
		if s.last < s.first {
			step = -1
		}
		for port := s.first; port != s.last+step; port += step {
			l, err := at(port)
			if err == nil {
				return l, nil
			}
			if first != nil {
				continue
			}
			first = err
			probe, err := at(0)
			if err != nil {
				return nil, fault.Wrap(err, fault.Unavailable, "cannot listen on %q, whatever the port", host)
			}
			probe.Close()
		}
	}
	return nil, fault.Wrap(first, fault.Unavailable, "cannot listen on %s: no such port is free", net.JoinHostPort(host, string(ports)))
}

// listenOn listens on an address of which the port is an expression.
func listenOn(addr string) (net.Listener, error) {
	host, ports, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "%.80q is no address; expected host:port, as in 127.0.0.1:4000", addr)
	}
	return listen(host, Ports(ports))
}
