package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"althing/access"
	"althing/fault"
	"althing/hub/hubtest"
)

// open makes a feed of a real hub whose topics are those of the test: two kinds of
// which each topic says what is sent to it.
func open(t testing.TB) (f *feed, say chan string) {
	t.Helper()
	say = make(chan string)
	hear := func(show func(*source, string)) func(context.Context, *source) error {
		return func(ctx context.Context, s *source) error {
			show(s, "begun")
			for {
				select {
				case text := <-say:
					if text == "fail" {
						return fault.New(fault.Invalid, "as it was told to")
					}
					show(s, text)
				case <-ctx.Done():
					return nil
				}
			}
		}
	}
	f = newFeed(hubtest.Open(t, nil), slog.New(slog.DiscardHandler))
	f.kinds = []topicKind{
		{name: "newest:", act: access.Read, newest: true, run: hear(func(s *source, text string) { _ = s.show(text) })},
		{name: "rows", act: access.Read, run: func(ctx context.Context, s *source) error {
			r := newRows(s)
			return hear(func(_ *source, text string) {
				r.set(text, quoted(text))
				if !r.shown {
					r.show()
				}
			})(ctx, s)
		}},
		{name: "admins", act: access.Manage, run: func(context.Context, *source) error { return nil }},
	}
	t.Cleanup(func() {
		f.close()
		if left := f.unread.Load(); left != 0 || len(f.sources) != 0 {
			t.Errorf("%d bytes and %d sources are left", left, len(f.sources))
		}
	})
	return f, say
}

// guest makes a listener who may read.
func guest(t testing.TB, f *feed) *listener {
	t.Helper()
	l := f.listen(access.Guest, func(act access.Act) error {
		if act != access.Read {
			return fault.New(fault.Denied, "guests may not")
		}
		return nil
	}, func() error { return nil })
	t.Cleanup(l.close)
	return l
}

// heard waits for what a listener hears next: the texts of the events.
func heard(t testing.TB, l *listener) (texts []string) {
	t.Helper()
	select {
	case <-l.wake:
	case <-time.After(10 * time.Second):
		t.Fatal("nothing is heard")
	}
	batch, err := l.take(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range batch {
		texts = append(texts, string(q.text))
	}
	return texts
}

func TestOneSourceForAll(t *testing.T) {
	f, say := open(t)
	var all []*listener
	for range 5 {
		l := guest(t, f)
		if err := l.subscribe("newest:a"); err != nil {
			t.Fatal(err)
		}
		if got := heard(t, l); len(got) != 1 || got[0] != `{"topic":"newest:a","event":"state","data":"begun"}` {
			t.Errorf("%q", got)
		}
		all = append(all, l)
	}
	say <- "x"
	var first *event
	for i, l := range all {
		<-l.wake
		batch, err := l.take(nil)
		if err != nil || len(batch) != 1 {
			t.Fatal(batch, err)
		}
		if i == 0 {
			first = batch[0].event
		}
		if batch[0].event != first {
			t.Error("it was encoded again")
		}
	}
	if len(f.sources) != 1 {
		t.Errorf("%d sources", len(f.sources))
	}
	for _, l := range all {
		l.unsubscribe("newest:a")
	}
	if len(f.sources) != 0 {
		t.Error("the source goes on with nobody there")
	}
}

func TestOnlyTheNewestWaits(t *testing.T) {
	f, say := open(t)
	l, other := guest(t, f), guest(t, f)
	for _, l := range []*listener{l, other} {
		if err := l.subscribe("newest:a"); err != nil {
			t.Fatal(err)
		}
		heard(t, l)
	}
	for i := range 100 {
		say <- fmt.Sprint(i)
		heard(t, other)
	}
	if got := heard(t, l); len(got) != 1 || !strings.Contains(got[0], `"event":"sample","data":"99"`) {
		t.Errorf("%q", got)
	}
	late := guest(t, f)
	if err := late.subscribe("newest:a"); err != nil {
		t.Fatal(err)
	}
	say <- "100" // before the state was taken
	heard(t, other)
	if got := heard(t, late); len(got) != 1 || !strings.Contains(got[0], `"event":"state","data":"100"`) {
		t.Errorf("a topic begins with %q", got)
	}
}

func TestWhoDoesNotReadIsDropped(t *testing.T) {
	f, say := open(t)
	slow, reader := guest(t, f), guest(t, f)
	for _, l := range []*listener{slow, reader} {
		if err := l.subscribe("rows"); err != nil {
			t.Fatal(err)
		}
		heard(t, l)
	}
	large := strings.Repeat("x", 100<<10)
	for i := range 2 * mostQueued / len(large) {
		say <- fmt.Sprint(i) + large
		heard(t, reader)
	}
	if _, err := slow.take(nil); !fault.Is(err, fault.Full) {
		t.Errorf("who has not read hears %v", err)
	}
	if left := f.unread.Load(); left != 0 {
		t.Errorf("%d bytes wait for nobody", left)
	}
	// When all together leave too much, who has little of it goes on.
	f.unread.Add(mostUnread)
	say <- "little"
	heard(t, reader)
	say <- "y" + large
	soonGone(t, reader)
	f.unread.Add(-mostUnread)
}

func soonGone(t *testing.T, l *listener) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; {
		if _, err := l.take(nil); fault.Is(err, fault.Full) {
			return
		}
		if time.Now().After(end) {
			t.Fatal("it was not dropped")
		}
	}
}

