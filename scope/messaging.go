package scope

import (
	"maps"
	"slices"
	"strings"

	"althing/access"
	"althing/expr"
	"althing/fault"
	"althing/journal"
	"althing/messaging"
	"althing/value"
)

// separator stands between the parts of a received message (seed: chr(200)).
const separator = "\u00c8"

// nothing is what recv gives when there is no message.
const nothing = value.Str("None" + separator + "None" + separator + "None")

// ping begins a message that the hub answers for every member of a group.
const ping = "++ping"

var messagingFuncs = []*expr.Func{
	expr.NewFunc("getClientID", getClientID),
	expr.NewFunc("getUserID", getClientID),
	expr.NewFunc("send", send),
	expr.NewFunc("recv", recv),
	expr.NewFunc("join", join),
	expr.NewFunc("leave", leave),
	expr.NewFunc("exit", exit),
	expr.NewFunc("known", known),
	expr.NewFunc("groups", groups),
}

// people is what a query has done to clients and groups and not yet committed.
type people struct {
	ops     []journal.Op
	clients map[string]bool    // added, or gone
	members map[[2]string]bool // client and group: joined, or left
}

func (p *people) client(t *expr.Thread, id string, there bool, op journal.Op) error {
	if p.clients == nil {
		p.clients = map[string]bool{}
	}
	p.clients[id] = there
	return p.add(t, op, 0)
}

func (p *people) member(t *expr.Thread, id, group string, there bool, op journal.Op) error {
	if p.members == nil {
		p.members = map[[2]string]bool{}
	}
	p.members[[2]string{id, group}] = there
	return p.add(t, op, len(group))
}

// add gathers an operation that has so many bytes of text.
func (p *people) add(t *expr.Thread, op journal.Op, size int) error {
	p.ops = append(p.ops, op)
	return keep(t, opSize+size)
}

// lookup reports whether id is a client, and the address that it belongs to.
func (q *Query) lookup(t *expr.Thread, id string) (addr string, found bool, err error) {
	if there, touched := q.people.clients[id]; touched {
		return q.by.Addr(), there, nil
	}
	if err := q.reading(t); err != nil {
		return "", false, err
	}
	c, found := q.scope.hub.State().Client(id)
	return c.Addr, found, nil
}

// isClient reports whether a message to that name is for one client: it is an ID
// or a client's name.
func (q *Query) isClient(t *expr.Thread, who string) (bool, error) {
	_, found, err := q.lookup(t, who)
	if err == nil && !found {
		_, found = q.scope.hub.State().Find(who)
	}
	return found, err
}

// speaksFor checks that the caller may act as the client, which has thereby
// spoken.
func (q *Query) speaksFor(t *expr.Thread, id string) error {
	addr, found, err := q.lookup(t, id)
	switch {
	case err != nil:
		return err
	case !found:
		return fault.New(fault.NotFound, "no client '%s'; getClientID() makes a new one", id)
	case !q.by.Owns(addr):
		return fault.New(fault.Denied, "client '%s' belongs to another address", id)
	}
	q.scope.hub.Heard(id)
	return nil
}

// getClientID() makes a client.
func getClientID(t *expr.Thread, a expr.Args) (expr.Object, error) {
	if err := a.Exactly("getClientID", 0); err != nil {
		return nil, err
	}
	q := query(t)
	if err := q.by.May(access.Send); err != nil {
		return nil, err
	}
	id := q.scope.hub.NewID()
	return value.Str(id), q.people.client(t, id, true, &messaging.Register{ID: id, Addr: q.by.Addr()})
}

var sendParams = expr.NewParams("send", "from to text")

// send(from, to, text) sends a message to a client or a group, here or at another
// hub.
func send(t *expr.Thread, a expr.Args) (expr.Object, error) {
	var args [3]expr.Object
	if err := sendParams.Bind(a, &args[0], &args[1], &args[2]); err != nil {
		return nil, err
	}
	from, err := text("send", "from", args[0])
	if err != nil {
		return nil, err
	}
	to, err := text("send", "to", args[1])
	if err != nil {
		return nil, err
	}
	body, err := expr.Text(t, args[2])
	if err != nil {
		return nil, err
	}
	q := query(t)
	if err := q.by.May(access.Send); err != nil {
		return nil, err
	}
	speaker, err := q.speaker(t, from)
	if err != nil {
		return nil, err
	}
	address, err := q.scope.hub.Locate(to)
	if err != nil {
		return nil, err
	}
	if len(address.Hubs) > 0 {
		if err := q.forward(t, from, body, address); err != nil || !address.Here {
			return ok, err
		}
	}
	return ok, q.sendHere(t, speaker, from, address.Name, body)
}

