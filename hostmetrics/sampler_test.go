package hostmetrics

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// fake is a machine of one's own.
type fake struct {
	mu                        sync.Mutex
	begun                     time.Time
	busy                      float64 // of its two cores, 0 to 1
	used                      float64 // what they were busy so far
	last                      time.Time
	broken                    bool
	cpus, quicks, slows, asks int
}

func (f *fake) cpu() (times, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cpus++
	if f.broken {
		return times{}, errors.New("no /proc")
	}
	return f.times(), nil
}

func (f *fake) times() times {
	now := time.Now()
	f.used += f.busy * now.Sub(f.last).Seconds()
	f.last = now
	return times{busy: f.used, all: now.Sub(f.begun).Seconds()}
}

func (f *fake) cores() []times {
	f.mu.Lock()
	defer f.mu.Unlock()
	return []times{f.times(), {}}
}

func (f *fake) quick(r *reading) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.quicks++
	passed := uint64(time.Since(f.begun).Seconds())
	r.load, r.memory = []float64{1, 2, 3}, Space{100, 25, 25}
	r.network = []counters{{"lo", 9999 * passed, 0}, {"eth0", 1000 * passed, 10 * passed}}
}

func (f *fake) slow(r *reading) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.slows++
	r.up = 42 * time.Second
	r.disks = []Disk{{"/", Space{10, 1, 10}}, {"/data", Space{10, 9, 90}}}
	r.read, r.written = uint64(100*time.Since(f.begun).Seconds()), 0
	r.temperatures = []Temperature{{"board", 30}, {"core", 51.5}}
}

func (f *fake) processes() []progress {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asks++
	f.times()
	p := func(pid int32, used float64) progress {
		return progress{pid: pid, started: f.begun, used: used, name: func() string { return "p" }, memory: func() uint64 { return 7 }}
	}
	return []progress{p(1, 0), p(2, f.used), p(3, f.used/2)}
}

func (f *fake) set(busy float64, broken bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.times()
	f.busy, f.broken = busy, broken
}

func (f *fake) counted() (cpus, quicks, slows int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	defer func() { f.cpus, f.quicks, f.slows = 0, 0, 0 }()
	return f.cpus, f.quicks, f.slows
}

// sampled runs a test with a sampler of a machine of its own.
func sampled(t *testing.T, test func(*Sampler, *fake)) {
	t.Helper()
	synctest.Test(t, func(*testing.T) {
		f := &fake{begun: time.Now(), last: time.Now(), busy: 0.5}
		s := newSampler(f, 0)
		defer s.Close()
		test(s, f)
	})
}

func after(d time.Duration) {
	time.Sleep(d + time.Millisecond)
	synctest.Wait()
}

func TestCPUIsWhatWasUsedSinceTheLastSample(t *testing.T) {
	sampled(t, func(s *Sampler, f *fake) {
		if got := s.CPU(); got != 0 {
			t.Errorf("%v before the first sample", got)
		}
		after(cpuEvery)
		for _, busy := range []float64{0.5, 1, 0, 0.25} {
			f.set(busy, false)
			after(cpuEvery)
			after(cpuEvery)
			if got := s.CPU(); math.Abs(got-100*busy) > 0.01 {
				t.Errorf("%v %% busy: %v", 100*busy, got)
			}
		}
		f.set(1, true)
		after(cpuEvery)
		if got := s.CPU(); math.Abs(got-25) > 0.01 {
			t.Errorf("without a reading: %v", got)
		}
	})
}

// TestNobodyLooks counts what a sampler does by itself, with one who asks and with
// many.
func TestNobodyLooks(t *testing.T) {
	sampled(t, func(s *Sampler, f *fake) {
		after(2 * asks)
		f.counted()
		after(time.Minute)
		if cpus, quicks, slows := f.counted(); cpus != 60 || quicks != 0 || slows != 0 {
			t.Errorf("at rest: %d, %d and %d readings a minute", cpus, quicks, slows)
		}
		for _, watchers := range []int{1, 1000} {
			s.CPU()
			s.Figures()
			after(2 * time.Second)
			f.counted()
			for range 600 {
				for range watchers {
					s.CPU()
				}
				s.Figures()
				after(100*time.Millisecond - time.Millisecond)
			}
			if cpus, quicks, slows := f.counted(); cpus != 240 || quicks != 60 || slows < 5 || slows > 6 {
				t.Errorf("%d watchers: %d, %d and %d readings a minute", watchers, cpus, quicks, slows)
			}
		}
	})
}

