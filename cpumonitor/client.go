// Package cpumonitor is a client of CPU servers: of a hub's CPU port, and of any
// other program that answers whatever it is sent by how busy its machine is.
package cpumonitor

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"math"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"althing/fault"
	"althing/secure"
)

// Port is the usual one of a CPU server.
const Port = 5000

const (
	// patience is how long an answer may take where the context says nothing.
	patience = 10 * time.Second
	// longest is how long a figure may be, and longestAll all of them together.
	longest    = 1 << 10
	longestAll = 1 << 20
)

// Figures that a hub knows besides the use of its processor. Another server may
// answer them by that.
const (
	Memory      = "mem"  // percent used
	Disk        = "disk" // percent used of the fullest disk
	Network     = "net"  // bytes a second, received and sent
	Load        = "load" // of the last minute
	Temperature = "temp" // the highest, in °C
)

// Options are how to connect. The zero value is without TLS.
type Options struct {
	TLS *tls.Config
}

// Client is a connection to a CPU server. Its methods may be called concurrently;
// they ask one after the other.
type Client struct {
	addr string
	mu   sync.Mutex
	conn net.Conn
}

// Dial connects to the CPU server at host:port. Errors that are package fault's can
// be shown to people; others are the network's.
func Dial(ctx context.Context, addr string, o Options) (*Client, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	if o.TLS != nil {
		secured, err := secure.Connect(ctx, conn, addr, o.TLS)
		if err != nil {
			conn.Close()
			return nil, err
		}
		conn = secured
	}
	return &Client{addr: addr, conn: conn}, nil
}

// Close ends the connection; whoever waits for an answer gets an error.
func (c *Client) Close() error { return c.conn.Close() }

// CPU is how busy the server's machine is, in percent.
func (c *Client) CPU(ctx context.Context) (float64, error) {
	percent, err := c.Figure(ctx, "cpu")
	if err == nil && !(percent >= 0 && percent <= 100) { // NaN is in no range
		return 0, fault.New(fault.Invalid, "%s says that it is %v %% busy; that is no CPU server", c.addr, percent)
	}
	return percent, err
}

// Figure asks for a figure by its name. It is NaN when the server does not know it.
func (c *Client) Figure(ctx context.Context, name string) (float64, error) {
	text, err := c.ask(ctx, name, longest, func([]byte) bool { return true })
	if err != nil {
		return 0, err
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(string(text)), 64)
	switch said := strings.TrimPrefix(string(text), "Error: "); {
	case err == nil && !math.IsInf(f, 0):
		return f, nil
	case said != string(text):
		return 0, fault.New(fault.Denied, "%s refuses: %.200s", c.addr, said)
	}
	return 0, fault.New(fault.Invalid, "%s answers %.40q, which is no number; that is no CPU server", c.addr, text)
}

// All is everything that a hub knows of its machine: one JSON object.
func (c *Client) All(ctx context.Context) (json.RawMessage, error) {
	text, err := c.ask(ctx, "all", longestAll, func(text []byte) bool {
		return text[0] != '{' || text[len(text)-1] == '}' && json.Valid(text) // which reads all of it each time
	})
	if err == nil && text[0] != '{' {
		err = fault.New(fault.Invalid, "%s tells nothing but how busy its machine is", c.addr)
	}
	return text, err
}

// ask sends one message and reads until the answer is whole. What has no end on the
// wire is not asked for again on a connection that failed: it is closed.
func (c *Client) ask(ctx context.Context, message string, most int, whole func([]byte) bool) (answer []byte, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = c.conn.SetDeadline(time.Unix(1, 0)) })
	defer func() {
		if !stop() && err == nil {
			err = ctx.Err() // the deadline that was set would end the next one
		}
		if err != nil {
			c.conn.Close()
			err = c.explain(ctx, err)
		}
	}()
	if _, err := c.conn.Write([]byte(message)); err != nil {
		return nil, err
	}
	part := make([]byte, longest)
	for {
		n, err := c.conn.Read(part)
		if err != nil {
			return nil, err
		}
		if answer = append(answer, part[:n]...); whole(answer) {
			return answer, nil
		}
		if len(answer) > most {
			return nil, fault.New(fault.Limit, "%s answers more than %d bytes; that is no CPU server", c.addr, most)
		}
	}
}

// explain words why there is no answer.
func (c *Client) explain(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fault.New(fault.Timeout, "%s does not answer", c.addr)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if said, ok := errors.AsType[*fault.Error](err); ok {
		return said
	}
	return fault.Wrap(secure.Explain(err, c.addr), fault.Unavailable, "%s has ended the connection", c.addr)
}
