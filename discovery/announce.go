package discovery

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"encoding/binary"
	"log/slog"
	mathrand "math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// Times and numbers of multicast DNS (RFC 6762, 6 and 8).
const (
	probes        = 3 // questions whether the name is free
	probeEvery    = 250 * time.Millisecond
	yieldFor      = time.Second // when another asks for the same name and goes first
	announcements = 2
	announceEvery = time.Second
	shared        = 20 * time.Millisecond  // an answer is held back at least so long,
	spread        = 100 * time.Millisecond // and up to so much longer: others answer, too
	sameAgain     = time.Second            // between two answers to everybody on a link
	toProbe       = 250 * time.Millisecond // the same, when somebody wants our name
)

const (
	// lookEvery is how often the machine's addresses are looked at.
	lookEvery = 5 * time.Second
	// mostNumbers is how many names are tried before one is taken that nobody can
	// have: who announces them all wants to keep us from being found.
	mostNumbers = 9
	// mostReplies to single askers in a second; who sends more questions than any
	// network has programs wants to have us flood somebody.
	mostReplies = 50
)

// Announcer makes a hub known on the network.
type Announcer struct {
	hub    Hub
	log    *slog.Logger
	medium medium
	stop   chan struct{}
	done   chan struct{}
	once   sync.Once

	// All that follows is run's.
	at     identity
	number int // of names that were tried
	probed int
	told   int       // announcements made
	next   time.Time // of the next probe or announcement; zero: there is none
	look   time.Time
	due    map[link]answer    // answers that are held back
	last   map[link]time.Time // when everybody on a link was last answered
	second time.Time          // in which so many single askers were answered
	single int
}

// answer is one that everybody on a link gets.
type answer struct {
	at    time.Time
	kinds bool // the kinds of services were asked for, too
}

// Announce makes a hub known on all networks of this machine that have multicast,
// under its name, or with a number behind it where another has that. It follows
// changes of addresses until Close. An error has code Unavailable: there is no
// multicast here. A nil log is slog.Default.
func Announce(h Hub, log *slog.Logger) (*Announcer, error) {
	m, err := open(net.Interfaces, false)
	if err != nil {
		return nil, err
	}
	return announce(h, m, log), nil
}

func announce(h Hub, m medium, log *slog.Logger) *Announcer {
	if log == nil {
		log = slog.Default()
	}
	h.ID = cmp.Or(h.ID, rand.Text()[:8])
	a := &Announcer{
		hub: h, log: log, medium: m, stop: make(chan struct{}), done: make(chan struct{}), number: 1,
		at:  newIdentity(label(h.Name, 1), h.ID),
		due: map[link]answer{}, last: map[link]time.Time{},
	}
	now := time.Now()
	a.next, a.look = now.Add(upTo(probeEvery)), now.Add(lookEvery)
	go a.run()
	return a
}

// Close takes the announcement back, and waits until that was sent. It may be
// called more than once.
func (a *Announcer) Close() {
	a.once.Do(func() { close(a.stop) })
	<-a.done
}

func (a *Announcer) run() {
	defer close(a.done)
	defer a.medium.close()
	for {
		wait := time.NewTimer(time.Until(a.soonest()))
		select {
		case <-a.stop:
			wait.Stop()
			a.goodbye()
			return
		case p := <-a.medium.heard():
			a.hear(p, time.Now())
		case <-wait.C:
		}
		wait.Stop()
		a.step(time.Now())
	}
}

// soonest is when there is something to do.
func (a *Announcer) soonest() time.Time {
	at := a.look
	if !a.next.IsZero() && a.next.Before(at) {
		at = a.next
	}
	for _, d := range a.due {
		if d.at.Before(at) {
			at = d.at
		}
	}
	return at
}

// step does what is due.
func (a *Announcer) step(now time.Time) {
	if !now.Before(a.look) {
		a.look = now.Add(lookEvery)
		if a.medium.refresh() {
			a.begin(now)
		}
	}
	if !a.next.IsZero() && !now.Before(a.next) {
		a.advance(now)
	}
	for on, d := range a.due {
		if !now.Before(d.at) {
			delete(a.due, on)
			a.tell(on, now, d.kinds)
		}
	}
}

