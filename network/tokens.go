package network

import (
	"context"
	"slices"
	"strings"

	"althing/fault"
	"althing/value"
)

// A token is withdrawn by the hub that made it. All hubs of the tree hear of it,
// because a hub that came by it may have moved since.

// mostWithdrawn bounds what is remembered of tokens that were withdrawn.
const mostWithdrawn = 10_000

// MakeToken makes a token with which hubs may join below this one, and gives its
// text, which is shown once.
func (n *Node) MakeToken() (text string, err error) {
	n.mu.Lock()
	if len(n.tokens) >= mostTokens {
		n.mu.Unlock()
		return "", fault.New(fault.Full, "there are %d tokens already; withdraw one", mostTokens)
	}
	t, text := NewToken()
	n.tokens = append(n.tokens, t)
	n.mu.Unlock()
	return text, n.save()
}

// Tokens gives the IDs of the tokens that are good, and the hubs that came by each.
func (n *Node) Tokens() (ids []string, hubs map[string][]string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	hubs = map[string][]string{}
	for _, t := range n.tokens {
		ids = append(ids, t.ID)
		for _, l := range n.links {
			if l.token == string(n.ID())+"/"+t.ID {
				hubs[t.ID] = append(hubs[t.ID], l.name)
			}
		}
		slices.Sort(hubs[t.ID])
	}
	return ids, hubs
}

// Withdraw makes a token worthless, and with it the passes of the hubs that came
// by it: their links are cut.
func (n *Node) Withdraw(id string) error {
	n.mu.Lock()
	i := slices.IndexFunc(n.tokens, func(t Token) bool { return t.ID == id })
	if i < 0 {
		n.mu.Unlock()
		return fault.New(fault.NotFound, "no token '%.20s'; 'althing token list' shows those there are", id)
	}
	n.tokens = slices.Delete(n.tokens, i, i+1)
	n.mu.Unlock()
	n.withdraw([]string{string(n.ID()) + "/" + id}, "")
	return n.save()
}

// withdraw notes withdrawn tokens, cuts the links that they made, and tells the
// other neighbors.
func (n *Node) withdraw(tokens []string, but ID) {
	n.mu.Lock()
	defer n.mu.Unlock()
	var fresh value.List
	for _, t := range tokens {
		if !n.gone[t] && (but == "" || len(n.gone) < mostWithdrawn) { // its own a hub always notes
			n.gone[t] = true
			fresh = append(fresh, value.Str(t))
		}
	}
	if len(fresh) == 0 {
		return
	}
	n.wakeSaver()
	for id, l := range n.links {
		if id != but {
			l.notify("hub.withdrawn", value.DictOf("tokens", fresh))
		}
		if !l.up && n.gone[l.token] {
			n.log.Info("network: the token of a hub was withdrawn; its link is cut", "hub", l.name)
			n.spawn(l.cutAsWithdrawn)
		}
	}
}

func (l *link) cutAsWithdrawn() { l.close("the token by which this hub came was withdrawn") }

// withdrawn gives all tokens that were. The caller holds mu.
func (n *Node) withdrawn() value.List {
	all := value.List{}
	for t := range n.gone {
		all = append(all, value.Str(t))
	}
	return all
}

// heardWithdrawn hears of tokens. A child is believed about those that were made
// by hubs below it.
func (n *Node) heardWithdrawn(l *link, p *params) error {
	var tokens []string
	for _, v := range p.list("tokens") {
		t, _ := v.(value.Str)
		issuer, _, ok := strings.Cut(string(t), "/")
		n.mu.Lock()
		theirs := !n.tree.mine(ID(issuer), l.id)
		n.mu.Unlock()
		if ok && len(t) <= maxField && theirs {
			tokens = append(tokens, string(t))
		}
	}
	n.withdraw(tokens, l.id)
	return p.err
}

// givePass has the root sign a pass for a child. One that cannot be had now is asked
// for when the child comes again; its token is good meanwhile.
func (n *Node) givePass(l *link) {
	ctx, cancel := context.WithTimeout(n.ctx, longestAnswer)
	defer cancel()
	n.mu.Lock()
	root := n.tree.Root()
	n.mu.Unlock()
	var packed value.Value
	if root == n.ID() {
		pass, err := n.options.Identity.NewPass(l.id, l.token)
		if err != nil {
			return
		}
		packed = value.Bytes(pass.packed)
	} else {
		v, err := n.Ask(ctx, Question{To: root, What: passQuestion, Params: value.DictOf("hub", value.Str(l.id), "token", value.Str(l.token))})
		if err != nil {
			n.log.Debug("network: no pass for a child", "hub", l.name, "error", err)
			return
		}
		packed = v
	}
	l.notify("hub.pass", value.DictOf("pass", packed))
}

// passQuestion asks the root for a pass.
const passQuestion = "pass"

// signPass answers that. The token is one of the hub that asks, or the hub had a
// pass of this tree before.
func (n *Node) signPass(q Question) (value.Value, error) {
	p := &params{of: q.Params}
	hub, token := p.id("hub"), p.text("token")
	if p.err != nil {
		return nil, p.err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	issuer, _, _ := strings.Cut(token, "/")
	if n.gone[token] || n.tree.Root() != n.ID() || !n.tree.Below(q.Origin, ID(issuer)) && !n.tree.Below(hub, q.Origin) {
		return nil, errWrongPass
	}
	pass, err := n.options.Identity.NewPass(hub, token)
	return value.Bytes(pass.packed), err
}

// passed takes a pass that the parent has got for this hub.
func (n *Node) passed(l *link, p *params) error {
	pass, err := UnpackPass(p.bytes("pass"))
	if err != nil || !l.up {
		return errNoPass
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if pass.Hub == n.ID() && pass.Root == n.tree.Root() {
		n.pass = pass
		n.wakeSaver()
	}
	return nil
}
