package network

import (
	"context"
	"crypto/hmac"
	"math/rand/v2"
	"net"
	"slices"
	"time"

	"althing"
	"althing/fault"
	"althing/value"
)

// Above gives the parent, as far as there is to be one.
func (n *Node) Above() Above {
	n.mu.Lock()
	defer n.mu.Unlock()
	a := n.above
	if a.Address == "" {
		return a
	}
	a.Token = ""
	if h, _ := n.tree.Hub(n.ID()); a.ID != "" && a.ID == h.Parent {
		a.Up, a.Since = n.links[a.ID] != nil, h.Since
	}
	return a
}

// Expect says at the start where the parent is. A hub that was moved from there
// stays where it was moved to; a token that is another one takes the place of the
// one before.
func (n *Node) Expect(address, token string) error {
	n.mu.Lock()
	switch {
	case n.first != address || n.above.Address == "":
		n.first, n.above = address, Above{Address: address, Token: token}
	case n.above.Address == address && token != "":
		n.above.Token = token
	}
	n.mu.Unlock()
	return n.save()
}

// Move puts the hub below another parent, and stays where it was when that is not
// to be: the own address, a hub below this one, one that cannot be reached or does
// not want it. The clients notice nothing but their layer.
func (n *Node) Move(ctx context.Context, address, token string) error {
	defer n.takeOver()()
	above := Above{Address: address, Token: token}
	l, err := n.reach(ctx, above)
	if err != nil {
		return err
	}
	n.mu.Lock()
	above.ID = l.id
	n.above = above
	n.mu.Unlock()
	n.searchAfter(l)
	return n.save()
}

// Leave makes the hub one without a parent.
func (n *Node) Leave() error {
	defer n.takeOver()()
	n.mu.Lock()
	if n.above == (Above{}) {
		n.mu.Unlock()
		return nil
	}
	if n.giveUp != nil {
		n.giveUp()
		n.giveUp = nil
	}
	r, err := n.record("")
	if err != nil {
		n.mu.Unlock()
		return err
	}
	before := n.links[n.above.ID]
	n.tell(News{Records: []*Record{r}}, "") // the parent is told, too
	delete(n.links, n.above.ID)
	n.above, n.pass = Above{}, Pass{}
	n.tree.SetSelf(r, n.now())
	n.changed()
	n.mu.Unlock()
	if before != nil {
		before.close("the hub has left the tree")
	}
	return n.save()
}

// search begins to look for the parent, in place of the search before. The caller
// holds mu.
func (n *Node) search(seek func(context.Context)) {
	if n.giveUp != nil {
		n.giveUp()
	}
	ctx, cancel := context.WithCancel(n.ctx)
	n.giveUp = cancel
	n.spawn(func() {
		defer cancel()
		seek(ctx)
	})
}

// searchAfter looks for the parent when the link that is there now has gone.
func (n *Node) searchAfter(l *link) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.search(func(ctx context.Context) {
		select {
		case <-l.gone:
			n.seek(ctx)
		case <-ctx.Done():
		}
	})
}

// seek reaches the parent again and again, until ctx ends.
func (n *Node) seek(ctx context.Context) {
	pause := shortestPause
	for ctx.Err() == nil {
		began := time.Now()
		n.mu.Lock()
		above := n.above
		n.mu.Unlock()
		l, err := n.reachOnce(ctx, above)
		if err == nil {
			pause = shortestPause
			select {
			case <-l.gone:
			case <-ctx.Done():
				return
			}
			continue
		}
		if ctx.Err() != nil {
			return // whoever has ended the search knows more
		}
		n.problem(above, err)
		wait := time.NewTimer(pause/2 + rand.N(pause/2) - time.Since(began)) //nolint:gosec // it only keeps hubs from coming all at once
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return
		}
		pause = min(2*pause, longestPause)
	}
}

// takeOver begins a change of the parent, whatever is being tried: that of before may
// take long not to answer. release ends it.
func (n *Node) takeOver() (release func()) {
	n.mu.Lock()
	n.movers++
	if n.attempt != nil {
		n.attempt()
	}
	n.mu.Unlock()
	n.moving.Lock()
	return func() {
		n.mu.Lock()
		n.movers--
		n.mu.Unlock()
		n.moving.Unlock()
	}
}

