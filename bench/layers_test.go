//go:build linux

package main

import "testing"

func TestWhatSessionsHear(t *testing.T) {
	const (
		done   = `{"jsonrpc":"2.0","id":"0017","result":{}}`
		pushed = `{"jsonrpc":"2.0","id":"m1","method":"message","params":{"from":"ann","to":"bob","id":"1","body":"hi"}}`
		event  = `{"jsonrpc":"2.0","method":"event","params":{"kind":"server"}}`
		failed = `{"jsonrpc":"2.0","id":"0017","error":{"code":-32000,"message":"no"}}`
	)
	for line, want := range map[string]bool{done: true, event: false} {
		if is, err := stored([]byte(line)); is != want || err != nil {
			t.Errorf("%s: %v, %v", line, is, err)
		}
	}
	if _, err := stored([]byte(failed)); err == nil {
		t.Error("a message that was refused counts")
	}
	for line, want := range map[string]string{pushed: `{"jsonrpc":"2.0","id":"m1","result":{}}` + "\n", event: "", done: ""} {
		if got := string(confirm(nil, []byte(line))); got != want {
			t.Errorf("%s is answered with %q", line, got)
		}
	}
}
