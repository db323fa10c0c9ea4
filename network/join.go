package network

import (
	"context"
	"crypto/hmac"
	"maps"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"althing"
	"althing/fault"
	"althing/value"
)

// A hub joins below another in two steps, on a session like any other. By hub.join
// both say who they are, each with chance of its own, and the parent proves itself:
// by its signature, and by the token that it has made, or by the pass of its tree.
// By hub.prove the child does the same. What is proved is bound to what both have
// said, and no secret is sent.

// candidate is a hub that has said hub.join and not yet hub.prove.
type candidate struct {
	record  *Record
	said    []byte // the transcript
	token   Token  // by which it comes; none: by a pass, or as one that was here before
	granted string // issuer/token
	since   time.Time
}

// candidates are those that are at it, by their conns.
type candidates struct {
	mu  sync.Mutex
	all map[*althing.Conn]candidate
}

// mostCandidates bounds those that are at it at a time.
const mostCandidates = 100

func (c *candidates) put(conn *althing.Conn, who candidate) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all == nil {
		c.all = map[*althing.Conn]candidate{}
	}
	maps.DeleteFunc(c.all, func(_ *althing.Conn, old candidate) bool { return who.since.Sub(old.since) > handshakePatience })
	if len(c.all) >= mostCandidates {
		return fault.New(fault.Limit, "%d hubs are joining at the same time; try again", mostCandidates)
	}
	c.all[conn] = who
	return nil
}

func (c *candidates) take(conn *althing.Conn) (who candidate, there bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	who, there = c.all[conn]
	delete(c.all, conn)
	return who, there
}

