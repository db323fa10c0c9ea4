package network

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"althing"
	"althing/fault"
)

// Options say how a hub is to be in its tree. Identity, Local and Store are needed.
type Options struct {
	Identity *Identity
	Name     string
	Version  string // of the program
	Local    Local
	Store    Store
	// ParentMay is what a parent's clients may count as here at most.
	ParentMay Role
	Log       *slog.Logger // default: slog.Default()
	// Say, when set, tells people of links that come and go, in LocalThings' words.
	// It must not call the Node.
	Say func(line string)
	Now func() time.Time
	// TLS, when set, secures the link to a parent.
	TLS *tls.Config
}

// runLength is enough chance to tell two starts of a hub apart.
const runLength = 10

// Node is a hub's part in the tree: its links, and all that goes over them. Its
// methods may be called concurrently.
type Node struct {
	options Options
	log     *slog.Logger
	now     func() time.Time
	ctx     context.Context //nolint:containedctx // it is the node's life, not a request's
	end     context.CancelFunc
	running sync.WaitGroup
	moving  sync.Mutex // held by who changes the parent, or tries to reach it

	beginning sync.Mutex // held by who begins to send what waits for another hub

	mu      sync.Mutex
	run     string // of this start
	session string // addresses of this hub
	text    string
	tree    *Tree
	links   map[ID]*link // to neighbors, that are there
	byConn  map[*althing.Conn]*link
	above   Above  // where the parent is
	first   string // where it was said to be at the start
	tokens  []Token
	gone    map[string]bool // tokens that were withdrawn, here or elsewhere: issuer/ID
	granted map[ID]string   // by which token each child came: issuer/ID
	newest  uint64          // the sequence of the last record that was made
	root    ID              // as it was when passes were given last
	movers  int             // who waits for moving
	attempt func()          // gives up what is being tried in moving
	pass    Pass
	pushing map[ID]*push
	giveUp  context.CancelFunc // ends the search for the parent; nil: none is wanted
	closed  bool
	unsaved chan struct{}
	saving  sync.Mutex // held while storing, so that the newest is stored last

	candidates candidates
	receipts   receipts
}

// Above is the parent that a hub has, or tries to reach.
type Above struct {
	Address string    // host:port
	Token   string    // with the fingerprint behind a +; empty: the hub has a pass
	ID      ID        // empty: it was never reached
	Up      bool      // there is a link to it,
	Since   time.Time // or none, since then; zero: there never was one
	Problem string    // why there is none
}

// New makes a node of what was stored of it. Attach and Start bring it to life.
func New(o Options) (*Node, error) {
	if err := CheckName(o.Name); err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	ctx, end := context.WithCancel(context.Background())
	n := &Node{
		options: o, log: o.Log, now: o.Now, ctx: ctx, end: end, run: rand.Text()[:runLength],
		links: map[ID]*link{}, byConn: map[*althing.Conn]*link{}, gone: map[string]bool{}, granted: map[ID]string{}, pushing: map[ID]*push{}, unsaved: make(chan struct{}, 1),
	}
	if err := n.load(); err != nil {
		end()
		return nil, err
	}
	return n, nil
}

// Start begins to look for the parent, if there is to be one, and to send what
// waits for other hubs. The addresses are those at which others reach this hub's
// session port and text port; empty: not at all.
func (n *Node) Start(session, text string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.session, n.text = session, text
	r, err := n.record(n.tree.Self().Parent)
	if err != nil {
		return err
	}
	n.tree.SetSelf(r, n.now())
	n.root = n.tree.Root()
	n.running.Go(n.keepSaved)
	n.running.Go(n.keepPushing)
	if n.above.Address != "" {
		n.search(n.seek)
	}
	return nil
}

// Close ends all links and waits for what runs. What is to be kept is stored.
func (n *Node) Close() error {
	n.mu.Lock()
	n.closed = true
	links := slices.Collect(maps.Values(n.links))
	n.mu.Unlock()
	n.end()
	for _, l := range links {
		l.close("the hub is shutting down")
	}
	n.running.Wait()
	return n.save()
}

// record makes the hub's next record, under a parent. The caller holds mu, or is
// New.
func (n *Node) record(parent ID) (*Record, error) {
	sequence := uint64(max(0, n.now().UnixMilli())) // a hub brought back from a backup is newer than it was
	if n.tree != nil {
		sequence = max(sequence, n.tree.Self().Sequence+1)
	}
	sequence = max(sequence, n.newest+1)
	n.newest = sequence
	o := &n.options
	return o.Identity.Record(Record{
		Name: o.Name, Parent: parent, Sequence: sequence, Run: n.run, Session: n.session, Text: n.text, Version: o.Version,
	})
}