func TestFigures(t *testing.T) {
	sampled(t, func(s *Sampler, _ *fake) {
		if f := s.Figures(); f.Memory.Percent != 25 || f.Uptime != 42 || f.IO != (Transfer{}) || f.Network[1].Received != 0 {
			t.Errorf("the first: %+v", f)
		}
		for range 20 {
			after(time.Second)
			s.Figures()
		}
		f := s.Figures()
		received, sent := f.Traffic()
		if math.Abs(received-1000) > 20 || math.Abs(sent-10) > 1 {
			t.Errorf("traffic %v, %v", received, sent)
		}
		if math.Abs(f.Cores[0]-50) > 0.1 || len(f.Cores) != 2 || math.Abs(f.IO.Read-100) > 2 {
			t.Errorf("%+v", f)
		}
		if f.Hottest() != 51.5 || f.Fullest() != 90 || !slices.Equal(f.Load, []float64{1, 2, 3}) || f.Uptime < 42 || f.Uptime > 53 {
			t.Errorf("%+v", f)
		}
		if (Figures{}).Fullest() == 0 || (Figures{}).Hottest() == 0 {
			t.Error("what is not known is 0")
		}
		if text, err := json.Marshal(Figures{}); err != nil || strings.Contains(string(text), "null") {
			t.Errorf("what is not known is %s, %v", text, err)
		}
	})
}

func TestProcesses(t *testing.T) {
	sampled(t, func(s *Sampler, f *fake) {
		after(10 * time.Second)
		first := s.Processes(10)
		if len(first) != 3 || first[0].PID != 2 || math.Abs(first[0].CPU-50) > 0.1 || first[0].Memory != 7 {
			t.Errorf("since their start: %+v", first)
		}
		f.set(1, false)
		after(2 * time.Second)
		if now := s.Processes(1); len(now) != 1 || math.Abs(now[0].CPU-100) > 0.1 {
			t.Errorf("since the last look: %+v", now)
		}
		s.Processes(1)
		if len(s.Processes(-1)) != 0 || f.asks != 2 {
			t.Errorf("looked %d times", f.asks)
		}
	})
}

// TestThisMachine asks the real one.
func TestThisMachine(t *testing.T) {
	s := New(time.Millisecond)
	defer s.Close()
	f := s.Figures()
	if f.Memory.Total == 0 || f.Memory.Used == 0 || len(f.Cores) == 0 || f.Uptime == 0 {
		t.Errorf("%+v", f)
	}
	if p := s.Processes(1000); len(p) == 0 || len(p) > mostProcesses || p[0].Name == "" {
		t.Errorf("%+v", p)
	}
	if c := s.CPU(); c < 0 || c > 100 {
		t.Errorf("busy: %v", c)
	}
	s.Close()
}

func TestAppend(t *testing.T) {
	for f, want := range map[float64]string{
		0: "0.0", 100: "100.0", 12.5: "12.5", 33.33333333: "33.3333", 0.00001: "0.0", 99.99999: "100.0", 1e15: "1000000000000000.0",
		math.Inf(1): "nan", 0.0001: "0.0001",
	} {
		if got := string(Append(nil, f)); got != want {
			t.Errorf("%v is %s, not %s", f, got, want)
		}
	}
	if got := string(Append([]byte("x"), math.NaN())); got != "xnan" {
		t.Error(got)
	}
}

func TestWhole(t *testing.T) {
	for name, want := range map[string]string{"sda1": "sda", "nvme0n1p2": "nvme0n1", "mmcblk0p1": "mmcblk0", "sda": "", "nvme0n1": "nvme0n", "vda": ""} {
		if got := whole(name); got != want {
			t.Errorf("%s is a part of %q", name, got)
		}
	}
}

// BenchmarkLook is what a second of being looked at costs.
func BenchmarkLook(b *testing.B) {
	for name, look := range map[string]func(*Sampler){
		"cpu":    func(s *Sampler) { s.lookAtCPU(time.Now()) },
		"quick":  func(s *Sampler) { s.from.quick(&s.raw) },
		"cores":  func(s *Sampler) { s.from.cores() },
		"slow":   func(s *Sampler) { s.from.slow(&s.raw) },
		"second": func(s *Sampler) { s.look(s.looked.Add(time.Second)) },
	} {
		b.Run(name, func(b *testing.B) {
			s := &Sampler{from: machine{}, every: time.Second}
			s.latest.Store(&cpuSample{})
			b.ReportAllocs()
			for b.Loop() {
				look(s)
			}
		})
	}
}
