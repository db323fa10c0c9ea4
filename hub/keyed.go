package hub

import (
	"strings"
	"sync"

	"althing/access"
	"althing/fault"
)

// keyed are the sessions in which a user's key was shown: they end when it is
// taken back. Safe for concurrent use.
type keyed struct {
	mu  sync.Mutex
	all map[*Session]bool
}

func (k *keyed) add(s *Session) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.all == nil {
		k.all = map[*Session]bool{}
	}
	k.all[s] = true
}

func (k *keyed) drop(s *Session) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.all, s)
}

// takenBack gives, once, the sessions whose key was taken back.
func (k *keyed) takenBack() (ended []*Session) {
	k.mu.Lock()
	defer k.mu.Unlock()
	looked := false
	for s := range k.all {
		proof := s.proof.Load()
		if !looked { // one look is for all
			proof.Look()
			looked = true
		}
		if proof.Role() == access.Guest {
			delete(k.all, s)
			ended = append(ended, s)
		}
	}
	return ended
}

var errTakenBack = fault.New(fault.Denied, "the key was taken back")

// endTakenBack ends the sessions of users who are none any more. Who has not
// registered has no more rights than a guest, and is told nothing by itself.
func (h *Hub) endTakenBack() {
	for _, s := range h.keyed.takenBack() {
		if m := s.membership.get(); m != nil {
			m.inbox.end(errTakenBack)
		}
	}
}

// Role is what the caller is to the hub now.
func (s *Session) Role() access.Role {
	return max(access.Role(s.role.Load()), s.proof.Load().Role())
}

// Authorize gives a caller the role of its key before it registers: guests may not
// be allowed to. A wrong key is fault.Denied, an empty one none.
func (s *Session) Authorize(key string) error {
	if key == "" {
		return nil
	}
	who, err := s.Login(key)
	if err != nil {
		return s.refuse(err)
	}
	s.hub.access.Audit(s.addr, "register as "+who)
	return nil
}

// guesser is whom a wrong key counts against: of those elsewhere, their whole hub,
// which could give them any name.
func guesser(addr string) string { return addr[strings.LastIndexByte(addr, '@')+1:] }

// Prove says what a key is, and changes nothing about the caller. Wrong ones count
// against its address.
func (s *Session) Prove(key string) (*access.Proof, error) {
	return s.hub.access.Prove(guesser(s.addr), key)
}

// Once gives a session for one of several requests that come over the caller's
// connection, each with rights of its own: those of the connection, and what a key
// has proven for this one. It may be used beside the others, and ends with its Close.
func (s *Session) Once(proof *access.Proof) *Session {
	once := &Session{hub: s.hub, caller: s.caller, addr: s.addr, leave: func() {}}
	once.Become(access.Role(s.role.Load()))
	once.proof.Store(proof)
	return once
}

// Login gives the caller the role of whose key it is, until its connection ends,
// and says who that is.
func (s *Session) Login(key string) (who string, err error) {
	proof, err := s.Prove(key)
	if err != nil {
		return "", err
	}
	if proof.Role() == access.Admin {
		s.Become(access.Admin)
	} else {
		s.proof.Store(proof)
		s.hub.keyed.add(s)
	}
	if s.kept { // else it is one query, of the many of a device that knows no better
		s.hub.access.Audit(s.addr, "login as "+proof.String())
	}
	return proof.String(), nil
}
