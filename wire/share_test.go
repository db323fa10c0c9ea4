package wire_test

import (
	"net"
	"testing"
	"time"

	"althing/fault"
	"althing/wire"
)

// endless is a connection from somewhere over which much comes, and no end of it.
type endless struct {
	net.Conn
	from net.IP
}

func (e endless) RemoteAddr() net.Addr          { return &net.TCPAddr{IP: e.from, Port: 1} }
func (endless) Read(p []byte) (int, error)      { return len(p), nil }
func (endless) SetReadDeadline(time.Time) error { return nil }

// fill has an address send parts of frames of a megabyte, each over a connection
// of its own, until that is too much, or n times.
func fill(t *testing.T, from net.IP, n int) (full []*wire.Reader) {
	t.Helper()
	const part = 600 << 10
	for range n {
		r := wire.NewReader(endless{from: from})
		for len(r.Bytes()) < part {
			if err := r.Fill(wire.MaxFrame); fault.Is(err, fault.Unavailable) {
				drain(r)
				return full
			} else if err != nil {
				t.Fatal(err)
			}
		}
		full = append(full, r)
	}
	return full
}

// drain has everything taken.
func drain(readers ...*wire.Reader) {
	for _, r := range readers {
		r.Skip(len(r.Bytes()))
		r.Conn()
	}
}

// TestNobodyHasAllTheMemory: whatever one address begins to send, others can
// still send large frames, and this machine can as well.
func TestNobodyHasAllTheMemory(t *testing.T) {
	const many = 1000
	us, one, two, other := net.IPv4(127, 0, 0, 1), net.IPv4(192, 0, 2, 1), net.IPv4(192, 0, 2, 2), net.IPv4(192, 0, 2, 3)
	for _, test := range []struct {
		name   string
		greedy []net.IP
		at     int // connections that the first of them can fill at least
		atMost int
	}{
		{"one address", []net.IP{one}, 50, 64},
		{"two", []net.IP{one, two}, 50, 64},
		{"this machine", []net.IP{us}, 80, 96},
		{"this machine and another", []net.IP{us, one}, 80, 96},
		{"another and this machine", []net.IP{one, us}, 50, 64},
	} {
		t.Run(test.name, func(t *testing.T) {
			var all []*wire.Reader
			for i, from := range test.greedy {
				full := fill(t, from, many)
				if n := len(full); i == 0 && (n < test.at || n > test.atMost) {
					t.Errorf("%s fills %d", from, n)
				}
				all = append(all, full...)
			}
			for _, from := range []net.IP{other, us} {
				last := fill(t, from, 1)
				if from.Equal(other) && len(last) != 1 {
					t.Errorf("%s has no room for a frame", from)
				}
				all = append(all, last...)
			}
			drain(all...)
			if full := fill(t, other, 50); len(full) != 50 {
				t.Errorf("behind them there is room for %d", len(full))
			} else {
				drain(full...)
			}
		})
	}
}
