package jsonrpc_test

import (
	"io"
	"strings"
	"testing"

	"althing/fault"
	"althing/wire"
)

func TestWrongFrames(t *testing.T) {
	codec, far, in := registered(t)
	const invalid, noParams, noJSON = `-32600`, `-32602`, `-32700`
	for _, test := range []struct{ line, id, code string }{
		{`{`, `null`, noJSON},
		{`{"jsonrpc":"2.0" "id":1}`, `null`, noJSON},
		{"{\"jsonrpc\":\"2.0\",\"method\":\"\xff\"}", `null`, noJSON},
		{`[]`, `null`, invalid},
		{`[1`, `null`, noJSON},
		{`{}`, `null`, invalid},
		{`{"jsonrpc":"1.0","id":7,"method":"ping"}`, `7`, invalid},
		{`{"jsonrpc":"2.0","id":7}`, `7`, invalid},
		{`{"jsonrpc":"2.0","id":[7],"method":"ping"}`, `null`, invalid},
		{`{"jsonrpc":"2.0","id":{"$int":"7"},"method":"ping"}`, `null`, invalid},
		{`{"jsonrpc":"2.0","id":"` + strings.Repeat("x", 127) + `","method":"ping"}`, `null`, invalid},
		{`{"jsonrpc":"2.0","id":7,"method":"x","params":[1]}`, `7`, noParams},
		{`{"jsonrpc":"2.0","id":7,"method":"message","params":{"body":5}}`, `7`, noParams},
		{`{"jsonrpc":"2.0","id":7,"method":"message","params":{"headers":{"":"x"}}}`, `7`, noParams},
		{`{"jsonrpc":"2.0","id":7,"method":"message","params":{"headers":[["x"]]}}`, `7`, noParams},
		{`{"jsonrpc":"2.0","id":7,"method":"message","params":{"to":"` + strings.Repeat("x", 257) + `"}}`, `7`, noParams},
		{`{"jsonrpc":"2.0","id":7,"method":"command","params":{"args":[]}}`, `7`, noParams},
		{`{"jsonrpc":"2.0","id":7,"method":"command","params":{"name":"x","args":{}}}`, `7`, noParams},
		{`{"jsonrpc":"2.0","id":7,"method":"command","params":{"name":"x","to":"lamp"}}`, `7`, noParams},
		{`{"jsonrpc":"2.0","id":7,"method":"x","params":{"deep":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}}`, `7`, noParams},
		{strings.Repeat("x", wire.MaxFrame+1), `null`, invalid},
	} {
		io.WriteString(far, test.line+"\n")
		f, err := codec.Read()
		if err != nil || f.Kind != wire.Wrong || f.ID != test.id {
			t.Errorf("%.80s was read as %+v, %v, want a wrong one with the id %s", test.line, f, err, test.id)
			continue
		}
		line, _ := codec.Append(nil, wire.Frame{Kind: wire.Answer, ID: f.ID, Err: f.Err})
		codec.Write(line)
		got, _ := in.ReadString('\n')
		if want := `{"jsonrpc":"2.0","id":` + test.id + `,"error":{"code":` + test.code + `,`; !strings.HasPrefix(got, want) {
			t.Errorf("%.80s is answered %s, want %s", test.line, got, want)
		}
	}
}

func TestNoAnswerToAnswersAndNotifications(t *testing.T) {
	codec, far, _ := registered(t)
	for _, line := range []string{
		`{"jsonrpc":"2.0","method":"message","params":{"body":5}}`,
		`{"jsonrpc":"2.0","id":"1","result":{}}`,
	} {
		io.WriteString(far, line+"\n")
		if f, err := codec.Read(); err != nil || f.Kind != wire.Wrong || f.ID != "" {
			t.Errorf("%s was read as %+v, %v", line, f, err)
		}
	}
}

// TestAnswersOfOthers reads answers as other programs may send them: nobody waits for
// one that has come.
func TestAnswersOfOthers(t *testing.T) {
	codec, far, _ := registered(t)
	for line, want := range map[string]string{
		`"id":"m1","result":null`:                           "",
		`"id":"m1","result":true`:                           "the answer cannot be read: wrong JSON at byte 1: expected an object",
		`"id":"r1","result":{"value":1},"error":null`:       "",
		`"id":"c1","result":{"text":null,"value":null}`:     "",
		`"id":"r1","result":{"value":1,"seconds":"a week"}`: "the answer cannot be read: seconds are a number",
		`"id":"r1","error":5`:                               "the answer cannot be read: wrong JSON at byte 1: expected an object",
	} {
		io.WriteString(far, `{"jsonrpc":"2.0",`+line+"}\n")
		f, err := codec.Read()
		got := ""
		if f.Err != nil {
			got = f.Err.Message
		}
		if err != nil || f.Kind != wire.Answer || f.ID != "1" || got != want {
			t.Errorf("%s was read as %+v, %v", line, f, err)
		}
	}
}

// TestNullIsMissing asks with what other programs put where they have nothing.
func TestNullIsMissing(t *testing.T) {
	codec, far, _ := registered(t)
	for _, line := range []string{
		`"method":"command","params":{"name":"x","to":null,"args":null}`,
		`"method":"message","params":{"to":null,"from":null,"headers":null,"body":null,"id":null}`,
		`"method":"ping","params":null`,
		`"method":"nosuch","params":null`,
	} {
		io.WriteString(far, `{"jsonrpc":"2.0","id":1,`+line+"}\n")
		if f, err := codec.Read(); err != nil || f.Kind == wire.Wrong {
			t.Errorf("%s was read as %+v, %v", line, f, err)
		}
	}
}

func TestErrorsOfOthers(t *testing.T) {
	codec, far, _ := registered(t)
	for _, test := range []struct {
		sent string
		want fault.Error
	}{
		{`{"code":-32601,"message":"Method not found"}`, fault.Error{Code: fault.NotFound, Message: "Method not found"}},
		{`{"code":-32602,"message":"x","data":"anything"}`, fault.Error{Code: fault.Invalid, Message: "x"}},
		{`{"code":-32003,"message":"x","data":{"code":"nonsense"}}`, fault.Error{Code: fault.Conflict, Message: "x"}},
		{`{"code":5,"message":"x"}`, fault.Error{Code: fault.Internal, Message: "x"}},
	} {
		io.WriteString(far, `{"jsonrpc":"2.0","id":"r1","error":`+test.sent+"}\n")
		f, err := codec.Read()
		if err != nil || f.Err == nil || *f.Err != test.want {
			t.Errorf("%s was read as %+v, %v", test.sent, f, err)
		}
	}
}

func TestUnknownMethod(t *testing.T) {
	codec, _, _ := registered(t)
	line, _ := codec.Append(nil, wire.Frame{Kind: wire.Answer, Of: wire.Call, ID: "1", Err: wire.UnknownMethod("x")})
	if want := `{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"there is no method \"x\"","data":{"code":"not_found"}}}` + "\n"; string(line) != want {
		t.Errorf("sent %s, want %s", line, want)
	}
}
