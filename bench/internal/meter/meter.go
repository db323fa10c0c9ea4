// Package meter stands between two programs and counts the bytes that pass.
package meter

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
)

// Meter hands on every connection to it, in both directions. Its methods may be
// called concurrently.
type Meter struct {
	listener net.Listener
	to       string
	passed   atomic.Int64
	work     sync.WaitGroup

	mu    sync.Mutex
	conns []net.Conn
	over  bool
}

// Open makes a meter in front of an address. The caller closes it.
func Open(to string) (*Meter, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	m := &Meter{listener: listener, to: to}
	m.work.Go(m.accept)
	return m, nil
}

// Address is where to connect instead.
func (m *Meter) Address() string { return m.listener.Addr().String() }

// Passed is how many bytes have passed in both directions, those of TCP and IP not
// counted.
func (m *Meter) Passed() int64 { return m.passed.Load() }

func (m *Meter) accept() {
	for {
		from, err := m.listener.Accept()
		if err != nil {
			return // it was closed
		}
		to, err := net.Dial("tcp4", m.to)
		if err != nil {
			from.Close()
			continue
		}
		if !m.keep(from, to) {
			return
		}
		m.work.Go(func() { m.hand(from, to) })
		m.work.Go(func() { m.hand(to, from) })
	}
}

// keep takes note of conns that Close is to close, unless it has been.
func (m *Meter) keep(conns ...net.Conn) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.conns = append(m.conns, conns...)
	if m.over {
		m.hangUp()
	}
	return !m.over
}

// hangUp closes all conns. The caller holds mu.
func (m *Meter) hangUp() {
	for _, c := range m.conns {
		c.Close()
	}
}

// hand hands on what comes until one of the two has gone, and hangs up on the other.
func (m *Meter) hand(from, to net.Conn) {
	_, _ = io.Copy(counted{to, &m.passed}, from) // how it ended is nobody's concern here
	from.Close()
	to.Close()
}

// counted is a writer whose bytes are counted.
type counted struct {
	io.Writer
	count *atomic.Int64
}

func (c counted) Write(data []byte) (int, error) {
	n, err := c.Writer.Write(data)
	c.count.Add(int64(n))
	return n, err
}

// Close hangs up on everybody.
func (m *Meter) Close() {
	m.listener.Close()
	m.mu.Lock()
	m.over = true
	m.hangUp()
	m.mu.Unlock()
	m.work.Wait()
}
