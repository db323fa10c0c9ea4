package hub

import (
	"log/slog"
	"strings"
	"sync"

	"althing/access"
	"althing/commands"
	"althing/expr"
)

// LogRecord is what was said in the log once.
type LogRecord = commands.Record

// Log gives an administrator the last records of the log, the oldest first, without
// keys.
func (s *Session) Log() ([]LogRecord, error) {
	if err := s.act(access.Manage); err != nil {
		return nil, err
	}
	records := s.hub.recorder.Records()
	for i, r := range records {
		records[i] = s.hub.withoutKeys(r)
	}
	return records, nil
}

// logAhead is how many records may wait for who watches the log; further ones are
// missed, which the numbers show.
const logAhead = 256

// WatchLog tells an administrator every record of a level and above from now on,
// also those that the log itself leaves out. tell, which one goroutine calls, must
// not log. It is not called any more when stop has returned, which may be called more
// than once.
func (s *Session) WatchLog(level slog.Level, tell func(LogRecord)) (stop func(), err error) {
	if err := s.act(access.Manage); err != nil {
		return nil, err
	}
	// Who logs may hold what blanking needs: a goroutine of its own does that.
	ahead := make(chan LogRecord, logAhead)
	end, ended := make(chan struct{}), make(chan struct{})
	unwatch := s.hub.recorder.Watch(level, func(r LogRecord) {
		select {
		case ahead <- r:
		default:
		}
	})
	started := s.hub.crew.start(func() {
		defer close(ended)
		for {
			select {
			case r := <-ahead:
				tell(s.hub.withoutKeys(r))
			case <-end:
				return
			case <-s.hub.stopping:
				return
			}
		}
	})
	if !started {
		close(ended)
	}
	return sync.OnceFunc(func() {
		unwatch()
		close(end)
		<-ended
	}), nil
}

// Audits gives an administrator the last lines of the audit, the oldest first.
func (s *Session) Audits() ([]access.Audited, error) {
	if err := s.act(access.Manage); err != nil {
		return nil, err
	}
	return s.hub.access.Audits(), nil
}

// withoutKeys blanks what is or could be a key in a record.
func (h *Hub) withoutKeys(r LogRecord) LogRecord {
	r.Message = h.access.Redact(r.Message)
	attrs := make([]commands.Attr, len(r.Attrs))
	for i, a := range r.Attrs {
		attrs[i] = commands.Attr{Name: a.Name, Value: h.access.Redact(a.Value)}
	}
	r.Attrs = attrs
	return r
}

// print is where print() writes: not into the log that people keep, which any
// client could fill.
func (h *Hub) print(_ *expr.Thread, text string) error {
	h.log.Debug("print", "text", h.access.Redact(strings.TrimSuffix(text, "\n")))
	return nil
}
