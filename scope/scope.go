// Package scope is what a query may name: the shared values, messages, SQL and
// the hub itself, as the evaluator sees them.
//
// A query is a transaction. While its text is evaluated, a Query gathers what
// was read and what is to be written; at the end the hub commits that as one.
// A function whose answer depends on the order of things in the log (recv,
// delete, fetch, SQL, the owner's functions) carries out what has gathered before it acts, and from
// then on the query is not evaluated again. SQL and the shared values are not
// one transaction.
package scope

import (
	"context"
	"time"

	"althing/access"
	"althing/expr"
	"althing/expr/syntax"
	"althing/fault"
	"althing/functions"
	"althing/journal"
	"althing/messaging"
	"althing/registry"
	"althing/sqldb"
	"althing/state"
	"althing/value"
)

// Hub is what a scope needs of the hub that it stands in. Its methods may be
// called concurrently.
type Hub interface {
	// State is read directly; it changes only by Commit.
	State() *state.State
	// Changed is closed when something newer than now was applied, Stopping when
	// the hub is on its way down and nobody should wait any more.
	Changed() <-chan struct{}
	Stopping() <-chan struct{}
	// Name is the hub's own, as others find it.
	Name() string
	// Now is the hub's clock.
	Now() time.Time
	// Expires notes that a value will lapse at that time.
	Expires(at time.Time)
	// SQL runs statements.
	SQL(ctx context.Context, by Caller, sql string, may sqldb.Rights) (sqldb.Result, error)
	// Heard notes that a client has spoken.
	Heard(id string)
	// Locate says where in the tree of hubs it is what a text names: lamp@barn.
	Locate(text string) (Address, error)
	// Forward is what takes a message to the other hubs of an address.
	Forward(by Caller, to Address, m *messaging.Send) *messaging.Forward
	// Elsewhere asks another hub, by its ID, on behalf of by: what is a method of the
	// session protocol.
	Elsewhere(ctx context.Context, by Caller, hub, what string, params *value.Dict) (*value.Dict, error)
	// FetchElsewhere gives what matches at the other hubs of an address. At all hubs,
	// those are left out that do not answer.
	FetchElsewhere(ctx context.Context, by Caller, a Address) ([]Entries, error)
	// NewID gives an ID that no client has and no group is named by.
	NewID() string
	// Command runs a hub command; its text is the answer.
	Command(ctx context.Context, by Caller, text string) (string, error)
	// CheckKey reports whether it is the admin key; wrong ones are counted.
	CheckKey(by Caller, key string) error
	// Console shows a message to the operator.
	Console(from, text string)
	// Functions are the owner's own.
	Functions() *functions.Set
	// Status is what `althing status` shows.
	Status() *value.Dict
	// ServerKeys are the names of the read-only keys, in order, and ServerKey
	// the value of one.
	ServerKeys() []string
	ServerKey(key string) (value.Value, bool)
	// Figure is how the hub's machine is: its cpu, memory and so on.
	Figure(name string) (float64, bool)
}

// Caller is who asks.
type Caller interface {
	// May says why the caller may not do that, or nil.
	May(access.Act) error
	// Role is what the caller is to the hub.
	Role() access.Role
	// Addr is the address that a new client belongs to.
	Addr() string
	// Owns reports whether a client that belongs to addr is the caller's to
	// speak for.
	Owns(addr string) bool
	// Elevate makes the caller an administrator for as long as its connection
	// lasts, where the connection lasts at all.
	Elevate() error
	// Login gives the caller the role of whose key it is, for as long as its
	// connection lasts, and says who that is; wrong ones are counted.
	Login(key string) (who string, err error)
}

// Turn is the evaluation that a query is part of.
type Turn interface {
	// Settled reports whether all that the caller wrote before is there to be
	// read; Settle waits until it is.
	Settled() bool
	Settle(ctx context.Context) error
	// Idle runs f, which waits for something, and lets others evaluate meanwhile.
	Idle(f func() error) error
	// Commit stores and applies a transaction, and gives one result an operation.
	Commit(ctx context.Context, tx journal.Tx) ([]any, error)
}

// Scope holds the names that all queries share. It is immutable after New and
// safe for concurrent use.
type Scope struct {
	hub   Hub
	names map[string]expr.Object
}

// New makes the scope of a hub. modules are offered beside the hub's own names.
func New(h Hub, modules map[string]*expr.Module) *Scope {
	s := &Scope{hub: h, names: map[string]expr.Object{"MyData": myData{}, "host": host{}}}
	for name, m := range modules {
		s.names[name] = m
	}
	for _, group := range [][]*expr.Func{registryFuncs, messagingFuncs, sqlFuncs, hubFuncs, ownerFuncs, elsewhereFuncs} {
		for _, f := range group {
			s.names[f.Name()] = f
		}
	}
	return s
}

// Names are the names that every query knows, beside the built-in ones.
func (s *Scope) Names() []string {
	names := make([]string, 0, len(s.names))
	for name := range s.names {
		names = append(names, name)
	}
	return names
}

// Taken says why a function of the owner's cannot have that name, or nothing.
func (s *Scope) Taken(name string) string {
	switch {
	case syntax.IsKeyword(name):
		return "its name is a word of the language"
	case s.names[name] != nil || expr.Builtin(name) != nil:
		return "its name is one that queries know already"
	}
	return ""
}

// Begin starts a query of by, at the time now. q may have been another query
// before, which is over: there are many, and each is short.
func (s *Scope) Begin(q *Query, by Caller, now time.Time, turn Turn) {
	if cap(q.seen) > keptSeen {
		q.seen = nil
	}
	*q = Query{
		scope: s, by: by, now: now, turn: turn, seen: q.seen[:0],
		values: overlay{order: q.values.again()},
		vars:   overlay{space: registry.Variables, order: q.vars.again()},
	}
}

// keptSeen is how many readings leave their memory for the next query.
const keptSeen = 1024

// query gives the query that a function was called in.
func query(t *expr.Thread) *Query { return t.Host.(*Query) }

// text gives an argument that must be a text.
func text(fn, param string, o expr.Object) (string, error) {
	s, ok := o.(value.Str)
	if !ok {
		return "", expr.TypeError("%s(): %s must be str, not %s", fn, param, o.TypeName())
	}
	return string(s), nil
}

const ok = value.Str("OK")

// errConflict is what a query ends with that cannot be evaluated again.
var errConflict = fault.New(fault.Conflict, "conflict: another query changed what this one had read; try again")
