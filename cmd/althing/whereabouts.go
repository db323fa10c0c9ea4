package main

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"time"

	"github.com/spf13/cobra"

	"althing/fault"
)

// lookupWithin is how long the name service may take.
const lookupWithin = 10 * time.Second

func newAddress() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "address [NAME]",
		Short: "show the name and the addresses of this or another computer",
		Long: `Shows this computer's name and its addresses in its networks, which are those to
type into a device that is to find its hub, or NAME's, as this computer knows them.`,
		Example: "  althing address\n  althing address raspberrypi.local",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				return exactly(1)(c, args)
			}
			unguard(c, args)
			return nil
		},
		RunE: func(c *cobra.Command, args []string) (err error) {
			var of whereabouts
			if len(args) == 0 {
				of, err = here()
			} else {
				of, err = lookUp(c.Context(), args[0])
			}
			if err != nil {
				return err
			}
			if asJSON {
				err = json.NewEncoder(c.OutOrStdout()).Encode(of)
			} else {
				err = of.print(c)
			}
			if err == nil && len(of.Addresses) == 0 {
				err = fault.New(fault.NotFound, "'%s' has no address in any network", visible(of.Name))
			}
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print a JSON object")
	return c
}

// whereabouts are a computer's name and addresses.
type whereabouts struct {
	Name      string   `json:"name"`
	Addresses []string `json:"addresses"`
}

func (w whereabouts) print(c *cobra.Command) error {
	rows := [][]cell{{{text: "name"}, {text: visible(w.Name)}}}
	for i, a := range w.Addresses {
		rows = append(rows, []cell{{text: []string{"address", ""}[min(i, 1)]}, {text: visible(a)}})
	}
	return writePairs(c.OutOrStdout(), rows)
}

// here are this computer's: those by which others reach it, IPv4 first.
func here() (w whereabouts, err error) {
	if w.Name, err = os.Hostname(); err != nil {
		return w, fault.Wrap(err, fault.Unavailable, "this computer does not know its name")
	}
	list, err := net.InterfaceAddrs()
	if err != nil {
		return w, fault.Wrap(err, fault.Unavailable, "this computer does not know its addresses")
	}
	w.Addresses = []string{}
	var six []string
	for _, a := range list {
		n, isNet := a.(*net.IPNet)
		switch {
		case !isNet || !n.IP.IsGlobalUnicast():
		case n.IP.To4() != nil:
			w.Addresses = append(w.Addresses, n.IP.String())
		default:
			six = append(six, n.IP.String())
		}
	}
	w.Addresses = append(w.Addresses, six...)
	return w, nil
}

// lookUp asks the name service.
func lookUp(ctx context.Context, name string) (whereabouts, error) {
	ctx, cancel := context.WithTimeout(ctx, lookupWithin)
	defer cancel()
	list, err := net.DefaultResolver.LookupHost(ctx, name)
	missing, isDNS := errors.AsType[*net.DNSError](err)
	switch {
	case isDNS && missing.IsNotFound:
		return whereabouts{}, fault.New(fault.NotFound, "there is no computer named '%s', or it has no address", visible(name))
	case isDNS && missing.IsTimeout:
		return whereabouts{}, fault.Wrap(err, fault.Timeout, "the name service did not answer within %v", lookupWithin)
	case err != nil:
		return whereabouts{}, fault.Wrap(err, fault.Unavailable, "'%s' cannot be looked up", visible(name))
	}
	return whereabouts{Name: name, Addresses: list}, nil
}
