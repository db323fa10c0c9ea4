package network

import (
	"maps"
	"time"

	"althing/fault"
	"althing/value"
)

// push is the sending of what waits for another hub.
type push struct {
	link  *link     // to the neighbor that it goes to
	began time.Time // from the first that was not acknowledged
	acks  time.Time // when something was acknowledged last
	again bool      // the other end misses something, and is to be told in a moment
}

// Wake says that something waits for another hub.
func (n *Node) Wake(to ID) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.pushing[to] == nil {
		n.push(to)
	}
}

// routed begins to send where there is a way now, and again where it is another
// one: what was on its way on the old one may be lost. The caller holds mu.
func (n *Node) routed() {
	for to := range maps.Clone(n.pushing) {
		n.push(to) // also where nothing waits yet: what comes while there is no way is lost
	}
	for _, to := range n.options.Local.Waiting() {
		n.push(to)
	}
}

// push begins to send to a hub, if there is a way and it is not being sent on that
// already. The caller holds mu.
func (n *Node) push(to ID) {
	w, err := n.tree.Way(to)
	if err != nil || w.Cut != "" || n.links[w.Next] == nil {
		delete(n.pushing, to)
		return
	}
	if p := n.pushing[to]; p == nil || p.link != n.links[w.Next] {
		n.begin(to, n.links[w.Next])
	}
}

// begin sends everything that was not acknowledged. The caller holds mu.
func (n *Node) begin(to ID, l *link) {
	p := &push{link: l, began: n.now(), acks: n.now()}
	n.pushing[to] = p
	n.spawn(func() {
		n.beginning.Lock() // of several the one that counts is the last
		defer n.beginning.Unlock()
		n.mu.Lock()
		counts := n.pushing[to] == p
		n.mu.Unlock()
		if !counts {
			return
		}
		n.options.Local.Push(to, func(letter Letter) error {
			letter.To, letter.Origin = to, n.ID()
			err := l.offer("hub.letter", packLetter(letter, 1))
			if fault.Is(err, fault.Full) { // it takes more when it has written what waits
				if err = l.conn.Flush(n.ctx); err == nil {
					err = l.offer("hub.letter", packLetter(letter, 1))
				}
			}
			if err != nil {
				n.stopped(to, p)
			}
			return err
		})
	})
}

// stopped notes that nothing is being sent to a hub any more.
func (n *Node) stopped(to ID, p *push) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.pushing[to] == p {
		delete(n.pushing, to)
	}
}

// keepPushing sends again what nobody has acknowledged for a while: it was lost on
// a link that is not this hub's.
func (n *Node) keepPushing() {
	ticks := time.NewTicker(pushAgain)
	defer ticks.Stop()
	for {
		select {
		case <-ticks.C:
		case <-n.ctx.Done():
			return
		}
		n.mu.Lock()
		for _, to := range n.options.Local.Waiting() {
			if p := n.pushing[to]; p != nil && n.now().Sub(p.acks) >= pushAgain {
				delete(n.pushing, to)
			}
			n.push(to)
		}
		n.mu.Unlock()
	}
}

func packLetter(l Letter, hops int) *value.Dict {
	headers := make(value.List, len(l.Headers))
	for i, h := range l.Headers {
		headers[i] = value.List{text(h.Name), text(h.Value)}
	}
	return value.DictOf(
		"hub", value.Str(l.To), "origin", value.Str(l.Origin), "stream", value.Str(l.Stream), "number", value.Int(int64(l.Number)),
		"first", value.Int(int64(l.First)), "kept", value.Int(int64(l.Kept)), "hops", value.Int(int64(hops)),
		"from", text(l.Sender), "role", value.Int(int64(l.Role)), "to", text(l.Receiver), "headers", headers, "body", text(l.Body),
	)
}

