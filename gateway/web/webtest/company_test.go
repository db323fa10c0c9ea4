//go:build browser

package webtest_test

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"althing"
	"althing/gateway/web/webtest"
)

// register connects a client to a hub, until the test ends.
func register(t *testing.T, h *webtest.Hub, name, description string) *althing.Client {
	t.Helper()
	c := althing.NewClient(althing.ClientOptions{Name: name, Description: description, NoReconnect: true})
	if err := c.Connect(t.Context(), h.Session); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// liner is a text client that keeps its connection.
type liner struct {
	t  *testing.T
	c  net.Conn
	in *bufio.Reader
}

func connectLine(t *testing.T, h *webtest.Hub) liner {
	t.Helper()
	c, err := net.Dial("tcp", h.Text)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(time.Minute)) // a connection that cannot have one fails below
	l := liner{t, c, bufio.NewReader(c)}
	l.ask("1")
	return l
}

// ask says a line and gives the answer; empty at the end.
func (l liner) ask(line string) string {
	l.t.Helper()
	_, _ = io.WriteString(l.c, line+"\n") // the reading fails when it could not be written
	said, _ := l.in.ReadString('\n')      // empty at the end
	return strings.TrimSpace(said)
}
