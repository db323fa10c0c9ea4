package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"althing/value"
)

const (
	crashes = 20
	// A hub is killed at a moment between the two, counted from the first query
	// of the load.
	soonestCrash, latestCrash = 5 * time.Millisecond, 400 * time.Millisecond
	// setKeys are the keys that one setter writes in turn.
	setKeys = 200
	// pipelined is how many queries one setter has on the way.
	pipelined = 16
)

// TestNothingAcknowledgedIsLost kills a hub again and again while clients set
// values, count, send, receive and insert rows. After each restart everything
// that was acknowledged is there, and nothing twice. What was on its way when
// the hub died may be there or not; from then on it stays so.
func TestNothingAcknowledgedIsLost(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	data := t.TempDir()
	l := freePort(t)
	at := l.Addr().String()
	l.Close()
	var load load
	for round := range crashes {
		hub, _ := startHub(t, data, "--text", at)
		if round == 0 {
			load = newLoad(t, at)
		}
		load.check(t, at)
		load.run(t, at, hub, soonestCrash+time.Duration(chance.Int64N(int64(latestCrash-soonestCrash))))
		if chance.IntN(4) == 0 { // once more while it starts
			again, err := start(t.TempDir(), clean(t.TempDir()), "serve", "--data", data, "--text", at)
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(chance.IntN(60)) * time.Millisecond)
			again.kill()
		}
	}
	hub, _ := startHub(t, data, "--text", at)
	load.check(t, at)
	hub.stop(t)
	hub, _ = startHub(t, data, "--text", at)
	load.check(t, at)
	hub.stop(t)
	load.report(t)
}

// worker is one client of the load, on one connection.
type worker interface {
	// work asks until the connection breaks. It notes what it has sent and what
	// was acknowledged.
	work(c *line) error
	// check compares what the hub holds with what was noted.
	check(t *testing.T, c *line)
	// acknowledged is how much was, in all.
	acknowledged() int
}

// load is all workers.
type load []worker

// newLoad prepares the hub for the load.
func newLoad(t *testing.T, at string) load {
	t.Helper()
	ask(t, at, call("dbExec", "CREATE TABLE kept (writer INTEGER, n INTEGER)"))
	total := &total{}
	var l load
	for n := range 2 {
		id := ask(t, at, "getClientID()")
		box := &mailbox{id: ask(t, at, "getClientID()")}
		l = append(l,
			&setter{name: fmt.Sprintf("set%d", n)},
			&counter{name: fmt.Sprintf("count%d", n), total: total},
			&inserter{writer: n},
			&sender{from: id, box: &mailbox{id: id}},
			&sender{from: box.id, box: box},
			&receiver{box: box},
		)
	}
	return append(l, total)
}

