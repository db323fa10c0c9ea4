package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"althing/discovery"
	"althing/fault"
)

// mostNamed is how many hubs an error names that cannot choose among them.
const mostNamed = 8

// orFound is where the hub is that nobody has named: on this machine, where t is,
// or else the one that is found on the network. One that was only found may be
// anybody's: it is told what is asked of it, but no key, unless its fingerprint is
// known.
func (f *hubFlags) orFound(ctx context.Context, t target) (target, error) {
	port, err := strconv.ParseUint(f.way.usual, 10, 16)
	if err != nil || discovery.Here(ctx, uint16(port)) {
		return t, err
	}
	errs := f.verb.ErrOrStderr()
	if _, terminal := errs.(*screen); terminal {
		fmt.Fprintf(errs, "no hub at %s; listening for one on the network …\n", t)
	}
	found, err := f.listen(ctx)
	if err != nil {
		return t, err
	}
	switch len(found) {
	case 0:
		return t, fmt.Errorf("%w answers at %s (%s), and none was heard on the network; start one with 'althing serve', or name one with --hub or ALTHING_HUB", errNoHub, t, nobodyListens)
	case 1:
		return f.chosen(t, found[0])
	}
	var names []string
	for _, r := range found[:min(len(found), mostNamed)] {
		names = append(names, fmt.Sprintf("'%s' at %s", r.Name, r.At))
	}
	if len(found) > mostNamed {
		names = append(names, fmt.Sprintf("%d more", len(found)-mostNamed))
	}
	return t, fmt.Errorf("%w is named, and the network has several: %s; name one with --hub or ALTHING_HUB", errNoHub, strings.Join(names, ", "))
}

// listen gives the hubs of the network that verbs can talk to; with a fingerprint,
// those that say that it is theirs.
func (f *hubFlags) listen(ctx context.Context) ([]discovery.Reached, error) {
	soon, cancel := context.WithTimeout(ctx, discovery.Window)
	defer cancel()
	hubs, err := discovery.Search(soon, nil)
	if err != nil && !fault.Is(err, fault.Unavailable) {
		return nil, err // without multicast none is heard
	}
	want, err := f.pinned()
	if err != nil {
		return nil, err
	}
	if want != nil {
		hubs = slices.DeleteFunc(hubs, func(h discovery.Hub) bool { return h.Fingerprint != want.String() })
	}
	found := discovery.Reach(ctx, hubs, f.way.of)
	return slices.DeleteFunc(found, func(r discovery.Reached) bool { return !r.At.IsValid() }), ctx.Err()
}

// chosen is the only hub that was found.
func (f *hubFlags) chosen(t target, r discovery.Reached) (target, error) {
	t.address = r.At.String()
	key, err := f.key()
	switch {
	case err != nil:
		return t, err
	case t.tls != nil: // its fingerprint will be seen
	case key != "" && f.verb.Flags().Lookup("admin-key-file") != nil: // the verb would give it
		return t, fault.New(fault.Denied, "the admin key is not given to '%s' at %s, which was only found on the network: name it with --hub, or give --fingerprint", r.Name, t)
	case r.TLS == tlsOnly:
		return t, fault.New(fault.Denied, "'%s' at %s, which was found on the network, wants TLS: give the --fingerprint that it shows at its start", r.Name, t)
	}
	fmt.Fprintf(f.verb.ErrOrStderr(), "althing: to '%s' at %s, found on the network (--hub or ALTHING_HUB names one)\n", r.Name, t)
	return t, nil
}
