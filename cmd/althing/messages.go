package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"althing"
	"althing/fault"
	"althing/value"
)

const (
	// again is the pause before a follower comes in anew: a hub that lets nobody
	// in for long is not to be kept busy.
	again = 200 * time.Millisecond
	// lastWord is how long an acknowledgement may take when the user has seen
	// enough.
	lastWord = 2 * time.Second
)

// hubAnswers reports whether a message is for the hub itself, or its operator,
// although nobody may be in the group.
func hubAnswers(to, text string) bool {
	return to == "SYSTEM" || to == "SQLite" || to == "CONSOLE" || strings.HasPrefix(text, "++ping")
}

func newSend() *cobra.Command {
	var f hubFlags
	var as identity
	var at string
	var asJSON bool
	c := &cobra.Command{
		Use:   "send TO TEXT",
		Short: "send a message to a client or a group",
		Long: `Sends TEXT to the client or group TO, into the inbox of each member. When nobody
is there to read it, that is said; of another hub, as in lamp@barn, that is not
known. What the hub itself answers, to SYSTEM, SQLite or a ++ping, is read with
recv.`,
		Example: "  althing send lamp \"switch on\"\n  althing send ALL \"dinner\" --as cook\n  althing send lamp@barn \"switch on\"",
		Args:    exactly(2),
		RunE: func(c *cobra.Command, args []string) error {
			ctx, to := c.Context(), args[0]
			if at != "" {
				to += "@" + at
			}
			return f.talk(ctx, func(a asker) error {
				anybody, err := as.send(ctx, a, to, args[1])
				switch {
				case err != nil:
					return err
				case asJSON:
					return printObject(c.OutOrStdout(), []string{"to", "anybody"}, []value.Value{value.Str(to), value.Bool(anybody)})
				case !anybody:
					fmt.Fprintf(c.ErrOrStderr(), "althing: nobody is in '%s': nobody will read this\n", visible(to))
				}
				return nil
			})
		},
	}
	f.add(c)
	as.add(c)
	c.Flags().StringVar(&at, "at", "", "send it to TO at that `hub` of the hub's tree: its name, its path, parent, or * for all hubs")
	c.Flags().BoolVar(&asJSON, "json", false, "print an object that says whether anybody is there to read it")
	return c
}

// send sends a message, and reports whether anybody is there to read it.
func (i *identity) send(ctx context.Context, a asker, to, text string) (anybody bool, err error) {
	id, err := i.id(ctx, a)
	if err != nil {
		return false, err
	}
	m := &althing.Message{From: i.name, To: to, Body: []byte(text)}
	if hubAnswers(to, text) {
		m.From = id // the answer goes to the client itself
		return true, a.Deliver(ctx, m)
	}
	if err := a.Deliver(ctx, m); err != nil {
		return false, err
	}
	if strings.Contains(to, "@") {
		return true, nil // it waits for another hub, which knows
	}
	_, err = a.Command(ctx, "s.info", to)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return true, err
}

func newRecv() *cobra.Command {
	var f hubFlags
	var as identity
	var follow, asJSON bool
	c := &cobra.Command{
		Use:   "recv",
		Short: "take the next message out of the inbox",
		Long: `Prints the next message of the inbox and takes it out. When there is none, the
exit status is 3. With --follow it prints every message as it comes, until
Ctrl+C. A message is taken out when it has been printed: what breaks off before
comes again. One at a time reads an inbox, the last that came. Who has never
received or sent anything has no inbox yet: the first recv makes one.`,
		Example: "  althing recv --as lamp --follow",
		Args:    exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			h, err := f.contact(c.Context())
			if err != nil {
				return err
			}
			in := inbox{contact: h, as: &as, out: c.OutOrStdout(), asJSON: asJSON}
			if follow {
				return in.follow(c.Context())
			}
			return in.next(c.Context())
		},
	}
	f.add(c)
	as.add(c)
	c.Flags().BoolVarP(&follow, "follow", "f", false, "go on until Ctrl+C")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a message")
	return c
}

