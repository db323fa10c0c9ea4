package althing

import (
	"context"
	"fmt"

	"althing/fault"
	"althing/value"
	"althing/wire"
)

// Move sends a client to another server, at addr, "ip:port". Clients of protocols
// that have no word for it stay.
func (s *Server) Move(c *Conn, addr string) error {
	data, err := value.FromGo(map[string]any{wire.KeyAddress: addr})
	if err != nil {
		return err
	}
	return c.main.Event(wire.EventMoved, data)
}

// Kick lets a client go for good, and tells it who wanted that. A client of ours
// does not come back by itself.
func (s *Server) Kick(c *Conn, by string) {
	c.main.drop(fault.New(fault.Denied, "You got kicked by '%s'", by))
}

// sent begins the client's way to another server.
func (c *Client) sent(conn *Conn, addr string) {
	c.mu.Lock()
	c.moving = addr
	c.mu.Unlock()
	c.quit(conn.main)
}

// move tries once to connect to the server that the client was sent to, if it
// was. That one is told neither the admin key nor the token of the present one,
// and when it cannot be reached the client goes back to that.
func (c *Client) move() (there bool) {
	c.mu.Lock()
	to, home, token, strange := c.moving, c.addr, c.resume, c.strange
	if to == "" {
		c.mu.Unlock()
		return false
	}
	c.moving, c.addr, c.resume, c.strange = "", to, "", true
	c.mu.Unlock()
	err := c.connect(context.Background())
	if err == nil {
		return true
	}
	c.out().warning(fmt.Sprintf("Cannot connect to %s, where the server has sent the client: %v", to, err))
	c.mu.Lock()
	defer c.mu.Unlock()
	c.addr, c.resume, c.strange = home, token, strange
	return false
}
