package discovery

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"althing/fault"
)

// loopback is the only link of these tests: they tell the networks that this
// machine is on nothing.
func loopback() ([]net.Interface, error) {
	all, err := net.Interfaces()
	return slices.DeleteFunc(all, func(i net.Interface) bool { return i.Flags&net.FlagLoopback == 0 }), err
}

func onLoopback(t *testing.T, asking bool) *sockets {
	t.Helper()
	m, err := open(loopback, asking)
	if fault.Is(err, fault.Unavailable) {
		t.Skipf("there is no multicast on this machine's loopback: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestOverRealSockets(t *testing.T) {
	barn := announce(Hub{Name: "test barn", Version: "1.2", Text: 2980}, onLoopback(t, false), slog.New(slog.DiscardHandler))
	defer barn.Close()
	// Until it is there: its name is asked for first.
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	m := onLoopback(t, true)
	defer m.close()
	hubs := search(ctx, m, func(h Hub) {
		if h.ID == barn.hub.ID {
			cancel()
		}
	})
	i := slices.IndexFunc(hubs, func(h Hub) bool { return h.ID == barn.hub.ID })
	if i < 0 {
		t.Fatalf("it is not among %v", hubs)
	}
	if h := hubs[i]; h.Name != "test barn" || h.Version != "1.2" || h.Text != 2980 || !h.Addresses[0].IsLoopback() {
		t.Errorf("found %+v", h)
	}
}

// TestNoNetwork is a machine none of whose links has multicast.
func TestNoNetwork(t *testing.T) {
	_, err := open(func() ([]net.Interface, error) { return nil, nil }, false)
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("opened with %v", err)
	}
}

func TestReach(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	at := l.Addr().(*net.TCPAddr).AddrPort()
	there := Hub{Name: "there", Text: at.Port(), Addresses: inOrder([]netip.Addr{netip.MustParseAddr("127.0.0.2"), at.Addr()})}
	gone := Hub{Name: "gone", Text: at.Port(), Addresses: []netip.Addr{netip.MustParseAddr("::1")}}
	off := Hub{Name: "off", Addresses: there.Addresses}
	list := Reach(t.Context(), []Hub{there, gone, off}, func(h Hub) uint16 { return h.Text })
	if list[0].At != at || list[0].Took <= 0 || list[1].At.IsValid() || list[2].At.IsValid() {
		t.Errorf("reached %v", list)
	}
}
