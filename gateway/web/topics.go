package web

import (
	"context"
	"strings"
	"time"

	"althing/access"
	"althing/fault"
	"althing/hub"
)

// topicKind is a kind of topics.
type topicKind struct {
	// name is the topic; or, when it ends with : or @, what its topics begin with.
	name string
	// act is what one must be allowed to who wants to hear it.
	act access.Act
	// newest: of several events that wait for a slow listener only the last matters.
	newest bool
	// noted: the audit has who hears it.
	noted bool
	// run tells of a topic until ctx is done: by show what one thing is, by newRows
	// what rows there are, by newTail what happens. Its error ends the topic for all.
	run func(ctx context.Context, s *source) error
}

// topicKinds are all there are. A page adds one by a line here and a function in its file.
var topicKinds = []topicKind{
	{name: "registry:", act: access.Read, run: tellRegistry},
	{name: "metrics:", act: access.Read, newest: true, run: tellMetrics},
	{name: "metrics@", act: access.Read, newest: true, run: tellMetricsElsewhere},
	{name: "cpu:", act: access.Manage, newest: true, run: tellCPU},
	{name: "host", act: access.Read, newest: true, run: tellHost},
	{name: "processes", act: access.Read, newest: true, run: tellProcesses},
	{name: "clients", act: access.Read, run: tellClients},
	{name: "log:", act: access.Manage, run: tellLog},
	{name: "traffic:", act: access.Manage, noted: true, run: tellTraffic},
	{name: "groups", act: access.Read, run: tellGroups},
	{name: "tree", act: access.Read, run: tellTree},
	{name: "messages", act: access.Manage, run: tellMessages(hub.AllMessages)},
	{name: "console", act: access.Manage, run: tellMessages(hub.ToConsole)},
	{name: "sysadmin", act: access.Manage, run: tellMessages(hub.ToAdmins)},
}

// find gives a topic's kind, and what it has behind the name of that.
func (f *feed) find(topic string) (of *topicKind, about string, err error) {
	if len(topic) > longestTopic {
		return nil, "", fault.New(fault.Limit, "a topic has at most %d bytes", longestTopic)
	}
	for i := range f.kinds {
		k := &f.kinds[i]
		if strings.HasSuffix(k.name, ":") || strings.HasSuffix(k.name, "@") {
			if about, is := strings.CutPrefix(topic, k.name); is {
				return k, about, nil
			}
		} else if topic == k.name {
			return k, "", nil
		}
	}
	return nil, "", fault.New(fault.NotFound, "there is no topic %.80q; docs/live.md has them all", topic)
}

// each calls look at once and then at every whole number of that time, until ctx is
// done: whatever is looked at in the same moment is written together.
func each(ctx context.Context, every time.Duration, look func(now time.Time) error) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		now := time.Now()
		if err := look(now); err != nil {
			return err
		}
		timer.Reset(time.Until(now.Truncate(every).Add(every)))
	}
}

// mostAhead is how much of what happens may wait to be told; the rest is left out.
const mostAhead = 256

// tellWhatHappens tells of each thing that listen hears of, as an event of that name,
// until ctx is done. listen is handed what to call, which does not block, and gives
// what ends it.
func tellWhatHappens[T, Row any](ctx context.Context, s *source, name string, listen func(tell func(T)) (stop func(), err error), rowOf func(T) Row) error {
	ahead := make(chan T, mostAhead)
	stop, err := listen(func(happened T) {
		select {
		case ahead <- happened:
		default:
		}
	})
	if err != nil {
		return err
	}
	defer stop()
	told := newTail(s, name)
	for {
		select {
		case happened := <-ahead:
			if err := told.add(rowOf(happened)); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}
