package session

import (
	"context"

	"althing"
	"althing/hub"
	"althing/value"
)

func startRecording(ctx context.Context, session *hub.Session, p *params) (althing.Answer, error) {
	pattern := p.text("pattern")
	if p.err != nil {
		return done, p.err
	}
	r, err := session.Record(ctx, pattern)
	if err != nil {
		return done, err
	}
	return althing.Answer{Value: recording(r)}, nil
}

func stopRecording(_ context.Context, session *hub.Session, p *params) (althing.Answer, error) {
	pattern := p.text("pattern")
	if p.err != nil {
		return done, p.err
	}
	return done, session.StopRecording(pattern)
}

func listRecordings(ctx context.Context, session *hub.Session, _ *params) (althing.Answer, error) {
	list, err := session.Recordings(ctx)
	if err != nil {
		return done, err
	}
	all := make(value.List, len(list))
	for i, r := range list {
		all[i] = recording(r)
	}
	return answer(member("recordings", all))
}

func recording(r hub.Recording) *value.Dict {
	return value.DictOf("pattern", value.Str(r.Pattern), "since", seconds(r.Since), "numbers", value.Int(r.Numbers), "full", value.Bool(r.Full))
}
