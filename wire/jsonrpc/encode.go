package jsonrpc

import (
	"strconv"
	"unicode/utf8"

	"althing/fault"
	"althing/value"
	"althing/wire"
)

// encode appends one JSON-RPC object and the end of its line.
func encode(dst []byte, f wire.Frame) ([]byte, error) {
	switch f.Kind {
	case wire.Message:
		if err := checkHeaders(f.Headers); err != nil {
			return dst, err
		}
		return closeObject(appendMessage(open(dst, f, "message"), f)), nil
	case wire.Command:
		return closeObject(appendAsked(open(dst, f, "command"), f)), nil
	case wire.Request:
		return closeObject(appendAsked(open(dst, f, "request"), f)), nil
	case wire.Ping:
		return closeObject(append(open(dst, f, "ping"), '{')), nil
	case wire.Event:
		return closeObject(appendEvent(open(dst, f, "event"), f)), nil
	case wire.Call:
		dst = open(dst, f, f.Name)
		return append(appendResult(dst, f.Value), "}\n"...), nil
	case wire.Answer, wire.Wrong:
		return append(appendAnswer(dst, f, f.ID), '\n'), nil
	}
	return dst, fault.New(fault.Invalid, "the session protocol has no values that come by themselves: send a message, or answer a request")
}

// open begins a question or a notification, up to the value of its params.
func open(dst []byte, f wire.Frame, method string) []byte {
	dst = append(dst, `{"jsonrpc":"2.0",`...)
	if f.ID != "" {
		dst = append(dst, `"id":"`...)
		dst = append(dst, letters[f.Kind])
		dst = append(dst, f.ID...)
		dst = append(dst, `",`...)
	}
	dst = append(dst, `"method":`...)
	dst = appendText(dst, method)
	return append(dst, `,"params":`...)
}

// closeObject ends the params and the object, and the line.
func closeObject(dst []byte) []byte { return append(dst, "}}\n"...) }

// member begins a member of an object of which dst ends with the opening
// bracket or the member before.
func member(dst []byte, key string) []byte {
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	dst = append(dst, '"')
	dst = append(dst, key...)
	return append(dst, '"', ':')
}

func appendMessage(dst []byte, f wire.Frame) []byte {
	dst = append(dst, '{')
	dst = optional(dst, "from", f.From)
	dst = optional(dst, "to", f.To)
	dst = optional(dst, "id", f.MessageID)
	if len(f.Headers) > 0 {
		dst = appendHeaders(member(dst, "headers"), f.Headers)
	}
	return appendBody(member(dst, "body"), f.Body)
}

// optional appends a member that is left out when it is empty.
func optional(dst []byte, key, s string) []byte {
	if s == "" {
		return dst
	}
	return appendText(member(dst, key), s)
}

func appendBody(dst, body []byte) []byte {
	if utf8.Valid(body) {
		return appendText(dst, body)
	}
	return value.AppendJSON(dst, value.Bytes(body))
}

// checkHeaders refuses headers that no JSON can hold.
func checkHeaders(headers []wire.Header) error {
	for _, h := range headers {
		if h.Name == "" {
			return fault.New(fault.Invalid, "a header needs a name")
		}
		if !utf8.ValidString(h.Name) || !utf8.ValidString(h.Value) {
			return fault.New(fault.Invalid, "the header %.40q is not UTF-8", h.Name)
		}
	}
	return nil
}

func appendHeaders(dst []byte, headers []wire.Header) []byte {
	for i, h := range headers {
		for _, before := range headers[:i] {
			if before.Name == h.Name {
				return appendHeaderList(dst, headers)
			}
		}
	}
	dst = append(dst, '{')
	for i, h := range headers {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendText(dst, h.Name), ':')
		dst = appendHeaderValue(dst, h.Value)
	}
	return append(dst, '}')
}

// appendHeaderList keeps headers of which a name comes twice.
func appendHeaderList(dst []byte, headers []wire.Header) []byte {
	dst = append(dst, '[')
	for i, h := range headers {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendText(append(dst, '['), h.Name), ',')
		dst = append(appendHeaderValue(dst, h.Value), ']')
	}
	return append(dst, ']')
}

func appendHeaderValue(dst []byte, s string) []byte {
	if s == "" {
		return append(dst, "null"...)
	}
	return appendText(dst, s)
}

func appendAsked(dst []byte, f wire.Frame) []byte {
	dst = appendText(member(append(dst, '{'), "name"), f.Name)
	dst = optional(dst, "from", f.From)
	dst = optional(dst, "to", f.To)
	if len(f.Args) > 0 {
		dst = value.AppendJSON(member(dst, "args"), value.List(f.Args))
	}
	return dst
}

func appendEvent(dst []byte, f wire.Frame) []byte {
	dst = appendText(member(append(dst, '{'), "kind"), f.Name)
	data := f.Value
	switch {
	case f.Info != nil:
		data = infoValue(*f.Info)
	case f.Hello != nil:
		data = helloValue(*f.Hello)
	}
	if data != nil {
		dst = value.AppendJSON(member(dst, "data"), data)
	}
	return dst
}

// appendAnswer appends the answer to the question that had the id.
func appendAnswer(dst []byte, f wire.Frame, id string) []byte {
	dst = append(dst, `{"jsonrpc":"2.0","id":`...)
	dst = append(dst, id...)
	if f.Err != nil {
		return append(appendError(append(dst, `,"error":`...), f.Err), '}')
	}
	dst = append(dst, `,"result":`...)
	if f.Of == wire.Call {
		return append(appendResult(dst, f.Value), '}')
	}
	dst = append(dst, '{')
	switch f.Of {
	case wire.Command:
		dst = optional(dst, "text", f.Text)
		if f.Value != nil {
			dst = value.AppendJSON(member(dst, "value"), f.Value)
		}
	case wire.Request:
		dst = appendValue(member(dst, "value"), f.Value)
		dst = strconv.AppendFloat(member(dst, "seconds"), f.Seconds, 'f', 6, 64)
	case wire.Ping:
		dst = appendValue(member(dst, "time"), f.Value)
	}
	return append(dst, "}}"...)
}

// appendResult appends the params or the result of any further method: an
// object when there is nothing to say.
func appendResult(dst []byte, v value.Value) []byte {
	if v == nil {
		return append(dst, "{}"...)
	}
	return value.AppendJSON(dst, v)
}

func appendValue(dst []byte, v value.Value) []byte {
	if v == nil {
		return append(dst, "null"...)
	}
	return value.AppendJSON(dst, v)
}
