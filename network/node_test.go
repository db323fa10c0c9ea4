package network_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"althing"
	"althing/fault"
	"althing/network"
	"althing/value"
)

// place is a hub's part that a Node needs, in memory.
type place struct {
	mu      sync.Mutex
	out     map[network.ID][]network.Letter // not acknowledged
	numbers map[network.ID]uint64
	deliver map[network.ID]func(network.Letter) error
	arrived map[network.ID]uint64
	got     []string
}

func newPlace() *place {
	return &place{
		out: map[network.ID][]network.Letter{}, numbers: map[network.ID]uint64{}, deliver: map[network.ID]func(network.Letter) error{},
		arrived: map[network.ID]uint64{},
	}
}

func (p *place) Push(to network.ID, deliver func(network.Letter) error) {
	p.mu.Lock()
	p.deliver[to] = deliver
	waiting := slices.Clone(p.out[to])
	p.mu.Unlock()
	for _, l := range waiting {
		if deliver(l) != nil {
			p.mu.Lock()
			delete(p.deliver, to)
			p.mu.Unlock()
			return
		}
	}
}

func (p *place) Acknowledge(to network.ID, _ string, number uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.out[to] = slices.DeleteFunc(p.out[to], func(l network.Letter) bool { return l.Number <= number })
}

func (p *place) Waiting() (all []network.ID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for to, letters := range p.out {
		if len(letters) > 0 {
			all = append(all, to)
		}
	}
	return all
}

func (p *place) Arrive(l network.Letter, done func(uint64, error)) {
	p.mu.Lock()
	if l.Number == p.arrived[l.Origin]+1 {
		p.arrived[l.Origin]++
		p.got = append(p.got, l.Body)
	}
	number := p.arrived[l.Origin]
	p.mu.Unlock()
	done(number, nil)
}

func (p *place) Answer(_ context.Context, q network.Question) (value.Value, error) {
	if q.What == "fail" {
		return nil, fault.New(fault.NotFound, "no key 'x'")
	}
	return value.Str(fmt.Sprintf("%s as %d", q.What, q.Role)), nil
}

func (*place) Changed() {}

// send puts a letter into the outbox.
func (p *place) send(n *network.Node, to network.ID, body string) {
	p.mu.Lock()
	p.numbers[to]++
	l := network.Letter{Stream: "s", Number: p.numbers[to], Sender: "ann", Receiver: "bob", Body: body}
	p.out[to] = append(p.out[to], l)
	deliver := p.deliver[to]
	p.mu.Unlock()
	if deliver == nil || deliver(l) != nil {
		n.Wake(to)
	}
}

func (p *place) letters() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.got)
}

// kept is a Store in memory.
type kept struct {
	mu   sync.Mutex
	data []byte
}

func (k *kept) Load() ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.data, nil
}

func (k *kept) Save(data []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.data = data
	return nil
}

// station is a node with a server of its own on loopback.
type station struct {
	*network.Node
	t       *testing.T
	options network.Options
	place   *place
	server  *althing.Server
	address string
	served  chan error
}

// newStation starts a node. change, if not nil, has the last word on its options.
func newStation(t *testing.T, name string, change func(*network.Options)) *station {
	t.Helper()
	identity, err := network.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	s := &station{t: t, place: newPlace(), options: network.Options{
		Identity: identity, Name: name, Version: "test", Store: &kept{}, ParentMay: network.Admin,
		Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug})),
	}}
	s.options.Local = s.place
	if change != nil {
		change(&s.options)
	}
	s.start("127.0.0.1:0")
	t.Cleanup(s.stop)
	return s
}

func (s *station) start(address string) {
	s.t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.address = l.Addr().String()
	if s.Node, err = network.New(s.options); err != nil {
		s.t.Fatal(err)
	}
	s.server = &althing.Server{Logger: s.options.Log}
	if err := s.Attach(s.server); err != nil {
		s.t.Fatal(err)
	}
	s.served = make(chan error, 1)
	go func() { s.served <- s.server.Serve(l) }()
	if err := s.Start(s.address, ""); err != nil {
		s.t.Fatal(err)
	}
}

