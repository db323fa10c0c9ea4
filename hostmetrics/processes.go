package hostmetrics

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/shirou/gopsutil/v4/process"
)

// Process is a running program.
type Process struct {
	PID    int32   `json:"pid"`
	Name   string  `json:"name"`
	CPU    float64 `json:"cpu"`    // percent of one core
	Memory uint64  `json:"memory"` // resident bytes
}

// progress is how far a process has come.
type progress struct {
	pid     int32
	started time.Time // tells it from one that had its number before
	used    float64   // seconds of a core
	name    func() string
	memory  func() uint64
}

const (
	// processesEvery is how often the processes are looked at: it costs a few
	// milliseconds a hundred.
	processesEvery = time.Second
	// mostProcesses bounds what is told of them.
	mostProcesses = 100
)

// processList is the last look at the processes.
type processList struct {
	mu     sync.Mutex
	looked time.Time
	used   map[int32]progress
	top    []Process // the busiest, at most mostProcesses
}

// Processes are those that used most of the processor since somebody asked last, at
// most n of at most a hundred. It is they who make the sampler look: nobody asks, it
// costs nothing. Who asks first in a while gets each one's mean since its start.
func (s *Sampler) Processes(n int) []Process {
	l := &s.list
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if now.Sub(l.looked) >= processesEvery {
		if now.Sub(l.looked) > asks {
			l.used = nil
		}
		l.look(s.from.processes(), now)
	}
	return slices.Clone(l.top[:max(0, min(n, len(l.top)))])
}

func (l *processList) look(all []progress, now time.Time) {
	type busy struct {
		progress
		percent float64
	}
	list, used := make([]busy, len(all)), make(map[int32]progress, len(all))
	for i, p := range all {
		seconds, passed := p.used, now.Sub(p.started).Seconds()
		if before, known := l.used[p.pid]; known && before.started.Equal(p.started) {
			seconds, passed = p.used-before.used, now.Sub(l.looked).Seconds()
		}
		list[i].progress = p
		if passed > 0 {
			list[i].percent = max(0, 100*seconds/passed)
		}
		used[p.pid] = progress{started: p.started, used: p.used}
	}
	slices.SortFunc(list, func(a, b busy) int { return cmp.Or(cmp.Compare(b.percent, a.percent), cmp.Compare(a.pid, b.pid)) })
	l.top = nil
	for _, b := range list[:min(len(list), mostProcesses)] {
		l.top = append(l.top, Process{b.pid, b.name(), Round(b.percent), b.memory()})
	}
	l.looked, l.used = now, used
}

func (machine) processes() []progress {
	all, err := process.Processes()
	if err != nil {
		return nil
	}
	list := make([]progress, 0, len(all))
	for _, p := range all {
		t, err := p.Times()
		if err != nil {
			continue // it has ended, or is not ours to see
		}
		started, _ := p.CreateTime() // unknown is the same each time
		list = append(list, progress{
			pid: p.Pid, started: time.UnixMilli(started), used: t.User + t.System,
			name: func() string { name, _ := p.Name(); return name },
			memory: func() uint64 {
				if m, err := p.MemoryInfo(); err == nil {
					return m.RSS
				}
				return 0
			},
		})
	}
	return list
}
