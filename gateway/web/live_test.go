package web_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"althing/access"
	"althing/gateway/web"
	"althing/hub"
	"althing/hub/hubtest"
)

// told is an event, or a problem.
type told struct {
	Topic   string          `json:"topic"`
	Event   string          `json:"event"`
	Data    json.RawMessage `json:"data"`
	Problem *struct {
		Status int    `json:"status"`
		Code   string `json:"code"`
		Detail string `json:"detail"`
	} `json:"problem"`
}

// events opens a stream of events of topics.
func events(t testing.TB, base string, headers []string, topics ...string) func() told {
	t.Helper()
	query := url.Values{"topic": topics}.Encode()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, "GET", base+"/api/v1/events?"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	answer, err := browser(t).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	if answer.StatusCode != 200 || answer.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%s %v", answer.Status, answer.Header)
	}
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	return func() (is told) {
		t.Helper()
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				if err := json.Unmarshal([]byte(data), &is); err != nil {
					t.Fatalf("%q: %v", data, err)
				}
				return is
			}
		}
		t.Fatalf("the stream has ended: %v", lines.Err())
		return is
	}
}

// dial opens a WebSocket.
func dial(t testing.TB, address string, headers http.Header) *websocket.Conn {
	t.Helper()
	ws, answer, err := websocket.Dial(t.Context(), "ws://"+address+"/ws", &websocket.DialOptions{HTTPHeader: headers, HTTPClient: browser(t)})
	if err != nil {
		t.Fatal(err)
	}
	if answer.Body != nil {
		answer.Body.Close()
	}
	t.Cleanup(func() { _ = ws.CloseNow() })
	ws.SetReadLimit(1 << 20)
	return ws
}

