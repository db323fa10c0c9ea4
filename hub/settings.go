package hub

import (
	"slices"

	"althing/access"
)

// Setting is one of those that a hub runs with, as people gave it. It holds no
// secret.
type Setting struct {
	Name, Value string
	From        string // flag, default, the variable's name or the file and its line
	Help        string
}

// Settings tells an administrator what the hub runs with.
func (s *Session) Settings() ([]Setting, error) {
	if err := s.act(access.Manage); err != nil {
		return nil, err
	}
	return slices.Clone(s.hub.config.Running), nil
}