// join answers a hub that wants to be a child.
func (n *Node) join(_ context.Context, c *althing.Conn, given *value.Dict) (althing.Answer, error) {
	p := &params{of: given}
	protocol, r, chance := p.number("protocol"), p.record("record"), p.bytes("nonce")
	token, packedPass, clock := p.text("token"), p.bytes("pass"), p.seconds("clock")
	if protocol != linkProtocol {
		return althing.Answer{}, wrongProtocol(n.options.Version, protocol)
	}
	if len(chance) != nonceLength {
		p.wrong("nonce")
	}
	if p.err != nil {
		return althing.Answer{}, p.err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := n.suits(r, clock); err != nil {
		return althing.Answer{}, err
	}
	own := nonce()
	who := candidate{record: r, said: transcript(r.ID(), n.ID(), chance, own), since: time.Now()}
	answer := []any{
		"record", value.Bytes(n.tree.Self().packed), "nonce", value.Bytes(own),
		"proof", value.Bytes(n.options.Identity.Sign("parent", who.said)), "line", n.lineOf(n.ID()),
	}
	var err error
	if token != "" {
		if who.token, err = n.token(token); err != nil {
			return althing.Answer{}, err
		}
		who.granted = string(n.ID()) + "/" + token
		answer = append(answer, "mac", value.Bytes(who.token.proof("parent", who.said)))
	} else {
		if who.granted, err = n.admitted(packedPass, r.ID()); err != nil {
			return althing.Answer{}, err
		}
		answer = append(answer, "pass", value.Bytes(n.pass.packed))
	}
	if err := n.candidates.put(c, who); err != nil {
		return althing.Answer{}, err
	}
	return althing.Answer{Value: value.DictOf(answer...)}, nil
}

func wrongProtocol(version string, theirs uint64) error {
	return fault.New(fault.Unavailable,
		"this hub (althing %s) links by protocol %d and the other by %d: run the same version of althing on both", version, linkProtocol, theirs)
}

// suits says why a hub cannot be below this one. The caller holds mu.
func (n *Node) suits(r *Record, clock time.Duration) error {
	if r.ID() == n.ID() {
		return errOwnAddress
	}
	if skew := (clock - time.Duration(n.now().UnixNano())).Round(time.Second); skew.Abs() > clockSkew {
		return fault.New(fault.Conflict, "the clocks are %v apart; here it is %s: set the one that is wrong", skew.Abs(), n.now().UTC().Format(time.RFC3339))
	}
	for _, id := range n.tree.Children(n.ID()) {
		if h, _ := n.tree.Hub(id); id != r.ID() && h.Name == r.Name {
			if !h.Up {
				return fault.New(fault.Conflict, "a hub named '%s' is below '%s' already, and away; start the other one with another --name, or, if the first will not come back, have '%s' forget it: althing net forget %s",
					r.Name, n.options.Name, n.options.Name, r.Name)
			}
			return fault.New(fault.Conflict, "a hub named '%s' is below '%s' already; start the other one with another --name", r.Name, n.options.Name)
		}
	}
	return n.tree.Suits(r)
}

var errOwnAddress = fault.New(fault.Conflict, "Can't connect to own address")

// lineOf gives the records of a hub and of those above it. The caller holds mu.
func (n *Node) lineOf(id ID) value.List {
	var line value.List
	for _, r := range n.tree.above(id) {
		line = append(line, value.Bytes(r.packed))
	}
	return line
}

// token gives a token of this hub that is good. The caller holds mu.
func (n *Node) token(id string) (Token, error) {
	i := slices.IndexFunc(n.tokens, func(t Token) bool { return t.ID == id })
	if i < 0 {
		return Token{}, errWrongToken
	}
	return n.tokens[i], nil
}

var (
	errWrongToken = fault.New(fault.Denied, "the token is wrong, or was withdrawn; 'althing token' at the other hub makes a new one")
	errWrongPass  = fault.New(fault.Denied, "the hub does not belong to this tree, or its token was withdrawn; give it a token of the hub that it is to be below")
	errWrongProof = fault.New(fault.Denied, "the other side cannot prove that it is the hub it says to be")
)

// admitted says by which token a hub came that shows a pass, or was a child of this
// one before: then its key is enough, for the tree may have got another root while
// it was away. The caller holds mu.
func (n *Node) admitted(packed []byte, id ID) (granted string, err error) {
	if pass, err := UnpackPass(packed); err == nil && pass.Hub == id && pass.Root == n.tree.Root() && !n.gone[pass.Token] {
		return pass.Token, nil
	}
	h, _ := n.tree.Hub(id)
	granted, was := n.granted[id]
	if !was || h.parent() != n.ID() || n.gone[granted] {
		return "", errWrongPass
	}
	return granted, nil
}

// prove makes a hub that has proved itself a child. What takes longer is done
// beside: a copy of a hub shows by that the first one answers.
func (n *Node) prove(_ context.Context, c *althing.Conn, given *value.Dict) (althing.Answer, error) {
	who, there := n.candidates.take(c)
	if !there {
		return althing.Answer{}, fault.New(fault.Denied, "begin with hub.join")
	}
	p := &params{of: given}
	r, proof, mac := p.record("record"), p.bytes("proof"), p.bytes("mac")
	switch {
	case p.err != nil:
		return althing.Answer{}, p.err
	case r.ID() != who.record.ID() || !signed(r.key, "child", who.said, proof):
		return althing.Answer{}, errWrongProof
	case who.token.ID != "" && !hmac.Equal(mac, who.token.proof("child", who.said)):
		n.log.Warn("network: a hub with a wrong token was refused", "hub", r.Name, "address", c.RemoteAddr().String())
		return althing.Answer{}, errWrongToken
	}
	return althing.Answer{Later: func(ctx context.Context) (althing.Answer, error) {
		if err := n.noCopy(ctx, c, r); err != nil {
			return althing.Answer{}, err
		}
		return n.adopt(c, r, who)
	}}, nil
}

// copyPatience is how long the hub that has an ID is given to say that it is
// there, when another one comes with it.
const copyPatience = time.Second

// noCopy refuses a hub whose ID another one has that is there: somebody has
// copied a data folder.
func (n *Node) noCopy(ctx context.Context, c *althing.Conn, r *Record) error {
	n.mu.Lock()
	before, known := n.tree.Hub(r.ID())
	l := n.links[r.ID()]
	n.mu.Unlock()
	if !known || before.Run == r.Run || !before.Up {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, copyPatience)
	defer cancel()
	at := before.Session
	if l != nil {
		at = servesAt(l.address, before.Session)
		if _, err := l.conn.Ping(ctx); err != nil {
			return nil // it has gone without a word
		}
	} else if _, err := n.Ask(ctx, Question{To: r.ID(), What: "here"}); err != nil {
		return nil
	}
	return fault.New(fault.Conflict, "the hub '%s' is there twice, at %s and at %s, with one identity: one is a copy of the other's data folder; remove %s in the copy",
		r.Name, at, servesAt(c.RemoteAddr().String(), r.Session), "hub.key")
}

// servesAt is where people find a hub: the host that its connection comes from, with
// the port at which it lets others in.
func servesAt(from, session string) string {
	host, _, err := net.SplitHostPort(from)
	_, port, none := net.SplitHostPort(session)
	if err != nil || none != nil {
		return from
	}
	return net.JoinHostPort(host, port)
}

// adopt makes the link.
func (n *Node) adopt(c *althing.Conn, r *Record, who candidate) (althing.Answer, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := n.suits(r, time.Duration(n.now().UnixNano())); err != nil {
		return althing.Answer{}, err
	}
	fresh, err := n.tree.Adopt(r, n.now())
	if err != nil {
		return althing.Answer{}, err
	}
	n.tell(fresh, r.ID())
	l := newLink(r, c, c.RemoteAddr().String())
	l.token, n.granted[l.id] = who.granted, who.granted
	n.wakeSaver()
	n.byConn[c] = l // what the child says from now on waits until the link is ready
	return althing.Answer{
		Value: value.DictOf("line", n.lineOf(n.ID()), "tokens", n.withdrawn()),
		After: func() { n.joined(l) },
	}, nil
}

// joined begins to use the link to a child, which knows of it now.
func (n *Node) joined(l *link) {
	defer close(l.ready)
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := n.admit(l); err != nil {
		delete(n.byConn, l.conn)
		l.close(fault.Of(err).Message)
		return
	}
	if n.gone[l.token] { // while the hub joined, when there was no link that could be cut
		n.spawn(l.cutAsWithdrawn)
	}
	n.tell(n.tree.Connected(l.id, true, n.now()), l.id) // the link of before may have ended meanwhile
	n.log.Info("network: a hub has joined", "hub", l.name, "id", string(l.id), "address", l.address)
	host, _, _ := net.SplitHostPort(l.address)
	n.say(host + " is registered as '" + l.name + "'")
	l.notify("hub.tree", packNews(n.tree.Side(l.id)))
	n.routed()
	n.spawn(func() { n.givePass(l) })
}

func hex(n uint64) string { return strconv.FormatUint(n, 16) }
