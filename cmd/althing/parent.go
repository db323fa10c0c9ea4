package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"althing/access"
	"althing/fault"
	"althing/hub"
	"althing/network"
	"althing/value"
)

// parentFlag is the hub above. What it shows of itself is without the token, which
// is a secret.
type parentFlag struct{ address, token string }

// Set implements pflag.Value.
func (f *parentFlag) Set(text string) (err error) {
	if text == "" {
		*f = parentFlag{}
		return nil
	}
	f.address, f.token, err = network.ParseParent(strings.TrimSpace(text))
	return err
}

func (f *parentFlag) String() string { return f.address }

// Type implements pflag.Value.
func (*parentFlag) Type() string { return "parent" }

// parentMay is what hubs above count as at most.
var parentMay = map[string]access.Role{"manage": access.Admin, "use": access.User, "nothing": access.Guest}

// joinTree puts the hub into its tree; its gateways listen.
func (f *serveFlags) joinTree(h *hub.Hub) error {
	if f.parent.address != "" {
		if err := h.Network().Expect(f.parent.address, f.parent.token); err != nil {
			return err
		}
	}
	return h.StartTree()
}

func newParent() *cobra.Command {
	c := newFigures("parent", "show the hub above this one, or choose another", func(ctx context.Context, a asker) (*value.Dict, error) {
		status, err := a.Status(ctx)
		if err != nil {
			return nil, err
		}
		parent, _ := status.Get(value.Str("parent"))
		d, ok := parent.(*value.Dict)
		if !ok {
			return nil, fault.New(fault.Unavailable, "that hub knows of no others: it is of an older althing")
		}
		return d, nil
	})
	c.Long = `Shows the hub above this one, and whether there is a link to it. 'set' puts the hub
below another one and 'clear' makes it one without a parent, while it runs: its
clients stay.`
	c.Example = "  althing parent\n  althing parent set 192.168.1.5:4000\n  althing parent clear"
	c.Args = knownVerb
	c.AddCommand(newParentSet(), newParentClear())
	return c
}

func newParentSet() *cobra.Command {
	var f hubFlags
	c := &cobra.Command{
		Use:   "set ADDRESS|TOKEN@ADDRESS",
		Short: "put the hub below another one",
		Long: `Puts the hub below the one whose session port is at ADDRESS. Inside one tree the
address is enough; a hub of another tree has to be shown a token, which 'althing
token' makes there. When that one cannot be had - it is not there, does not want
this hub, or is below it - the hub stays where it is, and the status is not 0.`,
		Example: "  althing parent set 192.168.1.5:4000\n  althing parent set k3x7qa…@192.168.1.5:4000",
		Args:    exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			address, token, err := network.ParseParent(args[0])
			if err != nil {
				return usageError{err}
			}
			return f.talk(c.Context(), func(a asker) error { return a.SetParent(c.Context(), address, token) })
		},
	}
	f.add(c)
	return c
}

func newParentClear() *cobra.Command {
	var f hubFlags
	c := &cobra.Command{
		Use:   "clear",
		Short: "make the hub one without a parent",
		Args:  exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return f.talk(c.Context(), func(a asker) error { return a.ClearParent(c.Context()) })
		},
	}
	f.add(c)
	return c
}
