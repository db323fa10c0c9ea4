package hub

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"strings"
	"sync"

	"althing/access"
	"althing/fault"
	"althing/journal"
	"althing/messaging"
)

// Registration is what a client says about itself when it registers.
type Registration struct {
	// Name is the name by which others may reach it; empty: by its ID only.
	// messaging.CheckClientName says what can be one; a gateway may ask for more.
	Name        string
	Description string // for people
	Resume      string // the token of an earlier Registered, or empty
	// Gone, if set, is called once when the client is another's or known no more
	// while its session is still there, with the reason. It must not block.
	Gone func(reason error)
}

// Registered is who a client is.
type Registered struct {
	ID      string
	Name    string // what it asked for, or what it had when it has come back
	Resume  string // the token by which it is the same client on another connection
	Resumed bool   // it has come back: with its groups and what waits in its inbox
	Role    access.Role
}

// member is a client whose session is there.
type member struct {
	id, description string
	inbox           *Inbox

	// Of the goroutine that uses the session.
	name    string
	renamed bool // it may have another name by now
}

// membership is the member that a session has. Safe for concurrent use.
type membership struct {
	mu     sync.Mutex
	member *member // nil: no client has registered
	closed bool    // none will any more
}

func (m *membership) get() *member {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.member
}

// set gives the session its member; false: it has been closed.
func (m *membership) set(to *member) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.closed {
		m.member = to
	}
	return !m.closed
}

// end takes the member from the session, perhaps for good.
func (m *membership) end(forGood bool) *member {
	m.mu.Lock()
	defer m.mu.Unlock()
	was := m.member
	m.member, m.closed = nil, m.closed || forGood
	return was
}

var (
	errNotRegistered = fault.New(fault.Denied, "register first")
	errVisits        = fault.New(fault.Denied, "a visitor has no name, no inbox and no groups; register as a client")
)

// Register makes the caller a client: a new one, or the one that its token
// belongs to, under its ID and with its name, its groups and its inbox. A token
// that belongs to nobody any more makes a new one. A client whose session is there
// is not silent; when it ends, it has ten minutes to come back.
//
// IDs, names and groups are one namespace: a name that is taken in it is
// fault.Conflict, unless it is that of a client which has gone and could come
// back: that one stays without a name.
func (s *Session) Register(ctx context.Context, r Registration) (Registered, error) {
	if err := s.act(access.Enter); err != nil {
		return Registered{}, err
	}
	if s.membership.get() != nil {
		return Registered{}, s.refuse(fault.New(fault.Conflict, "this connection has registered already"))
	}
	s.Keep()
	is, err := s.resume(ctx, r)
	if err == nil && !is.Resumed {
		is, err = s.enrol(ctx, r)
	}
	if err != nil {
		return Registered{}, s.refuse(err)
	}
	is.Role = s.Role()
	return is, nil
}

// Visit lets a caller in who asks what it has to ask and goes: it is no client, and
// nothing of it is kept. What it says to others it says for clients of its address.
func (s *Session) Visit() error {
	if err := s.act(access.Enter); err != nil {
		return err
	}
	s.visits = true
	s.Keep()
	return nil
}

// enrol makes a new client.
func (s *Session) enrol(ctx context.Context, r Registration) (Registered, error) {
	secret := rand.Text()
	op := &messaging.Register{
		ID: s.hub.NewID(), Addr: s.addr, Name: strings.Clone(r.Name), Token: hashed(secret), Take: s.hub.holder(r.Name),
	}
	if _, err := s.submit(journal.Tx{Ops: []journal.Op{op}}).Wait(ctx); err != nil {
		return Registered{}, err
	}
	m, err := s.enlist(op.ID, r)
	if err != nil {
		return Registered{}, err
	}
	m.name = op.Name
	return Registered{ID: op.ID, Name: op.Name, Resume: op.ID + "." + secret}, nil
}

