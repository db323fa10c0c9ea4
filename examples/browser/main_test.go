package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/goleak"

	"althing"
	"althing/value"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestPage says what the page says, as a browser would, and hears what it would
// hear.
func TestPage(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	site := httptest.NewServer(handler(hub(t)))
	defer site.Close()
	response, err := http.Get(site.URL)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err != nil || !strings.Contains(string(body), `"althing.v1"`) {
		t.Errorf("the page is %.100s, error %v", body, err)
	}

	ws, err := connect(ctx, site.URL, site.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer ws.CloseNow()
	for _, step := range []struct{ say, hear string }{
		{`{"jsonrpc":"2.0","id":1,"method":"register","params":{"name":"browser","description":"Mozilla/5.0"}}`, `"name":"browser"`},
		{`{"jsonrpc":"2.0","id":2,"method":"registry.watch","params":{"pattern":"*"}}`, `{"jsonrpc":"2.0","id":2,"result":{"watch":1}}`},
		{"", `{"jsonrpc":"2.0","method":"registry.changed","params":{"watch":1,"key":"lamp","value":true}}`},
		{`{"jsonrpc":"2.0","id":3,"method":"message","params":{"to":"browser","body":"hello"}}`, `"method":"message","params":{"from":"browser","to":"browser","body":"hello"}`},
		{"", `{"jsonrpc":"2.0","id":3,"result":{}}`},
	} {
		if step.say != "" {
			if err := ws.Write(ctx, websocket.MessageText, []byte(step.say)); err != nil {
				t.Fatal(err)
			}
		}
		if _, heard, err := ws.Read(ctx); err != nil || !strings.Contains(string(heard), step.hear) {
			t.Fatalf("behind %s came %s, error %v; want %s", step.say, heard, err, step.hear)
		}
	}

	if ws, err := connect(ctx, site.URL, "http://elsewhere.example"); err == nil {
		ws.CloseNow()
		t.Error("a page from elsewhere may connect")
	}
}

// connect connects as a page does that comes from an origin.
func connect(ctx context.Context, site, origin string) (*websocket.Conn, error) {
	ws, response, err := websocket.Dial(ctx, site+"/ws", &websocket.DialOptions{
		Subprotocols: []string{"althing.v1"}, HTTPHeader: http.Header{"Origin": {origin}},
	})
	if response != nil && response.Body != nil {
		response.Body.Close()
	}
	return ws, err
}

// hub is a server that knows as much as the page asks for.
func hub(t *testing.T) (addr string) {
	t.Helper()
	s := &althing.Server{Addr: "127.0.0.1:0", Logger: slog.New(slog.DiscardHandler)}
	err := s.Method("registry.watch", false, func(_ context.Context, c *althing.Conn, _ *value.Dict) (althing.Answer, error) {
		watch := value.Pair{Key: value.Str("watch"), Value: value.Int(1)}
		result, err := value.NewDict([]value.Pair{watch})
		if err != nil {
			return althing.Answer{}, err
		}
		change, err := value.NewDict([]value.Pair{
			watch, {Key: value.Str("key"), Value: value.Str("lamp")}, {Key: value.Str("value"), Value: value.Bool(true)},
		})
		return althing.Answer{Value: result, After: func() { c.Notify("registry.changed", change) }}, err
	})
	if err == nil {
		err = s.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Shutdown(context.Background()) })
	return s.ListenAddr().String()
}
