package hostmetrics

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// How often is looked.
const (
	// cpuEvery is for the processor's use while somebody asks for it, and cpuAtRest
	// when nobody does: the first who asks then gets a figure that is no older.
	cpuEvery  = 250 * time.Millisecond
	cpuAtRest = time.Second
	// usually is for the rest, and slowEvery for what costs most: room on disks,
	// swap and temperatures, which do not change within seconds.
	usually   = time.Second
	slowEvery = 10 * time.Second
	// asks is how long somebody who has asked is thought to be looking.
	asks = time.Minute
)

// Sampler looks at this machine, as often as somebody wants to know and no oftener
// than its ticks. Its methods may be called concurrently.
type Sampler struct {
	from  source
	every time.Duration

	cpuAsked, restAsked atomic.Bool // since the last tick
	latest              atomic.Pointer[cpuSample]

	mu     sync.Mutex // of what follows
	now    Figures
	raw    reading
	cores  []times
	looked time.Time // at the rest
	slow   time.Time // at what costs most

	list processList
	stop chan struct{}
	done chan struct{}
	once sync.Once
}

// cpuSample is the processor's use at a tick.
type cpuSample struct {
	at      time.Time
	times   times
	percent float64
}

// New starts a sampler that looks at everything but the processor's use once in that
// time; 0 is a second. Close ends it.
func New(every time.Duration) *Sampler { return newSampler(machine{}, every) }

func newSampler(from source, every time.Duration) *Sampler {
	if every <= 0 {
		every = usually
	}
	s := &Sampler{from: from, every: every, stop: make(chan struct{}), done: make(chan struct{})}
	t, _ := from.cpu() // without it, the figures are 0
	s.latest.Store(&cpuSample{at: time.Now(), times: t})
	go s.run()
	return s
}

// Close ends the sampler; its figures stay as they are.
func (s *Sampler) Close() {
	s.once.Do(func() { close(s.stop) })
	<-s.done
}

// CPU is how busy all cores together were between the last two samples, in percent.
// In the first quarter of a second after the start it is 0.
func (s *Sampler) CPU() float64 {
	if !s.cpuAsked.Load() { // so that many who ask do not fight over it
		s.cpuAsked.Store(true)
	}
	return s.latest.Load().percent
}

// Figures are all of the last sample, which is taken now when nobody has asked for
// long. The lists are nobody's to change.
func (s *Sampler) Figures() Figures {
	if !s.restAsked.Load() {
		s.restAsked.Store(true)
	}
	last := s.latest.Load()
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := time.Now(); now.Sub(s.looked) >= 2*s.every {
		s.look(now)
	}
	f := s.now
	f.CPU = Round(last.percent)
	return f
}

// run takes the samples until Close.
func (s *Sampler) run() {
	defer close(s.done)
	now := time.Now()
	cpuAsked, restAsked := now, now.Add(-2*asks)
	pace := cpuEvery
	ticks := time.NewTicker(pace)
	defer ticks.Stop()
	for {
		select {
		case <-s.stop:
			return
		case now = <-ticks.C:
		}
		s.lookAtCPU(now)
		if s.cpuAsked.Swap(false) {
			cpuAsked = now
		}
		if s.restAsked.Swap(false) {
			restAsked = now
		}
		if now.Sub(restAsked) < asks {
			s.lookIfDue(now)
		}
		want := cpuAtRest
		if now.Sub(cpuAsked) < asks {
			want = cpuEvery
		}
		if want != pace {
			pace = want
			ticks.Reset(pace)
		}
	}
}

func (s *Sampler) lookAtCPU(now time.Time) {
	t, err := s.from.cpu()
	if err != nil {
		return // what was known stands
	}
	last := s.latest.Load()
	s.latest.Store(&cpuSample{at: now, times: t, percent: t.since(last.times, last.percent)})
}

func (s *Sampler) lookIfDue(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	const early = cpuEvery / 2 // a tick need not be to the microsecond
	if now.Sub(s.looked) >= s.every-early {
		s.look(now)
	}
}

// look takes a sample of everything but the processor's use. Rates are the mean
// since the last one.
func (s *Sampler) look(now time.Time) {
	before, passed := s.raw, now.Sub(s.looked).Seconds()
	first := s.looked.IsZero()
	s.looked = now
	s.from.quick(&s.raw)
	f := Figures{At: now, Load: s.raw.load, Memory: s.raw.memory.rounded()}
	f.Cores, s.cores = busyCores(s.from.cores(), s.cores, s.now.Cores)
	f.Network = rates(s.raw.network, before.network, passed)
	f.Swap, f.Disks, f.Temperatures, f.IO = s.now.Swap, s.now.Disks, s.now.Temperatures, s.now.IO
	f.Uptime = int64((s.raw.up + now.Sub(s.slow)) / time.Second)
	if first || now.Sub(s.slow) >= slowEvery-cpuEvery {
		s.lookSlowly(now, first, &f)
	}
	s.now = f
}

func (s *Sampler) lookSlowly(now time.Time, first bool, f *Figures) {
	before, passed := s.raw, now.Sub(s.slow).Seconds()
	s.slow = now
	s.from.slow(&s.raw)
	f.Swap, f.Temperatures = s.raw.swap.rounded(), s.raw.temperatures
	f.Disks = slices.Clone(s.raw.disks)
	for i := range f.Disks {
		f.Disks[i].Space = f.Disks[i].rounded()
	}
	f.Uptime = int64(s.raw.up / time.Second)
	if !first {
		f.IO = Transfer{rate(s.raw.read, before.read, passed), rate(s.raw.written, before.written, passed)}
	}
}

func (s Space) rounded() Space {
	s.Percent = Round(s.Percent)
	return s
}

// busyCores gives the use of each core since the reading before.
func busyCores(now, before []times, last []float64) (busy []float64, kept []times) {
	busy = make([]float64, len(now))
	if len(before) == len(now) && len(last) == len(now) {
		for i, t := range now {
			busy[i] = Round(t.since(before[i], last[i]))
		}
	}
	return busy, now
}

// rates gives what each interface carried a second since the reading before.
func rates(now, before []counters, passed float64) []Interface {
	list := make([]Interface, len(now))
	for i, n := range now {
		list[i].Name = n.name
		if at := slices.IndexFunc(before, func(c counters) bool { return c.name == n.name }); at >= 0 {
			list[i].Received = rate(n.received, before[at].received, passed)
			list[i].Sent = rate(n.sent, before[at].sent, passed)
		}
	}
	return list
}

// rate is by how much a counter grew a second; 0 when it began anew.
func rate(now, before uint64, seconds float64) float64 {
	if now < before || seconds <= 0 {
		return 0
	}
	return Round(float64(now-before) / seconds)
}
