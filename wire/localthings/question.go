package localthings

import (
	"althing/fault"
	"althing/value"
	"althing/wire"
)

// What the first item of a list says that the list is, and the second of a
// request.
const (
	markRequest = value.Str("<$REQUEST$>")
	markCommand = value.Str("<$COMMAND$>")
	partAsk     = value.Str("request")
	partAnswer  = value.Str("answer")
)

// The requests that every client or server of this wire answers.
const (
	askPing       = "PING"
	askClientdata = "CLIENTDATA"
	askServerdata = "SERVERDATA"
)

// The commands that every client of this wire runs.
const (
	doRename      = "changename"
	doLayer       = "setlayer"
	doServerdata  = "updateserverdata"
	doDisconnect  = "disconnect"
	doConnect     = "connect"
	doNewDatasock = "newdatasock"
)

// maxRequestID is the bytes of the id of the other side's request, as JSON: it is
// kept as long as the request, and sent back.
const maxRequestID = 128

// The letters by which the ids of our requests begin, so that the answer says
// what it answers.
const (
	letterRequest = "r"
	letterPing    = "p"
)

// ask is the value of a Request or a Ping, which both sides ask alike. It is nil
// when no answer is wanted.
func ask(f wire.Frame) (value.Value, error) {
	letter, name := letterRequest, f.Name
	if f.Kind == wire.Ping {
		letter, name = letterPing, askPing
	}
	switch {
	case f.ID == "":
		return nil, nil
	case len(f.Args) > 0 || f.To != "":
		return nil, fault.New(fault.Invalid, "this protocol's requests go to the other side, and have no arguments")
	}
	return value.List{markRequest, partAsk, value.Str(letter + f.ID), value.Str(name)}, nil
}

// readMarked reads a list of this protocol's own; ok is false for any other.
func readMarked(v value.Value) (f wire.Frame, ok bool, err error) {
	parts, _ := value.Items(v)
	if len(parts) != 4 || parts[0] != markRequest {
		return wire.Frame{}, false, nil
	}
	switch parts[1] {
	case partAsk:
		f, err = readAsk(parts[2], parts[3])
		return f, true, err
	case partAnswer:
		f, err = readAnswer(parts[2], parts[3])
		return f, true, err
	}
	return wire.Frame{}, false, nil
}

// readAsk reads a request of the other side. Its id may be any value; our ID
// holds it and the name, which the answer may have to say.
func readAsk(id, name value.Value) (wire.Frame, error) {
	text, ok := name.(value.Str)
	if !ok || len(text) > wire.MaxName {
		return wire.Frame{}, fault.New(fault.Invalid, "a requestable's name is a text of at most %d bytes", wire.MaxName)
	}
	if len(value.AppendJSON(nil, id)) > maxRequestID {
		return wire.Frame{}, fault.New(fault.Invalid, "the id of a request has at most %d bytes", maxRequestID)
	}
	f := wire.Frame{Kind: wire.Request, ID: string(value.AppendJSON(nil, value.List{id, text})), Name: string(text)}
	if text == askPing {
		f.Kind, f.Name = wire.Ping, ""
	}
	return f, nil
}

// readAnswer reads the answer to a request of ours.
func readAnswer(id, v value.Value) (wire.Frame, error) {
	text, _ := id.(value.Str)
	f := wire.Frame{Kind: wire.Answer, Of: wire.Request, Value: v}
	if len(text) > 1 {
		f.ID = string(text[1:])
		switch string(text[:1]) {
		case letterRequest:
			return f, nil
		case letterPing:
			f.Of = wire.Ping
			return f, nil
		}
	}
	return wire.Frame{}, fault.New(fault.Invalid, "an answer has the id %.40s, of no request", value.Repr(id))
}

// answer is the value by which a request of the other side is answered. reply
// chooses what is said by the name that was asked for.
func answer(f wire.Frame, reply func(name string) value.Value) (value.Value, error) {
	v, err := value.FromJSON([]byte(f.ID))
	if err != nil {
		return nil, err
	}
	asked, _ := value.Items(v)
	if len(asked) != 2 {
		return nil, fault.New(fault.Internal, "an answer has the ID %.40q, of no request", f.ID)
	}
	return value.List{markRequest, partAnswer, asked[0], reply(value.Text(asked[1]))}, nil
}

// plain is a value that is sent as it is, which may not look like one of this
// protocol's own: the other side would obey it.
func plain(v value.Value) (value.Value, error) {
	if parts, _ := value.Items(v); len(parts) > 0 && (parts[0] == markRequest || parts[0] == markCommand) {
		return nil, fault.New(fault.Invalid, "a list that begins with %s cannot be sent by this protocol", parts[0])
	}
	return v, nil
}

// message is the text of a message. This wire has no headers, and no sender but
// the other side: another one's name stands before the text.
func message(f wire.Frame, self string) value.Value {
	body := string(f.Body)
	if f.From != "" && f.From != self {
		body = f.From + ": " + body
	}
	if !value.ValidText(body) {
		return value.Bytes(body)
	}
	return value.Str(body)
}

// noMethod is the answer to the session protocol's further methods.
func noMethod(name string) error {
	return fault.Wrap(wire.ErrUnknownMethod, fault.Invalid, "LocalThings knows no method %.60q", name)
}
