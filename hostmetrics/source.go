package hostmetrics

import (
	"cmp"
	"context"
	"maps"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/disk"
	"github.com/shirou/gopsutil/v4/host"
	"github.com/shirou/gopsutil/v4/load"
	"github.com/shirou/gopsutil/v4/mem"
	"github.com/shirou/gopsutil/v4/net"
	"github.com/shirou/gopsutil/v4/sensors"
)

// source is where readings are from: the machine, or a test.
type source interface {
	cpu() (times, error)   // of all cores together
	cores() []times        // of each
	quick(*reading)        // what is cheap to ask for
	slow(*reading)         // what is not, or hardly changes
	processes() []progress // all there are
}

// times are seconds since the machine's start.
type times struct{ busy, all float64 }

// since is the part that was busy since an earlier reading, in percent; what it was
// then where no time has passed.
func (t times) since(before times, last float64) float64 {
	all := t.all - before.all
	if all <= 0 {
		return last
	}
	return max(0, min(100, 100*(t.busy-before.busy)/all))
}

// reading is what a source tells; the counters only grow.
type reading struct {
	load          []float64
	memory, swap  Space
	network       []counters
	disks         []Disk
	read, written uint64
	temperatures  []Temperature
	up            time.Duration
}

type counters struct {
	name           string
	received, sent uint64
}

// machine asks the system.
type machine struct{}

func (machine) cpu() (times, error) {
	all, err := cpu.TimesWithContext(context.Background(), false)
	if err != nil || len(all) == 0 {
		return times{}, err
	}
	return timesOf(all[0]), nil
}

func (machine) cores() []times {
	all, err := cpu.TimesWithContext(context.Background(), true)
	if err != nil {
		return nil
	}
	list := make([]times, len(all))
	for i, t := range all {
		list[i] = timesOf(t)
	}
	return list
}

// timesOf counts as psutil does: waiting for a disk is idling, and what guests use
// is in the user's time already.
func timesOf(t cpu.TimesStat) times {
	all := t.User + t.System + t.Idle + t.Nice + t.Iowait + t.Irq + t.Softirq + t.Steal
	if runtime.GOOS != "linux" {
		all += t.Guest + t.GuestNice
	}
	return times{busy: all - t.Idle - t.Iowait, all: all}
}

func (machine) quick(r *reading) {
	if m, err := mem.VirtualMemory(); err == nil {
		r.memory = Space{m.Total, m.Used, m.UsedPercent}
	}
	if l, err := load.Avg(); err == nil && runtime.GOOS != "windows" { // which has no such thing
		r.load = []float64{l.Load1, l.Load5, l.Load15}
	}
	list, err := net.IOCounters(true)
	if err != nil {
		return
	}
	r.network = nil
	for _, n := range list[:min(len(list), mostListed)] {
		r.network = append(r.network, counters{n.Name, n.BytesRecv, n.BytesSent})
	}
}

func (machine) slow(r *reading) {
	if s, err := mem.SwapMemory(); err == nil {
		r.swap = Space{s.Total, s.Used, s.UsedPercent}
	}
	if up, err := host.Uptime(); err == nil {
		r.up = time.Duration(up) * time.Second
	}
	r.disks = disks()
	if io, err := disk.IOCounters(); err == nil {
		r.read, r.written = 0, 0
		for name, d := range io {
			if _, part := io[whole(name)]; !part && !stacked(name) {
				r.read += d.ReadBytes
				r.written += d.WriteBytes
			}
		}
	}
	r.temperatures = nil
	list, _ := sensors.SensorsTemperatures() // those that could be read
	for _, t := range list[:min(len(list), mostListed)] {
		if t.Temperature > 0 { // others are not connected
			r.temperatures = append(r.temperatures, Temperature{t.SensorKey, Round(t.Temperature)})
		}
	}
}

// mostListed bounds the lists of a machine with thousands of virtual parts.
const mostListed = 64

// disks are the file systems on this machine's own devices, each once.
func disks() []Disk {
	parts, err := disk.Partitions(false)
	if err != nil {
		return nil
	}
	found := map[string]Disk{}
	for _, p := range parts {
		known, again := found[p.Device]
		if strings.HasPrefix(p.Device, "/dev/loop") || again && len(known.Path) <= len(p.Mountpoint) || len(found) == mostListed {
			continue
		}
		if u, err := disk.Usage(p.Mountpoint); err == nil && u.Total > 0 {
			found[p.Device] = Disk{p.Mountpoint, Space{u.Total, u.Used, u.UsedPercent}}
		}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b Disk) int { return cmp.Compare(a.Path, b.Path) })
}

// whole is the disk that a partition by that name would be a part of; empty: it is
// none. sda1 is one of sda, nvme0n1p2 of nvme0n1.
func whole(name string) string {
	trimmed := strings.TrimRight(name, "0123456789")
	if trimmed == name {
		return ""
	}
	if of, isPart := strings.CutSuffix(trimmed, "p"); isPart && of != "" {
		return of
	}
	return trimmed
}

// stacked tells what is built of other disks, whose bytes would count twice.
func stacked(name string) bool {
	return slices.ContainsFunc([]string{"dm-", "md", "loop", "zram", "ram"}, func(p string) bool { return strings.HasPrefix(name, p) })
}
