package discovery

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"

	"althing/fault"
)

// multicastPort is where multicast DNS is spoken.
const multicastPort = 5353

var (
	group4 = netip.AddrPortFrom(netip.AddrFrom4([4]byte{224, 0, 0, 251}), multicastPort)
	group6 = netip.AddrPortFrom(netip.MustParseAddr("ff02::fb"), multicastPort)
)

// link is a network that this machine is on, in one family of addresses.
type link struct {
	iface int // the interface's index
	v6    bool
}

// nets are the machine's own addresses on an interface, with their networks.
type nets []netip.Prefix

// has reports whether an address is of the link: what is not cannot be reached
// there, and whoever names it is mistaken or lies.
func (n nets) has(a netip.Addr) bool {
	a = a.WithZone("").Unmap()
	return a.IsLinkLocalUnicast() && a.Is6() || slices.ContainsFunc(n, func(p netip.Prefix) bool { return p.Contains(a) })
}

// four is the first address of IPv4.
func (n nets) four() net.IP {
	for _, p := range n {
		if p.Addr().Is4() {
			return p.Addr().AsSlice()
		}
	}
	return nil
}

// packet is what was heard on a link.
type packet struct {
	data []byte
	from netip.AddrPort
	on   link
}

// medium is what messages go through: sockets, or in tests a network in memory.
type medium interface {
	// heard gives the packets as they come.
	heard() <-chan packet
	// write sends to everybody on a link, or to one.
	write(data []byte, on link, to netip.AddrPort) error
	// links are those that there are, with the addresses of their interfaces.
	links() map[link]nets
	// zone is what an address of one interface alone is written with.
	zone(iface int) string
	// refresh looks whether they have changed.
	refresh() (changed bool)
	close()
}

// sockets are the medium that the system gives. All but what hears is of one
// goroutine.
type sockets struct {
	faces   func() ([]net.Interface, error)
	four    *ipv4.PacketConn
	six     *ipv6.PacketConn
	shared  bool // they hear what is sent to the groups
	now     map[link]nets
	names   map[int]string // of interfaces, which are the zones of addresses
	packets chan packet
	hearing sync.WaitGroup
}

// waiting is how many packets wait to be looked at before more are dropped.
const waiting = 64

// open begins to listen on interfaces, at the port of multicast DNS: it is shared
// with the system's own programs. Where it is not, whoever only asks is answered
// elsewhere.
func open(faces func() ([]net.Interface, error), asking bool) (*sockets, error) {
	s := &sockets{faces: faces, packets: make(chan packet, waiting), now: map[link]nets{}, shared: true}
	err := s.listen(group4.String(), group6.String())
	if err != nil && asking {
		s.shared = false
		err = s.listen("0.0.0.0:0", "[::]:0")
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "multicast cannot be listened to")
	}
	if s.refresh(); len(s.now) == 0 {
		s.close()
		return nil, fault.New(fault.Unavailable, "no network of this machine has multicast")
	}
	if s.four != nil {
		s.hearing.Go(func() { s.hear(false, s.read4) })
	}
	if s.six != nil {
		s.hearing.Go(func() { s.hear(true, s.read6) })
	}
	return s, nil
}

// listen opens what there is of both families.
func (s *sockets) listen(at4, at6 string) error {
	// A multicast address has Go listen at all addresses, and share the port.
	four, err4 := net.ListenPacket("udp4", at4) //nolint:noctx // nothing is waited for
	if err4 == nil {
		s.four = ipv4.NewPacketConn(four)
		// What a system does not know of these, it does by itself or it is done without.
		_ = s.four.SetControlMessage(ipv4.FlagInterface, true)
		_ = s.four.SetMulticastTTL(255)
		_ = s.four.SetTTL(255)
		_ = s.four.SetMulticastLoopback(true) // other programs here want to hear us, too
	}
	six, err6 := net.ListenPacket("udp6", at6) //nolint:noctx // nothing is waited for
	if err6 == nil {
		s.six = ipv6.NewPacketConn(six)
		_ = s.six.SetControlMessage(ipv6.FlagInterface, true)
		_ = s.six.SetMulticastHopLimit(255)
		_ = s.six.SetHopLimit(255)
		_ = s.six.SetMulticastLoopback(true)
	}
	if err4 != nil && err6 != nil {
		return errors.Join(err4, err6)
	}
	return nil
}

// refresh joins the groups on interfaces that have come.
func (s *sockets) refresh() (changed bool) {
	list, err := s.faces()
	if err != nil {
		return false
	}
	before := s.now
	s.now, s.names = map[link]nets{}, map[int]string{}
	for i := range list {
		face := &list[i]
		// The loopback hears multicast, too, where the system does not say so.
		if face.Flags&net.FlagUp == 0 || face.Flags&(net.FlagMulticast|net.FlagLoopback) == 0 {
			continue
		}
		own := netsOf(face)
		s.names[face.Index] = face.Name
		four := slices.ContainsFunc(own, func(p netip.Prefix) bool { return p.Addr().Is4() })
		six := slices.ContainsFunc(own, func(p netip.Prefix) bool { return p.Addr().Is6() })
		if s.four != nil && four && s.join(link{face.Index, false}, before, face) {
			s.now[link{face.Index, false}] = own
		}
		if s.six != nil && six && s.join(link{face.Index, true}, before, face) {
			s.now[link{face.Index, true}] = own
		}
	}
	return !equal(before, s.now)
}

