package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"althing/fault"
	"althing/value"
)

const (
	// separator stands between the parts of a received message (seed: chr(200)).
	separator = "\u00c8"
	// recvEvery is how often --follow asks for the next message: seldom enough
	// to cost nothing, often enough to look immediate.
	recvEvery = 200 * time.Millisecond
)

// hubAnswers reports whether a message is for the hub itself, or its operator,
// although nobody may be in the group.
func hubAnswers(to, text string) bool {
	return to == "SYSTEM" || to == "SQLite" || to == "CONSOLE" || strings.HasPrefix(text, "++ping")
}

func newSend() *cobra.Command {
	var f hubFlags
	var as identity
	c := &cobra.Command{
		Use:   "send TO TEXT",
		Short: "send a message to a client or a group",
		Long: `Sends TEXT to the client or group TO, into the inbox of each member. When nobody
is there to read it, that is said. What the hub itself answers, to SYSTEM,
SQLite or a ++ping, is read with recv.`,
		Example: "  althing send lamp \"switch on\"\n  althing send ALL \"dinner\" --as cook",
		Args:    exactly(2),
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			return f.talk(ctx, func(l *line) error {
				id, err := as.id(ctx, l)
				if err != nil {
					return err
				}
				to, text := args[0], args[1]
				if hubAnswers(to, text) {
					_, err := l.ask(ctx, call("send", id, to, text)) // the answer goes to the client itself
					return err
				}
				query := fmt.Sprintf("%s; %s or groups().get(%s, 0) > 0", call("send", as.name, to, text), call("known", to), quote(to))
				there, err := l.ask(ctx, query)
				if err == nil && there != "True" {
					fmt.Fprintf(c.ErrOrStderr(), "althing: nobody is in '%s': nobody will read this\n", visible(to))
				}
				return err
			})
		},
	}
	f.add(c)
	as.add(c)
	return c
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
Ctrl+C. Who has never received or sent anything has no inbox yet: the first
recv makes one.`,
		Example: "  althing recv --as lamp --follow",
		Args:    exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			// A message that is on its way when Ctrl+C comes is out of the inbox:
			// it is still printed, so the connection does not end with the signal.
			return f.talk(c.Context(), func(l *line) error {
				in := inbox{line: l, as: &as, out: c.OutOrStdout(), asJSON: asJSON}
				if follow {
					return in.follow(c.Context())
				}
				return in.next(c.Context())
			})
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
	line   *line
	as     *identity
	out    io.Writer
	asJSON bool
}

// next prints one message.
func (in inbox) next(ctx context.Context) error {
	id, err := in.as.id(ctx, in.line)
	if err != nil {
		return err
	}
	found, _, err := in.receive(ctx, id)
	if err == nil && !found {
		return fault.New(fault.NotFound, "no message for %s", visible(in.as.name))
	}
	return err
}

// follow prints messages until Ctrl+C.
func (in inbox) follow(ctx context.Context) error {
	signalled, stop := untilSignal(ctx)
	defer stop()
	id, err := in.as.id(ctx, in.line)
	if err != nil {
		return err
	}
	again := time.NewTicker(recvEvery)
	defer again.Stop()
	for signalled.Err() == nil {
		found, known, err := in.receive(ctx, id)
		if err == nil && !known { // the hub has forgotten us
			id, err = in.as.id(ctx, in.line)
		}
		if err != nil {
			return err
		}
		if found {
			continue
		}
		select {
		case <-again.C:
		case <-signalled.Done():
		}
	}
	return nil
}

// receive takes a message out of the inbox and prints it. found tells that
// there was one, known that the hub knows the client.
func (in inbox) receive(ctx context.Context, id string) (found, known bool, err error) {
	v, err := in.line.value(ctx, "("+call("known", id)+", "+call("recv", id)+")")
	if err != nil {
		return false, false, err
	}
	both, _ := v.(value.Tuple)
	if len(both) != 2 {
		return false, false, in.line.strange(value.Repr(v))
	}
	parts := strings.SplitN(value.Text(both[1]), separator, 3)
	if len(parts) != 3 {
		return false, false, in.line.strange(value.Repr(both[1]))
	}
	known = both[0] == value.Bool(true)
	if parts[0] == "None" && parts[1] == "None" {
		return false, known, nil
	}
	return true, known, in.print(parts)
}

// print prints a message. The lines of a text are set in but for the first, so
// that none of them can pass for a message of somebody else's.
func (in inbox) print(parts []string) error {
	if in.asJSON {
		return printObject(in.out, []string{"from", "to", "text"},
			[]value.Value{value.Str(parts[0]), value.Str(parts[1]), value.Str(parts[2])})
	}
	text := strings.ReplaceAll(parts[2], "\n", "\n    ")
	_, err := fmt.Fprintf(in.out, "%s -> %s: %s\n", visible(parts[0]), visible(parts[1]), text)
	return err
}
