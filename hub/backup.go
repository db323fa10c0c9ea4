package hub

import (
	"context"

	"althing/access"
	"althing/backup"
	"althing/fault"
)

// Backup is everything that the hub keeps, as it was when it was begun. One
// goroutine uses it.
type Backup struct {
	*backup.Backup
	hub *Hub
}

// Backup begins a backup; one is made at a time. It is to be closed soon: until
// then the log of the tables grows with what is written.
func (s *Session) Backup(ctx context.Context) (*Backup, error) {
	h := s.hub
	if err := s.act(access.Manage); err != nil {
		return nil, err
	}
	if h.saving.Swap(true) {
		return nil, fault.New(fault.Conflict, "a backup is being made already; wait for its end")
	}
	b, err := backup.Begin(ctx, backup.Source{
		Dir: h.dir, Log: h.store, SQL: h.db,
		Name: h.config.Name, Settings: h.config.Settings, Version: Version, Now: h.Now(),
	})
	if err != nil {
		h.saving.Store(false)
		return nil, err
	}
	s.note("backup")
	return &Backup{b, h}, nil
}

// Close ends the backup, so that another may be made.
func (b *Backup) Close() error {
	defer b.hub.saving.Store(false)
	return b.Backup.Close()
}