func (s *station) stop() {
	if s.server == nil {
		return
	}
	if err := s.Close(); err != nil {
		s.t.Error(err)
	}
	s.server.Close()
	if err := <-s.served; !errors.Is(err, althing.ErrServerClosed) {
		s.t.Error(err)
	}
	s.server = nil
}

// under puts a station below another one, by a token.
func (s *station) under(parent *station) *station {
	s.t.Helper()
	token, err := parent.MakeToken()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.Move(s.t.Context(), parent.address, token); err != nil {
		s.t.Fatal(err)
	}
	return s
}

const patience = 10 * time.Second

// until waits for something to be so at the stations.
func until(t *testing.T, what string, test func() bool, stations ...*station) {
	t.Helper()
	for late := time.Now().Add(patience); !test(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(late) {
			for _, s := range stations {
				t.Log(s.options.Name, "sees", s.seen(), "and has", len(s.place.letters()), "letters")
			}
			t.Fatal(what, "did not come")
		}
	}
}

// seen is the tree as a station has it.
func (s *station) seen() string {
	var hubs []string
	s.Tree(func(tree *network.Tree) {
		for _, h := range tree.All() {
			mark := ""
			if !h.Up {
				mark = "!"
			}
			hubs = append(hubs, tree.Path(h.ID())+mark)
		}
	})
	return strings.Join(hubs, " ")
}

func sees(tree string, stations ...*station) func() bool {
	return func() bool {
		return !slices.ContainsFunc(stations, func(s *station) bool { return s.seen() != tree })
	}
}

// chain is hubs each below the one before.
func chain(t *testing.T, names ...string) []*station {
	t.Helper()
	var all []*station
	tree := ""
	for i, name := range names {
		s := newStation(t, name, nil)
		if i > 0 {
			s.under(all[i-1])
		}
		all = append(all, s)
		tree += cmp.Or(strings.Repeat(" ", min(i, 1)), "") + strings.Join(names[:i+1], "/")
	}
	until(t, "the tree", sees(tree, all...), all...)
	return all
}

func TestJoin(t *testing.T) {
	all := chain(t, "main", "barn", "north")
	main, barn, north := all[0], all[1], all[2]
	if path, layer := north.Path(); path != "main/barn/north" || layer != 2 {
		t.Errorf("north is at %s, layer %d", path, layer)
	}
	barn.stop()
	until(t, "that barn is gone", sees("main main/barn! main/barn/north", main), main)
	until(t, "that the parent is gone", sees("main main/barn main/barn/north!", north), north)
	barn.start(barn.address)
	until(t, "the tree again", sees("main main/barn main/barn/north", all...), all...)
}

func TestRefused(t *testing.T) {
	all := chain(t, "main", "barn", "north")
	main, barn, north := all[0], all[1], all[2]
	stranger := newStation(t, "stranger", nil)
	twin := newStation(t, "barn", nil)
	late := newStation(t, "late", func(o *network.Options) { o.Now = func() time.Time { return time.Now().Add(time.Hour) } })
	token, err := main.MakeToken()
	if err != nil {
		t.Fatal(err)
	}
	_, wrong := network.NewToken()
	sameID := token[:6] + wrong[6:]
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	for name, c := range map[string]struct {
		who            *station
		address, token string
		code           fault.Code
		says           string
	}{
		"no token":              {stranger, main.address, "", fault.Denied, "token"},
		"a wrong token":         {stranger, main.address, wrong, fault.Denied, "token"},
		"a wrong secret":        {stranger, main.address, sameID, fault.Denied, "token is wrong"},
		"no token at all":       {stranger, main.address, "x", fault.Invalid, "token"},
		"nobody there":          {stranger, closed.Addr().String(), token, fault.Unavailable, ""},
		"its own address":       {main, main.address, token, fault.Conflict, "own address"},
		"a hub below":           {main, north.address, "", fault.Conflict, "knot"},
		"a hub below, by token": {barn, north.address, "", fault.Conflict, "knot"},
		"a taken name":          {twin, main.address, token, fault.Conflict, "--name"},
		"another clock":         {late, main.address, token, fault.Conflict, "clocks"},
	} {
		before := c.who.seen()
		err := c.who.Move(t.Context(), c.address, c.token)
		if !fault.Is(err, c.code) || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), token) {
			t.Errorf("%s: %v", name, err)
		}
		if after := c.who.seen(); after != before {
			t.Errorf("%s: was %s, is %s", name, before, after)
		}
	}
	until(t, "the tree as it was", sees("main main/barn main/barn/north", all...), all...)
}