// join joins the group of a link, unless that was done.
func (s *sockets) join(on link, before map[link]nets, face *net.Interface) bool {
	if _, joined := before[on]; joined || !s.shared {
		return true
	}
	if on.v6 {
		return s.six.JoinGroup(face, net.UDPAddrFromAddrPort(group6)) == nil
	}
	return s.four.JoinGroup(face, net.UDPAddrFromAddrPort(group4)) == nil
}

func equal(a, b map[link]nets) bool {
	if len(a) != len(b) {
		return false
	}
	for on, own := range a {
		if other, is := b[on]; !is || !slices.Equal(own, other) {
			return false
		}
	}
	return true
}

// netsOf are the addresses of an interface that others can use.
func netsOf(face *net.Interface) nets {
	list, _ := face.Addrs() // none is as good as unknown
	var own nets
	for _, a := range list {
		if p, err := netip.ParsePrefix(a.String()); err == nil && !p.Addr().IsUnspecified() {
			own = append(own, netip.PrefixFrom(p.Addr().Unmap(), p.Bits()))
		}
	}
	slices.SortFunc(own, func(a, b netip.Prefix) int { return a.Addr().Compare(b.Addr()) })
	return own
}

func (s *sockets) links() map[link]nets { return s.now }

func (s *sockets) zone(iface int) string { return s.names[iface] }

func (s *sockets) heard() <-chan packet { return s.packets }

// mostErrors is how often in a row reading may fail before the socket is taken to
// be broken; single errors are what others' answers to our packets look like.
const mostErrors = 100

// hear passes on what one socket hears, until it is closed. When too many packets
// wait to be looked at, they are dropped, as networks do.
func (s *sockets) hear(v6 bool, read func(buf []byte) (n, iface int, from net.Addr, err error)) {
	buf := make([]byte, longestRead+1)
	for failed := 0; failed < mostErrors; {
		n, iface, from, err := read(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		udp, is := from.(*net.UDPAddr)
		if err != nil || !is {
			failed++
			continue
		}
		failed = 0
		at := udp.AddrPort()
		select {
		case s.packets <- packet{slices.Clone(buf[:n]), netip.AddrPortFrom(at.Addr().Unmap(), at.Port()), link{iface, v6}}:
		default:
		}
	}
}

func (s *sockets) read4(buf []byte) (n, iface int, from net.Addr, err error) {
	n, about, from, err := s.four.ReadFrom(buf)
	if about != nil {
		iface = about.IfIndex
	}
	return n, iface, from, err
}

func (s *sockets) read6(buf []byte) (n, iface int, from net.Addr, err error) {
	n, about, from, err := s.six.ReadFrom(buf)
	if about != nil {
		iface = about.IfIndex
	}
	return n, iface, from, err
}

func (s *sockets) write(data []byte, on link, to netip.AddrPort) error {
	if on.v6 {
		return s.write6(data, on, to)
	}
	var from *ipv4.ControlMessage
	if to.Addr().IsMulticast() {
		if err := s.four.SetMulticastInterface(&net.Interface{Index: on.iface}); err != nil {
			return err
		}
		// On the loopback Linux would choose another interface's address.
		from = &ipv4.ControlMessage{IfIndex: on.iface, Src: s.now[on].four()}
	}
	_, err := s.four.WriteTo(data, from, net.UDPAddrFromAddrPort(to))
	return err
}

func (s *sockets) write6(data []byte, on link, to netip.AddrPort) error {
	if to.Addr().IsMulticast() {
		to = netip.AddrPortFrom(to.Addr().WithZone(s.names[on.iface]), to.Port())
		if err := s.six.SetMulticastInterface(&net.Interface{Index: on.iface}); err != nil {
			return err
		}
	}
	_, err := s.six.WriteTo(data, nil, net.UDPAddrFromAddrPort(to))
	return err
}

func (s *sockets) close() {
	if s.four != nil {
		_ = s.four.Close() // nothing was written that could be lost
	}
	if s.six != nil {
		_ = s.six.Close()
	}
	s.hearing.Wait()
}

// everybody is the group of a link.
func (l link) everybody() netip.AddrPort {
	if l.v6 {
		return group6
	}
	return group4
}

// place completes the link of a packet where the system does not tell the
// interface, and reports whether it came from that link: all others are not to be
// listened to (RFC 6762, 11).
func place(p packet, links map[link]nets) (link, bool) {
	if own, is := links[p.on]; is {
		return p.on, own.has(p.from.Addr())
	}
	if p.on.iface == 0 {
		for on, own := range links {
			if on.v6 == p.on.v6 && own.has(p.from.Addr()) {
				return on, true
			}
		}
	}
	return p.on, false
}
