package state

import (
	"strings"
	"time"

	"althing/fault"
	"althing/journal"
	"althing/registry"
)

// How a journal.Seen of this state is called: a key of a space behind its
// prefix, a whole space, or clients and groups.
var (
	keyPrefix = [registry.Spaces]string{registry.Values: "r:", registry.Variables: "v:"}
	spaceName = [registry.Spaces]string{registry.Values: "R", registry.Variables: "V"}
)

const clientsName = "m"

// SawKey notes that a transaction has read a key and found it with that
// revision, 0 when it was not there.
func SawKey(space registry.Space, key string, rev uint64) journal.Seen {
	return journal.Seen{Key: keyPrefix[space] + key, Rev: rev}
}

// SawSpace notes that a transaction has read a whole space or a part of it that
// is not one key, at the revision that Revision or a View gave.
func SawSpace(space registry.Space, rev uint64) journal.Seen {
	return journal.Seen{Key: spaceName[space], Rev: rev}
}

// SawClients notes that a transaction has read clients or groups, at the
// revision that ClientsRevision gave.
func SawClients(rev uint64) journal.Seen {
	return journal.Seen{Key: clientsName, Rev: rev}
}

// ClientsRevision is the revision of the last change of clients and groups.
func (s *State) ClientsRevision() uint64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.messaging.Revision()
}

// Verify reports whether everything seen still has the revision it had, at one
// moment and at the time now.
func (s *State) Verify(seen []journal.Seen, now time.Time) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	same, err := s.verify(seen, now)
	return same && err == nil
}

func (s *State) verify(seen []journal.Seen, now time.Time) (bool, error) {
	for _, saw := range seen {
		rev, err := s.revisionOf(saw.Key, now)
		if err != nil {
			return false, err
		}
		if rev != saw.Rev {
			return false, nil
		}
	}
	return true, nil
}

// revisionOf is the present revision of something that can be seen.
func (s *State) revisionOf(name string, now time.Time) (uint64, error) {
	if name == clientsName {
		return s.messaging.Revision(), nil
	}
	for space, r := range s.spaces {
		if name == spaceName[space] {
			return r.Revision(), nil
		}
		if key, is := strings.CutPrefix(name, keyPrefix[space]); is {
			return r.RevisionOf(key, now), nil
		}
	}
	return 0, fault.New(fault.Internal, "the state has nothing called %q that can be seen", name)
}
