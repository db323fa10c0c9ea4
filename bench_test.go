package althing_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"althing"
	"althing/wire"
	"althing/wire/jsonrpc"
)

// raw connects and registers without a Client: what is measured is the server.
// When that has TLS the registration is secured, and no more can be said.
func raw(b *testing.B, s *althing.Server, n int) []net.Conn {
	b.Helper()
	conns := make([]net.Conn, n)
	for i := range conns {
		c, err := net.Dial("tcp", s.ListenAddr().String())
		if err != nil {
			b.Fatal(err)
		}
		over := c
		if s.TLS != nil {
			over = tls.Client(c, &tls.Config{InsecureSkipVerify: true})
		}
		fmt.Fprintf(over, `{"jsonrpc":"2.0","id":1,"method":"register","params":{}}`+"\n")
		in := bufio.NewReaderSize(over, 4096)
		if _, err := in.ReadString('\n'); err != nil {
			b.Fatal(err)
		}
		conns[i] = c
	}
	b.Cleanup(func() {
		for _, c := range conns {
			c.Close()
		}
	})
	return conns
}

// BenchmarkBroadcast sends 64 bytes to a thousand conns; one op is one delivery.
func BenchmarkBroadcast(b *testing.B) {
	const line = `{"jsonrpc":"2.0","method":"message","params":{"body":"` + "%064d" + `"}}`
	size := len(fmt.Sprintf(line, 1))
	b.Run("lines", func(b *testing.B) {
		s := started(b, &althing.Server{})
		broadcast(b, s, raw(b, s, 1000), size+len("\n"))
	})
	b.Run("websocket", func(b *testing.B) {
		s := started(b, &althing.Server{})
		conns := make([]net.Conn, 1000)
		for i := range conns {
			c, err := net.Dial("tcp", s.ListenAddr().String())
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { c.Close() })
			if _, _, err := (jsonrpc.WebSocket{}).Dial(b.Context(), c, wire.Hello{}); err != nil {
				b.Fatal(err)
			}
			conns[i] = c
		}
		broadcast(b, s, conns, size+len("\x81\x79"))
	})
}

// broadcast broadcasts messages that have size bytes on the wire, and reads them.
func broadcast(b *testing.B, s *althing.Server, conns []net.Conn, size int) {
	b.Helper()
	const ahead = 64
	rounds := (b.N + len(conns) - 1) / len(conns)
	var read sync.WaitGroup
	for _, c := range conns {
		read.Go(func() {
			buf := make([]byte, 16<<10)
			for left := rounds * size; left > 0; {
				n, err := c.Read(buf)
				if err != nil {
					b.Error(err)
					return
				}
				left -= n
			}
		})
	}
	m := althing.NewMessage("%064d", 1)
	all := s.Conns()
	b.ResetTimer()
	for i := range rounds {
		if err := s.Broadcast(m); err != nil {
			b.Fatal(err)
		}
		if i%ahead == ahead-1 {
			for _, c := range all {
				c.Flush(b.Context())
			}
		}
	}
	read.Wait()
	b.ReportMetric(float64(rounds*len(conns))/b.Elapsed().Seconds(), "deliveries/s")
}

// BenchmarkRequest has 50 clients ask one question after another.
func BenchmarkRequest(b *testing.B) {
	s := &althing.Server{}
	s.AddRequest("X", 1, false)
	started(b, s)
	conns := raw(b, s, 50)
	question := []byte(`{"jsonrpc":"2.0","id":1,"method":"request","params":{"name":"X"}}` + "\n")
	echo(b, conns, question)
}

// BenchmarkEcho sends messages of a kilobyte there and back.
func BenchmarkEcho(b *testing.B) {
	s := &althing.Server{}
	s.OnMessage(func(c *althing.Conn, m *althing.Message) { c.Send(m) })
	started(b, s)
	echo(b, raw(b, s, 10), []byte(`{"jsonrpc":"2.0","method":"message","params":{"body":"`+string(bytes.Repeat([]byte{'x'}, 1024))+`"}}`+"\n"))
}

// BenchmarkBareEcho is what BenchmarkEcho is compared with: lines read and
// written back by a bare server.
func BenchmarkBareEcho(b *testing.B) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				in := bufio.NewReaderSize(c, 4096)
				for {
					line, err := in.ReadSlice('\n')
					if err != nil {
						return
					}
					c.Write(line)
				}
			}()
		}
	}()
	var conns []net.Conn
	for range 10 {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { c.Close() })
		conns = append(conns, c)
	}
	echo(b, conns, []byte(`{"jsonrpc":"2.0","method":"message","params":{"body":"`+string(bytes.Repeat([]byte{'x'}, 1024))+`"}}`+"\n"))
}

// echo sends a line over each conn and waits for one, again and again.
func echo(b *testing.B, conns []net.Conn, line []byte) {
	b.Helper()
	var left atomic.Int64
	left.Store(int64(b.N))
	var work sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	for _, c := range conns {
		work.Go(func() {
			in := bufio.NewReaderSize(c, 4096)
			for left.Add(-1) >= 0 {
				if _, err := c.Write(line); err != nil {
					b.Error(err)
					return
				}
				if _, err := in.ReadSlice('\n'); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	work.Wait()
}

// BenchmarkIdle says what an idle conn takes: memory of the process, which the
// kernel's own is not part of.
func BenchmarkIdle(b *testing.B) {
	config, _ := certificate(b)
	b.Run("plain", func(b *testing.B) { idle(b, &althing.Server{}) })
	b.Run("TLS", func(b *testing.B) { idle(b, &althing.Server{TLS: config}) })
}

func idle(b *testing.B, s *althing.Server) {
	b.Helper()
	const n = 2000
	started(b, s)
	before := inUse()
	conns := raw(b, s, n)
	after := inUse()
	for b.Loop() {
	}
	b.ReportMetric(float64(after-before)/n, "B/conn") // both ends, of which the near one has a goroutine
	io.WriteString(conns[0], "\n")                    // until here they are used
}

func inUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}
