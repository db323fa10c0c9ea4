package althing

import (
	"context"

	"althing/value"
)

// Member is a client that is in a group.
type Member struct{ ID, Name string }

// Join has this client get what is sent to a group of the hub's. It is in it
// again after the connection was lost.
func (c *Client) Join(ctx context.Context, group string) error {
	c.kept.join(group)
	_, err := c.callText(ctx, "group.join", "group", group)
	if err != nil {
		c.kept.leave(group)
	}
	return err
}

// Leave ends that.
func (c *Client) Leave(ctx context.Context, group string) error {
	c.kept.leave(group)
	_, err := c.callText(ctx, "group.leave", "group", group)
	return err
}

// Groups gives the names of the hub's groups.
func (c *Client) Groups(ctx context.Context) ([]string, error) {
	r, err := c.call(ctx, "group.list")
	if err != nil {
		return nil, err
	}
	groups := items(r, "groups", textItem)
	return groups, r.err
}

// GroupSizes gives the groups and how many clients are in each.
func (c *Client) GroupSizes(ctx context.Context) (map[string]int, error) {
	r, err := c.call(ctx, "group.list")
	if err != nil {
		return nil, err
	}
	sizes := map[string]int{}
	if dict := field[*value.Dict](r, "sizes"); dict != nil {
		for _, pair := range dict.Pairs() {
			n, _ := pair.Value.(value.Int)
			sizes[value.Text(pair.Key)] = int(n)
		}
	}
	return sizes, r.err
}

// Members gives the clients that are in a group.
func (c *Client) Members(ctx context.Context, group string) ([]Member, error) {
	r, err := c.callText(ctx, "group.members", "group", group)
	if err != nil {
		return nil, err
	}
	members := items(r, "members", func(v value.Value) (Member, bool) {
		of, ok := v.(*value.Dict)
		if !ok {
			return Member{}, false
		}
		m := result{members: of}
		return Member{ID: string(field[value.Str](&m, "id")), Name: string(field[value.Str](&m, "name"))}, m.err == nil
	})
	return members, r.err
}
