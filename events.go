package althing

import (
	"slices"
	"sync"
	"sync/atomic"
)

// callbacks are the functions that listen to one event. They may be added and
// removed while the event happens: whoever is calling goes on with the list as
// it was.
type callbacks[F any] struct {
	mu   sync.Mutex
	list atomic.Pointer[[]*F]
}

// add adds a function, and returns what removes it.
func (c *callbacks[F]) add(f F) (remove func()) {
	p := &f
	c.change(func(list []*F) []*F { return append(list, p) })
	return func() {
		c.change(func(list []*F) []*F {
			return slices.DeleteFunc(list, func(other *F) bool { return other == p })
		})
	}
}

func (c *callbacks[F]) change(edit func([]*F) []*F) {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := edit(slices.Clone(c.all()))
	c.list.Store(&list)
}

// all gives the functions in the order in which they were added.
func (c *callbacks[F]) all() []*F {
	if list := c.list.Load(); list != nil {
		return *list
	}
	return nil
}
