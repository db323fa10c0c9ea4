package web_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"althing/access"
	"althing/gateway/web"
	"althing/hub"
	"althing/hub/hubtest"
	"althing/secure"
)

// raw says something to the server and gives all that it answers.
func raw(t testing.TB, address, request string) string {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(c)
	if err != nil && len(answer) == 0 { // who sends on what is not read is cut off behind the answer
		t.Errorf("%.40q: %v", request, err)
	}
	return string(answer)
}

// TestTwoLengths sends a body whose end two headers place differently: what follows it
// must not be taken for a request.
func TestTwoLengths(t *testing.T) {
	address := start(t, &web.Server{Hub: hubtest.Open(t, nil)}, "")
	answer := raw(t, address, "POST /api/v1/eval HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"+
		"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
	if strings.Count(answer, "HTTP/1.1 ") != 1 || !strings.HasPrefix(answer, "HTTP/1.1 400") {
		t.Errorf("%s", answer)
	}
}

func TestWhatIsRefused(t *testing.T) {
	h := hubtest.Open(t, nil)
	address := start(t, &web.Server{Hub: h}, "")
	const end = " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
	large := strings.Repeat("x", 2<<20)
	for _, test := range []struct {
		request string
		status  int
		holds   string
	}{
		{"GET /api/v1/registry HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 421, "--web-host"},
		{"GET /ws" + end + "\r\n", 426, `"code":"invalid"`},
		{"GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 421, "--web-host"},
		{"GET /healthz HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 421, ""},
		{"GET http://evil.example/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", 421, ""},
		{"OPTIONS * HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 421, "Content-Security-Policy"},
		{"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400, ""},
		{"GET / HTTP/1.0\r\n\r\n", 421, ""},
		{"GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n", 400, ""},
		{"PUT /api/v1/registry/a" + end + "Origin: http://evil.example\r\nContent-Length: 1\r\n\r\n1", 403, "page from elsewhere"},
		{"POST /api/v1/session" + end + "Origin: null\r\nContent-Length: 1\r\n\r\n1", 403, "page from elsewhere"},
		{"GET /ws" + end + "Upgrade: websocket\r\nOrigin: http://evil.example\r\n\r\n", 403, "page from elsewhere"},
		{"POST /api/v1/registry" + end + "Content-Length: 0\r\n\r\n", 405, "DELETE, GET, HEAD"},
		{"PATCH /api/v1/session" + end + "\r\n", 405, "DELETE, GET, HEAD, POST"},
		{"OPTIONS /api/v1/eval" + end + "\r\n", 405, "Allow: POST"},
		{"TRACE /api/v1/eval" + end + "\r\n", 405, ""},
		{"BREW /healthz" + end + "\r\n", 405, "GET, HEAD"},
		{"POST /" + end + "Content-Length: 0\r\n\r\n", 405, ""},
		{"GET /api/v1/nothing" + end + "\r\n", 404, "application/problem+json"},
		{"GET /api/" + end + "\r\n", 404, "openapi.json"},
		{"GET /api/v1/registry/" + end + "\r\n", 404, ""},
		{"PUT /api/v1/registry/a" + end + "Content-Type: text/plain\r\nContent-Length: 1\r\n\r\n1", 415, "application/json"},
		{"PUT /api/v1/registry/a" + end + "Content-Length: 1\r\n\r\n1", 415, ""},
		{"PUT /api/v1/registry/a" + end + "Content-Type: application/json\r\nContent-Length: 2097152\r\n\r\n" + large, 413, `"code":"limit"`},
		{"PUT /api/v1/registry/a" + end + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n200000\r\n" + large + "\r\n0\r\n\r\n", 413, ""},
		{"PUT /api/v1/registry/a" + end + "Content-Type: application/json\r\nContent-Length: -1\r\n\r\n1", 400, ""},
		{"DELETE /api/v1/registry/a" + end + "Content-Length: 1\r\n\r\n1", 400, "takes no body"},
		{"GET /" + end + "X: " + strings.Repeat("x", 64<<10) + "\r\n\r\n", 431, ""},
		{"GET /" + strings.Repeat("x", 64<<10) + end + "\r\n", 431, ""},
		{"\x16\x03\x01\x00\x05hello\r\n\r\n", 400, ""}, // TLS where there is none
		{"setReg('a', 1)\r\n\r\n", 400, ""},
	} {
		answer := raw(t, address, test.request)
		if !strings.HasPrefix(answer, fmt.Sprintf("HTTP/1.1 %d ", test.status)) && !strings.HasPrefix(answer, fmt.Sprintf("HTTP/1.0 %d ", test.status)) ||
			!strings.Contains(answer, test.holds) {
			t.Errorf("%.90q\nis answered\n%.900s\nnot %d %s", test.request, answer, test.status, test.holds)
		}
	}
	if got := hubtest.Ask(hubtest.Enter(t, h, ""), "getReg('a')"); got != "None" {
		t.Errorf("something was written: %s", got)
	}
}

// TestPathsThatClimb looks for files of the machine, and of the program's folder.
func TestPathsThatClimb(t *testing.T) {
	address := start(t, &web.Server{Hub: hubtest.Open(t, nil)}, "")
	for _, path := range []string{
		"/../../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..\\..\\etc\\passwd", "//etc/passwd",
		"/assets/../../server.go", "/../server.go", "/%2e%2e/server.go", "/api/v1/../../../etc/passwd", "/./.%2e/server.go", "/\x00", "/%00", "/server.go",
		"/index.html/../../etc/passwd", "/api/v1/registry/..%2f..%2fetc%2fpasswd", "/%c0%ae%c0%ae/etc/passwd",
	} {
		answer := raw(t, address, "GET "+path+" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
		if strings.Contains(answer, "root:") || strings.Contains(answer, "package web") || !strings.HasPrefix(answer, "HTTP/1.1 ") {
			t.Errorf("%q is answered\n%.600s", path, answer)
		}
		if strings.Contains(answer, "Location: //") || strings.Contains(answer, "Location: http") {
			t.Errorf("%q leads away:\n%.600s", path, answer)
		}
	}
}

// pipes is a listener whose connections are made in memory, so that a test's clock
// tells their deadlines.
type pipes struct {
	made chan net.Conn
	over chan struct{}
	once sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.made:
		return c, nil
	case <-p.over:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.over) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial() net.Conn {
	here, there := net.Pipe()
	p.made <- there
	return here
}

func TestSlowClients(t *testing.T) {
	h := hubtest.Open(t, nil)
	for name, test := range map[string]struct {
		begins string // and nothing more comes
		within time.Duration
	}{
		"nothing":     {"", 11 * time.Second},
		"half a head": {"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX", 11 * time.Second},
		"half a body": {"PUT /api/v1/registry/a HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n1", 31 * time.Second},
		"at rest":     {"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 121 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &web.Server{Hub: h, Log: slog.New(slog.DiscardHandler)}
				l := &pipes{made: make(chan net.Conn), over: make(chan struct{})}
				done := make(chan error, 1)
				go func() { done <- s.Serve(l) }()
				c := l.dial()
				begun := time.Now()
				if _, err := io.WriteString(c, test.begins); err != nil {
					t.Error(err)
				}
				io.Copy(io.Discard, c)
				if took := time.Since(begun); took > test.within {
					t.Errorf("it is cut off after %v", took)
				}
				c.Close()
				s.Close()
				if err := <-done; !errors.Is(err, web.ErrServerClosed) {
					t.Error(err)
				}
			})
		})
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	h := hubtest.Open(t, func(c *hub.Config) {
		c.Limits = access.DefaultLimits()
		c.Limits.ConnsPerHost = 3
	})
	address := start(t, &web.Server{Hub: h}, "192.0.2.7")
	var open []net.Conn
	for range 3 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		fmt.Fprint(c, "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
		answer, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		if answer.Body.Close(); answer.StatusCode != 200 {
			t.Fatal(answer.Status)
		}
		open = append(open, c)
	}
	if answer := raw(t, address, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"); !strings.HasPrefix(answer, "HTTP/1.1 503") || !strings.Contains(answer, "close some") {
		t.Errorf("one too many is answered %s", answer)
	}
	open[0].Close()
	for deadline := time.Now().Add(patience); ; {
		if answer := raw(t, address, "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"); strings.HasPrefix(answer, "HTTP/1.1 200") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the place of one that has gone stays taken")
		}
	}
}

// TestWhoIsRefusedTakesNoPlace has a crowd connect where one may, and say nothing.
func TestWhoIsRefusedTakesNoPlace(t *testing.T) {
	h := hubtest.Open(t, func(c *hub.Config) {
		c.Limits = access.DefaultLimits()
		c.Limits.ConnsPerHost = 1
	})
	address := start(t, &web.Server{Hub: h}, "192.0.2.7")
	const some = 150
	cutOff := make(chan bool, some)
	for range some {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		go func() {
			c.SetReadDeadline(time.Now().Add(patience))
			n, err := c.Read(make([]byte, 1))
			cutOff <- n == 0 && err != nil
		}()
	}
	for begun := time.Now(); ; {
		select {
		case is := <-cutOff:
			if is {
				if took := time.Since(begun); took > 5*time.Second {
					t.Errorf("nobody is cut off before %v", took)
				}
				return
			}
		case <-time.After(patience):
			t.Fatal("everybody may wait")
		}
	}
}

// TestTLS asks over TLS and without at one port.
func TestTLS(t *testing.T) {
	text, err := secure.Make("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := tls.X509KeyPair(text, text)
	if err != nil {
		t.Fatal(err)
	}
	h := hubtest.Open(t, nil)
	s := func(only bool) *web.Server {
		return &web.Server{Hub: h, TLS: secure.Serve(certificate, nil), TLSOnly: only}
	}
	c := browser(t)
	c.Transport.(*http.Transport).TLSClientConfig = secure.Of(certificate).Pin(nil)
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	key := fmt.Sprintf(`{"key":%q}`, h.Access().Made())
	here, far := start(t, s(true), ""), start(t, s(true), "192.0.2.7")

	answer, _ := ask(t, c, "POST", "https://"+far+"/api/v1/session", key)
	if cookie := answer.Header.Get("Set-Cookie"); answer.StatusCode != 200 || !strings.HasPrefix(cookie, "__Host-althing_") || !strings.Contains(cookie, "; Secure") {
		t.Errorf("over TLS: %s %s", answer.Status, cookie)
	}
	if answer, _ := ask(t, c, "GET", "http://"+here+"/healthz", ""); answer.StatusCode != 200 {
		t.Errorf("without, on this machine: %s", answer.Status)
	}
	if answer, _ := ask(t, c, "GET", "http://"+far+"/clients?x=1", ""); answer.StatusCode != 307 || answer.Header.Get("Location") != "https://"+far+"/clients?x=1" {
		t.Errorf("without, from elsewhere: %s %s", answer.Status, answer.Header.Get("Location"))
	}
	if answer, text := ask(t, c, "POST", "http://"+far+"/api/v1/session", key); answer.StatusCode != 403 || !strings.Contains(text, "without TLS") {
		t.Errorf("a key without TLS, from elsewhere: %s %s", answer.Status, text)
	}
	if answer, _ := ask(t, c, "GET", "http://"+start(t, s(false), "192.0.2.7")+"/healthz", ""); answer.StatusCode != 200 {
		t.Errorf("without, where both will do: %s", answer.Status)
	}
	raw(t, far, "\x16\x03\x01\x00\x05hello")
}

// TestShutdownAnswersWhatHasArrived ends the server while a request is being read.
func TestShutdownAnswersWhatHasArrived(t *testing.T) {
	s := &web.Server{Hub: hubtest.Open(t, nil), Log: slog.New(slog.DiscardHandler)}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, "POST /api/v1/eval HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n")
	in := bufio.NewReader(c)
	if line, err := in.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatal(line, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Shutdown(context.Background()) }()
	if err := <-done; !errors.Is(err, web.ErrServerClosed) {
		t.Error(err)
	}
	fmt.Fprint(c, `{"text":"1+1"}`)
	in.ReadString('\n') // the empty line behind 100 Continue
	answer, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if text, err := io.ReadAll(answer.Body); err != nil || !strings.Contains(string(text), `"text":"2"`) {
		t.Errorf("%s, %v", text, err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestShutdownWaitsForNobodyWhoSaysNothing has browsers that have connected for what
// they may ask later.
func TestShutdownWaitsForNobodyWhoSaysNothing(t *testing.T) {
	h := hubtest.Open(t, nil)
	synctest.Test(t, func(t *testing.T) {
		s := &web.Server{Hub: h, Log: slog.New(slog.DiscardHandler)}
		l := &pipes{made: make(chan net.Conn), over: make(chan struct{})}
		done := make(chan error, 1)
		go func() { done <- s.Serve(l) }()
		silent, begun := l.dial(), l.dial()
		if _, err := io.WriteString(begun, "GET / HTTP/1.1\r\n"); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		began := time.Now()
		if err := s.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("it takes %v", took)
		}
		silent.Close()
		begun.Close()
		if err := <-done; !errors.Is(err, web.ErrServerClosed) {
			t.Error(err)
		}
	})
}

// TestLargeBodiesShareTheirMemory has bodies begin and not end.
func TestLargeBodiesShareTheirMemory(t *testing.T) {
	h := hubtest.Open(t, func(c *hub.Config) {
		c.Limits = access.DefaultLimits()
		c.Limits.Unread = 1 << 20
	})
	address := start(t, &web.Server{Hub: h}, "")
	const head = "PUT /api/v1/registry/a HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 700000\r\n\r\n"
	first, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	fmt.Fprint(first, head)
	if line, err := bufio.NewReader(first).ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatal(line, err)
	}
	if answer := raw(t, address, head); !strings.HasPrefix(answer, "HTTP/1.1 503") || !strings.Contains(answer, "try again later") {
		t.Errorf("the second is answered %s", answer)
	}
	first.Close()
	p := visit(t, "http://"+address)
	for deadline := time.Now().Add(patience); ; {
		if status, _ := p.does("PUT", "/registry/a", strings.Repeat(" ", 700_000)+"1"); status == 200 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("what was held is not given back")
		}
	}
}

// TestLargeAnswersShareTheirMemory asks for more than may be in memory.
func TestLargeAnswersShareTheirMemory(t *testing.T) {
	h := hubtest.Open(t, func(c *hub.Config) {
		c.Limits = access.DefaultLimits()
		c.Limits.Unread = 1 << 20
	})
	p := visit(t, "http://"+start(t, &web.Server{Hub: h}, ""))
	for key, size := range map[string]int{"small": 100_000, "large": 450_000} {
		if status, text := p.does("PUT", "/registry/"+key, fmt.Sprintf("%q", strings.Repeat("x", size))); status != 200 {
			t.Fatal(status, text)
		}
	}
	for path, want := range map[string]int{"/registry/small": 200, "/registry/large": 503, "/registry": 503, "/keys": 503, "/registry/large/history": 503} {
		if status, text := p.does("GET", path, ""); status != want {
			t.Errorf("%s is answered %d %.200s, not %d", path, status, text, want)
		}
	}
	const wide = `"'x' * 400000"`
	if status, text := p.does("POST", "/eval", `{"text":`+wide+`}`); status != 503 {
		t.Errorf("the expression is answered %d %.200s", status, text)
	}
}

// TestAPageIsNoLargerThanABrowserLikes reads large values a page at a time.
func TestAPageIsNoLargerThanABrowserLikes(t *testing.T) {
	p := visit(t, "http://"+start(t, &web.Server{Hub: hubtest.Open(t, nil)}, ""))
	const keys = 12
	for i := range keys {
		if status, text := p.does("PUT", fmt.Sprintf("/registry/k%02d", i), fmt.Sprintf("%q", strings.Repeat("x", 500_000))); status != 200 {
			t.Fatal(status, text)
		}
	}
	for path, name := range map[string]string{"/registry?limit=1000": "key", "/keys?limit=1000": "after"} {
		seen := map[string]bool{}
		for after, more := "", true; more; {
			_, text := p.does("GET", path+"&after="+after, "")
			if len(text) > 3<<20 {
				t.Fatalf("%s is answered by %d bytes", path, len(text))
			}
			var got struct {
				Entries, Names []map[string]any
				More           bool
			}
			if err := json.Unmarshal([]byte(text), &got); err != nil {
				t.Fatal(err)
			}
			for _, one := range append(got.Entries, got.Names...) {
				after = one[name].(string)
				seen[after] = true
			}
			more = got.More
		}
		if len(seen) != keys {
			t.Errorf("%s gives %d keys", path, len(seen))
		}
	}
}

// FuzzRequest says anything to the port: it is answered, and never by a mistake of
// ours.
func FuzzRequest(f *testing.F) {
	for _, seed := range []string{
		"GET /api/v1/registry?pattern=a.* HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
		"PUT /api/v1/registry/a%2Fb?ttl=1s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n56",
		"POST /api/v1/eval HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"text\":\"1\"}",
		"DELETE /api/v1/registry/a HTTP/1.1\r\nHost: 127.0.0.1\r\nIf-Match: \"5\", *\r\nAuthorization: Bearer x\r\n\r\n",
		"GET /api/v1/session HTTP/1.1\r\nHost: [::1]:8080\r\nCookie: althing_x=y; =\r\nX-CSRF-Token: z\r\n\r\n",
		"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
		"\x16\x03\x01\x00\x05hello",
	} {
		f.Add([]byte(seed))
	}
	address := start(f, &web.Server{Hub: hubtest.Open(f, nil)}, "")
	f.Fuzz(func(t *testing.T, request []byte) {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(patience))
		c.Write(request)
		c.(*net.TCPConn).CloseWrite()
		// Who sends on what is not read is cut off; what was answered until then counts.
		if answer, _ := io.ReadAll(c); strings.Contains(string(answer), "HTTP/1.1 500") {
			t.Errorf("%q is answered %s", request, answer)
		}
	})
}
