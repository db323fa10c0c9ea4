package web

import (
	"context"
	"strings"
	"time"

	"althing/fault"
	"althing/hub"
	"althing/value"
)

// askWithin bounds how long another hub may take to answer.
const askWithin = 30 * time.Second

// elsewhere reports the hub that the caller names, when it is another one: its ID.
func (c *call) elsewhere() (id string, other bool, err error) {
	_, id, other, err = c.place("x")
	return id, other, err
}

// place divides what names keys, garden.temp@barn, and reports the hub when it is
// another one: the one behind the '@', or that of the parameter.
func (c *call) place(named string) (name, id string, other bool, err error) {
	a := hub.Address{Name: named, Here: true}
	if at := c.text(hubParam.name); at != "" {
		named += "@" + at
	}
	if strings.Contains(named, "@") {
		a, err = c.server.Hub.Locate(named)
	}
	switch {
	case err != nil:
		return "", "", false, err
	case a.Every:
		return "", "", false, fault.New(fault.Invalid, "this names one hub, not all: '%.80s'", named)
	case a.Here:
		return a.Name, "", false, nil
	}
	return a.Name, a.Hubs[0], true, nil
}

// ask has a method of the session protocol done by another hub, with the caller's
// rights as that hub has them, and gives the members of the answer.
func (c *call) ask(id, method string, params ...value.Pair) (func(name string) value.Value, error) {
	asker, given, err := c.asking(params)
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

// askAll is ask of several hubs, the answers of which see is given one by one. The
// others are missing: by their names, with the reason.
func (c *call) askAll(ids []string, method string, see func(name string, answer func(string) value.Value), params ...value.Pair) (missing *value.Dict, err error) {
	asker, given, err := c.asking(params)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(c.Context(), askWithin)
	defer cancel()
	return asker.AskAll(ctx, ids, method, given, func(name string, v value.Value) error {
		answer, err := members(v)
		if err == nil {
			see(name, answer)
		}
		return err
	})
}

// asking gives what asks other hubs for the caller, and the parameters as they travel.
func (c *call) asking(params []value.Pair) (hub.Asker, *value.Dict, error) {
	asker, err := c.session.Asker()
	if err != nil {
		return hub.Asker{}, nil, err
	}
	given, err := value.NewDict(params)
	return asker, given, err
}

// with is one parameter of a method.
func with(name string, v value.Value) value.Pair {
	return value.Pair{Key: value.Str(name), Value: v}
}