// sendHere sends a message to a client or a group of this hub. To some of the hub's
// own groups it is something to do instead.
func (q *Query) sendHere(t *expr.Thread, speaker, from, to, body string) error {
	switch to {
	case messaging.NoReply:
		return fault.New(fault.Denied, "messages from %s cannot be answered", to)
	case messaging.System:
		return q.command(t, speaker, body)
	case messaging.SQLite:
		if speaker == "" {
			return fault.New(fault.Invalid, "a message to %s must come from a client, to whom the rows go", to)
		}
		_, err := q.dbExec(t, speaker, body)
		return err
	case messaging.Console:
		if _, err := q.act(t, message(from, to, body)); err != nil {
			return err
		}
		q.scope.hub.Console(from, body)
		return nil
	}
	if strings.HasPrefix(body, ping) {
		one, err := q.isClient(t, to)
		if err != nil {
			return err
		}
		if !one {
			return q.pong(t, speaker, to)
		}
	}
	return q.people.add(t, message(from, to, body), len(from)+len(to)+len(body))
}

// message is a message whose texts are its own, not parts of the query.
func message(from, to, text string) *messaging.Send {
	return &messaging.Send{From: strings.Clone(from), To: strings.Clone(to), Text: strings.Clone(text)}
}

// speaker gives the client that speaks when a message comes from that name: the
// client itself, or the caller's own client in that group. From NOPLY anybody
// may send, and nobody speaks.
func (q *Query) speaker(t *expr.Thread, from string) (string, error) {
	switch from {
	case messaging.NoReply:
		return "", nil
	case messaging.System, messaging.SQLite, messaging.Registry:
		return "", fault.New(fault.Denied, "only the hub sends from %s", from)
	case messaging.All:
		return "", fault.New(fault.Denied, "nobody sends from %s; send from your ID or from a group you have joined", from)
	}
	_, isClient, err := q.lookup(t, from)
	if err != nil {
		return "", err
	}
	if isClient {
		return from, q.speaksFor(t, from)
	}
	if err := q.reading(t); err != nil {
		return "", err
	}
	for m, there := range q.people.members {
		if m[1] == from && there {
			q.scope.hub.Heard(m[0])
			return m[0], nil
		}
	}
	var speaker string
	others := false
	q.scope.hub.State().AnyMember(from, func(c messaging.Client) bool {
		others = true
		there, touched := q.people.members[[2]string{c.ID, from}]
		if touched && !there || !q.by.Owns(c.Addr) {
			return false
		}
		speaker = c.ID
		return true
	})
	switch {
	case speaker != "":
		q.scope.hub.Heard(speaker)
		return speaker, nil
	case others:
		return "", fault.New(fault.Denied, "'%s' is a group that none of your clients has joined", from)
	}
	return "", fault.New(fault.NotFound, "no client '%s', and no group that you have joined", from)
}

// command runs a text as a hub command and delivers the answer.
func (q *Query) command(t *expr.Thread, speaker, body string) error {
	if speaker == "" {
		return fault.New(fault.Invalid, "a command must come from a client, to whom the answer goes")
	}
	answer, err := q.runCommand(t, body)
	if err != nil {
		answer = fault.Of(err).Line()
	}
	return q.deliver(t, speaker, messaging.System, []string{answer})
}

// pong answers for every member of a group.
func (q *Query) pong(t *expr.Thread, speaker, group string) error {
	if speaker == "" {
		return fault.New(fault.Invalid, "a %s must come from a client, to whom the answers go", ping)
	}
	if err := q.flush(t); err != nil {
		return err
	}
	var ops []journal.Op
	asker, _ := q.scope.hub.State().Client(speaker)
	for _, c := range q.scope.hub.State().Members(group) {
		text := strings.TrimSpace("++pong " + c.ID + " " + strings.Join(commonNames(c, asker), ", "))
		if err := t.Charge(int64(len(text)) + 64); err != nil {
			return err
		}
		ops = append(ops, &messaging.Deliver{ID: speaker, From: c.ID, Texts: []string{text}})
	}
	if len(ops) == 0 {
		return nil
	}
	_, err := q.actAll(t, ops)
	return err
}

// commonNames are the names by which the asker may know a client: its own, and
// the groups that both are in. Others would tell who is in groups that the asker
// has nothing to do with.
func commonNames(c, asker messaging.Client) []string {
	var names []string
	if c.Name != "" {
		names = append(names, c.Name)
	}
	for _, group := range c.Groups {
		if slices.Contains(asker.Groups, group) {
			names = append(names, group)
		}
	}
	return names
}

// deliver puts messages into one inbox, all or none.
func (q *Query) deliver(t *expr.Thread, id, from string, texts []string) error {
	if len(texts) == 0 {
		return nil
	}
	_, err := q.act(t, &messaging.Deliver{ID: id, From: from, Texts: texts})
	return err
}

var recvParams = expr.NewParams("recv", "id")

