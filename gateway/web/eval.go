package web

import (
	"net/http"

	"althing/access"
	"althing/fault"
	"althing/value"
)

// evalOperations are expressions.
var evalOperations = []operation{
	{
		method: http.MethodPost, path: "/eval", act: access.Ask, summary: "Work out an expression, as the text port does",
		params: []param{hubParam}, in: evalIn{}, out: evalOut{}, run: evaluate,
	},
}

type evalIn struct {
	Text string `json:"text" help:"the expression"`
}

type evalOut struct {
	Text  string     `json:"text" help:"what the text port would answer"`
	Value *jsonValue `json:"value,omitempty" help:"the value itself, where it has a literal form; not given by other hubs"`
}

func evaluate(c *call) (any, error) {
	text := c.in.(*evalIn).Text
	c.note("eval " + text)
	id, other, err := c.elsewhere()
	if err != nil {
		return nil, err
	}
	if other {
		answer, err := c.ask(id, "eval", with("text", value.Str(text)))
		if err != nil {
			return nil, raised(err)
		}
		return evalOut{Text: value.Text(answer("value"))}, nil
	}
	c.session.Values = true
	reply := c.session.Eval(c.Context(), text)
	defer reply.Done()
	said, err := reply.Result()
	if err != nil {
		return nil, raised(err)
	}
	out := evalOut{Text: said}
	if v := reply.Value(); v != nil {
		out.Value = &jsonValue{v}
	}
	return out, nil
}

// raised is a failed evaluation: that there is no such name or key is no matter of
// the path.
func raised(err error) error {
	f := *fault.Of(err)
	f.Exception = f.Type()
	switch f.Code {
	case fault.NotFound, fault.Invalid, fault.Conflict, fault.Limit:
		return statusError{http.StatusUnprocessableEntity, &f}
	}
	return &f
}
