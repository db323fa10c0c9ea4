package althing

import (
	"context"

	"althing/value"
)

// RequestFunc answers a request. It is called by one goroutine of each conn at a
// time. ctx ends with the conn; errors are told as those of a Command are.
type RequestFunc func(ctx context.Context, call *Call) (value.Value, error)

// requestFunc makes what answers a request out of v: a RequestFunc, a func() any
// that is called each time, or a value.
func requestFunc(v any) (RequestFunc, error) {
	switch v := v.(type) {
	case RequestFunc:
		return v, nil
	case func(context.Context, *Call) (value.Value, error):
		return v, nil
	case func() any:
		return func(context.Context, *Call) (value.Value, error) { return value.FromGo(v()) }, nil
	}
	constant, err := value.FromGo(v)
	if err != nil {
		return nil, err
	}
	return func(context.Context, *Call) (value.Value, error) { return constant, nil }, nil
}

// toValues makes the arguments of a command or a request.
func toValues(args []any) ([]value.Value, error) {
	values := make([]value.Value, len(args))
	for i, arg := range args {
		v, err := value.FromGo(arg)
		if err != nil {
			return nil, err
		}
		values[i] = v
	}
	return values, nil
}
