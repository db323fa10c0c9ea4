// Package functions runs the functions that a hub's owner has added: those in Go,
// and the executables in one folder, which get their arguments as JSON and whose
// output is the value.
package functions

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"althing/access"
	"althing/fault"
	"althing/value"
)

// Function is a function of the owner's own. It must not be changed.
type Function struct {
	Name string // a name of ASCII letters, digits and _
	Help string // lines for people
	// Role is the least that a caller must be. The zero value lets in everybody
	// who may call functions at all. It is the caller of Call who asks for it.
	Role access.Role
	// Time is the longest that a call may take. Default: Options.Time.
	Time time.Duration
	// Do is the function, in Go. It is called concurrently, and must return soon
	// after ctx has ended. Its error is the caller's: a *fault.Error as it is,
	// any other as what the function has to say.
	Do func(ctx context.Context, args []value.Value) (value.Value, error)

	path string // of the executable, where there is no Do
}

// Options are the surroundings of functions. Dir and Work are needed, and the
// numbers must be above 0.
type Options struct {
	Dir     string        // the folder with executables; it need not be there
	Work    string        // the folder in which each gets a folder to run in; it is made
	Time    time.Duration // of one call, where the function does not say
	AtOnce  int           // calls that run
	Waiting int           // calls that wait for their turn
	Data    int           // bytes of the arguments of a call, and of its output
	// Taken says why a function cannot have that name, or nothing. Default: it can.
	Taken func(name string) string
	Log   *slog.Logger // default: slog.Default()
}

// Set is the functions of one hub. Its methods may be called concurrently.
type Set struct {
	options Options
	log     *slog.Logger
	places  chan struct{}
	waiting atomic.Int64
	running sync.WaitGroup

	mu     sync.Mutex
	own    map[string]*Function // in Go
	folder folder
	ends   map[*call]struct{} // of the calls that run; nil when the set is closed
}

// call is one that runs.
type call struct{ end context.CancelCauseFunc }

// New makes a set and looks through its folder.
func New(o Options) *Set {
	s := &Set{options: o, log: o.Log, places: make(chan struct{}, o.AtOnce), own: map[string]*Function{}, ends: map[*call]struct{}{}}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.options.Taken == nil {
		s.options.Taken = func(string) string { return "" }
	}
	s.List()
	return s
}

// Add adds a function in Go. It fails when its name is none, or is taken.
func (s *Set) Add(f Function) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	why := s.refuses(f.Name)
	switch {
	case f.Do == nil:
		why = "it has nothing to do"
	case s.own[f.Name] != nil:
		why = "there is one already"
	}
	if why != "" {
		return fault.New(fault.Invalid, "the function '%s' cannot be added: %s", f.Name, why)
	}
	if f.Time <= 0 {
		f.Time = s.options.Time
	}
	s.own[f.Name] = &f
	s.folder.stamp = stamp{} // a file of that name is none any more
	return nil
}

// refuses says why no function can have that name, or nothing.
func (s *Set) refuses(name string) string {
	if !isName(name) {
		return "its name is none: ASCII letters, digits and _, and no digit at the beginning"
	}
	return s.options.Taken(name)
}

