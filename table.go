package althing

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"althing/fault"
)

// table is what can be asked for by name: commands, requests, methods.
type table[T any] struct {
	what string // "command"
	mu   sync.RWMutex
	m    map[string]T
}

// add adds what is called name. It fails when there is one and it is not to be
// overwritten.
func (t *table[T]) add(name string, it T, overwrite bool) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, there := t.m[name]; there && !overwrite {
		return fault.New(fault.Conflict, "there is a %s %q already", t.what, name)
	}
	if t.m == nil {
		t.m = make(map[string]T)
	}
	t.m[name] = it
	return nil
}

func (t *table[T]) delete(name string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, there := t.m[name]; !there {
		return fault.New(fault.NotFound, "there is no %s %q", t.what, name)
	}
	delete(t.m, name)
	return nil
}

func (t *table[T]) get(name string) (T, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	it, ok := t.m[name]
	return it, ok
}

// names gives all names in order.
func (t *table[T]) names() []string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return slices.Sorted(maps.Keys(t.m))
}

// checkName refuses a name that not every protocol can say.
func checkName(what, name string) error {
	if name == "" || len(name) > maxCommandName || !utf8.ValidString(name) ||
		strings.ContainsFunc(name, unicode.IsControl) || strings.ContainsAny(name, "(), ") {
		return fault.New(fault.Invalid, "%.80q is no name of a %s: 1 to %d bytes without blanks, brackets, commas", name, what, maxCommandName)
	}
	return nil
}
