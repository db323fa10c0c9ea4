package jsonrpc

import (
	"bytes"
	"strings"

	"althing/fault"
	"althing/value"
	"althing/wire"
)

// maxID is the bytes of a question's id: it is kept as long as the question,
// and sent back.
const maxID = 128

// noID is the id of an answer to what had none that could be read.
const noID = "null"

// The methods that have a kind of their own, and the letters by which the ids of
// our questions begin, so that an answer says what it answers.
var (
	kinds = map[string]wire.Kind{
		"message": wire.Message,
		"command": wire.Command,
		"request": wire.Request,
		"ping":    wire.Ping,
		"event":   wire.Event,
	}
	letters = map[wire.Kind]byte{
		wire.Message: 'm',
		wire.Command: 'c',
		wire.Request: 'r',
		wire.Ping:    'p',
		wire.Call:    'x',
	}
)

// envelope is a JSON-RPC object of which nothing has been read but the names.
type envelope struct {
	version                        string
	method                         string
	id, params, result, failure    []byte
	hasMethod, hasResult, hasError bool
}

// decode reads one JSON-RPC object.
func decode(raw []byte) wire.Frame {
	if raw[0] != '{' {
		if _, err := value.FromJSON(raw); err != nil {
			return wrong(noID, errParse, err)
		}
		return wrong(noID, errFrame, fault.New(fault.Invalid, "expected an object"))
	}
	var e envelope
	if err := members(raw, e.set); err != nil {
		return wrong(noID, errParse, err)
	}
	switch {
	case e.id != nil && !validID(e.id):
		return wrong(noID, errFrame, fault.New(fault.Invalid, "an id is a text or a number of at most %d bytes", maxID))
	case e.version != "2.0":
		return e.wrong(errFrame, fault.New(fault.Invalid, `expected "jsonrpc":"2.0"`))
	case e.hasMethod:
		return e.question()
	case e.hasResult || e.hasError:
		return e.answer()
	}
	return e.wrong(errFrame, fault.New(fault.Invalid, "expected a method, a result or an error"))
}

func (e *envelope) set(key string, raw []byte) (err error) {
	switch key {
	case "jsonrpc":
		e.version, err = text(raw)
	case "method":
		e.hasMethod = true
		e.method, err = text(raw)
	case "id":
		e.id = raw
	case "params":
		e.params = raw
	case "result":
		e.hasResult = true
		e.result = raw
	case "error":
		e.hasError = !isNull(raw) // some send it beside a result
		e.failure = raw
	}
	return err
}

// validID reports whether raw is an id that can be sent back as it stands.
func validID(raw []byte) bool {
	if len(raw) > maxID {
		return false
	}
	v, err := value.FromJSON(raw)
	switch v.(type) {
	case value.Str, value.Int, value.Big, value.Float, value.None:
		return err == nil && raw[0] != '{'
	}
	return false
}

// wrong is what is no frame. Its answer has the object's id where there is one.
func (e *envelope) wrong(cause error, err error) wire.Frame {
	id := noID
	if e.id != nil {
		id = string(e.id)
	}
	return wrong(id, cause, err)
}

func wrong(id string, cause error, err error) wire.Frame {
	said := fault.Of(err)
	return wire.Frame{Kind: wire.Wrong, ID: id, Err: &fault.Error{Code: said.Code, Message: said.Message, Err: cause}}
}

// question reads a request or a notification.
func (e *envelope) question() wire.Frame {
	f := wire.Frame{Kind: kinds[e.method], ID: string(e.id)}
	var err error
	switch f.Kind {
	case wire.Message:
		err = readMessage(e.params, &f)
	case wire.Command, wire.Request:
		err = readAsked(e.params, &f)
		if err == nil && f.Kind == wire.Command && f.To != "" { // carried out here, it would be another's
			err = fault.New(fault.Invalid, "a command has no 'to': whoever is asked carries it out")
		}
	case wire.Ping:
	case wire.Event:
		err = readEvent(e.params, &f)
	default:
		f.Kind = wire.Call
		f.Name = e.method
		f.Value, err = readParams(e.params)
	}
	switch {
	case err == nil:
		return f
	case f.ID == "":
		return wire.Frame{Kind: wire.Wrong, Err: fault.Of(err)} // a notification gets no reply
	}
	return wrong(f.ID, wire.ErrParams, err)
}

// answer reads the answer to a question of ours.
func (e *envelope) answer() wire.Frame {
	id, err := text(e.id)
	f := wire.Frame{Kind: wire.Answer}
	for kind, letter := range letters {
		if len(id) > 1 && id[0] == letter {
			f.Of, f.ID = kind, id[1:]
		}
	}
	if err == nil && f.ID == "" {
		err = fault.New(fault.Invalid, "an answer has the id %.40s, of no question", e.id)
	}
	if err != nil {
		return wire.Frame{Kind: wire.Wrong, Err: fault.Of(err)} // answers are not answered
	}
	if e.hasError {
		f.Err, err = readError(e.failure)
	} else {
		err = readResult(e.result, &f)
	}
	if err != nil { // whoever asked need not wait for another
		f.Err = fault.New(fault.Invalid, "the answer cannot be read: %s", fault.Of(err).Message)
	}
	return f
}

func readMessage(params []byte, f *wire.Frame) error {
	return named(params, func(key string, raw []byte) (err error) {
		switch key {
		case "from":
			f.From, err = name(raw)
		case "to":
			f.To, err = name(raw)
		case "id":
			f.MessageID, err = name(raw)
		case "headers":
			f.Headers, err = readHeaders(raw)
		case "body":
			f.Body, err = readBody(raw)
		}
		return err
	})
}

