package althing

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net/netip"
	"slices"

	"althing/fault"
	"althing/wire"
)

// adminKey is the admin key of a server, of which only the hash is kept.
type adminKey struct {
	set  bool
	hash [sha256.Size]byte
}

// take takes another key, unless it is empty.
func (k *adminKey) take(key string) {
	if key != "" {
		k.set, k.hash = true, sha256.Sum256([]byte(key))
	}
}

// authorize says whether a client is an admin.
func (s *Server) authorize(ctx context.Context, hello wire.Hello, from netip.AddrPort) (bool, error) {
	if s.Authorize != nil {
		return s.Authorize(ctx, hello, from)
	}
	admin := s.IsAdminKey(hello.Key)
	if admin || hello.Key == "" {
		return admin, nil
	}
	return false, fault.New(fault.Denied, "the admin key is wrong")
}

// IsAdminKey reports whether key is the admin key, in a time that says nothing
// about it. Every key is while there is none.
func (s *Server) IsAdminKey(key string) bool {
	s.mu.Lock()
	is := s.adminKey
	s.mu.Unlock()
	if !is.set {
		is.take(s.AdminKey)
	}
	hash := sha256.Sum256([]byte(key))
	return !is.set || subtle.ConstantTimeCompare(hash[:], is.hash[:]) == 1
}

// SetAdminKey takes another admin key from now on; who is an admin stays one. An
// empty key changes nothing: a server that has a key keeps one.
func (s *Server) SetAdminKey(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.adminKey.take(key)
}

// everybodyIsAdmin reports whether commands that are for admins are for all.
func (s *Server) everybodyIsAdmin() bool {
	return s.Authorize == nil && s.IsAdminKey("") &&
		slices.ContainsFunc(s.Commands(), func(c *Command) bool { return slices.Contains(c.Needs, Admin) })
}
