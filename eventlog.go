package althing

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"althing/fault"
)

const (
	// maxEvents is how many lines are remembered, and maxEventText how much of
	// each: a megabyte at the most, and a day of a small network.
	maxEvents    = 2000
	maxEventText = 512
	// maxLogFile is the size at which a log file becomes NAME.old, in place of
	// the one before: two of them are what a small disk has to spare.
	maxLogFile = 16 << 20
)

// Entry is a line that a server or a client has said.
type Entry struct {
	Time time.Time
	Kind Kind
	Text string
}

// String is the entry as it stands in a log file.
func (e Entry) String() string {
	return e.Time.Format("2006-01-02 15:04:05.000 ") + fmt.Sprintf("%-10s ", e.Kind) + e.Text
}

// eventLog remembers the last entries, and writes them to a file if there is
// one.
type eventLog struct {
	mu   sync.Mutex
	ring []Entry
	next int // where the next entry goes, when the ring is full

	path string
	file *os.File // nil while nothing is written
	size int64
}

// add remembers a line. It fails once when the file cannot be written any more.
func (l *eventLog) add(kind Kind, text string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(text) > maxEventText {
		text = text[:maxEventText] + "…"
	}
	e := Entry{time.Now(), kind, text}
	if len(l.ring) < maxEvents {
		l.ring = append(l.ring, e)
	} else {
		l.ring[l.next] = e
		l.next = (l.next + 1) % maxEvents
	}
	return l.write(e.String() + "\n")
}

// entries gives what is remembered, the oldest first.
func (l *eventLog) entries() []Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append(append([]Entry{}, l.ring[l.next:]...), l.ring[:l.next]...)
}

// open begins to write to a file, behind what is there.
func (l *eventLog) open(path string) error {
	if path == "" {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file != nil {
		return nil
	}
	l.path = path
	return l.reopen()
}

func (l *eventLog) reopen() error {
	f, err := os.OpenFile(l.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "cannot write to the log file %s", l.path)
	}
	is, err := f.Stat()
	if err == nil && !is.Mode().IsRegular() {
		err = fault.New(fault.Invalid, "it is no file")
	}
	if err != nil {
		_ = f.Close() // nothing was written
		return fault.Wrap(err, fault.Unavailable, "cannot write to the log file %s", l.path)
	}
	l.file, l.size = f, is.Size()
	return nil
}

// write appends a line to the file. When that fails nothing more is written: a
// server goes on without a log rather than not at all.
func (l *eventLog) write(line string) error {
	if l.file == nil {
		return nil
	}
	if l.size+int64(len(line)) > maxLogFile {
		if err := l.rotate(); err != nil {
			return err
		}
	}
	n, err := l.file.WriteString(line)
	l.size += int64(n)
	if err != nil {
		return errors.Join(err, l.shut())
	}
	return nil
}

func (l *eventLog) rotate() error {
	if err := l.shut(); err != nil {
		return err
	}
	if err := os.Rename(l.path, l.path+".old"); err != nil {
		return err
	}
	return l.reopen()
}

func (l *eventLog) shut() error {
	f := l.file
	l.file = nil
	return f.Close()
}

func (l *eventLog) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	return l.shut()
}

// Log gives what the server has said, the oldest first: the last 2,000 lines.
func (s *Server) Log() []Entry { return s.out().events.entries() }

// WriteLog writes what Log gives, a line each.
func (s *Server) WriteLog(w io.Writer) error {
	for _, e := range s.Log() {
		if _, err := fmt.Fprintln(w, e); err != nil {
			return err
		}
	}
	return nil
}
