package netns

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Rough is two machines that are joined by a bad cable: everything takes a while on
// it, and some of it is lost, both ways.
type Rough struct {
	A, B *Host
	// Kind says what the cable is: the kernel's netem or, where the kernel has none,
	// a program between two tun devices, which does the same to the same packets.
	Kind string

	lose func(share float64) error
}

// RoughPair is Pair with a bad cable. Loss is a share of all packets, 0 to 1.
func RoughPair(t testing.TB, delay time.Duration, loss float64) *Rough {
	t.Helper()
	r := &Rough{}
	r.A, r.B = pair(t)
	join(t, r.A, r.B)
	why := r.netem(delay, loss)
	if why == nil {
		return r
	}
	t.Logf("no netem here (%v): packets go through a program", why)
	r.A.IP(t, "link", "delete", cable)
	r.wire(t, delay, loss)
	return r
}

// Lose has another share of the packets lost from now on; 1 is all, and nobody is told.
func (r *Rough) Lose(t testing.TB, share float64) {
	t.Helper()
	if err := r.lose(share); err != nil {
		t.Fatal(err)
	}
}

// netem has the kernel make the cable bad; the error says why it cannot.
func (r *Rough) netem(delay time.Duration, loss float64) error {
	set := func(verb string, loss float64) error {
		for _, h := range []*Host{r.A, r.B} {
			out, err := run("tc", "-netns", h.name, "qdisc", verb, "dev", cable, "root", "netem", "delay", delay.String(), "loss", fmt.Sprintf("%g%%", 100*loss))
			if err != nil {
				return fmt.Errorf("tc: %w: %s", err, out)
			}
		}
		return nil
	}
	if _, err := exec.LookPath("tc"); err != nil {
		return err
	}
	if err := set("add", loss); err != nil {
		return err
	}
	r.Kind = "netem"
	r.lose = func(share float64) error { return set("change", share) }
	return nil
}

// wire carries packets between two tun devices.
type wire struct {
	delay time.Duration

	mu     sync.Mutex
	loss   float64
	chance *rand.Rand
}

// wire joins the machines by a program.
func (r *Rough) wire(t testing.TB, delay time.Duration, loss float64) {
	t.Helper()
	w := &wire{delay: delay, loss: loss, chance: rand.New(rand.NewPCG(1, 1))}
	a, b := r.A.tun(t), r.B.tun(t)
	var carrying sync.WaitGroup
	carrying.Go(func() { w.carry(a, b) })
	carrying.Go(func() { w.carry(b, a) })
	t.Cleanup(func() {
		_, _ = a.Close(), b.Close() // nothing was written that counts
		carrying.Wait()
	})
	r.A.up(t)
	r.B.up(t)
	r.Kind = "tun"
	r.lose = func(share float64) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.loss = share
		return nil
	}
}

// packet is one that is on its way.
type packet struct {
	bytes []byte
	due   time.Time
}

// carry carries what one device has sent to the other, until one of them is closed.
func (w *wire) carry(to io.Writer, from io.Reader) {
	const largest, most = 64 << 10, 10_000 // bytes; packets on their way, of which more are lost
	packets := make(chan packet, most)
	var arriving sync.WaitGroup
	arriving.Go(func() {
		for p := range packets {
			<-time.After(time.Until(p.due))
			_, _ = to.Write(p.bytes) // what cannot be delivered is lost
		}
	})
	buffer := make([]byte, largest)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			break
		}
		if w.loses() {
			continue
		}
		select {
		case packets <- packet{append([]byte{}, buffer[:n]...), time.Now().Add(w.delay)}:
		default:
		}
	}
	close(packets)
	arriving.Wait()
}

func (w *wire) loses() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.chance.Float64() < w.loss
}

// tun makes the machine's end of a cable whose packets the test carries. Where that
// cannot be done the test is skipped.
func (h *Host) tun(t testing.TB) *os.File {
	t.Helper()
	var file *os.File
	err := h.within(func() error {
		fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
		if err != nil {
			return err
		}
		request, err := unix.NewIfreq(cable)
		if err == nil {
			request.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
			err = unix.IoctlIfreq(fd, unix.TUNSETIFF, request)
		}
		file = os.NewFile(uintptr(fd), "tun")
		return err
	})
	if err != nil {
		t.Skipf("neither netem nor tun devices here: %v", err)
	}
	return file
}

// within does something on the machine.
func (h *Host) within(do func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // for good: the thread is in another network and ends with the goroutine
		done <- func() error {
			ns, err := os.Open(filepath.Join("/var/run/netns", h.name))
			if err != nil {
				return err
			}
			defer ns.Close() //nolint:errcheck // it was only looked into
			if err := unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET); err != nil {
				return err
			}
			return do()
		}()
	}()
	return <-done
}

// Reach gives an address of the test's own machine which leads to one of this
// machine, for as long as the test lasts.
func (h *Host) Reach(t testing.TB, address string) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var leading sync.WaitGroup
	leading.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			leading.Go(func() { h.lead(near, address) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		leading.Wait()
	})
	return l.Addr().String()
}

// lead joins a connection to another one, to an address of the machine.
func (h *Host) lead(near net.Conn, address string) {
	defer near.Close()
	var far net.Conn
	err := h.within(func() (err error) {
		far, err = net.DialTimeout("tcp", address, patience)
		return err
	})
	if err != nil {
		return
	}
	defer far.Close()
	var both sync.WaitGroup
	for _, ends := range [][2]net.Conn{{near, far}, {far, near}} {
		both.Go(func() {
			_, _ = io.Copy(ends[0], ends[1]) // when one end is closed, so is the other
			ends[0].Close()
		})
	}
	both.Wait()
}
