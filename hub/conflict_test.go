package hub_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"althing/hub"
	"althing/hub/hubtest"
)

// beside runs f once for each of n sessions, all at the same time.
func beside(t *testing.T, h *hub.Hub, n int, f func(i int, s *hub.Session)) {
	t.Helper()
	var all sync.WaitGroup
	for i := range n {
		s := hubtest.Enter(t, h, "")
		all.Go(func() { f(i, s) })
	}
	all.Wait()
}

// TestManyWhoActAndCount has more clients than there are places among the
// evaluations add to one value and then act, so that the conflict is met in the
// middle of the query: it is evaluated again, nothing is lost, nobody gets stuck.
func TestManyWhoActAndCount(t *testing.T) {
	h := hubtest.Open(t, nil)
	const clients, times = 100, 10
	beside(t, h, clients, func(i int, s *hub.Session) {
		for range times {
			if got := hubtest.Ask(s, fmt.Sprintf("MyData['n'] = getReg('n', 0) + 1; delete('%d.*')", i)); got != "0" {
				t.Errorf("got %q", got)
				return
			}
		}
	})
	if got, want := hubtest.Ask(hubtest.Enter(t, h, ""), "getReg('n')"), fmt.Sprint(clients*times); got != want {
		t.Errorf("%s of %s were counted", got, want)
	}
}

// TestWhoActsInTheMiddleLosesNothing reads, acts and writes what it has read: it
// may be told of a conflict, but never writes over what others wrote meanwhile.
func TestWhoActsInTheMiddleLosesNothing(t *testing.T) {
	for name, query := range map[string]string{
		"a number":          "(x := getReg('n', 0), history('n'), setReg('n', x + 1))[2]",
		"a number, and SQL": "(x := getReg('n', 0), dbExec('SELECT 1'), setReg('n', x + 1))[2]",
		"a list in place":   "(l := MyData.setdefault('l', []), dbExec('SELECT 1'), l.append(1)) and setReg('n', len(l))",
		"what fetch gave":   "setReg('n', fetch('n').get('n', 0) + 1)",
	} {
		t.Run(name, func(t *testing.T) {
			h := hubtest.Open(t, nil)
			var mu sync.Mutex
			counted := 0
			beside(t, h, 8, func(_ int, s *hub.Session) {
				for range 25 {
					switch got := hubtest.Ask(s, query); {
					case got == "OK":
						mu.Lock()
						counted++
						mu.Unlock()
					case !strings.HasPrefix(got, "Error: RuntimeError: conflict: "):
						t.Errorf("got %q", got)
						return
					}
				}
			})
			if got, want := hubtest.Ask(hubtest.Enter(t, h, ""), "getReg('n')"), fmt.Sprint(counted); got != want {
				t.Errorf("the value is %s after %s who succeeded", got, want)
			}
		})
	}
}

// TestWhoWaitsLetsOthersWrite meets a conflict and then waits for changes that
// never come: others write meanwhile, also those that meet a conflict.
func TestWhoWaitsLetsOthersWrite(t *testing.T) {
	h := hubtest.Open(t, nil)
	stop := make(chan struct{})
	var all sync.WaitGroup
	for range 2 {
		s := hubtest.Enter(t, h, "")
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					hubtest.Ask(s, "MyData['n'] = getReg('n', 0) + 1")
				}
			}
		})
	}
	for range 3 {
		waits := hubtest.Enter(t, h, "")
		all.Go(func() { // it ends when the hub stops
			hubtest.Ask(waits, "x = getReg('n', 0); sum(range(100000)); MyData['n'] = x + 1; changes('nothing')")
		})
	}
	s := hubtest.Enter(t, h, "")
	for end := time.Now().Add(time.Second); time.Now().Before(end); {
		begin := time.Now()
		hubtest.Ask(s, "setReg('other', 1)")
		if took := time.Since(begin); took > 3*time.Second {
			t.Errorf("a write waited %v", took)
		}
	}
	close(stop)
	h.Stop()
	all.Wait()
}