// readBody reads a body, which is a text or bytes.
func readBody(raw []byte) ([]byte, error) {
	if len(raw) >= 2 && raw[0] == '"' {
		if inner := raw[1 : len(raw)-1]; plain(inner) {
			return bytes.Clone(inner), nil
		}
	}
	v, err := value.FromJSON(raw)
	if err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case value.Str:
		return []byte(v), nil
	case value.Bytes:
		return []byte(v), nil
	}
	return nil, fault.New(fault.Invalid, `a body is a text or {"$bytes": base64}, not %s`, v.TypeName())
}

// readHeaders reads an object, or a list of [name, value] when a name comes
// twice. A header without a value has null or nothing.
func readHeaders(raw []byte) ([]wire.Header, error) {
	var headers []wire.Header
	add := func(rawName, rawValue []byte) error {
		h, err := readHeader(rawName, rawValue)
		if headers = append(headers, h); len(headers) > wire.MaxArgs {
			return fault.New(fault.Limit, "a message may have %d headers", wire.MaxArgs)
		}
		return err
	}
	if raw[0] == '{' {
		err := members(raw, func(key string, raw []byte) error {
			return add(appendText(nil, key), raw)
		})
		return headers, err
	}
	err := elements(raw, func(raw []byte) error {
		var pair [][]byte
		if err := elements(raw, func(raw []byte) error {
			pair = append(pair, raw)
			return nil
		}); err != nil {
			return err
		}
		if len(pair) != 2 {
			return fault.New(fault.Invalid, "headers are an object, or a list of [name, value]")
		}
		return add(pair[0], pair[1])
	})
	return headers, err
}

func readHeader(rawName, rawValue []byte) (h wire.Header, err error) {
	if h.Name, err = name(rawName); err != nil {
		return h, err
	}
	if h.Name == "" {
		return h, fault.New(fault.Invalid, "a header needs a name")
	}
	if !isNull(rawValue) {
		h.Value, err = text(rawValue)
	}
	return h, err
}

// readAsked reads the params of a command or a request.
func readAsked(params []byte, f *wire.Frame) error {
	err := named(params, func(key string, raw []byte) (err error) {
		switch key {
		case "name":
			f.Name, err = name(raw)
		case "from":
			f.From, err = name(raw)
		case "to":
			f.To, err = name(raw)
		case "args":
			f.Args, err = readArgs(raw)
		}
		return err
	})
	if err == nil && f.Name == "" {
		err = fault.New(fault.Invalid, "expected a name among the params")
	}
	return err
}

func readArgs(raw []byte) ([]value.Value, error) {
	v, err := value.FromJSON(raw)
	if err != nil {
		return nil, err
	}
	args, ok := v.(value.List)
	if !ok {
		return nil, fault.New(fault.Invalid, "args are a list, not %s", v.TypeName())
	}
	if len(args) > wire.MaxArgs {
		return nil, fault.New(fault.Limit, "a command or a request may have %d args", wire.MaxArgs)
	}
	return args, nil
}

func readEvent(params []byte, f *wire.Frame) error {
	err := named(params, func(key string, raw []byte) (err error) {
		switch key {
		case "kind":
			f.Name, err = name(raw)
		case "data":
			f.Value, err = value.FromJSON(raw)
		}
		return err
	})
	switch {
	case err != nil:
	case f.Name == wire.EventServer:
		f.Info = new(wire.Info)
		*f.Info, err = readInfo(f.Value)
	case f.Name == wire.EventClient:
		f.Hello = new(wire.Hello)
		*f.Hello, err = readHello(f.Value)
	}
	return err
}

// readParams reads the params of any further method.
func readParams(params []byte) (value.Value, error) {
	if params == nil || isNull(params) {
		return nil, nil
	}
	v, err := value.FromJSON(params)
	if err != nil {
		return nil, err
	}
	if _, ok := v.(*value.Dict); !ok {
		return nil, fault.New(fault.Invalid, "params are an object with names")
	}
	return v, nil
}

// readResult reads the result of what f.Of says.
func readResult(raw []byte, f *wire.Frame) (err error) {
	if f.Of == wire.Call {
		f.Value, err = value.FromJSON(raw)
		return err
	}
	if isNull(raw) {
		return nil
	}
	return members(raw, func(key string, raw []byte) (err error) {
		switch {
		case key == "value", key == "time":
			f.Value, err = value.FromJSON(raw)
		case isNull(raw):
		case key == "text":
			f.Text, err = text(raw)
		case key == "seconds":
			f.Seconds, err = readSeconds(raw)
		}
		return err
	})
}

func readSeconds(raw []byte) (float64, error) {
	v, err := value.FromJSON(raw)
	switch v := v.(type) {
	case value.Float:
		return float64(v), nil
	case value.Int:
		return float64(v), nil
	}
	if err == nil {
		err = fault.New(fault.Invalid, "seconds are a number")
	}
	return 0, err
}

// named goes through params, which may be missing. What is null is as good as
// missing, all of them or one.
func named(params []byte, each func(key string, raw []byte) error) error {
	if params == nil || isNull(params) {
		return nil
	}
	return members(params, func(key string, raw []byte) error {
		if isNull(raw) {
			return nil
		}
		return each(key, raw)
	})
}

func isNull(raw []byte) bool { return string(raw) == "null" }

// name reads a text that is bounded like a name.
func name(raw []byte) (string, error) {
	s, err := text(raw)
	if err == nil && len(s) > wire.MaxName {
		err = fault.New(fault.Limit, "a name may have %d bytes", wire.MaxName)
	}
	return s, err
}

// appendLine appends a text for people: one line, valid UTF-8.
func appendLine(dst []byte, s string) []byte {
	return appendText(dst, strings.ToValidUTF8(oneLine.Replace(s), "\uFFFD"))
}

var oneLine = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ")