// ID gives the hub's ID.
func (n *Node) ID() ID { return n.options.Identity.ID() }

// Tree hands the tree to f, which must not keep it, and not call the Node.
func (n *Node) Tree(f func(*Tree)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	f(n.tree)
}

// Path gives the hub's path, and its layer.
func (n *Node) Path() (path string, layer int) {
	n.Tree(func(t *Tree) { path, layer = t.Path(n.ID()), t.Layer(n.ID()) })
	return path, layer
}

// Find gives the hub that a text names, which may have been lost a moment ago: what
// is sent to it waits until it is found again.
func (n *Node) Find(text string) (id ID, err error) {
	n.Tree(func(t *Tree) {
		if id, err = t.Find(text); fault.Is(err, fault.NotFound) {
			if was, _, lost := t.lately(text, n.now()); lost {
				id, err = was, nil
			}
		}
	})
	return id, err
}

// Name gives the shortest text by which a hub is found from anywhere in the tree.
func (n *Node) Name(id ID) (name string) {
	n.Tree(func(t *Tree) { name = t.Name(id) })
	return name
}

// Lose forgets a hub below this one that is away and will not come back, with those
// below it: its name is free then. Letters for it wait for as long as they did before.
func (n *Node) Lose(id ID) error {
	n.mu.Lock()
	err := n.tree.Lose(id)
	if err == nil {
		delete(n.granted, id)
		for _, l := range n.links {
			l.notify("hub.tree", packNews(n.tree.Side(l.id)))
		}
		n.changed()
	}
	n.mu.Unlock()
	if err != nil {
		return err
	}
	return n.save()
}

// tell tells all neighbors but one of news. One that cannot be told has to come
// again. The caller holds mu.
func (n *Node) tell(news News, but ID) {
	if news.Empty() {
		return
	}
	packed := packNews(news)
	for id, l := range n.links {
		if id != but {
			l.notify("hub.tree", packed)
		}
	}
	n.changed()
}

// changed does what follows from another tree. The caller holds mu.
func (n *Node) changed() {
	n.wakeSaver()
	n.spawn(n.options.Local.Changed)
	n.routed()
	if root := n.tree.Root(); root != n.root { // passes of another one are worth nothing now
		n.root = root
		for _, l := range n.links {
			if !l.up {
				n.spawn(func() { n.givePass(l) })
			}
		}
	}
}

// learn takes in what a neighbor tells of the tree.
func (n *Node) learn(l *link, news News) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.links[l.id] != l {
		return
	}
	fresh, knot := n.tree.Learn(l.id, news, n.now())
	n.tell(fresh, l.id)
	if news.Whole && l.up { // it has told first
		l.notify("hub.tree", packNews(n.tree.Side(l.id, news.Records...)))
	}
	if knot {
		n.log.Warn("network: two hubs have moved below each other; the link to the parent is given up", "child", l.name)
		n.spawn(func() { _ = n.Leave() }) // what cannot be stored is logged there
	}
}

// admit makes a connection the link to a neighbor. The caller holds mu.
func (n *Node) admit(l *link) error {
	if n.closed {
		return fault.New(fault.Closed, "the hub is shutting down")
	}
	if before := n.links[l.id]; before != nil {
		n.spawn(func() { before.close("the hub has come back on another connection") })
	}
	n.links[l.id], n.byConn[l.conn] = l, l
	n.spawn(func() { n.watch(l) })
	return nil
}

// spawn runs f beside, unless the node is closing. The caller holds mu.
func (n *Node) spawn(f func()) {
	if !n.closed {
		n.running.Go(f)
	}
}

func (n *Node) say(line string) {
	if n.options.Say != nil {
		n.options.Say(line)
	}
}

// lost notes that the link to a neighbor is there no more.
func (n *Node) lost(l *link) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.byConn, l.conn)
	if n.links[l.id] != l {
		return // it has come back on another connection
	}
	delete(n.links, l.id)
	child := l.id
	if l.up {
		child = n.ID()
	}
	n.log.Info("network: a link is gone", "hub", l.name, "address", l.address)
	if l.up {
		n.say("Lost connection with higher Server")
	} else {
		n.say("Disconnected connection '" + l.name + "'")
	}
	n.tell(n.tree.Connected(child, false, n.now()), "")
}

// Attach adds the methods by which hubs join below this one.
func (n *Node) Attach(s *althing.Server) error {
	var errs []error
	for name, do := range n.methods() {
		errs = append(errs, s.Method(name, false, do))
	}
	for name, do := range map[string]althing.MethodFunc{"hub.join": n.join, "hub.prove": n.prove} {
		errs = append(errs, s.Method(name, false, do))
	}
	s.OnDisconnect(func(c *althing.Conn, _ error) { n.disconnected(c) })
	return errors.Join(errs...)
}
