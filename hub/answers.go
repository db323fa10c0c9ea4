package hub

import (
	"context"

	"althing/fault"
	"althing/value"
)

// answers are what other hubs may ask, each in a session of its own.
var answers = map[string]func(context.Context, *Session, *value.Dict) (value.Value, error){
	"eval":  answerEval,
	askList: answerList,
	askEnd:  answerEnd,
}

// answerEval works out a text, as the text port does.
func answerEval(ctx context.Context, s *Session, params *value.Dict) (value.Value, error) {
	v, _ := params.Get(value.Str("text"))
	text, ok := v.(value.Str)
	if !ok {
		return nil, fault.New(fault.Invalid, "'text' is the expression to be worked out")
	}
	reply := s.Eval(ctx, string(text))
	defer reply.Done()
	result, err := reply.Result()
	return value.Str(result), err
}
