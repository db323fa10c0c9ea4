package session_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"althing"
	"althing/access"
	"althing/hub"
	"althing/hub/hubtest"
	"althing/network"
	"althing/value"
)

// follows has a client watch a pattern. What it is told comes in a channel.
func follows(t testing.TB, p *port, pattern string) (told chan string, stop func()) {
	t.Helper()
	c := dial(t, p.addr, althing.ClientOptions{Visitor: true})
	told = make(chan string, 10_000)
	stop, err := c.Watch(t.Context(), pattern, func(change althing.Change) {
		if change.Deleted {
			told <- change.Key + " deleted"
		} else {
			told <- fmt.Sprintf("%s=%v", change.Key, change.Value)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return told, stop
}

func hears(t testing.TB, told chan string, want ...string) {
	t.Helper()
	for _, want := range want {
		if got := next(t, told); got != want {
			t.Fatalf("told %q, want %q", got, want)
		}
	}
}

func next(t testing.TB, told chan string) string {
	t.Helper()
	select {
	case text := <-told:
		return text
	case <-time.After(patience):
		t.Fatal("nothing was told")
		return ""
	}
}

func TestWatchOfAnotherHub(t *testing.T) {
	hubs := grow(t, "main", "barn", "north")
	north := hubtest.Enter(t, hubs[2].hub, "")
	do := func(query string) {
		t.Helper()
		if got := hubtest.Ask(north, query); strings.HasPrefix(got, "Error") {
			t.Fatal(got)
		}
	}
	do("setReg('garden.a', 1); setReg('door', 1)")
	told, stop := follows(t, hubs[0], "garden.*@north")
	hears(t, told, "garden.a@north=1")
	do("setReg('garden.b', 2); setReg('door', 2)")
	hears(t, told, "garden.b@north=2")
	other, _ := follows(t, hubs[0], "garden.*@main/barn/north")
	hears(t, other, "garden.a@north=1", "garden.b@north=2")
	do("delete('garden.a')")
	do("setReg('garden.b', 3)")
	hears(t, told, "garden.a@north deleted", "garden.b@north=3")
	hears(t, other, "garden.a@north deleted", "garden.b@north=3")

	// What changes while the link is cut is told when it is back, once.
	above := hubs[1].hub.Network().Above()
	if err := hubs[1].hub.Network().Leave(); err != nil {
		t.Fatal(err)
	}
	do("setReg('garden.c', 4)")
	do("setReg('garden.c', 5)")
	if err := hubs[1].hub.Network().Move(t.Context(), above.Address, token(t, hubs[0])); err != nil {
		t.Fatal(err)
	}
	hears(t, told, "garden.c@north=4", "garden.c@north=5")
	hears(t, other, "garden.c@north=4", "garden.c@north=5")

	stop()
	do("setReg('garden.d', 6)")
	hears(t, other, "garden.d@north=6")
	if len(told) != 0 {
		t.Errorf("told %q after the end", <-told)
	}
}

func token(t testing.TB, p *port) string {
	t.Helper()
	text, err := p.hub.Network().MakeToken()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestManyChangesOfAnotherHub: more than one answer has, and more than the hub
// remembers.
func TestManyChangesOfAnotherHub(t *testing.T) {
	hubs := grow(t, "main", "barn")
	barn := hubtest.Enter(t, hubs[1].hub, "")
	for i := range 1000 {
		hubtest.Ask(barn, fmt.Sprintf("setReg('big.%d', 'x' * 1000)", i))
	}
	told, _ := follows(t, hubs[0], "big.*@barn")
	seen := map[string]bool{}
	for range 1000 {
		key, _, _ := strings.Cut(next(t, told), "=")
		seen[key] = true
	}
	if len(seen) != 1000 {
		t.Errorf("told of %d keys", len(seen))
	}
	for i := range 100 {
		hubtest.Ask(barn, fmt.Sprintf("setReg('big.0', %d)", i))
	}
	for i := range 100 {
		hears(t, told, fmt.Sprintf("big.0@barn=%d", i))
	}
}

func TestWatchThatAnotherHubRefuses(t *testing.T) {
	hubs := grow(t, "main", "barn")
	private := serve(t, func(c *hub.Config) { c.Name, c.Guests = "private", access.Nothing })
	private.hub.Listening("session", private.addr)
	if err := private.hub.StartTree(); err != nil {
		t.Fatal(err)
	}
	private.below(t, hubs[0])
	soon(t, func() bool {
		id, err := hubs[1].hub.Network().Find("private")
		if err != nil {
			return false
		}
		_, err = hubs[1].hub.Network().Ask(t.Context(), network.Question{To: id, What: "here"})
		return err == nil
	})
	p, _ := register(t, hubs[1].addr, `{"name":"ann"}`)
	story(t, p, [][3]string{
		{"registry.watch", `{"pattern":"k@private"}`, `!denied …`},
		{"registry.watch", `{"pattern":"k@nowhere"}`, `!not_found …`},
		{"registry.watch", `{"pattern":"k@main@barn"}`, `!invalid …`},
		{"registry.watch", `{"pattern":"k@*"}`, `{"watch":…`},
		{"registry.watch", `{"pattern":"k@main"}`, `{"watch":…`},
		{"registry.watch", `{"pattern":"k@parent"}`, `{"watch":…`},
	})
}

// TestWatchesShareAQuestion: those of the same ask once, and not at all when
// nobody watches; and those that a link has no place for are told, too.
func TestWatchesShareAQuestion(t *testing.T) {
	hubs := grow(t, "main", "barn")
	barn := hubtest.Enter(t, hubs[1].hub, "")
	sessions := func() value.Int { // a question has one as long as it waits
		n, _ := hubs[1].hub.Status().Get(value.Str("connections"))
		return n.(value.Int)
	}
	atRest := sessions()
	asked := func(questions value.Int) {
		t.Helper()
		soon(t, func() bool { return sessions() == atRest+questions })
	}
	var all []chan string
	var stops []func()
	for range 20 {
		told, stop := follows(t, hubs[0], "k@barn")
		all, stops = append(all, told), append(stops, stop)
	}
	asked(1)
	hubtest.Story(t, barn, [][2]string{{"setReg('k', 1)", "OK"}})
	for _, told := range all {
		hears(t, told, "k@barn=1")
	}
	for _, stop := range stops {
		stop()
	}
	soon(t, func() bool {
		hubtest.Ask(barn, "setReg('k', 2)") // what is asked already is answered
		return sessions() == atRest
	})

	all = nil
	for i := range 15 {
		told, _ := follows(t, hubs[0], fmt.Sprintf("n%d@barn", i))
		all = append(all, told)
	}
	asked(12)
	for i, told := range all {
		hubtest.Story(t, barn, [][2]string{{fmt.Sprintf("setReg('n%d', 1)", i), "OK"}})
		hears(t, told, fmt.Sprintf("n%d@barn=1", i))
	}
}
