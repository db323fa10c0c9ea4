package althing

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"althing/fault"
)

// logger gives where to log. Without Verbose, only warnings and errors get there.
func (s *Server) logger() *slog.Logger { return logger(s.Logger, s.Verbose) }

func logger(l *slog.Logger, verbose bool) *slog.Logger {
	if l == nil {
		l = slog.Default()
	}
	if verbose {
		return l
	}
	return slog.New(quiet{l.Handler()})
}

// quiet lets through warnings and errors.
type quiet struct{ slog.Handler }

func (q quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && q.Handler.Enabled(ctx, level)
}

// tallyEvery is how often one kind of line may be logged that anybody can cause:
// the others in between are counted, and their number stands in the next.
const tallyEvery = time.Second

// tally counts lines by their kind.
type tally struct {
	mu    sync.Mutex
	kinds map[string]*tallied
}

type tallied struct {
	at      time.Time
	between int
}

// count counts a line, and says whether to log it and how many have not been
// logged since the last.
func (t *tally) count(kind string, now time.Time) (log bool, between int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k := t.kinds[kind]
	if k == nil {
		if t.kinds == nil {
			t.kinds = make(map[string]*tallied)
		}
		k = &tallied{}
		t.kinds[kind] = k
	}
	if now.Sub(k.at) < tallyEvery {
		k.between++
		return false, 0
	}
	between, k.between, k.at = k.between, 0, now
	return true, between
}

// warn logs what somebody else causes, at most once a second of each kind.
func (s *Server) warn(kind string, args ...any) { s.logTallied(slog.LevelWarn, kind, args) }

// notice is warn for what is known to happen on every network.
func (s *Server) notice(kind string, args ...any) { s.logTallied(slog.LevelInfo, kind, args) }

// refused logs why something was refused: as a warning where somebody tried what
// is not allowed, a notice where it only was wrong.
func (s *Server) refused(kind string, err error, args ...any) {
	args = append(args, "err", err)
	if fault.Is(err, fault.Denied) {
		s.warn(kind, args...)
		return
	}
	s.notice(kind, args...)
}

func (s *Server) logTallied(level slog.Level, kind string, args []any) {
	log, between := s.tally.count(kind, time.Now())
	if !log {
		return
	}
	args = append(args, "times", between+1)
	if level < slog.LevelWarn {
		s.logger().Log(context.Background(), level, kind, args...) //nolint:sloglint // kind is a constant of the caller
		return
	}
	s.out().say(KindWarning, sentence(kind, args), kind, args)
}

// warnLine is warn for a line that people know word for word.
func (s *Server) warnLine(kind, line string) {
	if log, between := s.tally.count(kind, time.Now()); log {
		s.out().warning(line, "times", between+1)
	}
}

// out is what the server says things with.
func (s *Server) out() *voice {
	s.saying.Do(func() {
		s.said.mark = ": "
		s.said.prepare(s.Console, s.Output, s.NoStyles, s.Logger, s.Verbose)
	})
	return &s.said
}

// hear says what a client has said, if anybody wants to know: of messages there
// are many, and their texts cost something.
func (s *Server) hear(c *Conn, text func() string) {
	if out := s.out(); out.chatty {
		out.message(c.Name(), text())
	}
}
