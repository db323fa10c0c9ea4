package treetest_test

import (
	"context"
	"testing"
	"time"

	"althing"
	"althing/fault"
	"althing/internal/hubrun"
	"althing/internal/netns"
	"althing/internal/treetest"
)

// Two hubs on machines of their own, with a link on which everything takes a tenth
// of a second and one packet in twenty is lost.
func TestRoughLink(t *testing.T) {
	const delay, loss = 100 * time.Millisecond, 0.05
	const found = 2*time.Second + 4*2*delay // making a link takes four ways there and back
	rough := netns.RoughPair(t, delay, loss)
	t.Logf("the cable is made by %s", rough.Kind)
	program := hubrun.Build(t)
	var places []treetest.Place
	for _, at := range []*netns.Host{rough.A, rough.B} {
		places = append(places, treetest.Place{
			Program: at.Program(t, program), Session: at.Address + ":4000", Reach: func(address string) string { return at.Reach(t, address) },
		})
	}
	tree := treetest.Spread(t, places...)
	main, barn := tree.Hub("h0"), tree.Hub("h1")
	barn.Join(main)
	tree.Agree()
	both := func(messages, length int) {
		t.Helper()
		tree.Send(main, barn, messages, length)
		tree.Send(barn, main, messages, length)
	}
	began := time.Now()
	both(200, 100)
	both(5, 50_000)
	tree.Delivered()
	t.Logf("410 messages in %v", time.Since(began))

	asker, err := althing.Dial(t.Context(), barn.Entry(), althing.ClientOptions{Visitor: true, At: main.Name})
	if err != nil {
		t.Fatal(err)
	}
	defer asker.Close()
	if _, err := asker.Set(t.Context(), "k", "v"); err != nil {
		t.Fatal(err)
	}

	// Nothing comes through, and nobody knows: a request takes its time and no more.
	rough.Lose(t, 1)
	both(20, 100)
	const patience = time.Second
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	began = time.Now()
	_, err = asker.Get(ctx, "k")
	if took := time.Since(began); !fault.Is(err, fault.Timeout) || took > 2*patience {
		t.Errorf("a request over the dead link: %v after %v", err, took)
	}

	// Now it is known that there is no link: a request fails at once.
	tree.Soon("that the link is away", func() bool { return !barn.Above().Up }, func() string { return barn.Sees()[1] })
	both(20, 100)
	began = time.Now()
	_, err = asker.Get(t.Context(), "k")
	if took := time.Since(began); !fault.Is(err, fault.Unavailable) || took > patience {
		t.Errorf("a request without a link: %v after %v", err, took)
	}

	// The link is found as soon as something comes through, and what waited arrives.
	rough.Lose(t, 0) // each packet that is lost now costs a second
	began = time.Now()
	tree.Soon("the link", func() bool { return barn.Above().Up }, func() string { return barn.Above().Problem })
	took := time.Since(began)
	if t.Logf("the link is there %v after it was mended", took); took > found {
		t.Errorf("the link is found only %v after it was mended", took)
	}
	rough.Lose(t, loss)
	tree.Agree()
	tree.Delivered()
	if _, err = asker.Get(t.Context(), "k"); err != nil {
		t.Error(err)
	}
}
