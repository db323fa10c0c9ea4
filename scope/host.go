package scope

import (
	"althing/access"
	"althing/expr"
	"althing/value"
)

// host is the machine that the hub runs on: host.cpu is a number, as it is now.
type host struct{}

func (host) TypeName() string { return "host" }

// Attr gives a figure. One that this machine does not tell is not a number.
func (host) Attr(t *expr.Thread, name string) (expr.Object, error) {
	q := query(t)
	if err := q.by.May(access.Read); err != nil {
		return nil, err
	}
	figure, known := q.scope.hub.Figure(name)
	if !known {
		return nil, nil
	}
	return value.Float(figure), nil
}
