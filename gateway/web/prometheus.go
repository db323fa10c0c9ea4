package web

import (
	"iter"
	"math"
	"net/http"
	"strconv"
	"strings"

	"althing/access"
	"althing/hostmetrics"
	"althing/hub"
	"althing/value"
)

// prometheusOperations are for who collects figures of many machines.
var prometheusOperations = []operation{
	{method: http.MethodGet, path: "/metrics", plain: true, act: access.Read, summary: "How the hub and its machine are, in Prometheus' text format", serve: serveFigures, kind: plainText},
}

// glance is how the hub and its machine are at one moment.
type glance struct {
	status *value.Dict
	host   hostmetrics.Figures
	hub    hub.Overview
}

// number gives a number of the status; NaN when there is none.
func (g *glance) number(name string) float64 {
	switch v, _ := g.status.Get(value.Str(name)); v := v.(type) {
	case value.Int:
		return float64(v)
	case value.Float:
		return float64(v)
	}
	return math.NaN()
}

// family is one metric: one figure, or one for each of several things.
type family struct {
	name, help string
	of         func(*glance) float64
	label      string // says which of several things it is; empty: there is one
	each       func(*glance) iter.Seq2[string, float64]
}

// counter reports whether it only grows; what does not is a gauge.
func (f *family) counter() bool { return strings.HasSuffix(f.name, "_total") }

// of gives a figure of the status.
func of(name string) func(*glance) float64 {
	return func(g *glance) float64 { return g.number(name) }
}

// host gives a figure of the machine.
func host(figure func(hostmetrics.Figures) float64) func(*glance) float64 {
	return func(g *glance) float64 { return figure(g.host) }
}

// every gives a figure of each of the machine's things of one kind.
func every[T any](things func(hostmetrics.Figures) []T, figure func(T) (name string, v float64)) func(*glance) iter.Seq2[string, float64] {
	return func(g *glance) iter.Seq2[string, float64] {
		return func(yield func(string, float64) bool) {
			for _, thing := range things(g.host) {
				if !yield(figure(thing)) {
					return
				}
			}
		}
	}
}

func disks(f hostmetrics.Figures) []hostmetrics.Disk               { return f.Disks }
func interfaces(f hostmetrics.Figures) []hostmetrics.Interface     { return f.Network }
func temperatures(f hostmetrics.Figures) []hostmetrics.Temperature { return f.Temperatures }

