package althing

import (
	"crypto/rand"
	"net"
	"strconv"
	"sync"
	"time"

	"althing/fault"
	"althing/value"
	"althing/wire"
)

const (
	// ticketLife is how long a ticket can be used: long enough for the slowest
	// way to another port.
	ticketLife = 30 * time.Second
	// maxTickets is how many of one client's are unused at a time.
	maxTickets = 100
)

// openMethod is the method by which a client gets a ticket.
const openMethod = "channel.open"

// tickets let clients connect to channels, each once.
type tickets struct {
	mu     sync.Mutex
	issued map[string]*ticket
	oldest []*ticket // in the order in which they were issued
	counts map[*Conn]int
}

type ticket struct {
	text    string
	channel string
	client  *Conn
	until   time.Time
}

// issue makes a ticket for a channel.
func (t *tickets) issue(c *Conn, channel string, now time.Time) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.expire(now)
	if t.counts[c] >= maxTickets {
		return "", fault.New(fault.Limit, "%d tickets are unused; connect with those first", maxTickets)
	}
	if t.issued == nil {
		t.issued, t.counts = make(map[string]*ticket), make(map[*Conn]int)
	}
	it := &ticket{text: rand.Text(), channel: channel, client: c, until: now.Add(ticketLife)}
	t.issued[it.text] = it
	t.oldest = append(t.oldest, it)
	t.counts[c]++
	return it.text, nil
}

// take gives the client of a ticket that is valid for a channel, and nil for any
// other. It is no ticket any more.
func (t *tickets) take(text, channel string, now time.Time) *Conn {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.expire(now)
	it := t.issued[text]
	if it == nil {
		return nil
	}
	t.forget(it)
	if it.channel != channel {
		return nil
	}
	return it.client
}

func (t *tickets) expire(now time.Time) {
	for len(t.oldest) > 0 && !now.Before(t.oldest[0].until) {
		t.forget(t.oldest[0])
		t.oldest = t.oldest[1:]
	}
}

func (t *tickets) forget(it *ticket) {
	if t.issued[it.text] == nil {
		return
	}
	delete(t.issued, it.text)
	if t.counts[it.client]--; t.counts[it.client] == 0 {
		delete(t.counts, it.client)
	}
}

// openFor answers openMethod: where to connect, and the
// ticket to send there.
func (s *Server) openFor(c *Conn, params *value.Dict) (value.Value, error) {
	name := textIn(params, wire.KeyName)
	sock, ok := s.Channel(name)
	if !ok {
		return nil, fault.New(fault.NotFound, "there is no channel %s", quoted(name))
	}
	if err := s.permitChannel(c, name); err != nil {
		return nil, err
	}
	text, err := s.channels.tickets.issue(c.main, sock.Name, time.Now())
	if err != nil {
		return nil, err
	}
	host, _, err := net.SplitHostPort(c.LocalAddr().String())
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "the connection has no address; channels need one")
	}
	return value.FromGo(map[string]any{wire.KeyAddress: net.JoinHostPort(host, strconv.Itoa(sock.Port)), wire.KeyTicket: text})
}

// permitChannel asks Permit whether a client may connect to a channel.
func (s *Server) permitChannel(c *Conn, name string) error {
	if s.Permit == nil {
		return nil
	}
	return s.Permit(c, wire.Call, openMethod, name)
}
