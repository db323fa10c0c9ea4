package functions_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"althing/access"
	"althing/fault"
	"althing/functions"
	"althing/value"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds every wait for something that must happen soon.
const patience = 20 * time.Second

// fixture is a set of functions, and the folder that it looks at.
type fixture struct {
	*functions.Set
	dir  string
	work string
}

func open(t *testing.T, change func(*functions.Options)) *fixture {
	t.Helper()
	root := t.TempDir()
	o := functions.Options{
		Dir: filepath.Join(root, "functions"), Work: filepath.Join(root, "work"),
		Time: patience, AtOnce: 4, Waiting: 64, Data: 1 << 20, Log: slog.New(slog.DiscardHandler),
		Taken: func(name string) string { return map[string]string{"len": "taken"}[name] },
	}
	if change != nil {
		change(&o)
	}
	if err := os.Mkdir(o.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	s := functions.New(o)
	t.Cleanup(s.Close)
	return &fixture{s, o.Dir, o.Work}
}

// put writes a file into the folder.
func (f *fixture) put(t *testing.T, name, text string, mode os.FileMode) {
	t.Helper()
	path := filepath.Join(f.dir, name)
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask
		t.Fatal(err)
	}
}

// call finds a function and calls it.
func (f *fixture) call(ctx context.Context, name string, args ...value.Value) (value.Value, error) {
	f.Look()
	found, is, err := f.Find(name)
	if err != nil {
		return nil, err
	}
	if !is {
		return nil, errors.New("there is none")
	}
	return f.Call(ctx, found, args)
}

// state is what List says of a function.
func (f *fixture) state(name string) string {
	for _, e := range f.List() {
		if e.Name == name {
			if e.Refused != "" {
				return e.Refused
			}
			return "offered"
		}
	}
	return "not there"
}

func add(t *testing.T, s *functions.Set, f functions.Function) {
	t.Helper()
	if err := s.Add(f); err != nil {
		t.Fatal(err)
	}
}

func TestGo(t *testing.T) {
	s := open(t, nil)
	add(t, s.Set, functions.Function{Name: "sum", Help: "adds", Role: access.User, Do: func(_ context.Context, args []value.Value) (value.Value, error) {
		total := value.Int(0)
		for _, a := range args {
			n, ok := a.(value.Int)
			if !ok {
				return nil, fault.Python(fault.Invalid, "TypeError", "no number")
			}
			total += n
		}
		return total, nil
	}})
	add(t, s.Set, functions.Function{Name: "fails", Do: func(context.Context, []value.Value) (value.Value, error) { return nil, errors.New("no luck") }})
	add(t, s.Set, functions.Function{Name: "nothing", Do: func(context.Context, []value.Value) (value.Value, error) { return nil, nil }})
	add(t, s.Set, functions.Function{Name: "panics", Do: func(context.Context, []value.Value) (value.Value, error) { panic("secret") }})
	add(t, s.Set, functions.Function{Name: "hangs", Time: time.Millisecond, Do: func(ctx context.Context, _ []value.Value) (value.Value, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}})
	for name, want := range map[string]string{
		"sum":     "3",
		"fails":   "Error: OSError: fails(): no luck",
		"nothing": "None",
		"panics":  "Error: SystemError: panics(): it panicked; the hub's log says more",
		"hangs":   "Error: TimeoutError: hangs(): it took longer than 1ms and was ended",
	} {
		if got := outcome(s.call(t.Context(), name, value.Int(1), value.Int(2))); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := outcome(s.call(t.Context(), "sum", value.Str("x"))); got != "Error: TypeError: no number" {
		t.Errorf("sum: %s", got)
	}
	for _, name := range []string{"sum", "len", "", "1a", "a b", "größe", "a.b"} {
		if err := s.Add(functions.Function{Name: name, Do: func(context.Context, []value.Value) (value.Value, error) { return nil, nil }}); err == nil {
			t.Errorf("'%s' was added", name)
		}
	}
	if err := s.Add(functions.Function{Name: "idle"}); err == nil {
		t.Error("a function without anything to do was added")
	}
	list := s.List()
	if e := list[len(list)-1]; len(list) != 5 || e.Name != "sum" || e.Help != "adds" || e.Role != access.User || e.Time != patience || e.File != "" {
		t.Errorf("the list is %+v", list)
	}
}

func outcome(v value.Value, err error) string {
	if err != nil {
		return fault.Of(err).Line()
	}
	return value.Repr(v)
}

// TestTurns fills the places and the queue: who is too much is refused, who waits
// too long is told, who has his place gets his value.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, func(o *functions.Options) { o.AtOnce, o.Waiting, o.Time = 2, 3, time.Hour })
		goOn := make(chan struct{})
		add(t, s.Set, functions.Function{Name: "slow", Do: func(context.Context, []value.Value) (value.Value, error) {
			<-goOn
			return value.Int(1), nil
		}})
		var mu sync.Mutex
		var got []string
		ask := func(ctx context.Context) {
			go func() {
				one := outcome(s.call(ctx, "slow"))
				mu.Lock()
				defer mu.Unlock()
				got = append(got, one)
			}()
			synctest.Wait()
		}
		expect := func(want ...string) {
			t.Helper()
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			if !slices.Equal(got, want) {
				t.Fatalf("got %q, want %q", got, want)
			}
			got = nil
		}
		const late = "Error: TimeoutError: slow(): other functions took so long that its turn did not come"
		ctx, giveUp := context.WithCancel(t.Context())
		for range 4 {
			ask(t.Context())
		}
		ask(ctx)
		expect()
		ask(t.Context())
		expect("Error: OverflowError: slow(): 3 calls of functions wait already; try again later")
		giveUp()
		expect(late)
		time.Sleep(20 * time.Second)
		expect(late, late)
		ask(t.Context())
		close(goOn)
		expect("1", "1", "1")
	})
}

// TestClose ends what runs, and lets nothing begin.
func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, nil)
		add(t, s.Set, functions.Function{Name: "hangs", Do: func(ctx context.Context, _ []value.Value) (value.Value, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}})
		ctx, leave := context.WithCancel(t.Context())
		got := make(chan string, 1)
		go func() { got <- outcome(s.call(ctx, "hangs")) }()
		synctest.Wait()
		leave() // who has begun goes on
		synctest.Wait()
		const stopping = "Error: ConnectionError: hangs(): the hub is stopping"
		s.Close()
		if first := <-got; first != stopping {
			t.Errorf("the one that ran: %s", first)
		}
		if later := outcome(s.call(t.Context(), "hangs")); later != stopping {
			t.Errorf("one behind it: %s", later)
		}
		s.Close()
	})
}
