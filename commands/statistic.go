package commands

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"

	"althing"
)

func (b *builtins) statisticCommands() []builtin {
	return []builtin{
		{
			name: "s.help", category: statistic, optional: []string{"servercommand"}, repeatable: "servercommand",
			description: "Explains commands, also those of a category, the server and the project", do: b.help,
		},
		{
			name: "s.info", category: statistic, optional: []string{"entity_name"}, repeatable: "entity_name",
			description: "Tells about the server or a user; also commands, requestables, services, higher", do: b.info,
		},
		{name: "s.errortrace", category: statistic, admin: true, description: "Shows the last errors of the server", do: b.errorTrace},
		{name: "s.attributes", category: statistic, admin: true, description: "Shows how the server is set up, and what it takes", do: b.attributes},
		{name: "s.listthreads", category: statistic, admin: true, description: "Lists what the server's process is doing", do: listThreads},
		{name: "s.listsocks", category: statistic, admin: true, description: "Lists the server's ports and who is connected", do: b.listSocks},
	}
}

func (b *builtins) errorTrace(context.Context, *althing.Call) (althing.Answer, error) {
	errs := b.Errors()
	if len(errs) == 0 {
		return say("No errors")
	}
	return say(strings.Join(errs, "\n\n"))
}

// loggedErrors are the errors in the server's own log.
func (b *builtins) loggedErrors() []string {
	var errs []string
	for _, entry := range b.server.Log() {
		if entry.Kind == althing.KindError {
			errs = append(errs, entry.String())
		}
	}
	return errs[max(0, len(errs)-maxErrors):]
}

func (b *builtins) attributes(_ context.Context, call *althing.Call) (althing.Answer, error) {
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	s := b.serverSheet()
	s.add("protocols", "%s", names(protocolsOf(b.server)))
	s.add("text", "%s", b.server)
	limits := b.server.Limits
	s.add("largest message", "%d bytes", limits.Message)
	s.add("queue of a connection", "%d bytes", limits.Queue)
	s.add("connections at most", "%d, of one address %d", limits.Conns, limits.ConnsPerAddr)
	s.add("write timeout", "%v", limits.WriteTimeout)
	s.add("commands", "%d", len(b.server.Commands()))
	s.add("goroutines", "%d", runtime.NumGoroutine())
	s.add("memory", "%d bytes in use, %d from the system", memory.HeapAlloc, memory.Sys)
	s.add("compiler", "%s, %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return say(s.text(b.styleFor(call)))
}

func protocolsOf(server *althing.Server) []string {
	var list []string
	for _, p := range server.Protocols {
		list = append(list, p.Name())
	}
	return list
}

// maxThreads is how many goroutines are looked at: those of 20,000 conns.
const maxThreads = 50_000

// listThreads counts the goroutines by the function that each began with.
func listThreads(context.Context, *althing.Call) (althing.Answer, error) {
	records := make([]runtime.StackRecord, min(runtime.NumGoroutine()+64, maxThreads))
	n, ok := runtime.GoroutineProfile(records)
	if !ok {
		return say(fmt.Sprintf("%d threads, too many to list", n))
	}
	counts := map[string]int{}
	for _, r := range records[:n] {
		counts[entry(r.Stack())]++
	}
	lines := []string{counted(n, "thread")}
	for _, name := range slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(counts[b]-counts[a], strings.Compare(a, b))
	}) {
		lines = append(lines, fmt.Sprintf("  %d %s", counts[name], name))
	}
	return say(lines...)
}

// entry is the function that a goroutine began with, as far down as its stack is
// known, but for those that only start another.
func entry(stack []uintptr) string {
	name := "unknown"
	frames := runtime.CallersFrames(stack)
	for {
		frame, more := frames.Next()
		starter := strings.HasPrefix(frame.Function, "runtime.") || strings.HasPrefix(frame.Function, "sync.")
		if frame.Function != "" && (!starter || name == "unknown") {
			name = frame.Function
		}
		if !more {
			return name
		}
	}
}

func (b *builtins) listSocks(context.Context, *althing.Call) (althing.Answer, error) {
	var lines []string
	if addr := b.server.ListenAddr(); addr != nil {
		lines = append(lines, fmt.Sprintf("Serversock at %s, %s", addr, counted(len(b.server.Conns()), "connection")))
	}
	for _, sock := range b.server.Channels() {
		lines = append(lines, fmt.Sprintf("%s at %d", shown(sock.Name, maxTitle), sock.Port))
	}
	if len(lines) == 0 {
		return say("No socks")
	}
	for _, conn := range sorted(b.server) {
		lines = append(lines, fmt.Sprintf("  %s from %s", shown(conn.Name(), maxTitle), conn.RemoteAddr()))
	}
	return say(lines...)
}
