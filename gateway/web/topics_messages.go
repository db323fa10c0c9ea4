package web

import (
	"context"
	"time"

	"althing/hub"
)

// messageRow is a message as it passes.
type messageRow struct {
	At       time.Time  `json:"at"`
	From     string     `json:"from"`
	FromName string     `json:"from_name,omitempty"` // where from is the ID of a client that has a name
	To       string     `json:"to"`                  // empty: the hub itself
	ToName   string     `json:"to_name,omitempty"`
	Group    bool       `json:"group"` // to is no client's
	Headers  []headerIO `json:"headers,omitempty"`
	Body     string     `json:"body"`
	Left     int        `json:"left,omitempty"` // bytes of the body that are not told
	Lost     int        `json:"lost,omitempty"` // messages before it that are not told
}

// tellMessages tells of messages as they pass.
func tellMessages(of hub.Passing) func(context.Context, *source) error {
	return func(ctx context.Context, s *source) error {
		t := newTail(s, "message")
		stop, err := s.session.Overhear(of, func(m hub.Overheard) {
			row := messageRow{
				At: m.At.UTC(), From: m.From, FromName: m.FromName, To: m.To, ToName: m.ToName, Group: m.ToGroup && m.To != "",
				Body: m.Body, Left: m.Left, Lost: m.Lost,
			}
			for _, h := range m.Headers {
				row.Headers = append(row.Headers, headerIO(h))
			}
			_ = t.add(row) // of texts and numbers: it can be written
		})
		if err != nil {
			return err
		}
		defer stop()
		<-ctx.Done()
		return nil
	}
}
