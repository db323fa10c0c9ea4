package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"althing/discovery"
	"althing/secure"
)

const (
	textPort = "2980"
	// thisMachine is where a hub is looked for when none is named.
	thisMachine = "127.0.0.1"
)

// hubFlags are what every client verb takes.
type hubFlags struct {
	hub         string
	keyFile     string
	fingerprint string
	certificate string
	at          string         // another hub of its tree that is to do it
	way         way            // by which the verb comes in; default: the text port
	verb        *cobra.Command // whose flags these are
}

// way is a port of hubs by which verbs come in.
type way struct {
	name  string // as in "the hub's text port"
	usual string // its number
	of    func(discovery.Hub) uint16
}

var textWay = way{textGateway, textPort, func(h discovery.Hub) uint16 { return h.Text }}

func (f *hubFlags) add(c *cobra.Command) {
	f.addWhere(c)
	c.Flags().StringVar(&f.keyFile, "admin-key-file", "", "act as an administrator, or as a user, with the key in this `file` (default the key in $ALTHING_KEY)")
}

// addWhere adds those that say where the hub is, for a verb that needs no key.
func (f *hubFlags) addWhere(c *cobra.Command) {
	f.verb = c
	if f.way.of == nil {
		f.way = textWay
	}
	c.Flags().StringVar(&f.hub, "hub", "", "`address` of the hub's "+f.way.name+" port: host:port, host or port, with tls:// before it when it is to be secured (default $ALTHING_HUB, else this machine's, else the one that is found on the network)")
	c.Flags().StringVar(&f.fingerprint, "fingerprint", "", "secure the connection, and trust no hub but the one with this `fingerprint` (default $ALTHING_FINGERPRINT)")
	c.Flags().StringVar(&f.certificate, "certificate", "", "the `file` with a certificate and its key, for a hub that wants to see one (default $ALTHING_CERTIFICATE)")
}

// addAt is for verbs that another hub of the tree can do, too.
func (f *hubFlags) addAt(c *cobra.Command) {
	c.Flags().StringVar(&f.at, "at", "", "have it done by that `hub` of the hub's tree: its name, its path, or parent")
}

// target is a hub to connect to.
type target struct {
	address string
	tls     *tls.Config // nil: the connection is not secured
}

func (t target) String() string { return t.address }

// scheme stands before the address of a hub that is known by its name, which an
// authority has signed. One that is known by its fingerprint needs none.
const scheme = "tls://"

// target is where the hub is to be found, and how to be sure that it is it.
func (f *hubFlags) target(ctx context.Context) (t target, err error) {
	source, given := "--hub", f.hub
	if given == "" {
		source, given = "ALTHING_HUB", os.Getenv("ALTHING_HUB")
	}
	unnamed := given == ""
	given, secured := strings.CutPrefix(given, scheme)
	if given == "" {
		given = thisMachine
	}
	if t.address, err = hubAddress(source, given, f.way.usual); err != nil {
		return t, err
	}
	if source != "--hub" && f.way.usual != textPort { // the variable has the text port's
		host, _, _ := net.SplitHostPort(t.address)
		t.address = net.JoinHostPort(host, f.way.usual)
	}
	if secured {
		t.tls = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	pinned, err := f.pinned()
	if err != nil {
		return t, err
	}
	if pinned != nil {
		t.tls = pinned.Pin(t.tls)
	}
	if f.certificate != "" && t.tls == nil {
		return t, usagef("--certificate: the connection is not secured; give --fingerprint, or %s before the hub's address", scheme)
	}
	if file := cmp.Or(f.certificate, os.Getenv("ALTHING_CERTIFICATE")); file != "" && t.tls != nil {
		shown, err := secure.Read(file, file)
		if err != nil {
			return t, err
		}
		t.tls.Certificates = []tls.Certificate{shown}
	}
	if unnamed {
		return f.orFound(ctx, t)
	}
	return t, nil
}

// pinned is the fingerprint of the one hub that is trusted; nil when none is given.
func (f *hubFlags) pinned() (*secure.Fingerprint, error) {
	text := cmp.Or(f.fingerprint, os.Getenv("ALTHING_FINGERPRINT"))
	if text == "" {
		return nil, nil
	}
	fingerprint, err := secure.ParseFingerprint(text)
	if err != nil {
		return nil, usageError{err}
	}
	return &fingerprint, nil
}

// hubAddress completes what a user calls the address of a hub; usual is the port
// that need not be given.
func hubAddress(source, given, usual string) (string, error) {
	host, port := given, usual
	switch ip := strings.Trim(given, "[]"); {
	case isPort(given):
		host, port = thisMachine, given
	case net.ParseIP(ip) != nil:
		host = ip
	case strings.Contains(given, ":"):
		host, port, _ = net.SplitHostPort(given) // what is none has no port
	}
	if host == "" {
		host = thisMachine
	}
	if !isPort(port) || strings.ContainsAny(host, "/ ") {
		return "", usagef("%s: host:port, host or port, not '%s'", source, given)
	}
	return net.JoinHostPort(host, port), nil
}

func isPort(text string) bool {
	_, err := strconv.ParseUint(text, 10, 16)
	return err == nil
}

func (f *hubFlags) key() (string, error) {
	if f.keyFile == "" {
		return strings.TrimSpace(os.Getenv("ALTHING_KEY")), nil
	}
	text, err := os.ReadFile(f.keyFile)
	if err != nil {
		return "", fmt.Errorf("--admin-key-file: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}
