package main

import (
	"log/slog"
	"time"

	"althing/cmd/althing/internal/systemd"
	"althing/hub"
)

// tellManager tells the manager of services that the hub is up, and from then on,
// as often as it wants to know, that the hub still answers. A hub that does not is
// started again by it. done ends that.
func tellManager(h *hub.Hub, log *slog.Logger) (done func()) {
	tell(log, systemd.Ready)
	often := systemd.Often()
	if often == 0 {
		return func() {}
	}
	stop := make(chan struct{})
	go func() {
		ticker := time.NewTicker(often)
		defer ticker.Stop()
		for {
			h.ServerKey("server.messages") // it takes the lock that every request takes
			tell(log, systemd.Alive)
			select {
			case <-ticker.C:
			case <-stop:
				return
			}
		}
	}()
	return func() { close(stop) }
}

func tell(log *slog.Logger, what string) {
	if err := systemd.Notify(what); err != nil {
		log.Warn("what started this hub cannot be told how it is", "word", what, "err", err)
	}
}
