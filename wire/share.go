package wire

import (
	"net"
	"net/netip"
	"sync"
)

const (
	// largeBytes is what all buffers beyond the small ones may take together:
	// memory is the process's, whichever server, client or gateway reads.
	largeBytes = 128 << 20
	// One address may have as much of it as it leaves free, and this machine,
	// which is no single client, three times that: whoever takes all it can get
	// leaves others something, however many do.
	shareOfAddr, shareOfUs = 1, 3
)

// shares is who has how much of the memory for large frames. Safe for concurrent
// use.
type shares struct {
	mu    sync.Mutex
	all   int64
	hosts map[netip.Addr]int64
}

var taken = shares{hosts: make(map[netip.Addr]int64)}

// TakeLarge takes n bytes of the memory for large frames for what comes over conn,
// or reports that its address has its share. GiveLarge gives them back.
func TakeLarge(conn net.Conn, n int64) bool { return taken.take(hostOf(conn), n) }

// GiveLarge gives back what TakeLarge has taken for that conn.
func GiveLarge(conn net.Conn, n int64) { taken.give(hostOf(conn), n) }

// take takes n bytes more for an address, or reports that it has its share.
func (s *shares) take(host netip.Addr, n int64) bool {
	share := int64(shareOfAddr)
	if !host.IsValid() || host.IsLoopback() {
		share = shareOfUs
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hosts[host]+n > share*(largeBytes-s.all-n) {
		return false
	}
	s.all += n
	s.hosts[host] += n
	return true
}

func (s *shares) give(host netip.Addr, n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all -= n
	if s.hosts[host] -= n; s.hosts[host] == 0 {
		delete(s.hosts, host)
	}
}

// hostOf is the address of the other side, as far as it has one of the internet.
func hostOf(conn net.Conn) netip.Addr {
	if tcp, ok := conn.RemoteAddr().(*net.TCPAddr); ok {
		return tcp.AddrPort().Addr().Unmap().WithZone("")
	}
	return netip.Addr{}
}