// letter takes a letter from a neighbor: it is for this hub, or it is handed on. One
// that cannot be is sent again by the hub where it began.
func (n *Node) letter(l *link, p *params) error {
	letter := Letter{
		To: p.id("hub"), Origin: p.id("origin"), Stream: p.text("stream"), Number: p.number("number"),
		First: p.number("first"), Kept: p.number("kept"), Sender: p.text("from"), Role: n.lowered(l, Role(p.small("role"))),
		Receiver: p.text("to"), Body: p.text("body"),
	}
	for _, v := range p.list("headers") {
		h, _ := v.(value.List)
		if len(h) != 2 {
			p.wrong("headers")
			break
		}
		pair := &params{of: value.DictOf("name", h[0], "value", h[1])}
		letter.Headers = append(letter.Headers, Header{pair.text("name"), pair.text("value")})
	}
	hops := p.small("hops")
	if p.err == nil {
		p.err = n.speaksFor(l, letter.Origin)
	}
	switch {
	case p.err != nil:
		return p.err
	case letter.To == n.ID():
		n.options.Local.Arrive(letter, func(number uint64, err error) { n.arrived(letter, number, err) })
	case hops < mostHops:
		if onward, err := n.next(letter.To); err == nil {
			_ = onward.offer("hub.letter", packLetter(letter, hops+1))
		}
	}
	return nil
}

// arrived tells the origin of a letter up to where its letters have arrived. One
// that could not be stored comes again by itself.
func (n *Node) arrived(l Letter, number uint64, err error) {
	if err != nil {
		n.log.Debug("network: a letter has to come again", "error", err)
		return
	}
	if number < l.Number { // some before it are missing
		n.acknowledge(l.Origin, n.ID(), l.Stream, number, true, 0)
		return
	}
	of := stream{l.Origin, l.Stream}
	if n.receipts.owe(of, number, func() { n.settle(of) }) {
		n.acknowledge(of.origin, n.ID(), of.name, number, false, 0)
	}
}

// Settle says now what has arrived, while there are links: it is for who is about to
// close them, so that it does not come again.
func (n *Node) Settle() {
	for _, of := range n.receipts.streams() {
		n.settle(of)
	}
}

// settle says up to where letters have arrived, when that has waited long enough.
func (n *Node) settle(of stream) {
	if number, some := n.receipts.settle(of); some {
		n.acknowledge(of.origin, n.ID(), of.name, number, false, 0)
	}
}

// acknowledge sends an acknowledgement on its way. One that is lost is made up for
// by a later one.
func (n *Node) acknowledge(to, from ID, stream string, number uint64, again bool, hops int) {
	if onward, err := n.next(to); err == nil && hops < mostHops {
		_ = onward.offer("hub.ack", value.DictOf(
			"hub", value.Str(to), "origin", value.Str(from), "stream", value.Str(stream), "number", value.Int(int64(number)),
			"again", value.Bool(again), "hops", value.Int(int64(hops+1)),
		))
	}
}

// ack hears up to where the letters of this hub, or of another, have arrived.
func (n *Node) ack(l *link, p *params) error {
	to, from, stream, number := p.id("hub"), p.id("origin"), p.text("stream"), p.number("number")
	again, hops := p.flag("again"), p.small("hops")
	if p.err == nil {
		p.err = n.speaksFor(l, from)
	}
	if p.err != nil {
		return p.err
	}
	if to != n.ID() {
		n.acknowledge(to, from, stream, number, again, hops)
		return nil
	}
	n.options.Local.Acknowledge(from, stream, number)
	n.mu.Lock()
	defer n.mu.Unlock()
	sending := n.pushing[from]
	if sending == nil {
		return nil
	}
	sending.acks = n.now()
	if again && !sending.again {
		sending.again = true
		pause := againPause - n.now().Sub(sending.began)
		n.spawn(func() { n.anew(from, sending, pause) })
	}
	return nil
}

// anew sends everything that was not acknowledged once more, when what is on its
// way has had its time to arrive.
func (n *Node) anew(to ID, p *push, pause time.Duration) {
	wait := time.NewTimer(pause)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-n.ctx.Done():
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.pushing[to] == p {
		delete(n.pushing, to)
		n.push(to)
	}
}