// begin asks anew whether the name is free.
func (a *Announcer) begin(at time.Time) {
	a.probed, a.told, a.next = 0, 0, at
	clear(a.due)
}

// advance asks once more whether the name is free, or, when nobody has said no,
// announces it.
func (a *Announcer) advance(now time.Time) {
	if a.probed < probes {
		a.probed++
		a.next = now.Add(probeEvery)
		a.probe()
		return
	}
	if a.told == 0 {
		a.log.Info("the hub can be found on the network", "name", a.hub.Name)
	}
	a.told++
	a.next = time.Time{}
	if a.told < announcements {
		a.next = now.Add(announceEvery)
	}
	for on := range a.medium.links() {
		a.tell(on, now, false)
	}
}

func (a *Announcer) probe() {
	m := dnsmessage.Message{
		Questions:   []dnsmessage.Question{question(a.at.instance, dnsmessage.TypeALL)},
		Authorities: []dnsmessage.Resource{resource(a.at.instance, dnsmessage.ClassINET, ttlHost, a.at.srv(a.hub.Port()))},
	}
	for on := range a.medium.links() {
		a.send(m, on, on.everybody())
	}
}

// established is whether the name is ours.
func (a *Announcer) established() bool { return a.told > 0 }

// hear takes notice of what was said on a link.
func (a *Announcer) hear(p packet, now time.Time) {
	on, near := place(p, a.medium.links())
	m, readable := parse(p.data)
	if !near || !readable {
		return
	}
	switch {
	case m.reply:
		if a.contradicted(m.answers) != nil {
			a.disputed(now)
		}
	case a.established():
		a.asked(&m, p.from, on, now)
	case a.probed > 0:
		if theirs := a.contradicted(m.proposed); theirs != nil && a.goesFirst(theirs) {
			a.begin(now.Add(yieldFor))
		}
	}
}

// contradicted is a record of our name that is not ours; nil when there is none.
// What we say ourselves is heard again, and perhaps on another link.
func (a *Announcer) contradicted(records []dnsmessage.Resource) *dnsmessage.SRVResource {
	for _, r := range records {
		srv, is := r.Body.(*dnsmessage.SRVResource)
		if is && r.Header.TTL > 0 && same(r.Header.Name, a.at.instance) && !same(srv.Target, a.at.host) {
			return srv
		}
	}
	return nil
}

// goesFirst decides between two that ask for a name at the same time: the greater
// record, by its bytes, goes first (RFC 6762, 8.2).
func (a *Announcer) goesFirst(theirs *dnsmessage.SRVResource) bool {
	return bytes.Compare(srvBytes(theirs), srvBytes(a.at.srv(a.hub.Port()))) > 0
}

func srvBytes(r *dnsmessage.SRVResource) []byte {
	var b []byte
	for _, n := range []uint16{r.Priority, r.Weight, r.Port} {
		b = binary.BigEndian.AppendUint16(b, n)
	}
	for label := range bytes.SplitSeq([]byte(r.Target.String()), []byte(".")) {
		b = append(append(b, byte(len(label))), label...)
	}
	return b
}

// disputed is called when another says that it has our name. One that was ours is
// asked for anew; one that we only asked for is theirs.
func (a *Announcer) disputed(now time.Time) {
	if a.number > mostNumbers {
		return // ours has letters in it that nobody can guess in good faith
	}
	if !a.established() {
		a.number++
		name := label(a.hub.Name, a.number)
		if a.number > mostNumbers {
			name = label(a.hub.ID+" "+a.hub.Name, 1)
		}
		a.log.Info("another hub on the network has this one's name; it is announced under another", "name", a.hub.Name, "announced", name)
		a.at = newIdentity(name, a.hub.ID)
	}
	a.begin(now)
}