// families are all that is told, in base units. No key and no client is named: those
// who may read figures need not see these, and there may be any number.
var families = []family{
	{name: "althing_info", help: "The hub's version.", label: "version", each: func(*glance) iter.Seq2[string, float64] {
		return func(yield func(string, float64) bool) { yield(hub.Version, 1) }
	}},
	{name: "althing_uptime_seconds", help: "How long the hub has been running.", of: of("uptime")},
	{name: "althing_process_cpu_seconds_total", help: "Time of processors that the hub has used.", of: func(g *glance) float64 { return g.hub.ProcessorTime().Seconds() }},
	{name: "althing_process_resident_memory_bytes", help: "Memory that the hub has from the system.", of: of("memory_bytes")},
	{name: "althing_connections", help: "Connections, of all gateways.", of: of("connections")},
	{name: "althing_sessions", help: "Clients whose session is there.", of: of("sessions")},
	{name: "althing_clients", help: "Clients that the hub knows.", of: of("clients")},
	{name: "althing_groups", help: "Groups that somebody is in.", of: of("groups")},
	{name: "althing_messages", help: "Messages that wait in inboxes.", of: of("messages")},
	{name: "althing_registry_keys", help: "Shared values.", of: of("registry")},
	{name: "althing_registry_bytes", help: "What the shared values weigh, with what they were before.", of: of("registry_bytes")},
	{name: "althing_variables", help: "Variables of the hub's scope.", of: of("variables")},
	{name: "althing_queries_total", help: "Queries that were worked out.", of: of("queries")},
	{name: "althing_calls_total", help: "Calls of a session's other methods.", of: of("calls")},
	{name: "althing_failed_total", help: "Queries and calls that were answered by an error.", of: of("failed")},
	{name: "althing_journal_records_total", help: "Records written to the journal.", of: of("records")},
	{name: "althing_journal_transactions_total", help: "Transactions written to the journal.", of: of("transactions")},
	{name: "althing_journal_written_bytes_total", help: "Bytes written to the journal.", of: of("log_bytes")},
	{name: "althing_data_free_bytes", help: "Room on the disk of the data folder.", of: of("free")},
	{name: "althing_hubs", help: "Hubs of the tree, this one among them.", of: func(g *glance) float64 { return float64(len(g.hub.Hubs())) }},
	{name: "althing_hubs_up", help: "Hubs of the tree that have a link to their parent, or are on top.", of: hubsUp},

	{name: "althing_host_cpu_ratio", help: "Use of the processor, all cores together.", of: host(func(f hostmetrics.Figures) float64 { return ratio(f.CPU) })},
	{name: "althing_host_load1", help: "Load of the last minute.", of: host(hostmetrics.Figures.LoadOfMinute)},
	{name: "althing_host_memory_total_bytes", help: "Memory of the machine.", of: host(func(f hostmetrics.Figures) float64 { return float64(f.Memory.Total) })},
	{name: "althing_host_memory_used_bytes", help: "Memory that is in use.", of: host(func(f hostmetrics.Figures) float64 { return float64(f.Memory.Used) })},
	{name: "althing_host_swap_total_bytes", help: "Swap of the machine.", of: host(func(f hostmetrics.Figures) float64 { return float64(f.Swap.Total) })},
	{name: "althing_host_swap_used_bytes", help: "Swap that is in use.", of: host(func(f hostmetrics.Figures) float64 { return float64(f.Swap.Used) })},
	{name: "althing_host_disk_total_bytes", help: "Size of a file system.", label: "path", each: every(disks, func(d hostmetrics.Disk) (string, float64) { return d.Path, float64(d.Total) })},
	{name: "althing_host_disk_used_bytes", help: "What is in use of it.", label: "path", each: every(disks, func(d hostmetrics.Disk) (string, float64) { return d.Path, float64(d.Used) })},
	{name: "althing_host_disk_read_bytes_per_second", help: "Read from all disks.", of: host(func(f hostmetrics.Figures) float64 { return f.IO.Read })},
	{name: "althing_host_disk_written_bytes_per_second", help: "Written to all disks.", of: host(func(f hostmetrics.Figures) float64 { return f.IO.Written })},
	{name: "althing_host_network_received_bytes_per_second", help: "Received by a network interface.", label: "interface", each: every(interfaces, func(i hostmetrics.Interface) (string, float64) { return i.Name, i.Received })},
	{name: "althing_host_network_sent_bytes_per_second", help: "Sent by a network interface.", label: "interface", each: every(interfaces, func(i hostmetrics.Interface) (string, float64) { return i.Name, i.Sent })},
	{name: "althing_host_temperature_celsius", help: "What a sensor says.", label: "sensor", each: every(temperatures, func(t hostmetrics.Temperature) (string, float64) { return t.Sensor, t.Celsius })},
	{name: "althing_host_uptime_seconds", help: "How long the machine has been running.", of: host(func(f hostmetrics.Figures) float64 { return float64(f.Uptime) })},
}

func ratio(percent float64) float64 {
	const whole = 100
	return percent / whole
}

func hubsUp(g *glance) float64 {
	up := 0
	for _, h := range g.hub.Hubs() {
		if h.Up {
			up++
		}
	}
	return float64(up)
}

// serveFigures answers with all families.
func serveFigures(c *call, w http.ResponseWriter) error {
	status, err := c.session.Status(c.Context())
	if err != nil {
		return err
	}
	machine, err := c.session.Host()
	if err != nil {
		return err
	}
	overview, err := c.session.Overview()
	if err != nil {
		return err
	}
	g := &glance{status: status, host: machine.Figures(), hub: overview}
	var text []byte
	for i := range families {
		text = families[i].append(text, g)
	}
	c.reply.Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = w.Write(text) // who has gone reads no answer
	return nil
}

// append writes a family. One without a figure is named all the same, so that its
// name can be found.
func (f *family) append(dst []byte, g *glance) []byte {
	kind := "gauge"
	if f.counter() {
		kind = "counter"
	}
	dst = append(dst, "# HELP "+f.name+" "+f.help+"\n# TYPE "+f.name+" "+kind+"\n"...)
	if f.label == "" {
		return appendSample(dst, f.name, f.of(g))
	}
	told := map[string]bool{} // a name that comes twice would spoil everything
	for name, v := range f.each(g) {
		if !told[name] {
			told[name] = true
			dst = appendSample(dst, f.name+"{"+f.label+`="`+labelText.Replace(strings.ToValidUTF8(name, "\ufffd"))+`"}`, v)
		}
	}
	return dst
}

// labelText escapes the text of a label.
var labelText = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// appendSample writes a figure, if it is one.
func appendSample(dst []byte, what string, v float64) []byte {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return dst
	}
	dst = append(append(dst, what...), ' ')
	return append(strconv.AppendFloat(dst, v, 'g', -1, 64), '\n')
}