// run lets all work, kills the hub after a while, and waits for them.
func (l load) run(t *testing.T, at string, hub *process, after time.Duration) {
	t.Helper()
	var working sync.WaitGroup
	for _, w := range l {
		c, err := dial(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		working.Go(func() {
			defer c.close()
			if err := w.work(c); err != nil && !errors.Is(err, errNoHub) {
				t.Errorf("%T: %v", w, err)
			}
		})
	}
	time.Sleep(after) // the moment is what is tried
	hub.kill()
	working.Wait()
}

func (l load) check(t *testing.T, at string) {
	t.Helper()
	c, err := dial(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	for _, w := range l {
		w.check(t, c)
	}
	if t.Failed() {
		t.FailNow()
	}
}

func (l load) report(t *testing.T) {
	t.Helper()
	sums := map[string]int{}
	for _, w := range l {
		sums[fmt.Sprintf("%T", w)] += w.acknowledged()
	}
	t.Logf("acknowledged: %v", sums)
	for kind, n := range sums {
		if n < crashes {
			t.Errorf("%s had only %d acknowledged: that proves nothing", kind, n)
		}
	}
}

// query asks for a value and ends the test when there is none.
func query(t *testing.T, c *line, expression string) value.Value {
	t.Helper()
	v, err := c.value(expression)
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return v
}

func integer(t *testing.T, v value.Value) int {
	t.Helper()
	n, isInt := v.(value.Int)
	if !isInt {
		t.Fatalf("%s is no integer", value.Repr(v))
	}
	return int(n)
}

// setter sets the same keys in turn to rising numbers, many on the way at once.
type setter struct {
	name string
	n    int // the newest number
	// sent and acked are the newest numbers of each key.
	sent, acked [setKeys]int
	sum         int
}

func (s *setter) key(n int) string { return fmt.Sprintf("%s.%d", s.name, n%setKeys) }

func (s *setter) work(c *line) error {
	for {
		var batch strings.Builder
		for n := s.n + 1; n <= s.n+pipelined; n++ {
			s.sent[n%setKeys] = n
			fmt.Fprintf(&batch, "setReg('%s', %d)\n", s.key(n), n)
		}
		if _, err := c.conn.Write([]byte(batch.String())); err != nil {
			return broken(err)
		}
		for range pipelined {
			s.n++ // before the reply: a number is never used again
			reply, err := c.in.ReadString('\n')
			if err != nil {
				return broken(err)
			}
			if reply != "OK\n" {
				return fmt.Errorf("%s = %d: %s", s.key(s.n), s.n, reply)
			}
			s.acked[s.n%setKeys] = s.n
			s.sum++
		}
	}
}

func (s *setter) check(t *testing.T, c *line) {
	t.Helper()
	for k := range setKeys {
		got := integer(t, query(t, c, call("getReg", s.key(k))+" or 0"))
		if got != s.acked[k] && got != s.sent[k] {
			t.Errorf("%s is %d; %d was acknowledged, %d sent", s.key(k), got, s.acked[k], s.sent[k])
			return // the others will say the same
		}
		s.acked[k], s.sent[k] = got, got
	}
	s.n += pipelined // numbers of a batch that broke off are not used again
}

func (s *setter) acknowledged() int { return s.sum }

// total is what all counters together have added to one value.
type total struct {
	mu          sync.Mutex
	sent, acked int
}

// counter adds to a value of its own and to one of all counters.
type counter struct {
	name        string
	total       *total
	sent, acked int
}

func (n *counter) work(c *line) error {
	for {
		n.sent++
		n.total.add(1, 0)
		_, err := c.ask(fmt.Sprintf("MyData['%s'] = MyData.get('%s', 0) + 1; MyData['total'] = MyData.get('total', 0) + 1", n.name, n.name))
		if err != nil {
			return err
		}
		n.acked++
		n.total.add(0, 1)
	}
}

func (n *counter) check(t *testing.T, c *line) {
	t.Helper()
	got := integer(t, query(t, c, call("getReg", n.name)+" or 0"))
	if got < n.acked || got > n.sent {
		t.Errorf("%s is %d; %d were acknowledged, %d sent", n.name, got, n.acked, n.sent)
	}
	n.acked, n.sent = got, got
}

func (n *counter) acknowledged() int { return n.acked }

func (n *total) add(sent, acked int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sent += sent
	n.acked += acked
}

func (n *total) work(*line) error { return nil }

func (n *total) check(t *testing.T, c *line) {
	t.Helper()
	got := integer(t, query(t, c, "getReg('total') or 0"))
	if got < n.acked || got > n.sent {
		t.Errorf("total is %d; %d were acknowledged, %d sent", got, n.acked, n.sent)
	}
	n.acked, n.sent = got, got
}

func (n *total) acknowledged() int { return n.acked }

// inserter inserts rows with rising numbers.
type inserter struct {
	writer      int
	sent, acked int
	base, below int // so many rows have a number up to base
	sum         int
}

func (i *inserter) work(c *line) error {
	for {
		i.sent++
		if _, err := c.ask(call("dbExec", fmt.Sprintf("INSERT INTO kept VALUES (%d, %d)", i.writer, i.sent))); err != nil {
			return err
		}
		i.acked = i.sent
		i.sum++
	}
}

func (i *inserter) check(t *testing.T, c *line) {
	t.Helper()
	from := fmt.Sprintf("FROM kept WHERE writer = %d AND n ", i.writer)
	old := query(t, c, call("dbExec", fmt.Sprintf("SELECT count(*) %s<= %d", from, i.base))+"[0][0]")
	if got := integer(t, old); got != i.below {
		t.Errorf("%d rows of writer %d, not %d, from earlier rounds", got, i.writer, i.below)
	}
	rows := query(t, c, "[n for n, in "+call("dbExec", fmt.Sprintf("SELECT n %s> %d ORDER BY n", from, i.base))+"]")
	list, _ := rows.(value.List)
	checkNumbers(t, fmt.Sprintf("rows of writer %d", i.writer), list, i.base, i.acked, i.sent)
	i.base, i.below, i.acked = i.sent, i.below+len(list), i.sent
}

func (i *inserter) acknowledged() int { return i.sum }

// checkNumbers wants every number above base and up to acked, in order, once,
// and after them nothing that was not sent.
func checkNumbers(t *testing.T, what string, got value.List, base, acked, sent int) {
	t.Helper()
	last := base
	for _, v := range got {
		n := integer(t, v)
		if n <= last || n > sent || n > last+1 && last < acked {
			t.Errorf("%s: %d after %d; up to %d were acknowledged, up to %d sent", what, n, last, acked, sent)
			return
		}
		last = n
	}
	if last < acked {
		t.Errorf("%s: the last is %d, but %d was acknowledged", what, last, acked)
	}
}

// mailbox is an inbox into which one sender sends rising numbers, and which one
// receiver, or nobody while the load runs, reads.
type mailbox struct {
	id          string
	mu          sync.Mutex
	sent, acked int
	base        int // all up to here were read, or were lost on the way out
	sum         int
	read        int  // the newest that was received
	asking      bool // a recv was on its way when the hub died
}

// sender sends to a mailbox.
type sender struct {
	from string
	box  *mailbox
}

func (s *sender) work(c *line) error {
	for {
		s.box.mu.Lock()
		s.box.sent++
		n := s.box.sent
		s.box.mu.Unlock()
		if _, err := c.ask(call("send", s.from, s.box.id, fmt.Sprint(n))); err != nil {
			return err
		}
		s.box.mu.Lock()
		s.box.acked = n
		s.box.sum++
		s.box.mu.Unlock()
	}
}

// check empties the inbox. The messages are there in order; when a recv was
// answered and never read, the first of them is gone with it.
func (s *sender) check(t *testing.T, c *line) {
	t.Helper()
	b := s.box
	if query(t, c, call("known", b.id)) != value.Bool(true) {
		t.Errorf("client %s is gone", b.id)
		return
	}
	var rest value.List
	for {
		text := value.Text(query(t, c, call("recv", b.id)))
		parts := strings.Split(text, separator)
		if len(parts) != 3 || parts[0] != s.from {
			break
		}
		var n int
		if _, err := fmt.Sscan(parts[2], &n); err != nil {
			t.Errorf("a message that nobody sent: %q", text)
		}
		rest = append(rest, value.Int(n))
	}
	base := max(b.base, b.read)
	if b.asking && len(rest) > 0 && rest[0] == value.Int(base+2) || b.asking && len(rest) == 0 && b.acked > base {
		base++
	}
	checkNumbers(t, "messages to "+b.id, rest, base, b.acked, b.sent)
	b.base, b.acked, b.asking = b.sent, b.sent, false
}

func (s *sender) acknowledged() int { return s.box.sum }

// receiver reads a mailbox while it is written to.
type receiver struct {
	box *mailbox
	sum int
}

func (r *receiver) work(c *line) error {
	for {
		r.box.mu.Lock()
		r.box.asking = true
		r.box.mu.Unlock()
		reply, err := c.ask(call("recv", r.box.id))
		if err != nil {
			return err
		}
		if err := r.take(reply); err != nil {
			return err
		}
	}
}

// take notes a message; its number is the next one.
func (r *receiver) take(reply string) error {
	r.box.mu.Lock()
	defer r.box.mu.Unlock()
	r.box.asking = false
	parts := strings.Split(reply, separator)
	if parts[0] == "None" {
		return nil
	}
	var n int
	if _, err := fmt.Sscan(parts[len(parts)-1], &n); err != nil {
		return fmt.Errorf("a message that nobody sent: %q", reply)
	}
	if last := max(r.box.read, r.box.base); n != last+1 {
		return fmt.Errorf("message %d came after %d", n, last)
	}
	r.box.read = n
	r.sum++
	return nil
}

func (r *receiver) check(*testing.T, *line) {}

func (r *receiver) acknowledged() int { return r.sum }