// reachOnce is reach for the seeking; who changes the parent goes first.
func (n *Node) reachOnce(ctx context.Context, above Above) (*link, error) {
	n.moving.Lock()
	defer n.moving.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	n.mu.Lock()
	n.attempt = cancel
	if n.movers > 0 {
		cancel()
	}
	n.mu.Unlock()
	if ctx.Err() != nil {
		return nil, errMoving
	}
	return n.reach(ctx, above)
}

var errMoving = fault.New(fault.Unavailable, "the hub is about to move to another parent")

// problem notes why the parent is not reached. It is logged when it is another one
// than before.
func (n *Node) problem(above Above, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if text := fault.Of(err).Message; n.above.Address == above.Address && n.above.Problem != text {
		n.above.Problem = text
		n.log.Warn("network: no link to the parent", "address", above.Address, "error", text)
		n.spawn(n.options.Local.Changed)
	}
}

// reach makes the link to a parent.
func (n *Node) reach(ctx context.Context, above Above) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, handshakePatience)
	defer cancel()
	_, pin := cutPin(above.Token)
	client := althing.NewClient(althing.ClientOptions{
		Name: n.options.Name, Visitor: true, NoReconnect: true, TLS: n.options.TLS, Fingerprint: pin, Logger: n.log, Version: n.options.Version,
		Limits: althing.Limits{Dial: dialPatience},
	})
	for name, do := range n.methods() {
		if err := client.Method(name, do); err != nil {
			return nil, err
		}
	}
	if err := client.Connect(ctx, above.Address); err != nil {
		return nil, understood(err, above.Address)
	}
	l, err := n.introduce(ctx, client, above)
	if err != nil {
		_ = client.Close() // the error is the one of before
		return nil, understood(err, above.Address)
	}
	client.OnDisconnect(func(error) { l.broken() })
	if _, err := client.Conn(); err != nil {
		l.broken() // before the callback was there
	}
	return l, nil
}

// understood is an error that people can do something about: a connection may end in
// the system's words.
func understood(err error, address string) error {
	if fault.Of(err).Code == fault.Internal {
		return fault.Wrap(err, fault.Unavailable, "the connection to %s has broken off: %v", address, err)
	}
	return err
}

// introduce proves to a hub who this one is, and has it prove the same.
func (n *Node) introduce(ctx context.Context, client *althing.Client, above Above) (*link, error) {
	conn, err := client.Conn()
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	self, pass := n.tree.Self(), n.pass
	n.mu.Unlock()
	chance := nonce()
	hello := []any{
		"protocol", value.Int(linkProtocol), "record", value.Bytes(self.packed), "nonce", value.Bytes(chance),
		"clock", value.Float(float64(n.now().UnixNano()) / float64(time.Second)),
	}
	var token Token
	if secret, _ := cutPin(above.Token); secret != "" {
		if token, err = ParseToken(secret); err != nil {
			return nil, err
		}
		hello = append(hello, "token", value.Str(token.ID))
	} else {
		hello = append(hello, "pass", value.Bytes(pass.packed))
	}
	answer, err := conn.Call(ctx, "hub.join", value.DictOf(hello...))
	if err != nil {
		return nil, err
	}
	d, _ := answer.(*value.Dict)
	if d == nil {
		d = value.DictOf()
	}
	p := &params{of: d}
	parent := p.record("record")
	if p.err != nil {
		return nil, p.err
	}
	said := transcript(self.ID(), parent.ID(), chance, p.bytes("nonce"))
	if err := n.believe(p, parent, said, token, pass); err != nil {
		return nil, err
	}
	if err := n.noKnot(p); err != nil {
		return nil, err
	}
	return n.enter(ctx, client, conn, parent, said, token, above)
}