// resume makes the caller the client that its token belongs to, if there is one.
func (s *Session) resume(ctx context.Context, r Registration) (Registered, error) {
	id, secret, _ := strings.Cut(r.Resume, ".")
	c, known := s.hub.state.Client(id)
	if !known || c.Token == "" || subtle.ConstantTimeCompare([]byte(c.Token), []byte(hashed(secret))) == 0 {
		return Registered{}, nil
	}
	m, err := s.enlist(c.ID, r)
	if err != nil {
		return Registered{}, err
	}
	if m.name, err = s.comeBack(ctx, c.ID); err != nil {
		s.dismiss(false)
		if fault.Is(err, fault.NotFound) { // it was dropped just now
			return Registered{}, nil
		}
		return Registered{}, err
	}
	return Registered{ID: c.ID, Name: m.name, Resume: r.Resume, Resumed: true}, nil
}

// comeBack notes in the log where the client is now, and gives its name. This is
// behind all that its session before has acknowledged, which therefore does not
// come again.
func (s *Session) comeBack(ctx context.Context, id string) (name string, err error) {
	for {
		c, _ := s.hub.state.Client(id)
		op := &messaging.Amend{ID: id, Addr: s.addr, Name: c.Name}
		_, err := s.submit(journal.Tx{Ops: []journal.Op{op}}).Wait(ctx)
		if !fault.Is(err, fault.Conflict) { // else its name has just been taken
			return c.Name, err
		}
	}
}

// enlist gives the session its client; another session that has it loses it.
func (s *Session) enlist(id string, r Registration) (*member, error) {
	m := &member{id: id, description: r.Description}
	m.inbox = newInbox(s.hub, id, r.Gone)
	s.hub.Heard(id)
	if before := s.hub.crier.join(m); before != nil {
		before.inbox.end(errTaken)
	}
	if !s.membership.set(m) {
		s.hub.retire(m)
		return nil, errEnded
	}
	return m, nil
}

// dismiss ends the session of its client, which may come back; for good: the session
// takes no other either.
func (s *Session) dismiss(forGood bool) {
	if m := s.membership.end(forGood); m != nil {
		s.hub.retire(m)
	}
}

// retire ends what a member is told. From now on it is silent.
func (h *Hub) retire(m *member) {
	m.inbox.shut(errEnded)
	if h.crier.leave(m) {
		h.Heard(m.id)
	}
}

var errEnded = fault.New(fault.Closed, "the connection has ended")

// hashed is what is kept of a client's secret. It has 128 bits of chance, which
// nobody finds by trying.
func hashed(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return string(sum[:])
}

// holder gives the ID of the client that a name may be taken from: one that has
// gone, and could come back.
func (h *Hub) holder(name string) string {
	c, found := h.state.Find(name)
	if !found || c.Name != name || h.crier.member(c.ID) != nil {
		return ""
	}
	return c.ID
}

// ID is the ID of the session's client; empty: none has registered.
func (s *Session) ID() string {
	if m := s.membership.get(); m != nil {
		return m.id
	}
	return ""
}

// acting is act for what only a registered client does; it gives the client.
func (s *Session) acting(act access.Act) (*member, error) {
	if err := s.act(act); err != nil {
		return nil, err
	}
	if m := s.membership.get(); m != nil {
		return m, nil
	}
	if s.visits {
		return nil, s.refuse(errVisits)
	}
	return nil, s.refuse(errNotRegistered)
}

// Rename gives the client another name, under Register's conditions; empty: none.
func (s *Session) Rename(name string) Pending {
	m, err := s.acting(access.Enter)
	if err != nil {
		return Pending{err: err}
	}
	m.renamed = true
	return s.begin(&messaging.Amend{ID: m.id, Addr: s.addr, Name: strings.Clone(name), Take: s.hub.holder(name)})
}

// Inbox gives the inbox of the session's client.
func (s *Session) Inbox() (*Inbox, error) {
	m, err := s.acting(access.Enter)
	if err != nil {
		return nil, err
	}
	return m.inbox, nil
}
