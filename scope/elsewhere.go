package scope

import (
	"althing/expr"
)

// Address is what a text names, and where in the tree of hubs that is.
type Address struct {
	Name  string   // without the hub's
	Here  bool     // it is one of this hub's
	Hubs  []string // the other hubs that it is meant at, by their IDs
	Every bool     // it is meant at all hubs: name@*
}

// forward gathers what puts a message into the outboxes of other hubs.
func (q *Query) forward(t *expr.Thread, from, body string, to Address) error {
	op := q.scope.hub.Forward(q.by, to, message(from, to.Name, body))
	return q.people.add(t, op, len(from)+len(to.Name)+len(body))
}