// believe checks what the parent has proved.
func (n *Node) believe(p *params, parent *Record, said []byte, token Token, pass Pass) error {
	n.mu.Lock()
	before := n.above.ID
	n.mu.Unlock()
	if parent.ID() == n.ID() {
		return errOwnAddress
	}
	if !signed(parent.key, "parent", said, p.bytes("proof")) {
		return errWrongProof
	}
	if token.ID != "" {
		if !hmac.Equal(p.bytes("mac"), token.proof("parent", said)) {
			return errWrongToken // it is the hub that it says to be, and knows another token by that ID
		}
		return nil
	}
	if parent.ID() == pass.Root || parent.ID() == before {
		return nil // or this hub was below it before
	}
	if theirs, err := UnpackPass(p.bytes("pass")); err != nil || theirs.Hub != parent.ID() || theirs.Root != pass.Root {
		return errWrongPass
	}
	return nil
}

// noKnot refuses a parent that is below this hub.
func (n *Node) noKnot(p *params) error {
	if slices.ContainsFunc(p.records("line"), func(r *Record) bool { return r.ID() == n.ID() }) {
		return errKnot
	}
	return nil
}

// enter makes the link when everything was proved.
func (n *Node) enter(ctx context.Context, client *althing.Client, conn *althing.Conn, parent *Record, said []byte, token Token, above Above) (*link, error) {
	n.mu.Lock()
	r := n.tree.Self()
	var err error
	if r.Parent != parent.ID() {
		r, err = n.record(parent.ID())
	}
	n.mu.Unlock()
	if err != nil {
		return nil, err
	}
	proof := []any{"record", value.Bytes(r.packed), "proof", value.Bytes(n.options.Identity.Sign("child", said))}
	if token.ID != "" {
		proof = append(proof, "mac", value.Bytes(token.proof("child", said)))
	}
	l := newLink(parent, conn, above.Address)
	l.up, l.end = true, func() { _ = client.Close() }
	n.expect(l)
	defer close(l.ready) // what the parent says meanwhile is heard then
	answer, err := conn.Call(ctx, "hub.prove", value.DictOf(proof...))
	if err == nil {
		err = n.below(l, r, answer)
	}
	if err != nil {
		n.unexpect(l, r)
		return nil, err
	}
	return l, nil
}

// expect makes the parent's words wait for the link that is being made.
func (n *Node) expect(l *link) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.byConn[l.conn] = l
}

// unexpect is for a link that was not made. The other side may have thought so, and
// have told of it: then the hub says again where it is.
func (n *Node) unexpect(l *link, said *Record) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.byConn, l.conn)
	self := n.tree.Self()
	if said.Sequence <= self.Sequence {
		return
	}
	r, err := n.record(self.Parent)
	if err != nil {
		return // the one of before could be made of the same
	}
	n.tree.SetSelf(r, n.now())
	n.tell(News{Records: []*Record{r}}, "")
}

// below puts the hub below the parent that has taken it.
func (n *Node) below(l *link, r *Record, answer value.Value) error {
	d, ok := answer.(*value.Dict)
	if !ok {
		d = value.DictOf()
	}
	p := &params{of: d}
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := n.tree.Move(r, News{Records: p.records("line")}, n.now()); err != nil {
		return err
	}
	for id, before := range n.links {
		if before.up && id != l.id { // the parent of before is told where the hub is now
			before.notify("hub.tree", packNews(News{Records: n.tree.above(r.id)}))
			delete(n.links, id)
			n.spawn(func() { before.close("the hub has moved to another parent") })
		}
	}
	if err := n.admit(l); err != nil {
		return err
	}
	n.above.ID, n.above.Problem = l.id, ""
	n.log.Info("network: there is a link to the parent", "hub", l.name, "address", l.address)
	host, port, _ := net.SplitHostPort(l.address)
	n.say("Connected with " + host + " at " + port)
	for id, other := range n.links {
		if other != l { // the parent tells first, and has a reply
			other.notify("hub.tree", packNews(n.tree.Side(id)))
		}
	}
	n.changed()
	if len(n.gone) > 0 {
		l.notify("hub.withdrawn", value.DictOf("tokens", n.withdrawn()))
	}
	n.spawn(func() { _ = n.heardWithdrawn(l, &params{of: d}) }) // what is none is no token
	return nil
}
