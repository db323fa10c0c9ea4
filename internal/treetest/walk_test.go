package treetest_test

import (
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"althing/fault"
	"althing/internal/treetest"
)

// What the random walk is told by the environment: for how long, as a duration, and
// with which seed the first one begins.
const (
	walkFor  = "SOAK"
	walkSeed = "SOAK_SEED"
)

// TestRandomWalk has everything happen to trees that can happen to them while
// messages are sent, and looks whether they are trees, whether all hubs see them as
// they are, and whether everything has come once and in order. At odd seeds the hubs
// are in the test's process, and at even ones each has its own and is killed, too.
func TestRandomWalk(t *testing.T) {
	seed, walks, until := uint64(1), 2, time.Time{}
	if text := os.Getenv(walkSeed); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	if text := os.Getenv(walkFor); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil {
			t.Fatal(err)
		}
		until = time.Now().Add(d)
	}
	for i := 0; i < walks || time.Now().Before(until); i++ {
		name := strconv.FormatUint(seed+uint64(i), 10)
		if !t.Run(name, func(t *testing.T) { walk(t, seed+uint64(i)) }) {
			t.Fatalf("again by %s=%s go test -run %s ./internal/treetest", walkSeed, name, t.Name())
		}
	}
}

// walker is a walk.
type walker struct {
	*treetest.Tree
	t     *testing.T
	r     *rand.Rand
	kills bool // the hubs can be killed
	did   []string
}

func walk(t *testing.T, seed uint64) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 0))
	shapes := [][]string{treetest.Chain(6), treetest.Star(6), treetest.Binary(7)}
	shape := shapes[r.IntN(len(shapes))]
	w := &walker{t: t, r: r, kills: seed%2 == 0}
	if w.kills {
		w.Tree = treetest.GrowProcesses(t, shape...)
	} else {
		w.Tree = treetest.Grow(t, shape...)
	}
	defer func() {
		if t.Failed() {
			t.Logf("it did:\n%s", strings.Join(w.did, "\n"))
		}
	}()
	const rests, steps = 3, 20
	for range rests {
		for range steps {
			w.step()
			w.noLoop()
			w.InOrder()
		}
		w.rest()
	}
}

// up gives the hubs that run.
func (w *walker) up() []*treetest.Hub {
	return slices.DeleteFunc(w.Hubs(), func(h *treetest.Hub) bool { return !h.Up() })
}

// one gives a hub that runs.
func (w *walker) one() *treetest.Hub {
	up := w.up()
	return up[w.r.IntN(len(up))]
}

func (w *walker) note(what string, about ...string) {
	w.did = append(w.did, what+" "+strings.Join(about, " "))
}

// step does one thing.
func (w *walker) step() {
	h, other := w.one(), w.one()
	length := 100
	if w.r.IntN(10) == 0 {
		length = 50_000
	}
	if other != h {
		w.note("send", h.Name, other.Name)
		w.send(h, other, 1+w.r.IntN(30), length)
	}
	switch what := w.r.IntN(12); {
	case what < 2 && h.Cable != nil:
		w.note("cut", h.Name)
		h.Cable.Cut()
	case what == 2 && h.Cable != nil:
		w.note("swallow", h.Name)
		h.Cable.Swallow()
	case what < 6 && h.Cable != nil:
		w.note("heal", h.Name)
		h.Cable.Heal()
	case what == 6 && len(w.up()) > 2 && w.kills && w.r.IntN(2) == 0:
		w.note("kill", h.Name)
		h.Kill()
	case what == 6 && len(w.up()) > 2:
		w.note("stop", h.Name)
		h.Stop()
	case what < 9:
		if i := slices.IndexFunc(w.Hubs(), func(h *treetest.Hub) bool { return !h.Up() }); i >= 0 {
			w.note("start", w.Hubs()[i].Name)
			w.Hubs()[i].Start()
		}
	case what < 11 && h != other && h != w.Hubs()[0]:
		err := h.Move(other, "")
		w.note("move", h.Name, other.Name, message(err))
	default:
		time.Sleep(time.Duration(w.r.IntN(200)) * time.Millisecond) // what follows comes at another moment
	}
}

// send sends messages. They may be refused only while a hub is outside the tree,
// which has left it by itself.
func (w *walker) send(from, to *treetest.Hub, messages, length int) {
	w.t.Helper()
	err := w.TrySend(from, to, messages, length)
	if err == nil {
		return
	}
	if !fault.Is(err, fault.NotFound) || !slices.ContainsFunc(w.up(), (*treetest.Hub).Left) {
		w.t.Fatalf("messages from %s to %s: %v", from.Name, to.Name, err)
	}
	w.note("refused", err.Error())
}

func message(err error) string {
	if err == nil {
		return "done"
	}
	return err.Error()
}

// noLoop checks that each hub's picture is a tree.
func (w *walker) noLoop() {
	w.t.Helper()
	var looking sync.WaitGroup
	for _, h := range w.up() {
		looking.Go(func() { // one that asks others waits for those that say nothing
			for _, path := range h.Sees() {
				names := strings.Split(strings.TrimSuffix(path, treetest.Away), "/")
				slices.Sort(names)
				if len(slices.Compact(slices.Clone(names))) < len(names) {
					w.t.Errorf("%s sees a loop: %s", h.Name, path)
				}
			}
		})
	}
	looking.Wait()
}

// rest mends everything, and checks that all is well then.
func (w *walker) rest() {
	w.t.Helper()
	w.note("rest")
	all := w.Hubs()
	for _, h := range all {
		if !h.Up() {
			h.Start()
		}
		if h.Cable != nil {
			h.Cable.Heal()
		}
	}
	for _, h := range all[1:] {
		if h.Left() {
			w.note("left by itself", h.Name)
			h.Join(all[0])
		}
	}
	w.Agree()
	w.Delivered()
}
