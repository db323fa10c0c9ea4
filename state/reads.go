package state

import (
	"context"
	"time"

	"althing/messaging"
	"althing/registry"
)

// Get gives what a key holds at the time now.
func (s *State) Get(space registry.Space, key string, now time.Time) (registry.Entry, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.spaces[space].Get(key, now)
}

// History gives the last values of a shared key, the oldest first and the
// present one last; none when the key is not there at the time now.
func (s *State) History(key string, now time.Time) []registry.Past {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.spaces[registry.Values].History(key, now)
}

// View gives a picture of a whole space, which is read outside the state's lock
// and never changes. It costs microseconds; what is matched or listed is
// matched or listed on one.
func (s *State) View(space registry.Space) *registry.View {
	s.mu.Lock() // taking a picture marks what it shares with the registry
	defer s.mu.Unlock()
	return s.spaces[space].View()
}

// Len is the number of keys in a space.
func (s *State) Len(space registry.Space) int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.spaces[space].Len()
}

// Bytes is what keys, values and former values of a space weigh.
func (s *State) Bytes(space registry.Space) int64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.spaces[space].Bytes() + s.spaces[space].HistoryBytes()
}

// Revision is the revision of the last change of anything in a space.
func (s *State) Revision(space registry.Space) uint64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.spaces[space].Revision()
}

// Changes are what Changes found.
type Changes struct {
	List []registry.Change
	// Next is the revision to ask after the next time.
	Next uint64
	// Anew: the revision asked after is older than what the state remembers, and
	// List is all that matches now, under the revision Next; what was removed
	// meanwhile is not in it.
	Anew bool
}

// Changes gives the changes of shared keys that match, after a revision. It
// never waits. Matching ends early when ctx does, with its error.
func (s *State) Changes(ctx context.Context, p *registry.Pattern, after uint64, now time.Time) (Changes, error) {
	recent, next, all := s.Since(after)
	if all {
		list, err := recent.Match(ctx, p, now)
		return Changes{List: list, Next: next}, err
	}
	view := s.View(registry.Values)
	list, err := view.Changes(ctx, p, now)
	return Changes{List: list, Next: max(after, view.Revision()), Anew: true}, err
}

// Since gives the changes of shared keys after a revision, and the revision to
// ask after the next time; false: some of them are forgotten. It only copies.
func (s *State) Since(after uint64) (recent registry.Recent, next uint64, all bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	values := s.spaces[registry.Values]
	recent, all = values.Since(after)
	return recent, max(after, values.Revision()), all
}

// NextExpiry is when the next key of any space runs out; false: none does.
func (s *State) NextExpiry() (time.Time, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var next time.Time
	for _, r := range s.spaces {
		if t, ok := r.NextExpiry(); ok && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	return next, !next.IsZero()
}

// Expired gives the operations that remove what has run out by the time now, of
// each space at most the given number.
func (s *State) Expired(now time.Time, most int) []*registry.Lapse {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var ops []*registry.Lapse
	for space, r := range s.spaces {
		ops = append(ops, r.Expired(registry.Space(space), now, most)...)
	}
	return ops
}

// Client gives the client with that ID.
func (s *State) Client(id string) (messaging.Client, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.messaging.Client(id)
}

// Find gives the client with that ID or name.
func (s *State) Find(who string) (messaging.Client, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.messaging.Find(who)
}

// Clients gives all clients in the order of their IDs.
func (s *State) Clients() []messaging.Client {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.messaging.Clients()
}

// ClientIDs gives the IDs of all clients, in no particular order.
func (s *State) ClientIDs() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.messaging.ClientIDs()
}

// Groups gives the groups and how many are in each: the predefined ones always,
// others while somebody is in them.
func (s *State) Groups() map[string]int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.messaging.Groups()
}

// Members gives those who are in a group, in the order of their IDs.
func (s *State) Members(group string) []messaging.Client {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.messaging.Members(group)
}

// AnyMember reports whether one of those in the group is as wanted. wanted is
// called under the state's lock and must not call the state.
func (s *State) AnyMember(group string, wanted func(messaging.Client) bool) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.messaging.AnyMember(group, wanted)
}

// IsMember reports whether the client is in the group.
func (s *State) IsMember(id, group string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.messaging.IsMember(id, group)
}

// Pending is how many messages the client's inbox would hand out; 0 for an
// unknown ID.
func (s *State) Pending(id string) int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.messaging.Pending(id)
}

// Waiting gives what waits in a client's inbox behind a message, at most so many;
// false: the ID is not known.
func (s *State) Waiting(id string, after uint64, most int) (messaging.Waiting, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.messaging.Waiting(id, after, most)
}

// Outboxes gives what waits for other hubs, in the order of their IDs.
func (s *State) Outboxes() []messaging.Outbox {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.messaging.Outboxes()
}

// Outbox gives what waits for another hub; false: nothing was ever meant for it.
func (s *State) Outbox(hub string) (messaging.Outbox, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.messaging.Outbox(hub)
}

// ArrivedFrom gives up to where the letters of another hub have arrived, and of
// which stream; empty: of none.
func (s *State) ArrivedFrom(hub string) (stream string, number uint64) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.messaging.ArrivedFrom(hub)
}

// Listen makes Arrived tell of a client, Ignore no more.
func (s *State) Listen(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messaging.Listen(id)
}

// Ignore is what Listen says of it.
func (s *State) Ignore(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messaging.Ignore(id)
}

// Arrived gives the IDs of the clients listened to that got a message since it
// was asked last, or are clients no more. There is one who asks.
func (s *State) Arrived() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.messaging.Arrived()
}

// Limits gives the bounds that hold now: those of the last Configure.
func (s *State) Limits() Limits {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.limits()
}

// Stats are figures of the whole state.
type Stats struct {
	Keys         int   // shared values
	Bytes        int64 // what they weigh with their keys
	HistoryBytes int64 // what their former values weigh
	Variables    int
	Messaging    messaging.Stats
}

// Stats gives the figures.
func (s *State) Stats() Stats {
	s.mu.RLock()
	defer s.mu.RUnlock()
	values := s.spaces[registry.Values]
	return Stats{
		Keys:         values.Len(),
		Bytes:        values.Bytes(),
		HistoryBytes: values.HistoryBytes(),
		Variables:    s.spaces[registry.Variables].Len(),
		Messaging:    s.messaging.Stats(),
	}
}
