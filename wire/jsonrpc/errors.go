package jsonrpc

import (
	"errors"
	"strconv"

	"althing/fault"
	"althing/value"
	"althing/wire"
)

// The codes that JSON-RPC gives.
const (
	codeParse         = -32700
	codeInvalid       = -32600
	codeUnknownMethod = -32601
	codeInvalidParams = -32602
)

// ours are the codes of the session protocol, from -32000 down.
var ours = []fault.Code{
	fault.NotFound, fault.Denied, fault.Invalid, fault.Conflict, fault.Limit,
	fault.Timeout, fault.Unavailable, fault.Full, fault.Closed, fault.Internal,
}

const codeFirst = -32000

// Causes that have a code of JSON-RPC's own.
var (
	errParse = errors.New("no JSON")
	errFrame = errors.New("no JSON-RPC 2.0")
)

// number is the code by which an error is sent.
func number(e *fault.Error) int {
	switch {
	case errors.Is(e, errParse):
		return codeParse
	case errors.Is(e, errFrame):
		return codeInvalid
	case errors.Is(e, wire.ErrParams):
		return codeInvalidParams
	case errors.Is(e, wire.ErrUnknownMethod):
		return codeUnknownMethod
	}
	for i, code := range ours {
		if code == e.Code {
			return codeFirst - i
		}
	}
	return codeFirst - len(ours) + 1
}

// codeOf is the code of an error that says nothing but a number.
func codeOf(n int) fault.Code {
	if i := codeFirst - n; i >= 0 && i < len(ours) {
		return ours[i]
	}
	switch n {
	case codeUnknownMethod:
		return fault.NotFound
	case codeParse, codeInvalid, codeInvalidParams:
		return fault.Invalid
	}
	return fault.Internal
}

// Refusal is the line by which a server refuses a connection of which nothing has
// been read.
func Refusal(reason error) []byte {
	line, _ := encode(nil, wire.Frame{Kind: wire.Answer, ID: noID, Err: fault.Of(reason)}) // an error can always be said
	return line
}

func appendError(dst []byte, e *fault.Error) []byte {
	dst = append(dst, `{"code":`...)
	dst = strconv.AppendInt(dst, int64(number(e)), 10)
	dst = append(dst, `,"message":`...)
	dst = appendLine(dst, e.Message)
	dst = append(dst, `,"data":{"code":`...)
	dst = appendText(dst, string(e.Code))
	if e.Exception != "" {
		dst = append(dst, `,"exception":`...)
		dst = appendText(dst, e.Exception)
	}
	return append(dst, "}}"...)
}

// readError reads what appendError writes, and what other JSON-RPC servers send.
func readError(raw []byte) (*fault.Error, error) {
	e := &fault.Error{}
	n := 0
	err := members(raw, func(key string, raw []byte) (err error) {
		switch key {
		case "code":
			n, err = strconv.Atoi(string(raw))
		case "message":
			e.Message, err = text(raw)
		case "data":
			readErrorData(raw, e)
		}
		return err
	})
	if e.Code == "" {
		e.Code = codeOf(n)
	}
	return e, err
}

// readErrorData takes from an error's data what is ours; other servers may put
// there what they like.
func readErrorData(raw []byte, e *fault.Error) {
	v, err := value.FromJSON(raw)
	data, ok := v.(*value.Dict)
	if err != nil || !ok {
		return
	}
	if code, ok := get[value.Str](data, "code"); ok {
		for _, known := range ours {
			if fault.Code(code) == known {
				e.Code = known
			}
		}
	}
	if exception, ok := get[value.Str](data, "exception"); ok {
		e.Exception = string(exception)
	}
}

// get gives a member of d that has the type T.
func get[T value.Value](d *value.Dict, key string) (T, bool) {
	v, _ := d.Get(value.Str(key))
	t, ok := v.(T)
	return t, ok
}