// both gives how to speak over a WebSocket, and how to hear.
func both(t testing.TB, ws *websocket.Conn) (say func(text string), hear func() (told, error)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	say = func(text string) {
		t.Helper()
		if err := ws.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	hear = func() (is told, err error) {
		_, text, err := ws.Read(ctx)
		if err == nil {
			err = json.Unmarshal(text, &is)
		}
		return is, err
	}
	return say, hear
}

func TestRegistryIsLive(t *testing.T) {
	h := hubtest.Open(t, nil)
	s := hubtest.Enter(t, h, "")
	address := start(t, &web.Server{Hub: h}, "")
	hubtest.Ask(s, "setReg('garden.soil', 56)")
	hubtest.Ask(s, "setReg('house', 1)")
	next := events(t, "http://"+address, nil, "registry:garden.*")
	say, hear := both(t, dial(t, address, nil))
	say(`{"subscribe":"registry:garden.*"}`)
	together := func(event, data string) {
		t.Helper()
		want := told{Topic: "registry:garden.*", Event: event}
		first := next()
		second, err := hear()
		if err != nil {
			t.Fatal(err)
		}
		for _, is := range []told{first, second} {
			if is.Topic != want.Topic || is.Event != event || !strings.Contains(string(is.Data), data) || is.Problem != nil {
				t.Errorf("told %s %s %s, want %s %s", is.Topic, is.Event, is.Data, event, data)
			}
		}
	}
	together("state", `{"entries":[{"key":"garden.soil","value":56,"revision":`)
	hubtest.Ask(s, "setReg('garden.<b>', '</script>\\n')")
	together("set", `{"entry":{"key":"garden.\u003cb\u003e","value":"\u003c/script\u003e\n","revision":`)
	hubtest.Ask(s, "delete('garden.soil')")
	together("deleted", `{"key":"garden.soil"}`)
	say(`{"unsubscribe":"registry:garden.*"}`)
	say(`{"subscribe":"registry:gard*"}`)
	if is, err := hear(); err != nil || is.Event != "state" || strings.Contains(string(is.Data), "soil") {
		t.Errorf("after another subscription: %+v %v", is, err)
	}
}

func TestTopics(t *testing.T) {
	h := hubtest.Open(t, nil)
	address := start(t, &web.Server{Hub: h}, "")
	hubtest.Ask(hubtest.Enter(t, h, ""), "getClientID()")
	for _, test := range []struct{ topic, want string }{
		{"metrics:host.cpu", `"values":{"host.cpu":`},
		{"metrics@test:host.cpu", `"values":{"host.cpu":`},
		{"processes", `"processes":[{"pid":`},
		{"groups", `{"key":"ALL","members":`},
		{"tree", `"name":"test","path":"test","parent":"","layer":0,`},
		{"clients", `"gateway":"text"`},
	} {
		is := events(t, "http://"+address, nil, test.topic)()
		if is.Topic != test.topic || is.Event != "state" || !strings.Contains(string(is.Data), test.want) {
			t.Errorf("%s: %s %s", test.topic, is.Event, is.Data)
		}
	}
	hear := events(t, "http://"+address, nil, "metrics:hub.clients,host.memory")
	for is := hear(); !strings.Contains(string(is.Data), `"hub.clients":1`); is = hear() {
	}
}

func TestTopicsThatAreNone(t *testing.T) {
	h := hubtest.Open(t, func(c *hub.Config) { c.Guests = access.ReadOnly })
	address := start(t, &web.Server{Hub: h}, "")
	say, hear := both(t, dial(t, address, nil))
	for _, test := range []struct {
		topic, code string
		later       bool // it is known only when it was looked at
	}{
		{topic: "weather", code: "not_found"},
		{topic: "cpu:127.0.0.1:5000", code: "denied"},
		{topic: strings.Repeat("x", 5000), code: "limit"},
		{topic: "registry:" + strings.Repeat("*a", 2047), code: "limit"},
		{"metrics:", "invalid", true},
		{"metrics@nowhere:host.cpu", "not_found", true},
		{"metrics@*:host.cpu", "invalid", true},
		{"registry:a@nowhere", "not_found", true},
	} {
		if !test.later && len(test.topic) < 1000 {
			answer, text := ask(t, browser(t), "GET", "http://"+address+"/api/v1/events?topic="+url.QueryEscape(test.topic), "")
			if answer.StatusCode < 400 || !strings.Contains(text, test.code) {
				t.Errorf("%s: %s %s", test.topic, answer.Status, text)
			}
		}
		topic, _ := json.Marshal(test.topic)
		say(`{"subscribe":` + string(topic) + `}`)
		is, err := hear()
		if err != nil {
			t.Fatalf("%.40s: %v", test.topic, err)
		}
		if is.Topic != test.topic || is.Problem == nil || is.Problem.Code != test.code {
			t.Errorf("%.40s: %+v", test.topic, is)
		}
	}
}

func TestGarbageOnTheSocket(t *testing.T) {
	address := start(t, &web.Server{Hub: hubtest.Open(t, nil)}, "")
	for _, text := range []string{"", "{}", "[]", `{"subscribe":1}`, `{"subscribe":"tree","unsubscribe":"tree"}`, `{"subscribe":"tree"}{}`, `{"subscribe":"tree","x":1}`} {
		say, hear := both(t, dial(t, address, nil))
		say(text)
		is, err := hear()
		if err != nil || is.Problem == nil || is.Problem.Code != "invalid" {
			t.Errorf("%q: %+v, %v", text, is, err)
		}
		if _, err := hear(); websocket.CloseStatus(err) != websocket.StatusPolicyViolation {
			t.Errorf("%q: then %v", text, err)
		}
	}
	ws := dial(t, address, nil)
	_ = ws.Write(t.Context(), websocket.MessageText, []byte(strings.Repeat(" ", 1<<20))) // it may be cut off in the middle
	_, hear := both(t, ws)
	if is, err := hear(); err == nil {
		t.Errorf("after a megabyte: %+v", is)
	}
}

func TestNobodyHearsBeyondLogout(t *testing.T) {
	h := hubtest.Open(t, func(c *hub.Config) { c.Guests = access.Nothing })
	address := start(t, &web.Server{Hub: h}, "")
	base := "http://" + address
	if answer, _ := ask(t, browser(t), "GET", base+"/api/v1/events?topic=tree", ""); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("a guest: %s", answer.Status)
	}
	key, err := access.AddUser(h.Data(), "anna")
	if err != nil {
		t.Fatal(err)
	}
	hear := events(t, base, []string{"Authorization: Bearer " + key}, "tree")
	if is := hear(); is.Event != "state" {
		t.Errorf("%+v", is)
	}
	begun := time.Now()
	if err := access.RemoveUser(h.Data(), "anna"); err != nil {
		t.Fatal(err)
	}
	for is := hear(); is.Problem == nil; is = hear() {
	}
	if time.Since(begun) > patience {
		t.Error("it took too long")
	}
}