// asked answers questions about our records.
func (a *Announcer) asked(m *message, from netip.AddrPort, on link, now time.Time) {
	var ours []dnsmessage.Question
	var d answer
	alone := true
	for _, q := range m.questions {
		if a.at.asks(q) {
			ours = append(ours, q)
			alone = alone && q.Class&topBit != 0
			d.kinds = d.kinds || same(q.Name, allServices)
		}
	}
	legacy := from.Port() != multicastPort
	wanted := a.contradicted(m.proposed) != nil
	switch {
	case len(ours) == 0, !legacy && a.known(m.answers):
		return
	case wanted:
		d.at = later(now, a.last[on].Add(toProbe))
	case legacy, alone:
		a.replyTo(m.id, ours[0], d.kinds, from, on, now)
		return
	default:
		d.at = later(now.Add(shared+upTo(spread)), a.last[on].Add(sameAgain))
	}
	if before, is := a.due[on]; is {
		d.at, d.kinds = sooner(d.at, before.at), d.kinds || before.kinds
	}
	a.due[on] = d
}

// upTo is a time that differs from one machine to the next, so that not all speak
// at once.
func upTo(d time.Duration) time.Duration {
	return mathrand.N(d) //nolint:gosec // nothing depends on nobody guessing it
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func sooner(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// known reports whether the asker has our answer, and has had it not for long.
func (a *Announcer) known(answers []dnsmessage.Resource) bool {
	return slices.ContainsFunc(answers, func(r dnsmessage.Resource) bool {
		ptr, is := r.Body.(*dnsmessage.PTRResource)
		return is && same(r.Header.Name, serviceName) && same(ptr.PTR, a.at.instance) && r.Header.TTL >= ttlText/2
	})
}

// tell tells everybody on a link.
func (a *Announcer) tell(on link, now time.Time, kinds bool) {
	a.last[on] = now
	a.send(dnsmessage.Message{
		Header:  dnsmessage.Header{Response: true, Authoritative: true},
		Answers: a.records(on, kinds),
	}, on, on.everybody())
}

// replyTo answers one asker alone. One that does not speak at the port of multicast
// DNS knows nothing of its ways: it gets its question back, and keeps what it heard
// not for long.
func (a *Announcer) replyTo(id uint16, asked dnsmessage.Question, kinds bool, to netip.AddrPort, on link, now time.Time) {
	if now.Sub(a.second) >= time.Second {
		a.second, a.single = now, 0
	}
	if a.single++; a.single > mostReplies {
		return
	}
	m := dnsmessage.Message{
		Header:  dnsmessage.Header{ID: id, Response: true, Authoritative: true},
		Answers: a.records(on, kinds),
	}
	if to.Port() != multicastPort {
		asked.Class &^= topBit
		m.Questions = []dnsmessage.Question{asked}
		for i := range m.Answers {
			h := &m.Answers[i].Header
			h.Class, h.TTL = h.Class&^topBit, min(h.TTL, ttlLegacy)
		}
	}
	a.send(m, on, to)
}

func (a *Announcer) goodbye() {
	if !a.established() {
		return
	}
	for on := range a.medium.links() {
		list := a.records(on, false)
		for i := range list {
			list[i].Header.TTL = 0
		}
		a.send(dnsmessage.Message{
			Header:  dnsmessage.Header{Response: true, Authoritative: true},
			Answers: list,
		}, on, on.everybody())
	}
}

// records are ours, with the addresses that the machine has on a link.
func (a *Announcer) records(on link, kinds bool) []dnsmessage.Resource {
	var at []netip.Addr
	for _, p := range a.medium.links()[on] {
		if wanted := len(a.hub.Addresses) == 0 || slices.Contains(a.hub.Addresses, p.Addr()); wanted && len(at) < mostAt {
			at = append(at, p.Addr())
		}
	}
	list := a.at.records(&a.hub, at)
	if kinds {
		list = append(list, resource(allServices, dnsmessage.ClassINET, ttlText, &dnsmessage.PTRResource{PTR: name(serviceName)}))
	}
	return list
}

// send sends a message; one that a link does not take is lost, as others are.
func (a *Announcer) send(m dnsmessage.Message, on link, to netip.AddrPort) {
	if err := a.medium.write(pack(m), on, to); err != nil {
		a.log.Debug("multicast: cannot send", "to", to, "err", err)
	}
}
