package hub

import (
	"context"

	"althing/value"
)

// Answer answers what another hub asks, in a session that was made for it.
type Answer func(ctx context.Context, s *Session, params *value.Dict) (value.Value, error)

// answers are what other hubs may ask beside what the gateway answers.
var answers = map[string]Answer{
	askList:    answerList,
	askEnd:     answerEnd,
	askChanges: answerChanges,
	askMetrics: answerMetrics,
	askLatest:  answerLatest,
	askHistory: answerHistory,
}

// Answers has questions of other hubs answered. It is called before the hub's tree
// is started.
func (h *Hub) Answers(to map[string]Answer) { h.answers = to }

func (h *Hub) answerTo(what string) (Answer, bool) {
	if answer, known := h.answers[what]; known {
		return answer, true
	}
	answer, known := answers[what]
	return answer, known
}
