package althing

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync"

	"althing/fault"
	"althing/value"
	"althing/wire"
)

const (
	// Maindata is the name of the channel for traffic in the background.
	Maindata = "Maindata"
	// serversock is what the server's own port is called among the channels'.
	serversock = "Serversock"
	// defaultDataPorts are where channels are opened.
	defaultDataPorts Ports = "<3999"
	// maxChannels is how many channels a server has: their list is told to every
	// client.
	maxChannels = 100
)

// Channel is a further port of a server, for one purpose. Only clients that are
// registered can connect to it: LocalThings' are known by their address, others
// by a ticket that they have asked for (Client.OpenChannel).
type Channel struct {
	Name string
	// Ports are where it may listen, on the host of the server: its DataPorts.
	Ports Ports
	// Handle has a connection and whose it is, and may read and write any bytes
	// until it returns, which closes the connection. It is called in a goroutine
	// of its own for each. ctx ends, and the connection is closed, with the client,
	// the channel and the server. What a muted client sends does not arrive. When
	// Handle is nil, connections carry the same as the server's port.
	Handle func(ctx context.Context, conn net.Conn, client *Conn)
	// Connect are the clients that are told to connect when it is opened, and
	// ConnectNew tells those that register later.
	Connect    []*Conn
	ConnectNew bool
}

// channels are those of a server. Its mutex comes behind the server's and before
// those of peers.
type channels struct {
	mu      sync.Mutex
	list    []*channel // in the order in which they were opened
	tickets tickets
}

// channel is a Channel of a server, which may be closed.
type channel struct {
	Channel
	port     int          // 0 while it has none yet
	listener net.Listener // nil while the server does not run
	links    map[*link]struct{}
}

// OpenChannel opens a channel: at once while the server runs, else with the
// server. It stays until CloseChannel, also when the server restarts.
func (s *Server) OpenChannel(c Channel) error {
	if err := checkName("channel", c.Name); err != nil {
		return err
	}
	ch := &channel{Channel: c, links: make(map[*link]struct{})}
	if err := s.channels.add(ch); err != nil {
		return err
	}
	r := s.running()
	if r == nil {
		return nil
	}
	if err := s.openPort(r, ch); err != nil {
		s.channels.remove(c.Name)
		return err
	}
	s.tell(c.Connect, c.Name)
	return nil
}

// OpenMaindata opens the channel Maindata, to which all clients connect.
func (s *Server) OpenMaindata() error {
	return s.OpenChannel(Channel{Name: Maindata, Connect: s.Conns(), ConnectNew: true})
}

// CloseChannel closes a channel and all connections to it.
func (s *Server) CloseChannel(name string) error {
	ch := s.channels.remove(name)
	if ch == nil {
		return fault.New(fault.NotFound, "there is no channel %s", quoted(name))
	}
	if port, listened := s.channels.unbind(ch); listened {
		s.out().status(closing(ch.Name, port))
	}
	for _, l := range s.channels.linksOf(ch) {
		l.close()
	}
	return nil
}

// Channels gives the names and ports of the channels in the order in which they
// were opened. A port is 0 before the server's first start.
func (s *Server) Channels() []wire.Sock {
	s.channels.mu.Lock()
	defer s.channels.mu.Unlock()
	var socks []wire.Sock
	for _, ch := range s.channels.list {
		socks = append(socks, wire.Sock{Name: ch.Name, Port: ch.port, ConnectNew: ch.ConnectNew})
	}
	return socks
}

// Channel gives the port of a channel, if there is one of that name.
func (s *Server) Channel(name string) (sock wire.Sock, ok bool) {
	for _, sock := range s.Channels() {
		if sock.Name == name {
			return sock, true
		}
	}
	return wire.Sock{}, false
}

// openPort listens on the port of a channel.
func (s *Server) openPort(r *run, ch *channel) error {
	ports := ch.Ports
	switch sock, _ := s.Channel(ch.Name); {
	case sock.Port != 0: // the server has restarted, and clients may know it
		ports = Ports(strconv.Itoa(sock.Port))
	case ports == "" && s.DataPorts != "":
		ports = s.DataPorts
	case ports == "":
		ports = defaultDataPorts
	}
	host, _, err := net.SplitHostPort(s.ListenAddr().String())
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "the server has no ports; channels need some")
	}
	l, err := listen(host, ports)
	if err != nil {
		return err
	}
	if err := s.listening(r, ch, l); err != nil {
		l.Close()
		return err
	}
	s.out().status(fmt.Sprintf("%s Datasock bound to %d", ch.Name, portOf(l.Addr())))
	return nil
}

// listening makes l the listener of a channel, unless the server or the channel
// has been closed meanwhile.
func (s *Server) listening(r *run, ch *channel, l net.Listener) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels.mu.Lock()
	defer s.channels.mu.Unlock()
	if r.closing || !slices.Contains(s.channels.list, ch) {
		return ErrServerClosed
	}
	ch.listener, ch.port = l, portOf(l.Addr())
	r.work.Go(func() { s.acceptFrom(r, l, func(nc net.Conn) { s.admitTo(r, ch, nc) }) })
	return nil
}

// unbind ends the listening of a channel, if it listens.
func (cs *channels) unbind(ch *channel) (port int, listened bool) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if ch.listener == nil {
		return 0, false
	}
	ch.listener.Close()
	ch.listener = nil
	return ch.port, true
}

func closing(name string, port int) string {
	return fmt.Sprintf("Closing datasock '%s' at %d", name, port)
}

// openPorts opens the channels of a server that has started.
func (s *Server) openPorts(r *run) error {
	for _, ch := range s.channels.all() {
		if err := s.openPort(r, ch); err != nil {
			return err
		}
	}
	return nil
}

// tell tells clients to connect to a channel.
func (s *Server) tell(clients []*Conn, channel string) {
	sock, ok := s.Channel(channel)
	if !ok {
		return
	}
	data := value.DictOf(wire.KeyName, value.Str(sock.Name), wire.KeyPort, value.Int(sock.Port))
	for _, c := range clients {
		_ = c.Event(wire.EventChannel, data) // who cannot be told is about to be dropped
	}
}

func (cs *channels) add(ch *channel) error {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	switch {
	case ch.Name == serversock, cs.find(ch.Name) >= 0:
		return fault.New(fault.Conflict, "there is a channel %q already", ch.Name)
	case len(cs.list) >= maxChannels:
		return fault.New(fault.Limit, "a server may have %d channels", maxChannels)
	}
	cs.list = append(cs.list, ch)
	return nil
}

// remove takes a channel off the list, and gives nil when it is not there.
func (cs *channels) remove(name string) *channel {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	i := cs.find(name)
	if i < 0 {
		return nil
	}
	ch := cs.list[i]
	cs.list = slices.Delete(cs.list, i, i+1)
	return ch
}

func (cs *channels) find(name string) int {
	return slices.IndexFunc(cs.list, func(ch *channel) bool { return ch.Name == name })
}

func (cs *channels) all() []*channel {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	return slices.Clone(cs.list)
}

// portOf is the port of an address, 0 when it has none.
func portOf(addr net.Addr) int {
	_, port, _ := net.SplitHostPort(addr.String()) // an address of another kind has none
	n, _ := strconv.Atoi(port)
	return n
}
