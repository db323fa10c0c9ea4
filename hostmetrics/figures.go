// Package hostmetrics tells how this machine is: its processor, memory, disks,
// network, load and temperatures, by one sampler however many look at it.
package hostmetrics

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
)

// Figures are how the machine was at one moment. What a system does not tell is
// empty.
type Figures struct {
	At           time.Time     `json:"at"`
	CPU          float64       `json:"cpu"`   // percent of all cores together
	Cores        []float64     `json:"cores"` // percent of each
	Load         []float64     `json:"load"`  // of the last 1, 5 and 15 minutes
	Memory       Space         `json:"memory"`
	Swap         Space         `json:"swap"`
	Disks        []Disk        `json:"disks"`
	IO           Transfer      `json:"io"` // of all disks together
	Network      []Interface   `json:"network"`
	Temperatures []Temperature `json:"temperatures"`
	Uptime       int64         `json:"uptime"` // seconds since the machine was started
}

// MarshalJSON implements json.Marshaler: a list of which nothing is told is an empty
// one, for those who go through it.
func (f Figures) MarshalJSON() ([]byte, error) {
	type plain Figures
	f.Cores, f.Load, f.Disks = listed(f.Cores), listed(f.Load), listed(f.Disks)
	f.Network, f.Temperatures = listed(f.Network), listed(f.Temperatures)
	return json.Marshal(plain(f))
}

func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// Space is room of which a part is used, in bytes.
type Space struct {
	Total   uint64  `json:"total"`
	Used    uint64  `json:"used"`
	Percent float64 `json:"percent"` // that cannot be had any more
}

// Disk is a file system of this machine's own.
type Disk struct {
	Path string `json:"path"`
	Space
}

// Transfer is what disks read and write, in bytes a second.
type Transfer struct {
	Read    float64 `json:"read"`
	Written float64 `json:"written"`
}

// Interface is a way into a network, in bytes a second.
type Interface struct {
	Name     string  `json:"name"`
	Received float64 `json:"received"`
	Sent     float64 `json:"sent"`
}

// Temperature is what one sensor says.
type Temperature struct {
	Sensor  string  `json:"sensor"`
	Celsius float64 `json:"celsius"`
}

// Traffic is what all networks carry together: this machine's talk with itself is
// none.
func (f Figures) Traffic() (received, sent float64) {
	for _, i := range f.Network {
		if !loops(i.Name) {
			received += i.Received
			sent += i.Sent
		}
	}
	return received, sent
}

// LoadOfMinute is the load of the last minute; NaN where there is no such thing.
func (f Figures) LoadOfMinute() float64 {
	if len(f.Load) == 0 {
		return math.NaN()
	}
	return f.Load[0]
}

// Hottest is the highest temperature; NaN when there is no sensor.
func (f Figures) Hottest() float64 {
	hottest := math.NaN()
	for _, t := range f.Temperatures {
		if !(hottest >= t.Celsius) { // NaN is not above anything
			hottest = t.Celsius
		}
	}
	return hottest
}

// Fullest is the use of the disk with the least room left, in percent; NaN when none
// is known.
func (f Figures) Fullest() float64 {
	fullest := math.NaN()
	for _, d := range f.Disks {
		if !(fullest >= d.Percent) { // NaN is not above anything
			fullest = d.Percent
		}
	}
	return fullest
}

func loops(name string) bool {
	return name == "lo" || name == "lo0" || strings.HasPrefix(name, "Loopback")
}

// Round gives a figure at most four decimals.
func Round(f float64) float64 {
	const scale = 1e4
	return math.Round(f*scale) / scale
}

// Append appends a figure as Python writes a float: at most four decimals, and
// always a decimal point. One that is not known is "nan".
func Append(dst []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(dst, "nan"...)
	}
	f = Round(f)
	if f == math.Trunc(f) {
		return strconv.AppendFloat(dst, f, 'f', 1, 64)
	}
	return strconv.AppendFloat(dst, f, 'f', -1, 64)
}
