package discovery

import (
	"cmp"
	"errors"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

const (
	domain      = "local."
	serviceName = Service + "." + domain
	// allServices is what lists the kinds of services of a network.
	allServices = "_services._dns-sd._udp." + domain

	longestLabel = 63   // bytes
	longestRead  = 9000 // bytes of a message (RFC 6762, 17)

	// How long others may keep what they heard, in seconds (RFC 6762, 10 and 6.7).
	ttlHost   = 120
	ttlText   = 4500
	ttlLegacy = 10

	// topBit of a class is, in a question, the wish to be answered alone, and in a
	// record, that it takes the place of all others of its name.
	topBit = 1 << 15
)

// message is what a message says that concerns us.
type message struct {
	id        uint16
	reply     bool
	questions []dnsmessage.Question
	answers   []dnsmessage.Resource // with the additional ones
	proposed  []dnsmessage.Resource // what a probe is about to announce
}

// parse reads a message. What is broken ends it: what came before that counts.
func parse(data []byte) (m message, ok bool) {
	var p dnsmessage.Parser
	h, err := p.Start(data)
	if err != nil || len(data) > longestRead || h.OpCode != 0 || h.RCode != 0 {
		return m, false
	}
	m.id, m.reply = h.ID, h.Response
	var whole bool
	if m.questions, whole = section(p.Question); !whole {
		return m, true
	}
	if m.answers, whole = section(p.Answer); !whole {
		return m, true
	}
	if m.proposed, whole = section(p.Authority); !whole {
		return m, true
	}
	more, _ := section(p.Additional)
	m.answers = append(m.answers, more...)
	return m, true
}

// section reads one part of a message, to its end or to where it is broken.
func section[T any](next func() (T, error)) (list []T, whole bool) {
	for {
		one, err := next()
		if err != nil {
			return list, errors.Is(err, dnsmessage.ErrSectionDone)
		}
		list = append(list, one)
	}
}

// pack writes a message; nil when it does not fit, which a bounded one does.
func pack(m dnsmessage.Message) []byte {
	data, err := m.Pack()
	if err != nil {
		return nil
	}
	return data
}

// name makes a name of labels that were checked.
func name(text string) dnsmessage.Name {
	n, err := dnsmessage.NewName(text)
	if err != nil { // longer than 255 bytes: no label of ours is longer than 63
		panic(err)
	}
	return n
}

func same(a dnsmessage.Name, b string) bool { return strings.EqualFold(a.String(), b) }

func question(of string, t dnsmessage.Type) dnsmessage.Question {
	return dnsmessage.Question{Name: name(of), Type: t, Class: dnsmessage.ClassINET}
}

// label makes a label of a hub's name, with a number behind it when others have
// it. A dot would begin another label.
func label(hub string, number int) string {
	suffix := ""
	if number > 1 {
		suffix = " (" + strconv.Itoa(number) + ")"
	}
	plain := strings.ReplaceAll(clean(hub, longestName), ".", "-")
	return cut(cmp.Or(plain, "althing"), longestLabel-len(suffix)) + suffix
}

// identity is under which names a hub is announced.
type identity struct {
	instance string // barn._althing._tcp.local.
	host     string // whose the addresses are: no other program's, so that none can differ
}

func newIdentity(label, id string) identity {
	return identity{instance: label + "." + serviceName, host: "althing-" + strings.ToLower(id) + "." + domain}
}

func (i identity) srv(port uint16) *dnsmessage.SRVResource {
	return &dnsmessage.SRVResource{Port: port, Target: name(i.host)}
}

// records are those of a hub: all that is to be known of it, in one message.
func (i identity) records(h *Hub, at []netip.Addr) []dnsmessage.Resource {
	list := []dnsmessage.Resource{
		resource(serviceName, dnsmessage.ClassINET, ttlText, &dnsmessage.PTRResource{PTR: name(i.instance)}),
		resource(i.instance, dnsmessage.ClassINET|topBit, ttlHost, i.srv(h.Port())),
		resource(i.instance, dnsmessage.ClassINET|topBit, ttlText, &dnsmessage.TXTResource{TXT: h.text()}),
	}
	for _, a := range at {
		var body dnsmessage.ResourceBody = &dnsmessage.AAAAResource{AAAA: a.As16()}
		if a.Is4() {
			body = &dnsmessage.AResource{A: a.As4()}
		}
		list = append(list, resource(i.host, dnsmessage.ClassINET|topBit, ttlHost, body))
	}
	return list
}

func resource(of string, class dnsmessage.Class, ttl uint32, body dnsmessage.ResourceBody) dnsmessage.Resource {
	return dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: name(of), Class: class, TTL: ttl}, Body: body}
}

// asks reports whether a question is about a hub's records.
func (i identity) asks(q dnsmessage.Question) bool {
	class := q.Class &^ topBit
	if class != dnsmessage.ClassINET && class != dnsmessage.ClassANY {
		return false
	}
	of := func(types ...dnsmessage.Type) bool {
		return q.Type == dnsmessage.TypeALL || slices.Contains(types, q.Type)
	}
	switch {
	case same(q.Name, serviceName), same(q.Name, allServices):
		return of(dnsmessage.TypePTR)
	case same(q.Name, i.instance):
		return of(dnsmessage.TypeSRV, dnsmessage.TypeTXT)
	case same(q.Name, i.host):
		return of(dnsmessage.TypeA, dnsmessage.TypeAAAA)
	}
	return false
}

// announced is a hub as one message tells of it.
type announced struct {
	key      string // its names: a forger that takes one of them is another
	instance dnsmessage.Name
	hub      Hub  // with all addresses that the message gives
	gone     bool // it says goodbye
}

// mostInMessage is how many hubs one message is believed to tell of: each has one
// of its own.
const mostInMessage = 4

// hubs reads the hubs of a message. What of one is not in it is not looked for
// elsewhere: records that strangers may send are never put together.
func (m *message) hubs() []announced {
	var list []announced
	for _, r := range m.answers {
		srv, is := r.Body.(*dnsmessage.SRVResource)
		instance, ours := strings.CutSuffix(r.Header.Name.String(), "."+serviceName)
		if !is || !ours || len(list) == mostInMessage {
			continue
		}
		h, told := m.textOf(r.Header.Name, instance)
		if !told {
			continue
		}
		h.Addresses = m.addressesOf(srv.Target)
		key := strings.ToLower(instance + " " + srv.Target.String())
		list = append(list, announced{key: key, instance: r.Header.Name, hub: h, gone: r.Header.TTL == 0})
	}
	return list
}

func (m *message) textOf(of dnsmessage.Name, instance string) (h Hub, told bool) {
	for _, r := range m.answers {
		if txt, is := r.Body.(*dnsmessage.TXTResource); is && same(r.Header.Name, of.String()) {
			return parseText(instance, txt.TXT), true
		}
	}
	return h, false
}

func (m *message) addressesOf(host dnsmessage.Name) []netip.Addr {
	var list []netip.Addr
	for _, r := range m.answers {
		if !same(r.Header.Name, host.String()) || len(list) == mostAt {
			continue
		}
		switch body := r.Body.(type) {
		case *dnsmessage.AResource:
			list = append(list, netip.AddrFrom4(body.A))
		case *dnsmessage.AAAAResource:
			list = append(list, netip.AddrFrom16(body.AAAA))
		}
	}
	return list
}
