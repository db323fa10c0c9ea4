package hub_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"althing/access"
	"althing/fault"
	"althing/hub"
	"althing/hub/hubtest"
	"althing/registry"
	"althing/value"
)

func TestSetAndGet(t *testing.T) {
	h := hubtest.Open(t, nil)
	s := hubtest.Enter(t, h, "")
	first := done(t, s.Set(hub.Set{Key: "a.x", Value: value.Int(1)}))
	second := done(t, s.Set(hub.Set{Key: "a.x", Value: value.Int(2)}))
	if first == 0 || second <= first {
		t.Errorf("revisions %d and %d", first, second)
	}
	s.Set(hub.Set{Key: "a.x", Value: value.Int(3)}) // a session reads its own writes
	e, found, err := s.Get(t.Context(), "a.x")
	if err != nil || !found || e.Value != value.Int(3) || e.Rev <= second || e.At.IsZero() {
		t.Errorf("it holds %+v, %v, %v", e, found, err)
	}
	if _, found, err := s.Get(t.Context(), "nothing"); found || err != nil {
		t.Errorf("nothing is %v, %v", found, err)
	}
	if past, err := s.History(t.Context(), "a.x"); err != nil || len(past) != 3 || past[0].Value != value.Int(1) {
		t.Errorf("it held %v, %v", past, err)
	}
	if e, found, err := s.Get(t.Context(), "server.name"); err != nil || !found || e.Value != value.Str("test") || e.Rev != 0 {
		t.Errorf("server.name is %+v, %v, %v", e, found, err)
	}
	hubtest.Story(t, s, [][2]string{{"getReg('a.x')", "3"}})
}