func TestATopicThatFailsMayBeTriedAgain(t *testing.T) {
	f, say := open(t)
	l := guest(t, f)
	if err := l.subscribe("newest:a"); err != nil {
		t.Fatal(err)
	}
	heard(t, l)
	say <- "fail"
	if got := heard(t, l); len(got) != 1 || !strings.Contains(got[0], `"problem":{"type":"about:blank","title":"Bad Request","status":400,"detail":"as it was told to","code":"invalid"}`) {
		t.Errorf("%q", got)
	}
	for heardAgain := false; !heardAgain; { // what has failed is forgotten a moment later
		if err := l.subscribe("newest:a"); err != nil {
			t.Fatal(err)
		}
		heardAgain = strings.Contains(heard(t, l)[0], `"state"`)
	}
}

func TestBoundsOfTopics(t *testing.T) {
	f, _ := open(t)
	l := guest(t, f)
	for i := range mostTopics {
		if err := l.subscribe(fmt.Sprintf("newest:%d", i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.subscribe("newest:more"); !fault.Is(err, fault.Limit) {
		t.Errorf("more topics than a connection may hear: %v", err)
	}
	other := guest(t, f)
	var err error
	for i := 0; err == nil && i < mostTopics; i++ {
		err = other.subscribe(fmt.Sprintf("newest:other%d", i))
	}
	if !fault.Is(err, fault.Limit) || len(f.sources) != guestSources {
		t.Errorf("%d sources, %v", len(f.sources), err)
	}
	if err := other.subscribe("newest:0"); err != nil {
		t.Errorf("what is live already: %v", err)
	}
	admin := f.listen(access.Admin, func(access.Act) error { return nil }, func() error { return nil })
	defer admin.close()
	if err := admin.subscribe("newest:admin"); err != nil {
		t.Errorf("guests shut an administrator out: %v", err)
	}
	for topic, code := range map[string]fault.Code{"admins": fault.Denied, "nothing": fault.NotFound, "rows:x": fault.NotFound} {
		if err := l.subscribe(topic); code != fault.Denied && !fault.Is(err, code) && !fault.Is(err, fault.Limit) {
			t.Errorf("%s: %v", topic, err)
		}
	}
	if err := guest(t, f).subscribe("admins"); !fault.Is(err, fault.Denied) {
		t.Errorf("a guest: %v", err)
	}
}

// TestCrowd has many come and go while something is told, and looks that each hears a
// state first.
func TestCrowd(t *testing.T) {
	f, say := open(t)
	stop := make(chan struct{})
	var saying, all sync.WaitGroup
	saying.Go(func() {
		for i := 0; ; i++ {
			select {
			case say <- fmt.Sprint(i):
			case <-stop:
				return
			}
		}
	})
	for n := range 8 {
		all.Go(func() {
			chance := rand.New(rand.NewPCG(uint64(n), 1))
			for range 60 {
				l := f.listen(access.Guest, func(access.Act) error { return nil }, func() error { return nil })
				topics := []string{"rows", "newest:a", fmt.Sprintf("newest:%d", chance.IntN(4))}
				for _, topic := range topics {
					if err := l.subscribe(topic); err != nil {
						t.Error(err)
					}
				}
				first := map[string]bool{}
				for _, text := range heard(t, l) {
					var is struct{ Topic, Event string }
					if err := json.Unmarshal([]byte(text), &is); err != nil || !first[is.Topic] && is.Event != "state" {
						t.Errorf("%s, %v", text, err)
					}
					first[is.Topic] = true
				}
				l.unsubscribe(topics[chance.IntN(len(topics))])
				l.close()
			}
		})
	}
	all.Wait()
	close(stop)
	saying.Wait()
}

func TestDeliver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &feed{}
		var over atomic.Bool
		l := f.listen(access.Guest, nil, func() error {
			if over.Load() {
				return errEnded
			}
			return nil
		})
		var writes []int
		alive := 0
		ended := make(chan error, 1)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go func() {
			ended <- l.deliver(ctx, func(batch []queued) error { writes = append(writes, len(batch)); return nil }, func() error { alive++; return nil })
		}()
		l.push(nil, f.event([]byte("1")))
		synctest.Wait() // the first is written at once,
		for range 10 {  // and what comes within the next moment goes together
			l.push(nil, f.event([]byte("2")))
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if fmt.Sprint(writes) != "[1 10]" {
			t.Errorf("written: %v", writes)
		}
		time.Sleep(3 * lookEvery)
		synctest.Wait()
		if alive != 2 {
			t.Errorf("it showed %d times that it lives", alive)
		}
		over.Store(true)
		if err := <-ended; !errors.Is(err, errEnded) {
			t.Errorf("it ended with %v", err)
		}
	})
}

func TestAllowance(t *testing.T) {
	now := time.Unix(0, 0)
	a := &allowance{left: mostFrames, at: now}
	taken := 0
	for a.take(now) {
		taken++
	}
	if taken != mostFrames {
		t.Errorf("%d at once", taken)
	}
	a.left = 0
	for range framesEach {
		if now = now.Add(time.Second / framesEach); !a.take(now.Add(time.Millisecond)) {
			t.Fatal("one at a time is too much")
		}
	}
}

func TestRowsAreBounded(t *testing.T) {
	f, _ := open(t)
	s := &source{feed: f, key: sourceKey{topic: "x"}, kind: &topicKind{}, listeners: map[*listener]struct{}{}}
	r := newRows(s)
	for i := range mostRows + 10 {
		r.set(fmt.Sprint(i), []byte(`{}`))
	}
	r.show()
	if len(r.all) != mostRows || !r.more {
		t.Errorf("%d rows, more %v", len(r.all), r.more)
	}
	r.anew()
	large := []byte(`"` + strings.Repeat("x", 100<<10) + `"`)
	for i := range 10 {
		r.set(fmt.Sprint(i), large)
	}
	if r.bytes > largestMemory || len(r.all) != 2 || !r.more {
		t.Errorf("%d bytes, %d rows", r.bytes, len(r.all))
	}
	r.show()
	if err := r.become([]row{{"a", 1}, {"b", 2}}, false); err != nil || len(r.all) != 2 || r.more || string(r.all["b"]) != "2" {
		t.Errorf("%v: %q, more %v", err, r.all, r.more)
	}
	r.remove("a")
	r.remove("b")
	if r.bytes != 0 || len(r.all) != 0 {
		t.Errorf("%d bytes, %d rows", r.bytes, len(r.all))
	}
	tailing := newTail(s, "said")
	for i := range 2 * mostTail {
		if err := tailing.add(strings.Repeat("y", i*10)); err != nil {
			t.Fatal(err)
		}
	}
	sum := 0
	for _, text := range tailing.last {
		sum += len(text)
	}
	if sum != tailing.bytes || sum > largestMemory || len(tailing.last) > mostTail {
		t.Errorf("%d bytes of %d, noted as %d", sum, len(tailing.last), tailing.bytes)
	}
	if !json.Valid(tailing.appendState(nil)) || !json.Valid(r.appendState(nil)) {
		t.Error("a state is no JSON")
	}
}

// FuzzParseFrame is what anybody may say on a WebSocket.
func FuzzParseFrame(f *testing.F) {
	for _, seed := range []string{`{"subscribe":"registry:*"}`, `{"unsubscribe":"tree"}`, `{"subscribe":null}`, `{}`, `{"subscribe":"a"}]`, `{"subscribe":"\ud800"}`, "\x00"} {
		f.Add([]byte(seed))
	}
	feed := &feed{kinds: topicKinds}
	f.Fuzz(func(t *testing.T, text []byte) {
		topic, _, err := parseFrame(text)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if kind, about, err := feed.find(topic); err == nil && kind.name+about != topic {
			t.Errorf("%q: %s and %q", topic, kind.name, about)
		}
		if names, err := namesOf(topic); err == nil && strings.Join(names, ",") != topic {
			t.Errorf("%q: %q", topic, names)
		}
	})
}

// BenchmarkTell is one event for 200 who hear it, and each of them taking it.
func BenchmarkTell(b *testing.B) {
	f := &feed{}
	s := &source{feed: f, key: sourceKey{topic: "metrics@barn:host.cpu"}, kind: &topicKind{newest: true}, listeners: map[*listener]struct{}{}}
	all := make([]*listener, 200)
	batches := make([][]queued, len(all))
	for i := range all {
		all[i] = f.listen(access.Guest, nil, nil)
		s.listeners[all[i]] = struct{}{}
	}
	is := sample{At: time.Unix(1_800_000_000, 0), Values: map[string]float32{"host.cpu": 12.5}}
	b.ReportAllocs()
	for b.Loop() {
		if err := s.show(is); err != nil {
			b.Fatal(err)
		}
		for i, l := range all {
			batches[i], _ = l.take(batches[i])
		}
	}
}