func isName(text string) bool {
	for i, c := range []byte(text) {
		if c != '_' && (c|0x20 < 'a' || c|0x20 > 'z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return text != ""
}

// Look sees to it that Find knows which files are in the folder now. It costs a
// look at the folder itself, unless something in it has changed.
func (s *Set) Look() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.look()
}

// Find gives the function of a name, as its file is now; which files there are is
// as of the last Look. found says that there is something of that name, and err
// why it is not offered.
func (s *Set) Find(name string) (f *Function, found bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.own[name]; f != nil {
		return f, true, nil
	}
	file := s.folder.files[name]
	if file == nil {
		return nil, false, nil
	}
	s.examine(file)
	if file.why != "" {
		return nil, true, fault.New(fault.Unavailable, "the function '%s' is not offered: %s", name, file.why)
	}
	return file.function, true, nil
}

// Entry is a function, or a file that is none.
type Entry struct {
	Function
	File    string // its name; empty for a function in Go
	Refused string // why it is not offered; empty: it is
}

// List gives all that there is now, in the order of the names.
func (s *Set) List() []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.look()
	var all []Entry
	for _, f := range s.own {
		all = append(all, Entry{Function: *f})
	}
	for name, file := range s.folder.files {
		s.examine(file)
		e := Entry{File: file.name, Refused: file.why}
		if e.Name = name; file.function != nil {
			e.Function = *file.function
		}
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// patience is how long a call waits for its turn: the clients of the text port
// wait for an answer no longer than that.
const patience = 20 * time.Second

// Call calls a function that Find gave, when it is its turn. Once begun it goes on
// to its end, or to the end of its time, whatever becomes of ctx. The error is a
// *fault.Error, and says which function it is of.
func (s *Set) Call(ctx context.Context, f *Function, args []value.Value) (value.Value, error) {
	if err := s.enter(ctx, f); err != nil {
		return nil, err
	}
	defer func() { <-s.places }()
	f, err := s.still(f)
	if err != nil {
		return nil, err
	}
	ctx, end := context.WithCancelCause(context.WithoutCancel(ctx))
	defer end(nil)
	c := &call{end}
	if !s.begin(c) {
		return nil, failed(f, fault.Unavailable, "%v", errClosed)
	}
	defer s.end(c)
	timed, cancel := context.WithTimeout(ctx, f.Time)
	defer cancel()
	if f.Do != nil {
		return s.do(timed, f, args)
	}
	return s.run(timed, end, f, args)
}

// enter waits for the turn of a call.
func (s *Set) enter(ctx context.Context, f *Function) error {
	select {
	case s.places <- struct{}{}:
		return nil
	default:
	}
	defer s.waiting.Add(-1)
	if s.waiting.Add(1) > int64(s.options.Waiting) {
		return failed(f, fault.Full, "%d calls of functions wait already; try again later", s.options.Waiting)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case s.places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return failed(f, fault.Timeout, "other functions took so long that its turn did not come")
	}
}

// still gives the function as it is now: it may have waited. What it asks of a
// caller must not have changed, since that was looked at before.
func (s *Set) still(f *Function) (*Function, error) {
	now, found, err := s.Find(f.Name)
	switch {
	case err != nil:
		return nil, err
	case !found, f.Do == nil && now.path != f.path:
		return nil, failed(f, fault.NotFound, "it is no longer there")
	case now.Role != f.Role:
		return nil, failed(f, fault.Conflict, "it was changed just now; call it again")
	}
	return now, nil
}

func (s *Set) begin(c *call) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ends == nil {
		return false
	}
	s.ends[c] = struct{}{}
	s.running.Add(1)
	return true
}

func (s *Set) end(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.ends, c)
	s.running.Done()
}

// Close ends all calls and waits until they have ended. There are no more after
// it. It may be called twice.
func (s *Set) Close() {
	s.mu.Lock()
	for c := range s.ends {
		c.end(errClosed)
	}
	s.ends = nil
	s.mu.Unlock()
	s.running.Wait()
}

var errClosed = fault.New(fault.Unavailable, "the hub is stopping")

// do calls a function in Go.
func (s *Set) do(ctx context.Context, f *Function, args []value.Value) (v value.Value, err error) {
	defer func() {
		if r := recover(); r != nil {
			s.log.Error("a function panicked", "function", f.Name, "panic", fmt.Sprint(r))
			v, err = nil, failed(f, fault.Internal, "it panicked; the hub's log says more")
		}
	}()
	v, err = f.Do(ctx, args)
	switch {
	case err == nil && v == nil:
		return value.None{}, nil
	case err == nil:
		return v, nil
	case ctx.Err() != nil:
		return nil, cutOff(ctx, f)
	}
	if said, ok := err.(*fault.Error); ok { //nolint:errorlint // a wrapped one is of something that it called, and no answer
		return nil, said
	}
	return nil, unwell(f, "%v", err)
}

// cutOff is the error of a call that was ended.
func cutOff(ctx context.Context, f *Function) error {
	if cause := context.Cause(ctx); cause == errClosed { //nolint:errorlint // it is this one, or the time was over
		return failed(f, fault.Unavailable, "%v", errClosed)
	}
	return failed(f, fault.Timeout, "it took longer than %v and was ended", f.Time)
}

func failed(f *Function, code fault.Code, format string, args ...any) error {
	return fault.New(code, "%s(): %s", f.Name, fmt.Sprintf(format, args...))
}

// unwell is the error of a function that ended by itself, and not well. Python's
// name for it is the one for what goes wrong outside.
func unwell(f *Function, format string, args ...any) error {
	return fault.Python(fault.Unavailable, "OSError", "%s(): %s", f.Name, fmt.Sprintf(format, args...))
}