func TestSetUnderConditions(t *testing.T) {
	h := hubtest.Open(t, nil)
	s := hubtest.Enter(t, h, "")
	none, rev := uint64(0), done(t, s.Set(hub.Set{Key: "a", Value: value.Int(1)}))
	soon, never, past := 60.0, 1e30, -1.0
	for name, c := range map[string]struct {
		set  hub.Set
		code fault.Code
	}{
		"must not exist, and does": {hub.Set{Key: "a", ExpectRevision: &none}, fault.Conflict},
		"another revision":         {hub.Set{Key: "b", ExpectRevision: &rev}, fault.Conflict},
		"another value":            {hub.Set{Key: "a", Expect: value.Int(2)}, fault.Conflict},
		"a value of nothing":       {hub.Set{Key: "c", Expect: value.Int(2)}, fault.Conflict},
		"lasts for ever":           {hub.Set{Key: "a", Expire: &never}, fault.Invalid},
		"is over":                  {hub.Set{Key: "a", Expire: &past}, fault.Invalid},
		"the hub's own":            {hub.Set{Key: "server.name"}, fault.Denied},
		"no key":                   {hub.Set{}, fault.Invalid},
		"a key of another hub":     {hub.Set{Key: "a@b"}, fault.Invalid},
		"too large":                {hub.Set{Key: "a", Value: value.Str(strings.Repeat("x", 512<<10))}, fault.Limit},
		"fits no record":           {hub.Set{Key: "a", Value: value.Str(strings.Repeat("x", 1<<20))}, fault.Limit},
	} {
		if c.set.Value == nil {
			c.set.Value = value.Int(7)
		}
		refused(t, name, wait(s.Set(c.set)), c.code)
	}
	for name, set := range map[string]hub.Set{
		"the revision":   {Key: "a", ExpectRevision: &rev, Value: value.Int(2)},
		"must not exist": {Key: "new", ExpectRevision: &none, Value: value.Int(2), Expect: nil},
		"lasts a while":  {Key: "soon", Expire: &soon, Value: value.Int(2)},
	} {
		if err := wait(s.Set(set)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := wait(s.Set(hub.Set{Key: "a", Expect: value.Float(2), Value: value.Int(3)})); err != nil {
		t.Errorf("an equal value: %v", err)
	}
}

func TestRemove(t *testing.T) {
	h := hubtest.Open(t, nil)
	s := hubtest.Enter(t, h, "")
	first := done(t, s.Set(hub.Set{Key: "a", Value: value.Int(1)}))
	second := done(t, s.Set(hub.Set{Key: "a", Value: value.Int(2)}))
	for _, test := range []struct {
		key    string
		expect *uint64
		found  bool
		code   fault.Code
	}{
		{"a", &first, false, fault.Conflict},
		{"nothing", nil, false, ""},
		{"server.name", nil, false, fault.Denied},
		{"a@b", nil, false, fault.Invalid},
		{"a", &second, true, ""},
		{"a", &second, false, fault.Conflict},
		{"a", nil, false, ""},
	} {
		found, err := s.Remove(t.Context(), test.key, test.expect)
		if found != test.found || err != nil && !fault.Is(err, test.code) || err == nil && test.code != "" {
			t.Errorf("%s: %v, %v", test.key, found, err)
		}
	}
}

func TestEntries(t *testing.T) {
	h := hubtest.Open(t, nil)
	s := hubtest.Enter(t, h, "")
	soon := 60.0
	done(t, s.Set(hub.Set{Key: "a.1", Value: value.Int(1)}))
	rev := done(t, s.Set(hub.Set{Key: "a.2", Value: value.Int(2), Expire: &soon}))
	found, more, err := s.Entries(t.Context(), "a.*", "a.1", 10)
	if err != nil || more || len(found) != 1 || found[0].Key != "a.2" || found[0].Rev != rev || found[0].Expire.IsZero() {
		t.Errorf("%+v, %v, %v", found, more, err)
	}
	if _, more, _ := s.Entries(t.Context(), "*", "", 1); !more {
		t.Error("there is no more")
	}
}

func TestFetchListDelete(t *testing.T) {
	limits := access.DefaultLimits()
	limits.ResultRows, limits.ResultBytes = 30, 1000
	h := hubtest.Open(t, func(c *hub.Config) { c.Limits = limits })
	s := hubtest.Enter(t, h, "")
	for _, key := range []string{"b", "a.y", "a.x"} {
		s.Set(hub.Set{Key: key, Value: value.Str("of " + key)})
	}
	list := func(pattern string) string {
		t.Helper()
		keys, err := s.List(t.Context(), pattern)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(keys, " ")
	}
	pairs, err := s.Fetch(t.Context(), "a.*")
	if err != nil || fmt.Sprint(pairs) != "[{a.x of a.x} {a.y of a.y}]" {
		t.Errorf("fetched %v, %v", pairs, err)
	}
	if got := list("*"); !strings.HasPrefix(got, "a.x a.y b server.address ") {
		t.Errorf("all keys are %s", got)
	}
	if pairs, err := s.Fetch(t.Context(), "server.n*"); err != nil || fmt.Sprint(pairs) != "[{server.name test}]" {
		t.Errorf("the hub's own are %v, %v", pairs, err)
	}
	if n, err := s.Delete(t.Context(), "*[xy]"); n != 2 || err != nil {
		t.Errorf("%d deleted, %v", n, err)
	}
	if n, err := s.Delete(t.Context(), "server.*"); n != 0 || err != nil {
		t.Errorf("%d deleted of the hub's own, %v", n, err)
	}
	if got := list("[ab]*"); got != "b" {
		t.Errorf("left: %s", got)
	}
	done(t, s.Set(hub.Set{Key: "large", Value: value.Str(strings.Repeat("x", 1000))}))
	_, err = s.Fetch(t.Context(), "large")
	refused(t, "too many bytes", err, fault.Limit)
	for i := range 31 {
		s.Set(hub.Set{Key: fmt.Sprint("k", i), Value: value.Int(i)})
	}
	_, err = s.List(t.Context(), "k*")
	refused(t, "too many keys", err, fault.Limit)
	_, err = s.List(t.Context(), strings.Repeat("*", 1<<20))
	refused(t, "too long a pattern", err, fault.Limit)
}

// watcher gathers what a watch tells.
type watcher struct {
	changes chan hub.Changes
	watch   *hub.Watch
}

func watch(t testing.TB, s *hub.Session, pattern string, after uint64) watcher {
	t.Helper()
	w := watcher{changes: make(chan hub.Changes)}
	var err error
	ctx := t.Context()
	w.watch, err = s.Watch(ctx, pattern, after, func(c hub.Changes) error {
		select {
		case w.changes <- c:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// expect takes changes until there are as many as wanted, and compares them.
func (w watcher) expect(t testing.TB, want ...string) (last hub.Changes) {
	t.Helper()
	var got []string
	for len(got) < len(want) {
		last = <-w.changes
		for _, c := range last.List {
			got = append(got, text(c))
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("told of %q, want %q", got, want)
	}
	return last
}

func text(c registry.Change) string {
	if c.Deleted {
		return c.Key + " gone"
	}
	return c.Key + "=" + value.Text(c.Value)
}

func TestWatch(t *testing.T) {
	h := hubtest.Open(t, nil)
	s := hubtest.Enter(t, h, "")
	s.Set(hub.Set{Key: "a.x", Value: value.Int(1)})
	before := done(t, s.Set(hub.Set{Key: "b", Value: value.Int(2)}))
	all, news, later := watch(t, s, "a.*", 0), watch(t, s, "*", hub.FromNow), watch(t, s, "*", before-1)
	all.expect(t, "a.x=1")
	later.expect(t, "b=2")
	revision := done(t, s.Set(hub.Set{Key: "a.x", Value: value.Int(3)}))
	if last := news.expect(t, "a.x=3"); last.After != revision || last.Anew || last.List[0].Rev != revision {
		t.Errorf("told of %+v, want revision %d", last, revision)
	}
	all.expect(t, "a.x=3")
	later.expect(t, "a.x=3")
	all.watch.Stop()
	all.watch.Stop()
	hubtest.Ask(s, "delete('a.*'); MyData['c'] = 1")
	news.expect(t, "a.x gone", "c=1")
	later.expect(t, "a.x gone", "c=1")
	select {
	case c := <-all.changes:
		t.Errorf("a watch that was stopped tells of %+v", c)
	default:
	}
	s.Close()
	_, err := s.Watch(t.Context(), "*", 0, nil)
	refused(t, "watching after the end", err, fault.Closed)
}

// TestAWatchBeginsWithWhatThereIs and not with what there was.
func TestAWatchBeginsWithWhatThereIs(t *testing.T) {
	h := hubtest.Open(t, nil)
	s := hubtest.Enter(t, h, "")
	hubtest.Ask(s, "MyData['lamp'] = 'on'")
	hubtest.Ask(s, "MyData['lamp'] = 'off'")
	hubtest.Ask(s, "MyData['door'] = 'open'")
	hubtest.Ask(s, "del MyData['door']")
	w := watch(t, s, "*", 0)
	w.expect(t, "lamp=off")
	hubtest.Ask(s, "MyData['lamp'] = 'on'")
	w.expect(t, "lamp=on")
}

func TestAWatchSeesWhatExpires(t *testing.T) {
	now := &clock{now: time.Now()}
	h := hubtest.Open(t, func(c *hub.Config) { c.Now = now.Now })
	s := hubtest.Enter(t, h, "")
	w := watch(t, s, "*", hub.FromNow)
	soon := 0.001 // the hub's timers are real
	done(t, s.Set(hub.Set{Key: "door", Value: value.Str("open"), Expire: &soon}))
	w.expect(t, "door=open")
	now.pass(time.Second)
	w.expect(t, "door gone")
}

// TestASlowWatchBeginsAnew lets more changes happen than the hub remembers while a
// watch is telling of the first, and some more while it begins anew.
func TestASlowWatchBeginsAnew(t *testing.T) {
	const keys, rounds = 600, 20 // more than are told of at a time; more than are remembered
	h := hubtest.Open(t, nil)
	s := hubtest.Enter(t, h, "")
	set := func(i int, v value.Value) hub.Pending {
		return s.Set(hub.Set{Key: fmt.Sprintf("k%03d", i), Value: v})
	}
	var first sync.Once
	telling, goOn, changes := make(chan struct{}), make(chan struct{}), make(chan hub.Changes)
	w, err := s.Watch(t.Context(), "k*", hub.FromNow, func(c hub.Changes) error {
		first.Do(func() {
			close(telling)
			<-goOn
		})
		select {
		case changes <- c:
			return nil
		case <-t.Context().Done(): // the test has failed
			return t.Context().Err()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	done(t, set(0, value.Int(0)))
	<-telling
	for v := range rounds {
		for i := range keys {
			set(i, value.Int(v))
		}
	}
	done(t, s.Set(hub.Set{Key: "other", Value: value.Int(1)}))
	close(goOn)
	if first := <-changes; len(first.List) != 1 || first.Anew || first.After == 0 {
		t.Fatalf("first it told of %d keys, anew: %v", len(first.List), first.Anew)
	}
	last := map[string]string{}
	note := func(c hub.Changes) {
		for _, c := range c.List {
			last[c.Key] = value.Text(c.Value)
		}
	}
	news := <-changes
	if note(news); !news.Anew || news.After != 0 {
		t.Fatalf("then it told of %d keys, anew: %v, after %d", len(news.List), news.Anew, news.After)
	}
	done(t, set(0, value.Str("new"))) // it has told of this one
	for last["k000"] != "new" {
		if news = <-changes; news.Anew {
			t.Error("it began anew twice")
		}
		note(news)
	}
	w.Stop()
	if len(last) != keys || news.After == 0 {
		t.Errorf("it told of %d keys, want %d, the last after %d", len(last), keys, news.After)
	}
	for key, v := range last {
		if key != "k000" && v != fmt.Sprint(rounds-1) {
			t.Errorf("the last told of %s is %s", key, v)
		}
	}
}

func TestWatchesAreBounded(t *testing.T) {
	limits := access.DefaultLimits()
	limits.Watches = 2
	h := hubtest.Open(t, func(c *hub.Config) { c.Limits = limits })
	s := hubtest.Enter(t, h, "")
	first := watch(t, s, "a", 0)
	watch(t, s, "b", 0)
	_, err := s.Watch(t.Context(), "c", 0, nil)
	refused(t, "one more", err, fault.Limit)
	first.watch.Stop()
	failing := func(hub.Changes) error { return context.Canceled }
	if _, err := s.Watch(t.Context(), "c", 0, failing); err != nil {
		t.Fatal(err)
	}
	done(t, s.Set(hub.Set{Key: "c", Value: value.Int(1)}))
	for { // one that cannot be told stops, and leaves its place
		if w, err := s.Watch(t.Context(), "d", 0, failing); err == nil {
			w.Stop()
			return
		}
	}
}