// A hub moves inside its tree without a token, and takes those below it along.
func TestMove(t *testing.T) {
	all := chain(t, "main", "barn", "north")
	main, barn, north := all[0], all[1], all[2]
	house := newStation(t, "house", nil).under(main)
	everybody := append(all, house)
	until(t, "the tree", sees("main main/barn main/barn/north main/house", everybody...), everybody...)
	var err error
	until(t, "the pass", func() bool {
		err = barn.Move(t.Context(), house.address, "")
		return err == nil || !fault.Is(err, fault.Denied)
	}, everybody...)
	if err != nil {
		t.Fatal(err)
	}
	until(t, "the tree", sees("main main/house main/house/barn main/house/barn/north", everybody...), everybody...)
	if err := barn.Leave(); err != nil {
		t.Fatal(err)
	}
	until(t, "two trees", sees("main main/house", main, house), main, house)
	until(t, "two trees", sees("barn barn/north", barn, north), barn, north)
	if a := barn.Above(); a != (network.Above{}) {
		t.Errorf("it is still to be below %+v", a)
	}
}

func TestAsk(t *testing.T) {
	all := chain(t, "main", "barn", "north")
	main, north := all[0], all[2]
	for _, c := range []struct {
		from, to *station
		role     network.Role
		want     string
	}{
		{main, north, network.Admin, "x as 2"},
		{north, main, network.Admin, "x as 0"},
		{all[1], north, network.User, "x as 1"},
		{main, main, network.Admin, "x as 2"},
	} {
		v, err := c.from.Ask(t.Context(), network.Question{To: c.to.ID(), What: "x", Role: c.role})
		if err != nil || value.Text(v) != c.want {
			t.Errorf("from %s to %s: %v, %v; want %s", c.from.options.Name, c.to.options.Name, v, err, c.want)
		}
	}
	if _, err := main.Ask(t.Context(), network.Question{To: north.ID(), What: "fail"}); !fault.Is(err, fault.NotFound) || !strings.Contains(err.Error(), "no key") {
		t.Errorf("an error comes as %v", err)
	}
	all[1].stop()
	until(t, "that barn is gone", sees("main main/barn! main/barn/north", main), main)
	if _, err := main.Ask(t.Context(), network.Question{To: north.ID(), What: "x"}); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "'barn' is away") {
		t.Errorf("a hub behind one that is away: %v", err)
	}
}

// Letters arrive once and in order, whatever happens to the hub between.
func TestLetters(t *testing.T) {
	all := chain(t, "main", "barn", "north")
	main, barn, north := all[0], all[1], all[2]
	const rounds, each = 5, 200
	var want []string
	for round := range rounds {
		for i := range each {
			text := fmt.Sprint(round, " ", i)
			want = append(want, text)
			main.place.send(main.Node, north.ID(), text)
			if i == each/2 && round%2 == 1 {
				barn.stop()
			}
		}
		if round%2 == 1 {
			barn.start(barn.address)
		}
	}
	until(t, "all letters", func() bool { return len(north.place.letters()) >= len(want) }, north, main)
	if got := north.place.letters(); !slices.Equal(got, want) {
		t.Errorf("%d letters came, %d were sent", len(got), len(want))
	}
	until(t, "the acknowledgements", func() bool { return len(main.place.Waiting()) == 0 }, north, main)
}