func TestAFloodOfFrames(t *testing.T) {
	address := start(t, &web.Server{Hub: hubtest.Open(t, nil)}, "")
	ws := dial(t, address, nil)
	_, hear := both(t, ws)
	go func() {
		for ws.Write(t.Context(), websocket.MessageText, []byte(`{"unsubscribe":"tree"}`)) == nil {
		}
	}()
	if is, err := hear(); err != nil || is.Problem == nil || is.Problem.Code != "limit" {
		t.Errorf("%+v, %v", is, err)
	}
	if _, err := hear(); err == nil {
		t.Error("it goes on")
	}
}

func TestALargeState(t *testing.T) {
	h := hubtest.Open(t, nil)
	s := hubtest.Enter(t, h, "")
	address := start(t, &web.Server{Hub: h}, "")
	for _, key := range []string{"a", "b", "c", "d", "e"} { // the last does not fit any more
		hubtest.Ask(s, "setReg('large."+key+"', 'x' * 60000)")
	}
	hubtest.Ask(s, "setReg('large.f', 1)")
	say, hear := both(t, dial(t, address, nil))
	say(`{"subscribe":"registry:large.*"}`)
	is, err := hear()
	var state struct {
		Entries []struct{ Key, Value any }
		More    bool
	}
	if err == nil {
		err = json.Unmarshal(is.Data, &state)
	}
	if err != nil || len(state.Entries) != 5 || state.Entries[4].Key != "large.f" || !state.More {
		t.Errorf("%d entries, more %v, %v", len(state.Entries), state.More, err)
	}
}

// TestWhoDoesNotRead: others hear on, and the server ends in time.
func TestWhoDoesNotRead(t *testing.T) {
	h := hubtest.Open(t, nil)
	s := hubtest.Enter(t, h, "")
	server := &web.Server{Hub: h}
	address := start(t, server, "")
	for i := range 20 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		if err := c.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
			t.Fatal(err)
		}
		request := "GET /api/v1/events?topic=registry:* HTTP/1.1\r\nHost: localhost\r\n\r\n"
		if i%2 == 0 {
			request = "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
				"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n\x81\xa0\x00\x00\x00\x00" + `{"subscribe":"registry:*"}      `
		}
		if _, err := io.WriteString(c, request); err != nil {
			t.Fatal(err)
		}
	}
	say, hear := both(t, dial(t, address, nil))
	say(`{"subscribe":"registry:*"}`)
	if _, err := hear(); err != nil {
		t.Fatal(err)
	}
	for i := range 60 {
		hubtest.Ask(s, fmt.Sprintf("setReg('large', '%d' + 'x' * 200000)", i))
		for told := false; !told; {
			is, err := hear()
			if err != nil || is.Problem != nil {
				t.Fatalf("%d: %+v, %v", i, is.Problem, err)
			}
			told = strings.Contains(string(is.Data), fmt.Sprintf(`"value":"%dx`, i))
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	begin := time.Now()
	if err := server.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	if took := time.Since(begin); took > patience/2 {
		t.Errorf("it took %v to end", took)
	}
}
