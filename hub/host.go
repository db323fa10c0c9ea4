package hub

import (
	"althing/access"
	"althing/hostmetrics"
)

// Host tells how the hub's machine is. Whoever may read may ask it, for as long as
// the session lasts.
func (s *Session) Host() (*hostmetrics.Sampler, error) {
	if err := s.act(access.Read); err != nil {
		return nil, err
	}
	return s.hub.sampler, nil
}
