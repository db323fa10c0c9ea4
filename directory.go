package althing

import (
	"container/list"
	"context"
	"crypto/rand"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"althing/fault"
	"althing/wire"
)

// Directory knows who is a client: names, ids, and who comes back. A server
// without one keeps it in memory; a hub keeps it in its journal. Its methods may
// be called concurrently.
type Directory interface {
	// Enter makes a client of whoever registers, or finds the client again that
	// Hello.Resume belongs to. A name that cannot be had is no error: the client
	// gets another, and Notice says why.
	Enter(ctx context.Context, hello wire.Hello, from netip.AddrPort) (Identity, error)
	// Rename gives a client another name, or says why it cannot have it.
	Rename(ctx context.Context, id, name string) error
	// Leave is called when the last conn of a client has ended.
	Leave(id string)
}

// Identity is who a client is.
type Identity struct {
	ID     string
	Name   string
	Notice string // one line that says why Name is not the one it asked for
	Resume string // the token by which the client is found again
	// Permissions that the client has beside User.
	Permissions []string
}

// memory is the Directory of a server that has no other.
type memory struct {
	limit int // clients that have gone and are remembered

	mu     sync.Mutex
	byID   map[string]*member
	byName map[string]*member
	gone   list.List // *member; the longest gone in front
}

// member is a client in memory.
type member struct {
	Identity
	visits bool          // it is forgotten when it goes
	elem   *list.Element // its place among those that have gone; nil while it is here
}

// newMemory makes a Directory that remembers so many clients that have gone.
func newMemory(limit int) *memory {
	return &memory{limit: limit, byID: make(map[string]*member), byName: make(map[string]*member)}
}

// Enter implements Directory. A name is kept for a client that has gone until
// another asks for it.
func (d *memory) Enter(_ context.Context, hello wire.Hello, _ netip.AddrPort) (Identity, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if id, _, ok := strings.Cut(hello.Resume, "."); ok {
		if m := d.byID[id]; m != nil && sameSecret(m.Resume, hello.Resume) {
			d.stays(m)
			return m.Identity, nil
		}
	}
	id := rand.Text()
	m := &member{visits: hello.Role == wire.Visitor, Identity: Identity{ID: id, Name: hello.Name, Resume: id + "." + rand.Text()}}
	if err := d.free(hello.Name); err != nil {
		m.Name = "unnamed_" + id[:5]
		if utf8.RuneCountInString(hello.Name) >= minName {
			m.Notice = fault.Of(err).Message
		}
	}
	for n := 2; d.byName[m.Name] != nil; n++ { // five letters of an id may come twice
		m.Name = "unnamed_" + id[:5] + strconv.Itoa(n)
	}
	d.byID[id], d.byName[m.Name] = m, m
	return m.Identity, nil
}

// Rename implements Directory.
func (d *memory) Rename(_ context.Context, id, name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	m := d.byID[id]
	if m == nil {
		return fault.New(fault.NotFound, "there is no client %.40q", id)
	}
	if m.Name == name {
		return nil
	}
	if err := d.free(name); err != nil {
		return err
	}
	delete(d.byName, m.Name)
	m.Name = name
	d.byName[name] = m
	return nil
}

// Leave implements Directory.
func (d *memory) Leave(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	m := d.byID[id]
	switch {
	case m == nil || m.elem != nil:
		return
	case m.visits:
		d.forget(m)
		return
	}
	m.elem = d.gone.PushBack(m)
	if d.gone.Len() > d.limit {
		d.forget(d.gone.Front().Value.(*member))
	}
}

// free says whether a name can be had. That of a client that has gone can: the
// client is forgotten.
func (d *memory) free(name string) error {
	if err := CheckName(name); err != nil {
		return err
	}
	switch m := d.byName[name]; {
	case m == nil:
	case m.elem == nil:
		return fault.New(fault.Conflict, "Username '%s' is already used", name)
	default:
		d.forget(m)
	}
	return nil
}

// stays takes a client out of those that have gone.
func (d *memory) stays(m *member) {
	if m.elem != nil {
		d.gone.Remove(m.elem)
		m.elem = nil
	}
}

func (d *memory) forget(m *member) {
	d.stays(m)
	delete(d.byID, m.ID)
	delete(d.byName, m.Name)
}
