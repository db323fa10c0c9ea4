package althing

import (
	"context"
	"errors"
	"slices"
	"sync"

	"althing/value"
)

// kept is what a client has at its hub, and has again after a reconnect.
type kept struct {
	watches watches

	mu     sync.Mutex
	groups []string
	pushed bool
	window int
}

func (k *kept) join(group string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !slices.Contains(k.groups, group) {
		k.groups = append(k.groups, group)
	}
}

func (k *kept) leave(group string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.groups = without(k.groups, group)
}

func (k *kept) push(on bool, window int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.pushed, k.window = on, window
}

// without gives a list without an item, and leaves the list as it was.
func without[T comparable](list []T, item T) []T {
	return slices.DeleteFunc(slices.Clone(list), func(other T) bool { return other == item })
}

// restore gives a client that has connected again what it had. What fails because
// the connection has ended is left to the next one. before is the id that it had:
// the hub may know it no more.
func (c *Client) restore(conn *Conn, before string) {
	ctx := context.Background() // the conn's end, and its patience, bound it
	c.kept.mu.Lock()
	groups, pushed, window := c.kept.groups, c.kept.pushed, c.kept.window
	c.kept.mu.Unlock()
	if before != conn.id {
		c.kept.watches.forgotten()
	}
	var failed []error
	for _, group := range groups {
		_, err := conn.callHub(ctx, "group.join", param("group", value.Str(group)))
		failed = append(failed, err)
	}
	for _, w := range c.kept.watches.list() {
		failed = append(failed, c.kept.watches.begin(ctx, conn, w))
	}
	if pushed {
		failed = append(failed, conn.push(ctx, true, window))
	}
	if conn.out.ended() != nil {
		return
	}
	err := errors.Join(failed...)
	if err != nil {
		c.logger().Warn("not all could be restored after a reconnect", "addr", c.addr, "err", err)
	}
	for _, f := range c.restored.all() {
		(*f)(err)
	}
}
