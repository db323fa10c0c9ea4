package jsonrpc

import (
	"bufio"
	"bytes"
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/coder/websocket"

	"althing/fault"
	"althing/wire"
)

// Subprotocol is the WebSocket subprotocol of the session protocol.
const Subprotocol = "althing.v1"

const (
	// maxHead is the bytes of an HTTP request: a browser's, cookies of other
	// servers on the same machine included.
	maxHead = 16 << 10
	// httpBuffer is what an idle WebSocket keeps for reading, and again for
	// writing: frames that are larger do not pass through it.
	httpBuffer = 1 << 10
)

// WebSocket is the session protocol over WebSocket: one object a text frame.
type WebSocket struct {
	// Origins are the origins ("https://example.org", or "null" for a page that
	// is a file) of pages that may connect, beside those that come from the
	// very address they connect to. A client that is no browser has none.
	Origins []string

	anyOrigin bool // something else than the origin lets them in
}

// Name implements wire.Protocol.
func (WebSocket) Name() string { return "websocket" }

// methods are the beginnings of HTTP requests.
var methods = []string{"GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "CONNECT ", "OPTIONS ", "TRACE ", "PATCH ", "PRI "}

// Claims implements wire.Protocol: any HTTP. Accept closes what is not the
// beginning of a WebSocket.
func (WebSocket) Claims(first []byte) wire.Match {
	match := wire.No
	for _, method := range methods {
		switch n := min(len(first), len(method)); {
		case string(first[:n]) != method[:n]:
		case n == len(method):
			return wire.Yes
		default:
			match = wire.More
		}
	}
	return match
}

// Accept implements wire.Protocol.
func (p WebSocket) Accept(ctx context.Context, conn net.Conn, desk wire.Desk) (wire.Codec, error) {
	frames, err := p.shake(conn)
	if err != nil {
		return nil, err
	}
	return Lines{}.Accept(ctx, frames, desk)
}

// shake reads an HTTP request and answers it.
func (p WebSocket) shake(conn net.Conn) (*frames, error) {
	head := &headConn{Conn: conn, left: maxHead}
	in := bufio.NewReaderSize(head, httpBuffer)
	r, err := http.ReadRequest(in)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "no HTTP request")
	}
	head.left = -1
	return p.upgrade(&upgrader{conn: conn, in: in}, r)
}

// Upgrade makes a connection out of an HTTP request for a WebSocket, over which
// Lines is spoken: each line is a text frame. It is for servers whose clients
// come by way of an http.Server. When it fails it has answered the request,
// unless that was not for a WebSocket.
func (p WebSocket) Upgrade(w http.ResponseWriter, r *http.Request) (net.Conn, error) {
	frames, err := p.upgrade(w, r)
	if err != nil {
		return nil, err
	}
	return frames, nil
}

func (p WebSocket) upgrade(w http.ResponseWriter, r *http.Request) (*frames, error) {
	if r.Method != http.MethodGet || !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		return nil, fault.New(fault.Invalid, "%.20s %.60q is not for a WebSocket", r.Method, r.URL.Path)
	}
	if err := p.admits(r); err != nil {
		w.WriteHeader(http.StatusForbidden)
		return nil, err
	}
	corked := &corker{ResponseWriter: w}
	ws, err := websocket.Accept(corked, r, &websocket.AcceptOptions{
		Subprotocols:       []string{Subprotocol},
		InsecureSkipVerify: true, // admits has looked, at more than the library does
	})
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "no WebSocket")
	}
	return newFrames(ws, corked.conn, corked.cork), nil
}

// admits refuses pages of other places. A name in Host is not believed: it may be
// an attacker's own, made to mean this machine.
func (p WebSocket) admits(r *http.Request) error {
	origin := r.Header.Get("Origin")
	if origin == "" || p.anyOrigin || slices.Contains(p.Origins, origin) {
		return nil
	}
	u, err := url.Parse(origin)
	if err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host) && isAddress(r.Host) {
		return nil
	}
	return fault.New(fault.Denied, "pages of %.80q may not connect", origin)
}

// isAddress reports whether the host of a request is an address, or localhost.
func isAddress(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil || host == "localhost"
}

// Dial implements wire.Protocol.
func (WebSocket) Dial(ctx context.Context, conn net.Conn, hello wire.Hello) (wire.Codec, wire.Welcome, error) {
	frames, err := dialFrames(ctx, conn)
	if err != nil {
		return nil, wire.Welcome{}, err
	}
	return Lines{}.Dial(ctx, frames, hello)
}

// dialFrames asks the other side for a WebSocket.
func dialFrames(ctx context.Context, conn net.Conn) (*frames, error) {
	transport := &http.Transport{
		DialContext:       func(context.Context, string, string) (net.Conn, error) { return conn, nil },
		DisableKeepAlives: true,
	}
	ws, response, err := websocket.Dial(ctx, "ws://"+conn.RemoteAddr().String()+"/", &websocket.DialOptions{
		HTTPClient:   &http.Client{Transport: transport},
		Subprotocols: []string{Subprotocol},
	})
	if response != nil && response.Body != nil {
		response.Body.Close()
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "the server does not speak WebSocket, or refuses it")
	}
	return newFrames(ws, conn, nil), nil
}

// headConn bounds the bytes that are read while left is not negative.
type headConn struct {
	net.Conn
	left int
}

func (c *headConn) Read(p []byte) (int, error) {
	if c.left == 0 {
		return 0, fault.New(fault.Limit, "an HTTP request may have %d bytes", maxHead)
	}
	if c.left > 0 {
		p = p[:min(len(p), c.left)]
	}
	n, err := c.Conn.Read(p)
	if c.left > 0 {
		c.left -= n
	}
	return n, err
}

// upgrader is the http.ResponseWriter of a connection that has no http.Server.
// It answers with headers alone.
type upgrader struct {
	conn   net.Conn
	in     *bufio.Reader
	header http.Header
}

func (u *upgrader) Header() http.Header {
	if u.header == nil {
		u.header = make(http.Header)
	}
	return u.header
}

func (u *upgrader) WriteHeader(status int) {
	var head bytes.Buffer
	response := http.Response{StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Header: u.Header()}
	if status != http.StatusSwitchingProtocols {
		response.Close = true
	}
	_ = response.Write(&head)         // a buffer takes everything
	_, _ = u.conn.Write(head.Bytes()) // what comes next says whether it is closed
}

func (u *upgrader) Write(p []byte) (int, error) { return len(p), nil }

func (u *upgrader) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return u.conn, bufio.NewReadWriter(u.in, bufio.NewWriter(nil)), nil
}

// corker puts a cork between the library and the connection.
type corker struct {
	http.ResponseWriter
	conn net.Conn
	cork *cork
}

// Hijack implements http.Hijacker.
func (c *corker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(c.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	c.conn, c.cork = conn, &cork{to: conn}
	return conn, bufio.NewReadWriter(rw.Reader, bufio.NewWriterSize(c.cork, httpBuffer)), nil
}
