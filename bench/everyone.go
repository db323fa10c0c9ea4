//go:build linux

package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"time"

	"althing/bench/internal/table"
)

// everyone measures a message to ALL: from sending it until the client who
// registered last has received it. That all the others have it too is checked
// afterwards.
func everyone(ctx context.Context, b *bench) error {
	const registered = 10_000
	hub, err := b.server(ctx, hubs)
	if err != nil {
		return err
	}
	c, err := dial(hub.Address)
	if err != nil {
		return err
	}
	defer c.close()
	ids, err := c.ask(repeated("getClientID()", registered)...)
	if err != nil {
		return err
	}
	row := b.row(table.Row{What: "a message to `ALL`, in the last of 10,000 inboxes", Unit: table.Time, Bar: table.AtMost(0.010)})
	for round := range b.rounds {
		sender, last, words := ids[round], ids[registered-1], fmt.Sprintf("to everybody, %d", round)
		want := sender + separator + "ALL" + separator + words
		begin := time.Now()
		replies, err := c.ask(fmt.Sprintf("send('%s','ALL','%s')", sender, words), fmt.Sprintf("recv('%s')", last))
		took := time.Since(begin)
		if err != nil {
			return err
		}
		if replies[0] != "OK" || replies[1] != want {
			return fmt.Errorf("send and recv answered %q", replies)
		}
		row.Ours(took.Seconds())
		b.say("everyone: %v", took)
		if err := c.haveAll(ids[:registered-1], want); err != nil {
			return err
		}
	}
	return nil
}

// haveAll checks that the next message of all these clients is this one.
func (c *lineConn) haveAll(ids []string, want string) error {
	asks := make([]string, len(ids))
	for i, id := range ids {
		asks[i] = fmt.Sprintf("recv('%s')", id)
	}
	replies, err := c.ask(asks...)
	for i, reply := range replies {
		if reply != want {
			return fmt.Errorf("client %d received %q instead of %q", i, reply, want)
		}
	}
	return err
}

// lineConn is a connection in line mode, for what need not be fast.
type lineConn struct {
	conn    net.Conn
	replies *bufio.Reader
}

func dial(address string) (*lineConn, error) {
	conn, err := net.DialTimeout("tcp4", address, patience)
	if err != nil {
		return nil, err
	}
	return &lineConn{conn, bufio.NewReader(conn)}, nil
}

func (c *lineConn) close() { c.conn.Close() }

// ask gives the replies to the requests, none of which may be an error.
func (c *lineConn) ask(texts ...string) ([]string, error) {
	replies, err := c.send(texts...)
	for i, reply := range replies {
		if strings.HasPrefix(reply, "Error: ") {
			return nil, fmt.Errorf("asked %q, got %q", texts[i], reply)
		}
	}
	return replies, err
}

// send gives the replies to the requests. It sends some hundreds at a time, which
// fit the system's buffers: it never waits to send to a hub that waits to send.
func (c *lineConn) send(texts ...string) ([]string, error) {
	const batch = 200
	replies := make([]string, 0, len(texts))
	for len(replies) < len(texts) {
		some := texts[len(replies):min(len(replies)+batch, len(texts))]
		if err := c.conn.SetDeadline(time.Now().Add(patience)); err != nil {
			return nil, err
		}
		if _, err := c.conn.Write([]byte(strings.Join(some, "\n") + "\n")); err != nil {
			return nil, err
		}
		for range some {
			reply, err := c.replies.ReadString('\n')
			if err != nil {
				return nil, err
			}
			replies = append(replies, strings.TrimSuffix(reply, "\n"))
		}
	}
	return replies, nil
}

func repeated(text string, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = text
	}
	return all
}