// recv(id) takes the next message out of an inbox.
func recv(t *expr.Thread, a expr.Args) (expr.Object, error) {
	id, err := idArg(a, "recv", recvParams)
	if err != nil {
		return nil, err
	}
	q := query(t)
	if err := q.by.May(access.Send); err != nil {
		return nil, err
	}
	_, found, err := q.lookup(t, id)
	if err != nil {
		return nil, err
	}
	if !found {
		return nothing, nil
	}
	if err := q.speaksFor(t, id); err != nil {
		return nil, err
	}
	if err := q.flush(t); err != nil {
		return nil, err
	}
	if err := q.reading(t); err != nil {
		return nil, err
	}
	if q.scope.hub.State().Pending(id) == 0 {
		return nothing, nil // an empty inbox costs the log nothing
	}
	got, err := q.act(t, &messaging.Recv{ID: id})
	if err != nil {
		return nil, err
	}
	m, _ := got.(*messaging.Message)
	if m == nil {
		return nothing, nil
	}
	reply := m.From + separator + m.To + separator + asText(m.Text)
	if err := t.Charge(int64(len(reply))); err != nil {
		return nil, err
	}
	return value.Str(reply), nil
}

// asText is a message's body as the text port has it. One from a session may be
// any bytes; what is no text becomes U+FFFD.
func asText(body string) string {
	if value.ValidText(body) {
		return body
	}
	return strings.ToValidUTF8(body, "\ufffd")
}

func idArg(a expr.Args, fn string, p *expr.Params) (string, error) {
	var id expr.Object
	if err := p.Bind(a, &id); err != nil {
		return "", err
	}
	return text(fn, "id", id)
}

var (
	joinParams  = expr.NewParams("join", "id group")
	leaveParams = expr.NewParams("leave", "id group")
)

// join(id, group) makes a client a member of a group.
func join(t *expr.Thread, a expr.Args) (expr.Object, error) {
	id, group, err := memberArgs(t, a, "join", joinParams)
	if err != nil {
		return nil, err
	}
	q := query(t)
	if messaging.AdminsOnly(group) {
		if err := q.by.May(access.Manage); err != nil {
			return nil, err
		}
	}
	return ok, q.people.member(t, id, group, true, &messaging.Join{ID: strings.Clone(id), Group: strings.Clone(group)})
}

// leave(id, group) ends that.
func leave(t *expr.Thread, a expr.Args) (expr.Object, error) {
	id, group, err := memberArgs(t, a, "leave", leaveParams)
	if err != nil {
		return nil, err
	}
	return ok, query(t).people.member(t, id, group, false, &messaging.Leave{ID: strings.Clone(id), Group: strings.Clone(group)})
}

func memberArgs(t *expr.Thread, a expr.Args, fn string, p *expr.Params) (id, group string, err error) {
	var first, second expr.Object
	if err := p.Bind(a, &first, &second); err != nil {
		return "", "", err
	}
	if id, err = text(fn, "id", first); err != nil {
		return "", "", err
	}
	if group, err = text(fn, "group", second); err != nil {
		return "", "", err
	}
	q := query(t)
	if err := q.by.May(access.Send); err != nil {
		return "", "", err
	}
	return id, group, q.speaksFor(t, id)
}

var exitParams = expr.NewParams("exit", "id")

// exit(id) releases a client and all that it holds. One that is gone already is
// as well as released.
func exit(t *expr.Thread, a expr.Args) (expr.Object, error) {
	id, err := idArg(a, "exit", exitParams)
	if err != nil {
		return nil, err
	}
	q := query(t)
	if err := q.by.May(access.Send); err != nil {
		return nil, err
	}
	_, found, err := q.lookup(t, id)
	if err != nil || !found {
		return ok, err
	}
	if err := q.speaksFor(t, id); err != nil {
		return nil, err
	}
	return ok, q.people.client(t, id, false, &messaging.Exit{ID: strings.Clone(id)})
}

var knownParams = expr.NewParams("known", "id")

// known(id) tells whether the ID is still a client.
func known(t *expr.Thread, a expr.Args) (expr.Object, error) {
	id, err := idArg(a, "known", knownParams)
	if err != nil {
		return nil, err
	}
	q := query(t)
	if err := q.by.May(access.Read); err != nil {
		return nil, err
	}
	addr, found, err := q.lookup(t, id)
	if err != nil {
		return nil, err
	}
	if found && q.by.Owns(addr) {
		q.scope.hub.Heard(id)
	}
	return value.Bool(found), nil
}

// groups() gives the groups with the number of their members.
func groups(t *expr.Thread, a expr.Args) (expr.Object, error) {
	if err := a.Exactly("groups", 0); err != nil {
		return nil, err
	}
	q := query(t)
	if err := q.settled(t, access.Read); err != nil {
		return nil, err
	}
	all := q.scope.hub.State().Groups()
	d := expr.NewDict()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if err := d.Set(t, value.Str(name), value.Int(all[name])); err != nil {
			return nil, err
		}
	}
	return d, nil
}
