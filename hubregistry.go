package althing

import (
	"context"
	"time"

	"althing/fault"
	"althing/value"
)

// Shared is a value as a hub keeps it.
type Shared struct {
	Value value.Value
	// Revision grows with every change of any value of the hub.
	Revision uint64
	// Time is when the value was set.
	Time time.Time
	// Away is why a value of another hub is not newer, and Age how long ago it was
	// asked for; empty: it is what it says.
	Away string
	Age  time.Duration
}

// Past is a value that a key has had.
type Past struct {
	Time  time.Time
	Value value.Value
}

// SetOption says more about how Client.Set sets a value.
type SetOption func() (value.Pair, error)

// Expire has the value removed after a time.
func Expire(after time.Duration) SetOption {
	return func() (value.Pair, error) { return param("expire", value.Float(after.Seconds())), nil }
}

// Expect has the value set only when the key has the value v, and fails with
// code Conflict else.
func Expect(v any) SetOption {
	return func() (value.Pair, error) {
		expected, err := value.FromGo(v)
		return param("expect", expected), err
	}
}

// ExpectRevision has the value set only when the key has that revision, and
// fails with code Conflict else. 0: the key must not be there.
func ExpectRevision(revision uint64) SetOption {
	return func() (value.Pair, error) {
		expected, err := value.FromGo(revision)
		return param("expect_revision", expected), err
	}
}

// Set shares a value under a key of the hub's registry, and returns the revision
// that it has there. The value is one of package value, or whatever
// value.FromGo takes. When Set returns nil, the value is safe.
func (c *Client) Set(ctx context.Context, key string, v any, options ...SetOption) (revision uint64, err error) {
	shared, err := value.FromGo(v)
	if err != nil {
		return 0, err
	}
	params := []value.Pair{param("value", shared)}
	for _, option := range options {
		p, err := option()
		if err != nil {
			return 0, err
		}
		params = append(params, p)
	}
	r, err := c.callText(ctx, "registry.set", "key", key, params...)
	if err != nil {
		return 0, err
	}
	revision = uint64(field[value.Int](r, "revision"))
	return revision, r.err
}

// Get gives the value of a key. A key that is not there is an error of code
// NotFound.
func (c *Client) Get(ctx context.Context, key string) (Shared, error) {
	r, err := c.callText(ctx, "registry.get", "key", key)
	if err != nil {
		return Shared{}, err
	}
	e := Shared{Value: r.any("value"), Revision: uint64(field[value.Int](r, "revision"))}
	var ok bool
	if e.Time, ok = moment(r.any("time")); !ok {
		r.strange("time")
	}
	if e.Away = string(optional[value.Str](r, "away")); e.Away != "" {
		e.Age = time.Duration(float64(field[value.Float](r, "age")) * float64(time.Second))
	}
	return e, r.err
}

// Fetch gives all values whose keys match a pattern: * ? [abc] [!abc].
func (c *Client) Fetch(ctx context.Context, pattern string) (map[string]value.Value, error) {
	r, err := c.callText(ctx, "registry.fetch", "pattern", pattern)
	if err != nil {
		return nil, err
	}
	entries := map[string]value.Value{}
	if dict := field[*value.Dict](r, "entries"); dict != nil {
		for _, pair := range dict.Pairs() {
			entries[value.Text(pair.Key)] = pair.Value
		}
	}
	return entries, r.err
}

// Page gives a part of what Fetch gives: what the keys behind one hold, in order,
// at most so many; behind "" are all. Those that the hub itself keeps are left out.
// more says that there may be others, behind the last of these.
func (c *Client) Page(ctx context.Context, pattern, behind string, most int) (part []value.Pair, more bool, err error) {
	r, err := c.callText(ctx, "registry.fetch", "pattern", pattern, param("behind", value.Str(behind)), param("limit", value.Int(most)))
	if err != nil {
		return nil, false, err
	}
	if dict := field[*value.Dict](r, "entries"); dict != nil {
		part = dict.Pairs()
	}
	return part, bool(field[value.Bool](r, "more")), r.err
}

// List gives the keys that match a pattern, in order.
func (c *Client) List(ctx context.Context, pattern string) ([]string, error) {
	r, err := c.callText(ctx, "registry.list", "pattern", pattern)
	if err != nil {
		return nil, err
	}
	keys := items(r, "keys", textItem)
	return keys, r.err
}

// Delete removes all keys that match a pattern, and returns how many those were.
func (c *Client) Delete(ctx context.Context, pattern string) (count int, err error) {
	r, err := c.callText(ctx, "registry.delete", "pattern", pattern)
	if err != nil {
		return 0, err
	}
	count = int(field[value.Int](r, "count"))
	return count, r.err
}

// History gives the last values of a key, the oldest first. How many the hub
// remembers is the hub's affair.
func (c *Client) History(ctx context.Context, key string) ([]Past, error) {
	r, err := c.callText(ctx, "registry.history", "key", key)
	if err != nil {
		return nil, err
	}
	past := items(r, "values", func(v value.Value) (p Past, ok bool) {
		items, ok := value.Items(v)
		if !ok || len(items) != 2 {
			return p, false
		}
		p.Value = items[1]
		p.Time, ok = moment(items[0])
		return p, ok
	})
	return past, r.err
}

// Update sets a key to what f makes of its value, and does so again when
// somebody else has set it in between, until ctx ends: nothing is lost however
// many update the same key. f gets nil when there is no such key.
func (c *Client) Update(ctx context.Context, key string, f func(old value.Value) (any, error)) (revision uint64, err error) {
	for {
		old, err := c.Get(ctx, key)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return 0, err
		}
		v, err := f(old.Value)
		if err != nil {
			return 0, err
		}
		revision, err = c.Set(ctx, key, v, ExpectRevision(old.Revision))
		if !fault.Is(err, fault.Conflict) {
			return revision, err
		}
	}
}
