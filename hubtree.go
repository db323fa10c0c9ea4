package althing

import (
	"context"

	"althing/value"
)

// JoinToken is a token by which hubs come below another one.
type JoinToken struct {
	ID   string   // by which it is withdrawn
	Hubs []string // those that came by it and are there, by their names
}

// MakeToken makes a token by which hubs may come below this client's, and gives
// what is to stand behind --parent there: TOKEN@host:port. It is a secret. Tokens
// and parents are for administrators.
func (c *Client) MakeToken(ctx context.Context) (parent string, err error) {
	r, err := c.call(ctx, "token.make")
	if err != nil {
		return "", err
	}
	parent = string(field[value.Str](r, "parent"))
	return parent, r.err
}

// Tokens gives the tokens of the hub that are good.
func (c *Client) Tokens(ctx context.Context) ([]JoinToken, error) {
	r, err := c.call(ctx, "token.list")
	if err != nil {
		return nil, err
	}
	tokens := items(r, "tokens", func(v value.Value) (JoinToken, bool) {
		of, ok := v.(*value.Dict)
		if !ok {
			return JoinToken{}, false
		}
		t := result{members: of}
		return JoinToken{ID: string(field[value.Str](&t, "id")), Hubs: items(&t, "hubs", textItem)}, t.err == nil
	})
	return tokens, r.err
}

// WithdrawToken makes a token worthless: the links of the hubs that came by it are
// cut.
func (c *Client) WithdrawToken(ctx context.Context, id string) error {
	_, err := c.callText(ctx, "token.withdraw", "id", id)
	return err
}

// ForgetHub has the hub forget one right below it, which is away and will not come
// back, by its name or path: the name is free then.
func (c *Client) ForgetHub(ctx context.Context, name string) error {
	_, err := c.callText(ctx, "hub.forget", "hub", name)
	return err
}

// SetParent puts the hub below the one at a session port's address, host:port. The
// token is one of the other's; inside one tree none is needed. When the error is not
// nil, the hub is where it was.
func (c *Client) SetParent(ctx context.Context, address, token string) error {
	secret, err := textParam("token", token)
	if err != nil {
		return err
	}
	_, err = c.callText(ctx, "parent.set", "address", address, secret)
	return err
}

// ClearParent makes the hub one without a parent.
func (c *Client) ClearParent(ctx context.Context) error {
	_, err := c.call(ctx, "parent.clear")
	return err
}