// inbox prints the messages of a client.
type inbox struct {
	contact
	as     *identity
	out    io.Writer
	asJSON bool
}

// next prints one message.
func (in inbox) next(ctx context.Context) error {
	c, err := in.as.enter(ctx, in.contact)
	if err != nil {
		return err
	}
	defer func() { _ = hangUp(c) }()
	m, err := c.Poll(ctx)
	if err != nil {
		return in.explain(ctx, err)
	}
	if m == nil {
		return fault.New(fault.NotFound, "no message for %s", visible(in.as.name))
	}
	if err := in.print(m); err != nil {
		return err
	}
	return in.explain(ctx, c.Ack(ctx, m))
}

// follow prints messages until Ctrl+C. When its client is forgotten while the hub
// is there, it comes in as a new one.
func (in inbox) follow(ctx context.Context) error {
	ctx, stop := untilSignal(ctx)
	defer stop()
	for before := false; ; before = true {
		c, err := in.as.enter(ctx, in.contact)
		if before && errors.Is(err, errNoHub) {
			return in.gone()
		}
		if err == nil {
			err = in.read(ctx, c)
		}
		if ctx.Err() != nil {
			return nil
		}
		if !errors.Is(err, errNoHub) || c == nil {
			return err
		}
		select {
		case <-time.After(again):
		case <-ctx.Done():
			return nil
		}
	}
}

// read prints messages until the connection or ctx ends. One is acknowledged when
// it has been printed.
func (in inbox) read(ctx context.Context, c *althing.Client) error {
	ended := make(chan error, 1)
	attended, stop := context.WithCancel(context.Background())
	go func() { ended <- in.attend(attended, c) }()
	err := in.printAll(ctx, c)
	stop()
	reason := <-ended
	switch {
	case fault.Is(reason, fault.Conflict), fault.Is(err, fault.Conflict): // whichever hears of it first
		return fault.New(fault.Conflict, "another recv reads the messages for %s now", visible(in.as.name))
	case fault.Is(reason, fault.Denied), fault.Is(reason, fault.Timeout):
		return in.explain(ctx, reason)
	}
	return err
}

func (in inbox) printAll(ctx context.Context, c *althing.Client) error {
	for {
		m, err := c.Next(ctx)
		if err == nil {
			err = in.print(m)
		}
		if err != nil {
			return in.explain(ctx, err)
		}
		if ctx.Err() != nil { // no Next acknowledges it
			return lastAck(c, m)
		}
	}
}

func lastAck(c *althing.Client, m *althing.Message) error {
	ctx, cancel := context.WithTimeout(context.Background(), lastWord)
	defer cancel()
	return c.Ack(ctx, m)
}

// print prints a message. The lines of a text are set in but for the first, so
// that none of them can pass for a message of somebody else's.
func (in inbox) print(m *althing.Message) error {
	if in.asJSON {
		return printMessage(in.out, m)
	}
	text := strings.ReplaceAll(m.String(), "\n", "\n    ")
	_, err := fmt.Fprintf(in.out, "%s -> %s: %s\n", visible(m.From), visible(m.To), text)
	return err
}

// printMessage prints a message as an object, with headers where it has some.
func printMessage(out io.Writer, m *althing.Message) error {
	body := value.Value(value.Bytes(m.Body))
	if utf8.Valid(m.Body) {
		body = value.Str(m.Body)
	}
	names := []string{"from", "to", "text"}
	values := []value.Value{value.Str(m.From), value.Str(m.To), body}
	if len(m.Headers) > 0 {
		list := make(value.List, len(m.Headers))
		for i, header := range m.Headers {
			list[i] = value.List{value.Str(header.Name), value.Str(header.Value)}
		}
		names, values = append(names, "headers"), append(values, list)
	}
	return printObject(out, names, values)
}
