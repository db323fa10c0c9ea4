package althing

import (
	"context"
	"net"
	"time"

	"althing/value"
)

// OpenChannel connects to a channel of the server's. What is written and read
// from then on is the channel's own bytes. The connection is the caller's: it is
// not made anew when it is lost, and not closed with the client.
func (c *Client) OpenChannel(ctx context.Context, name string) (net.Conn, error) {
	r, err := c.callText(ctx, "channel.open", "name", name)
	if err != nil {
		return nil, err
	}
	addr, ticket := string(field[value.Str](r, "address")), string(field[value.Str](r, "ticket"))
	if r.err != nil {
		return nil, r.err
	}
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.options.Limits.Register)
		defer cancel()
	}
	nc, err := c.dial(ctx, addr)
	if err != nil {
		return nil, err
	}
	if err := present(ctx, nc, ticket); err != nil {
		nc.Close()
		return nil, unreachable(ctx, addr, err)
	}
	return nc, nil
}

// present sends the ticket that a channel wants to see first.
func present(ctx context.Context, nc net.Conn, ticket string) error {
	deadline, _ := ctx.Deadline()
	if err := nc.SetDeadline(deadline); err != nil {
		return err
	}
	if _, err := nc.Write([]byte(ticket + "\n")); err != nil {
		return err
	}
	return nc.SetDeadline(time.Time{})
}
