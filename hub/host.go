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

// Figure is how the hub's machine is now, by the name behind "host." that the hub
// records it by, or by the CPU port's word for it: mem, net and temp.
func (h *Hub) Figure(name string) (float64, bool) {
	switch name = "host." + name; name {
	case hostCPU:
		return h.sampler.CPU(), true
	case "host.mem":
		name = hostMemory
	case "host.temp":
		name = "host.temperature"
	case "host.net":
		received, sent := h.sampler.Figures().Traffic()
		return hostmetrics.Round(received + sent), true
	}
	for _, r := range recorded {
		if r.name == name {
			f := &figures{host: h.sampler.Figures()}
			f.received, f.sent = f.host.Traffic()
			return hostmetrics.Round(r.of(f)), true
		}
	}
	return 0, false
}
