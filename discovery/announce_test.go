package discovery

import (
	"context"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// settled is when an announcer has said all that it says by itself.
const settled = 3 * time.Second

func names(hubs []Hub) string {
	var list []string
	for _, h := range hubs {
		list = append(list, h.Name)
	}
	return strings.Join(list, ", ")
}

// listen searches from a new node.
func (a *air) listen(t *testing.T, long time.Duration) []Hub {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), long)
	defer cancel()
	return search(ctx, a.node("10.0.0.99/24"), nil)
}

func TestAHubIsFoundUntilItSaysGoodbye(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a air
		barn, _ := a.hub(t, "barn", "10.0.0.1/24")
		time.Sleep(settled)
		found := a.listen(t, Window)
		if len(found) != 1 {
			t.Fatalf("found %v", found)
		}
		h := found[0]
		want := Hub{ID: barn.hub.ID, Name: "barn", Version: "1.2", Text: 2980, Session: 4000, TLS: "on", Addresses: []netip.Addr{netip.MustParseAddr("10.0.0.1")}}
		if h.ID != want.ID || h.Name != want.Name || h.Version != want.Version || h.Text != want.Text ||
			h.Session != want.Session || h.TLS != want.TLS || !slices.Equal(h.Addresses, want.Addresses) || h.Web != 0 {
			t.Errorf("found %+v, not %+v", h, want)
		}

		// One that hears it and then its goodbye knows that it is gone.
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		heard := make(chan Hub, 1)
		left := make(chan []Hub)
		go func() { left <- search(ctx, a.node("10.0.0.98/24"), func(h Hub) { heard <- h }) }()
		<-heard
		barn.Close()
		barn.Close()
		if list := <-left; len(list) != 0 {
			t.Errorf("after its goodbye there is still %v", list)
		}
		if found := a.listen(t, Window); len(found) != 0 {
			t.Errorf("after its end %v answers", found)
		}
	})
}

func TestTheNameIsAskedForBeforeItIsUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a air
		barn, n := a.hub(t, "barn", "10.0.0.1/24")
		defer barn.Close()
		time.Sleep(settled)
		var kinds []string
		for i, s := range a.by(n) {
			switch {
			case s.text.reply:
				kinds = append(kinds, "told")
			case len(s.text.proposed) == 1:
				kinds = append(kinds, "asked")
			}
			if i > 0 && s.at.Sub(a.by(n)[i-1].at) < probeEvery {
				t.Errorf("message %d came %v after the one before", i, s.at.Sub(a.by(n)[i-1].at))
			}
		}
		if got := strings.Join(kinds, " "); got != "asked asked asked told told" {
			t.Errorf("it %s", got)
		}
	})
}

func TestTwoHubsOfOneName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a air
		first, _ := a.hub(t, "barn", "10.0.0.1/24")
		defer first.Close()
		time.Sleep(settled)
		second, n := a.hub(t, "barn", "10.0.0.2/24")
		defer second.Close()
		time.Sleep(settled)
		if got := names(a.listen(t, Window)); got != "barn, barn" {
			t.Errorf("found %s", got)
		}
		said := a.by(n)
		last := said[len(said)-1].text
		if got := last.hubs()[0].instance.String(); got != "barn (2)."+serviceName {
			t.Errorf("the second is announced as %s", got)
		}
	})
}

func TestTwoHubsOfOneNameThatStartAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a air
		for _, address := range []string{"10.0.0.1/24", "10.0.0.2/24", "10.0.0.3/24"} {
			barn, _ := a.hub(t, "barn", address)
			defer barn.Close()
		}
		time.Sleep(20 * time.Second)
		seen := map[string]bool{}
		a.mu.Lock()
		said := slices.Clone(a.said)
		a.mu.Unlock()
		for _, s := range said {
			for _, h := range s.text.hubs() {
				seen[strings.TrimSuffix(h.instance.String(), "."+serviceName)] = true
			}
		}
		for _, want := range []string{"barn", "barn (2)", "barn (3)"} {
			if !seen[want] || len(seen) != 3 {
				t.Errorf("announced are %v, not %s", seen, want)
			}
		}
		if got := names(a.listen(t, Window)); got != "barn, barn, barn" {
			t.Errorf("found %s", got)
		}
	})
}

// TestAForgerOfAllNames contradicts whatever a hub wants to be called: it is found
// all the same.
func TestAForgerOfAllNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a air
		forger := a.node("10.0.0.66/24")
		stop, stopped := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(stopped)
			for {
				select {
				case <-stop:
					return
				case p := <-forger.packets:
					m, _ := parse(p.data)
					for _, r := range append(m.proposed, m.answers...) {
						if srv, is := r.Body.(*dnsmessage.SRVResource); is && !same(srv.Target, "forger.local.") {
							lie := resource(r.Header.Name.String(), dnsmessage.ClassINET, ttlHost, &dnsmessage.SRVResource{Port: 1, Target: name("forger.local.")})
							_ = forger.write(pack(dnsmessage.Message{Header: dnsmessage.Header{Response: true}, Answers: []dnsmessage.Resource{lie}}), oneLink, group4)
						}
					}
				}
			}
		}()
		barn, _ := a.hub(t, "barn", "10.0.0.1/24")
		defer barn.Close()
		time.Sleep(time.Minute)
		if got := names(a.listen(t, Window)); got != "barn" {
			t.Errorf("found %q", got)
		}
		close(stop)
		<-stopped
	})
}

func TestAnswersAreFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a air
		barn, n := a.hub(t, "barn", "10.0.0.1/24")
		defer barn.Close()
		time.Sleep(settled)
		before := len(a.by(n))
		asker := a.node("10.0.0.2/24")
		q := pack(dnsmessage.Message{Questions: []dnsmessage.Question{question(serviceName, dnsmessage.TypePTR)}})
		for range 100 {
			_ = asker.write(q, oneLink, group4)
			time.Sleep(20 * time.Millisecond)
		}
		if got := len(a.by(n)) - before; got < 1 || got > 3 {
			t.Errorf("100 questions in two seconds have %d answers to everybody", got)
		}

		// One who asks from elsewhere is answered alone, and not without end.
		time.Sleep(settled)
		before = len(a.by(n))
		asker.port = 40000
		for range 3 * mostReplies {
			_ = asker.write(q, oneLink, group4)
			synctest.Wait()
		}
		if got := len(a.by(n)) - before; got != mostReplies {
			t.Errorf("%d questions have %d answers", 3*mostReplies, got)
		}
		reply := a.by(n)[before]
		if reply.to != asker.from() || len(reply.text.questions) != 1 {
			t.Errorf("answered %v with %d questions", reply.to, len(reply.text.questions))
		}
		for _, r := range reply.text.answers {
			if r.Header.TTL > ttlLegacy || r.Header.Class&topBit != 0 {
				t.Errorf("%v is told to one who knows nothing of multicast", r.Header)
			}
		}

		// One who knows the answer gets none, nor does one who is not on the link.
		time.Sleep(settled)
		before = len(a.by(n))
		asker.port = multicastPort
		known := dnsmessage.Message{
			Questions: []dnsmessage.Question{question(serviceName, dnsmessage.TypePTR)},
			Answers:   []dnsmessage.Resource{resource(serviceName, dnsmessage.ClassINET, ttlText, &dnsmessage.PTRResource{PTR: name(barn.at.instance)})},
		}
		_ = asker.write(pack(known), oneLink, group4)
		asker.own = nets{netip.MustParsePrefix("192.0.2.7/24")}
		_ = asker.write(q, oneLink, group4)
		time.Sleep(settled)
		if got := len(a.by(n)) - before; got != 0 {
			t.Errorf("%d needless answers", got)
		}
	})
}

func TestQuestionsOfAllKindsAreAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a air
		barn, n := a.hub(t, "barn", "10.0.0.1/24")
		defer barn.Close()
		time.Sleep(settled)
		asker := a.node("10.0.0.2/24")
		for _, test := range []struct {
			of   string
			kind dnsmessage.Type
			want bool
		}{
			{serviceName, dnsmessage.TypePTR, true},
			{strings.ToUpper(serviceName), dnsmessage.TypeALL, true},
			{serviceName, dnsmessage.TypeA, false},
			{allServices, dnsmessage.TypePTR, true},
			{barn.at.instance, dnsmessage.TypeSRV, true},
			{barn.at.instance, dnsmessage.TypeTXT, true},
			{barn.at.instance, dnsmessage.TypeA, false},
			{barn.at.host, dnsmessage.TypeA, true},
			{barn.at.host, dnsmessage.TypeAAAA, true},
			{"_http._tcp.local.", dnsmessage.TypePTR, false},
		} {
			before := len(a.by(n))
			q := question(test.of, test.kind)
			_ = asker.write(pack(dnsmessage.Message{Questions: []dnsmessage.Question{q}}), oneLink, group4)
			time.Sleep(settled)
			said := a.by(n)[before:]
			if (len(said) == 1) != test.want {
				t.Errorf("%s %v: %d answers", test.of, test.kind, len(said))
				continue
			}
			if test.want && test.of == allServices && !strings.Contains(said[0].text.answers[len(said[0].text.answers)-1].Header.Name.String(), "_services") {
				t.Errorf("the kind of service is not in %v", said[0].text.answers)
			}
		}
	})
}

func TestChangesOfAddressesAreFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a air
		barn, n := a.hub(t, "barn", "10.0.0.1/24")
		defer barn.Close()
		time.Sleep(settled)
		a.mu.Lock()
		n.fresh = nets{netip.MustParsePrefix("10.0.0.50/24")}
		a.mu.Unlock()
		time.Sleep(lookEvery + settled)
		found := a.listen(t, Window)
		if len(found) != 1 || !slices.Equal(found[0].Addresses, []netip.Addr{netip.MustParseAddr("10.0.0.50")}) {
			t.Errorf("found %v", found)
		}
	})
}

func TestAddressesThatAreNotMeant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a air
		n := a.node("10.0.0.1/24")
		n.own = append(n.own, netip.MustParsePrefix("10.0.0.7/24"))
		n.fresh = n.own
		h := Hub{Name: "barn", Text: 2980, Addresses: []netip.Addr{netip.MustParseAddr("10.0.0.7")}}
		barn := announce(h, n, slog.New(slog.DiscardHandler))
		defer barn.Close()
		time.Sleep(settled)
		found := a.listen(t, Window)
		if len(found) != 1 || !slices.Equal(found[0].Addresses, h.Addresses) {
			t.Errorf("found %v", found)
		}
	})
}
