package hub_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"althing/hub"
	"althing/hub/hubtest"
	"althing/network"
	"althing/value"
)

// sham is what a hub of a test does: it says who is connected to it, or nothing.
type sham struct{ silent bool }

func (sham) Push(network.ID, func(network.Letter) error) {}
func (sham) Acknowledge(network.ID, string, uint64)      {}
func (sham) Waiting() []network.ID                       { return nil }
func (sham) Arrive(network.Letter, func(uint64, error))  {}
func (sham) Changed()                                    {}
func (sham) Load() ([]byte, error)                       { return nil, nil }
func (sham) Save([]byte) error                           { return nil }
func (s sham) Answer(ctx context.Context, _ network.Question) (value.Value, error) {
	if s.silent {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	clients := value.List{value.Str("lamp(10.0.0.7)"), value.Str("door(10.0.0.8)")}
	return value.NewDict([]value.Pair{
		{Key: value.Str("below"), Value: value.List{value.Str("x"), value.List{}, clients}},
		{Key: value.Str("cpu"), Value: value.Float(1.5)},
		{Key: value.Str("memory"), Value: value.Int(31e6)},
	})
}

// TestTwoHundredHubsAreListed in less than a second, with one that says nothing.
func TestTwoHundredHubsAreListed(t *testing.T) {
	if testing.Short() || raceDetector {
		t.Skip("as many trees as hubs are kept in one process, which takes a while")
	}
	h := hubtest.Open(t, func(c *hub.Config) { c.Name = "main" })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = h.Server().Serve(l) // it ends with the test
	}()
	defer func() {
		h.Server().Close()
		<-served
	}()
	h.Listening("session", l.Addr().String())
	if err := h.StartTree(); err != nil {
		t.Fatal(err)
	}
	token, err := h.Network().MakeToken()
	if err != nil {
		t.Fatal(err)
	}
	const hubs = 199
	var joining sync.WaitGroup
	for i := range hubs {
		identity, err := network.NewIdentity()
		if err != nil {
			t.Fatal(err)
		}
		local := sham{silent: i == 7}
		n, err := network.New(network.Options{
			Identity: identity, Name: fmt.Sprintf("hub%d", i), Version: "test", Local: local, Store: local, Log: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := n.Close(); err != nil {
				t.Error(err)
			}
		})
		if err := n.Start(fmt.Sprintf("10.0.1.%d:4000", i), ""); err != nil {
			t.Fatal(err)
		}
		joining.Go(func() {
			for n.Move(t.Context(), l.Addr().String(), token) != nil { // so many at the same time may be too many
				if t.Context().Err() != nil {
					return
				}
			}
		})
	}
	joining.Wait()
	s, key := hubtest.Enter(t, h, ""), h.Access().Made()
	begun := time.Now()
	drawn := hubtest.Ask(s, as(key, "s.listnetwork()"))
	if took := time.Since(begun); took > time.Second {
		t.Errorf("listing took %v", took)
	}
	if !strings.Contains(drawn, fmt.Sprintf("\nmain(127.0.0.1)  %d servers  0 clients", hubs)) {
		t.Errorf("%.200s", drawn)
	}
	if n := strings.Count(drawn, "  0 servers  2 clients  layer 1, linked for "); n != hubs-1 {
		t.Errorf("%d hubs say who is connected to them", n)
	}
	if !strings.Contains(drawn, " ├─ hub7(10.0.1.7)  0 servers  0 clients  layer 1, not reached, althing test\n") {
		t.Errorf("the one that says nothing is not listed so:\n%s", drawn)
	}
	t.Logf("%d hubs in %v", hubs+1, time.Since(begun))
}
