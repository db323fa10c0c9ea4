package treetest_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"althing/internal/treetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestShapes(t *testing.T) {
	for name, paths := range map[string][]string{
		"chain": treetest.Chain(6), "star": treetest.Star(50), "binary": treetest.Binary(63),
	} {
		t.Run(name, func(t *testing.T) {
			tree := treetest.Grow(t, paths...)
			all := tree.Hubs()
			for _, from := range all {
				tree.Send(from, all[0], 2, 0)
				tree.Send(all[len(all)-1], from, 2, 0)
			}
			tree.Delivered()
		})
	}
}

// Ten thousand messages go over a link that is cut twenty times.
func TestCutTwentyTimes(t *testing.T) {
	tree := treetest.Grow(t, "main", "main/barn", "main/barn/north")
	const cuts, each = 20, 500
	main, north := tree.Hub("main"), tree.Hub("north")
	began := time.Now()
	for range cuts {
		tree.Send(north, main, each/2, 100)
		north.Cable.Cut()
		tree.Send(north, main, each/2, 100)
		north.Cable.Heal()
		tree.Send(north, main, 1, 100)
		tree.Agree() // else the next cut would be of what is not there
		tree.InOrder()
	}
	tree.Delivered()
	t.Logf("%d messages across %d cuts in %v", cuts*(each+1), cuts, time.Since(began))
}

// A hub that is brought back from a copy of its folder has forgotten what it sent
// and what it got since. What is sent then comes all the same, once.
func TestBroughtBack(t *testing.T) {
	for _, which := range []string{"main", "north"} {
		t.Run(which, func(t *testing.T) {
			tree := treetest.Grow(t, "main", "main/barn", "main/barn/north")
			main, north := tree.Hub("main"), tree.Hub("north")
			both := func(messages int) {
				tree.Send(main, north, messages, 0)
				tree.Send(north, main, messages, 0)
			}
			both(10)
			tree.Delivered()
			bringBack := tree.Hub(which).Copy()
			tree.Agree()
			both(20)
			tree.Delivered()
			bringBack()
			both(50) // before the links are there, perhaps
			tree.Agree()
			tree.Delivered()
		})
	}
}
