package althing

import (
	"context"
	"time"

	"althing/fault"
	"althing/value"
	"althing/wire"
)

// param is one of the params of a method.
func param(name string, v value.Value) value.Pair {
	return value.Pair{Key: value.Str(name), Value: v}
}

// textParam is a param that is a text; what is no UTF-8 is a mistake of the
// caller's that FromGo has the words for.
func textParam(name, text string) (value.Pair, error) {
	v, err := value.FromGo(text)
	return param(name, v), err
}

// call calls a method of the hub's, and gives the members of its result.
func (c *Client) call(ctx context.Context, method string, params ...value.Pair) (*result, error) {
	conn, err := c.Conn()
	if err != nil {
		return nil, err
	}
	if c.options.At != "" && elsewhere[method] {
		given, err := value.NewDict(params)
		if err != nil {
			return nil, err
		}
		method, params = "at", []value.Pair{
			param("hub", value.Str(c.options.At)), param("method", value.Str(method)), param("params", given),
		}
	}
	return conn.callHub(ctx, method, params...)
}

func (c *Conn) callHub(ctx context.Context, method string, params ...value.Pair) (*result, error) {
	dict, err := value.NewDict(params)
	if err != nil {
		return nil, err
	}
	v, err := c.Call(ctx, method, dict)
	if err != nil {
		return nil, err
	}
	return newResult(method, v), nil
}

// callText is call with a first param that is a text.
func (c *Client) callText(ctx context.Context, method, name, text string, more ...value.Pair) (*result, error) {
	first, err := textParam(name, text)
	if err != nil {
		return nil, err
	}
	return c.call(ctx, method, append([]value.Pair{first}, more...)...)
}

// callLater calls a method, and has answered called with its result, or with why
// there is none: by the goroutine that reads, before it reads on, also when
// nobody waits any more.
func (c *Conn) callLater(method string, params []value.Pair, answered func(*result, error)) error {
	dict, err := value.NewDict(params)
	if err != nil {
		return err
	}
	_, err = c.pose(wire.Frame{Kind: wire.Call, Name: method, Value: dict}, question{func(f wire.Frame) {
		if f.Err != nil {
			answered(nil, f.Err)
			return
		}
		answered(newResult(method, f.Value), nil)
	}, true})
	return err
}

// await waits for what answered hands on.
func await[T any](ctx context.Context, c *Conn, answer <-chan T) (it T, err error) {
	c.turn.waits(c.relief)
	select {
	case it = <-answer:
		return it, nil
	case <-ctx.Done():
		return it, waited(ctx, "an answer")
	}
}

// result is what a method of the hub's has given. It keeps the first mistake
// that was found in it.
type result struct {
	method  string
	members *value.Dict
	err     error
}

func newResult(method string, v value.Value) *result {
	members, ok := v.(*value.Dict)
	if !ok {
		members = &value.Dict{} // each member that must be there will be missed
	}
	return &result{method: method, members: members}
}

// strange notes a mistake.
func (r *result) strange(key string) {
	if r.err == nil {
		r.err = fault.New(fault.Internal, "the server's answer to %s has no %s that this client understands", r.method, key)
	}
}

// any gives a member that must be there, of any type.
func (r *result) any(key string) value.Value {
	v, ok := r.members.Get(value.Str(key))
	if !ok {
		r.strange(key)
		return value.None{}
	}
	return v
}

// field gives a member that must be there and of that type.
func field[T value.Value](r *result, key string) T {
	v, ok := r.any(key).(T)
	if !ok {
		r.strange(key)
	}
	return v
}

// optional gives a member that may be missing; null is as good as that.
func optional[T value.Value](r *result, key string) (t T) {
	v, ok := r.members.Get(value.Str(key))
	if _, null := v.(value.None); !ok || null {
		return t
	}
	return field[T](r, key)
}

// items gives the items of a member that is a list or missing, each made by item,
// which says whether it could.
func items[T any](r *result, key string, item func(value.Value) (T, bool)) []T {
	values := optional[value.List](r, key)
	made := make([]T, 0, len(values))
	for _, v := range values {
		it, ok := item(v)
		if !ok {
			r.strange(key)
			return nil
		}
		made = append(made, it)
	}
	return made
}

func textItem(v value.Value) (string, bool) {
	s, ok := v.(value.Str)
	return string(s), ok
}

// moment is a time in Unix seconds.
func moment(v value.Value) (time.Time, bool) {
	switch v := v.(type) {
	case value.Int:
		return time.Unix(int64(v), 0), true
	case value.Float:
		return time.UnixMicro(int64(v * 1e6)), true
	}
	return time.Time{}, false
}

// elsewhere are the methods that a hub has done by another one, ClientOptions.At.
var elsewhere = map[string]bool{
	"eval": true, "sql.query": true, "status": true, "command": true, "group.list": true, "group.members": true,
	"registry.set": true, "registry.get": true, "registry.fetch": true, "registry.list": true, "registry.delete": true, "registry.history": true,
	"recording.start": true, "recording.stop": true, "recording.list": true,
}

// commandAt has a command run by the hub of ClientOptions.At.
func (c *Client) commandAt(ctx context.Context, name string, args []any) (Answer, error) {
	values, err := toValues(args)
	if err != nil {
		return Answer{}, err
	}
	began := time.Now()
	r, err := c.callText(ctx, "command", "text", wire.CommandText(name, values))
	if err != nil {
		return Answer{}, err
	}
	return Answer{Text: string(field[value.Str](r, "text")), Took: time.Since(began)}, r.err
}
