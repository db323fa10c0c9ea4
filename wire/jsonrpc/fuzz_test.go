package jsonrpc_test

import (
	"bytes"
	"encoding/json"
	"net"
	"testing"

	"althing/wire"
)

// FuzzRead reads any line, and answers it: what is said must be JSON, and the
// codec must be at the next line.
func FuzzRead(f *testing.F) {
	for _, line := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"message","params":{"from":"a","to":"b","headers":{"h":null,"i":"x"},"body":"text"}}`,
		`{"jsonrpc":"2.0","method":"message","params":{"headers":[["a","b"],["a",null]],"body":{"$bytes":"AP8="}}}`,
		`{"jsonrpc":"2.0","id":"x","method":"command","params":{"name":"s.greet","args":[1,{"$tuple":[]}]}}`,
		`{"jsonrpc":"2.0","id":null,"method":"request","params":{"name":"T","to":"x"}}`,
		`{"jsonrpc":"2.0","id":1.5,"method":"registry.set","params":{"key":"k","value":{"a":[true,false,null]}}}`,
		`{"jsonrpc":"2.0","id":"r1","result":{"value":1,"seconds":0.5}}`,
		`{"jsonrpc":"2.0","id":"c1","error":{"code":-32000,"message":"no","data":{"code":"not_found","exception":"KeyError"}}}`,
		`{"jsonrpc":"2.0","method":"event","params":{"kind":"muted","data":true}}`,
		`[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":1,"method":"ping"},7]`,
		`{"\u006asonrpc":"2.0","id":"\"\\","method":"\ud83d\ude00"}`,
		`[[{"a":"]}\"["}]]`,
	} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		if bytes.IndexByte(line, '\n') >= 0 {
			return
		}
		codec, far, _ := registered(t)
		send(t, far, append(line, "\n{\"jsonrpc\":\"2.0\",\"id\":\"last\",\"method\":\"ping\"}\n"...))
		for {
			f, err := codec.Read()
			if err != nil {
				t.Fatal(err)
			}
			if f.Kind == wire.Ping && f.ID == `"last"` {
				return
			}
			if f.Kind == wire.Answer || f.ID == "" {
				continue
			}
			answer, err := codec.Append(nil, wire.Frame{Kind: wire.Answer, Of: f.Kind, ID: f.ID, Err: f.Err})
			if err != nil || len(answer) > 0 && !json.Valid(answer) {
				t.Fatalf("%q is answered %s, %v", line, answer, err)
			}
			if f.Kind == wire.Wrong {
				continue
			}
			f.ID = ""
			again, err := codec.Append(nil, f)
			if err == nil && !json.Valid(again) {
				t.Fatalf("%q is said as %s", line, again)
			}
		}
	})
}

func send(t *testing.T, conn net.Conn, data []byte) {
	t.Helper()
	if _, err := conn.Write(data); err != nil {
		t.Fatal(err)
	}
}
