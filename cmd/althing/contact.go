package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"syscall"
	"time"

	"althing"
	"althing/access"
	"althing/expr"
	"althing/fault"
	"althing/value"
)

const (
	// dialPatience is enough for a busy hub on a slow network, to connect and to
	// be let in.
	dialPatience = 5 * time.Second
	// answerPatience is the seed's clients' own. A wait for changes is the longest
	// answer, with 15 s.
	answerPatience = 20 * time.Second
	// lookAgain is how often a verb that only listens asks whether the hub is
	// still there: one that has lost its network says nothing either.
	lookAgain = 15 * time.Second
)

// contact is a hub, and how to come in.
type contact struct {
	at  target
	key string // an administrator's or a user's, or empty
	who string // another hub of its tree that is asked; empty: itself
}

// contact says which hub the flags name.
func (f *hubFlags) contact(ctx context.Context) (h contact, err error) {
	h.who = f.at
	if h.at, err = f.target(ctx); err == nil {
		h.key, err = f.key()
	}
	return h, err
}

// visit comes in to ask something, and is no client of the hub's.
func (h contact) visit(ctx context.Context) (*althing.Client, error) {
	return h.dial(ctx, althing.ClientOptions{Visitor: true})
}

// enter comes in as the client that a token belongs to, or as a new one.
func (h contact) enter(ctx context.Context, token string) (*althing.Client, error) {
	return h.dial(ctx, althing.ClientOptions{Resume: token})
}

func (h contact) dial(ctx context.Context, o althing.ClientOptions) (*althing.Client, error) {
	o.Key, o.TLS, o.NoReconnect, o.At = h.key, h.at.tls, true, h.who
	o.Logger = slog.New(slog.DiscardHandler) // what matters is an error
	o.Limits = althing.Limits{Register: dialPatience, Answer: answerPatience}
	c, err := althing.Dial(ctx, h.at.address, o)
	if err != nil {
		return nil, h.unreached(ctx, err)
	}
	return c, nil
}

// hangUp ends a client, and waits until what it has said is on its way. It returns
// why it has ended, when that was not now.
func hangUp(c *althing.Client) error {
	_ = c.Close() // it cannot fail
	return c.Wait()
}

// unreached words why there is no connection.
func (h contact) unreached(ctx context.Context, err error) error {
	said := fault.Of(err)
	var lookup *net.DNSError
	var op *net.OpError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case said.Message == access.ErrNobodys.Message:
		return fault.New(fault.Denied, "the hub at %s refuses the key", h.at)
	case errors.Is(err, syscall.ECONNREFUSED):
		return h.noHub(nobodyListens)
	case errors.As(err, &lookup):
		return h.noHub("there is no host of that name")
	case errors.As(err, &op) && op.Op == "dial" && op.Timeout():
		return h.noHub(fmt.Sprintf("nothing heard within %v", dialPatience))
	case errors.As(err, &op) && op.Op == "dial":
		return h.noHub(op.Err.Error())
	case h.at.tls == nil && (errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET)):
		return h.noHub("it hangs up")
	case said.Code == fault.Timeout:
		return fault.New(fault.Timeout, "the hub at %s has said nothing for %v", h.at, dialPatience)
	}
	return spoken(said)
}

const nobodyListens = "nothing listens there"

func (h contact) noHub(why string) error {
	return fmt.Errorf("%w answers at %s (%s); start one with 'althing serve', or name one with --hub or ALTHING_HUB", errNoHub, h.at, why)
}

func (h contact) gone() error {
	return fmt.Errorf("%w any more: the one at %s has closed the connection", errNoHub, h.at)
}

// explain words what has become of a question.
func (h contact) explain(ctx context.Context, err error) error {
	var said *fault.Error
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return fault.New(fault.Timeout, "the hub at %s has said nothing for %v", h.at, answerPatience)
	case fault.Is(err, fault.Closed):
		return h.gone()
	case errors.As(err, &said) && said.Error() == err.Error(): // else more was said about it already
		return spoken(said)
	}
	return err
}

// asker is a verb's visit to a hub.
type asker struct {
	*althing.Client
	contact
}

// value asks for the value of an expression whose value has a literal.
func (a asker) value(ctx context.Context, expression string) (value.Value, error) {
	reply, err := a.Eval(ctx, "repr("+expression+")")
	if err != nil {
		return nil, err
	}
	v, err := expr.Literal(reply)
	if err != nil {
		return nil, fmt.Errorf("the hub at %s answers what makes no sense here: %.60q", a.at, reply)
	}
	return v, nil
}

// talk runs a verb that asks the hub something.
func (f *hubFlags) talk(ctx context.Context, do func(a asker) error) error {
	h, err := f.contact(ctx)
	if err != nil {
		return err
	}
	c, err := h.visit(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = hangUp(c) }()
	return h.explain(ctx, do(asker{c, h}))
}

// attend ends a client with ctx, and when its hub is there no more. It returns
// when the client has ended, with the reason.
func (h contact) attend(ctx context.Context, c *althing.Client) error {
	defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	look := time.NewTicker(lookAgain)
	defer look.Stop()
	for {
		select {
		case err := <-ended:
			return err
		case <-look.C:
		}
		if _, err := c.Ping(ctx); errors.Is(err, context.DeadlineExceeded) {
			_ = hangUp(c)
			return err
		}
	}
}