func TestWithdraw(t *testing.T) {
	all := chain(t, "main", "barn")
	main, barn := all[0], all[1]
	ids, hubs := main.Tokens()
	if len(ids) != 1 || !slices.Equal(hubs[ids[0]], []string{"barn"}) {
		t.Fatalf("tokens are %v, used by %v", ids, hubs)
	}
	if err := main.Withdraw(ids[0]); err != nil {
		t.Fatal(err)
	}
	until(t, "that barn is gone", sees("main main/barn!", main), main)
	until(t, "the reason", func() bool { return strings.Contains(barn.Above().Problem, "token") }, barn, main)
	if err := main.Withdraw("nosuch"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a token that is not there: %v", err)
	}
}

// A hub that is away is forgotten by all when its parent is told to, its name is free,
// and it is taken in again should it come back under another.
func TestLose(t *testing.T) {
	all := chain(t, "main", "barn", "north")
	main, barn, north := all[0], all[1], all[2]
	south := newStation(t, "south", nil)
	token, err := main.MakeToken()
	if err != nil {
		t.Fatal(err)
	}
	if err := south.Move(t.Context(), main.address, token); err != nil {
		t.Fatal(err)
	}
	until(t, "the tree", sees("main main/barn main/barn/north main/south", main, south), all...)
	for who, want := range map[*station]string{barn: "is there", north: "not below 'main'", main: "not below 'main'"} {
		if err := main.Lose(who.ID()); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is forgotten: %v", who.options.Name, err)
		}
	}
	barn.Close()
	until(t, "that barn is away", sees("main main/barn! main/barn/north main/south", main, south), main, south)
	twin := newStation(t, "barn", nil)
	if err := twin.Move(t.Context(), main.address, token); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "althing net forget barn") {
		t.Errorf("another barn: %v", err)
	}
	if err := main.Lose(barn.ID()); err != nil {
		t.Fatal(err)
	}
	until(t, "that all have forgotten", sees("main main/south", main, south), main, south)
	if err := twin.Move(t.Context(), main.address, token); err != nil {
		t.Fatal(err)
	}
	until(t, "the other barn", sees("main main/barn main/south", main, south, twin), main, south, twin)
}

// A copy of a hub is refused while the first one is there.
func TestCopy(t *testing.T) {
	all := chain(t, "main", "barn")
	main, barn := all[0], all[1]
	twin := newStation(t, "barn", func(o *network.Options) { o.Identity = barn.options.Identity })
	token, err := main.MakeToken()
	if err != nil {
		t.Fatal(err)
	}
	err = twin.Move(t.Context(), main.address, token)
	if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), barn.address) || !strings.Contains(err.Error(), twin.address) {
		t.Errorf("a copy: %v", err)
	}
	until(t, "the first one", sees("main main/barn", main, barn), main, barn)
}

func TestClosedToOthers(t *testing.T) {
	main := newStation(t, "main", nil)
	c, err := althing.Dial(t.Context(), main.address, althing.ClientOptions{Name: "mallory"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, method := range []string{"hub.ask", "hub.letter", "hub.tree", "hub.pass", "hub.withdrawn", "hub.ack", "hub.again", "hub.beat", "hub.prove"} {
		if _, err := c.Call(t.Context(), method, nil); !fault.Is(err, fault.Denied) {
			t.Errorf("%s: %v", method, err)
		}
	}
	if _, err := c.Call(t.Context(), "hub.join", nil); !fault.Is(err, fault.Unavailable) {
		t.Errorf("hub.join of another protocol: %v", err)
	}
}
