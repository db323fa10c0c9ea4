package web

import (
	"context"
	"time"

	"althing/fault"
	"althing/value"
)

// askWithin bounds how long another hub may take to answer.
const askWithin = 30 * time.Second

// elsewhere reports the hub that the caller names, when it is another one: its ID.
func (c *call) elsewhere() (id string, other bool, err error) {
	name := c.text(hubParam.name)
	if name == "" {
		return "", false, nil
	}
	a, err := c.server.Hub.Locate("x@" + name)
	switch {
	case err != nil:
		return "", false, err
	case a.Every:
		return "", false, fault.New(fault.Invalid, "the parameter %q names one hub", hubParam.name)
	case a.Here:
		return "", false, nil
	}
	return a.Hubs[0], true, nil
}

// ask has a method of the session protocol done by another hub, with the caller's
// rights as that hub has them, and gives the members of the answer.
func (c *call) ask(id, method string, params ...value.Pair) (func(name string) value.Value, error) {
	asker, err := c.session.Asker()
	if err != nil {
		return nil, err
	}
	given, err := value.NewDict(params)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(c.Context(), askWithin)
	defer cancel()
	answer, err := asker.Ask(ctx, id, method, given)
	if err != nil {
		return nil, err
	}
	return members(answer)
}

// with is one parameter of a method.
func with(name string, v value.Value) value.Pair {
	return value.Pair{Key: value.Str(name), Value: v}
}
