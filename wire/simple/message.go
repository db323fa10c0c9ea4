package simple

import (
	"bytes"
	"strings"

	"althing/fault"
	"althing/wire"
)

// marks are what a header cannot hold: nothing on this wire is escaped.
const marks = ":|%$"

// appendMessage appends a message as it is sent.
func appendMessage(dst []byte, f wire.Frame) ([]byte, error) {
	for _, h := range f.Headers {
		if h.Name == "" {
			return dst, fault.New(fault.Invalid, "a header needs a name")
		}
		if strings.ContainsAny(h.Name, marks) || strings.ContainsAny(h.Value, marks) {
			return dst, fault.New(fault.Invalid, "the header %.40q with the value %.40q cannot be sent: neither may have any of : | %% $", h.Name, h.Value)
		}
	}
	dst = append(dst, '$')
	for _, h := range f.Headers {
		dst = append(dst, h.Name...)
		dst = append(dst, ':')
		dst = append(dst, h.Value...)
		dst = append(dst, '|')
	}
	dst = append(dst, '%')
	return append(dst, f.Body...), nil
}

// cut takes the first message off data, which is not empty, and says how many
// bytes it has: all of them, unless another begins within. Whatever bytes there
// are, each is part of one message.
func cut(data []byte) (headers []wire.Header, body []byte, n int) {
	headers, start, _ := block(data)
	n = len(data)
	for at := start; ; at++ {
		next := bytes.IndexByte(data[at:], '$')
		if next < 0 {
			break
		}
		if at += next; at > 0 && startsMessage(data[at:]) {
			n = at
			break
		}
	}
	return headers, data[start:n], n
}

// startsMessage reports whether a message begins within others, beyond doubt:
// with at least one header, as a sender that keeps the rules writes it. "$%"
// alone may stand in any body.
func startsMessage(data []byte) bool {
	headers, _, _ := block(data)
	if len(headers) == 0 {
		return false
	}
	for _, h := range headers {
		if strings.Contains(h.Value, ":") {
			return false
		}
	}
	return true
}

// startsUnfinished reports whether data begins with headers of which the end is
// missing.
func startsUnfinished(data []byte) bool {
	_, n, cutOff := block(data)
	return n == 0 && cutOff
}

// block reads the headers at the beginning of data, up to the "%", and says how
// many bytes that is: 0 when data does not begin with any. A value may have
// colons, which some senders let pass.
func block(data []byte) (headers []wire.Header, n int, cutOff bool) {
	if len(data) == 0 || data[0] != '$' {
		return nil, 0, false
	}
	for at := 1; len(headers) <= wire.MaxArgs; {
		rest := data[at:]
		end := bytes.IndexAny(rest, "|%$")
		switch {
		case end < 0:
			return nil, 0, len(rest) <= 2*wire.MaxName
		case end == 0 && rest[0] == '%':
			return headers, at + 1, false
		case rest[end] != '|':
			return nil, 0, false
		}
		name, value, ok := bytes.Cut(rest[:end], []byte{':'})
		if !ok || len(name) == 0 {
			return nil, 0, false
		}
		headers = append(headers, wire.Header{Name: string(name), Value: string(value)})
		at += end + 1
	}
	return nil, 0, false
}
