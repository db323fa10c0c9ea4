package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"syscall"

	"althing/fault"
)

// portsTried is how many ports after a default one that is taken are tried.
const portsTried = 20

// address is where a gateway is to listen. It is a flag.
type address struct {
	text       string // as it was given
	host, port string // each empty when it was not given
	off        bool
}

func (a *address) Set(text string) error {
	wrong := fmt.Errorf("host:port, :port, port or off, not '%s'", text)
	text = strings.TrimSpace(text)
	switch {
	case text == "off":
		*a = address{text: text, off: true}
		return nil
	case isPort(text):
		*a = address{text: text, port: text}
		return nil
	}
	host, port, err := net.SplitHostPort(text)
	if err != nil && net.ParseIP(strings.Trim(text, "[]")) != nil {
		return fmt.Errorf("the port is missing: %s", net.JoinHostPort(strings.Trim(text, "[]"), textPort))
	}
	if err != nil || !isPort(port) || strings.ContainsAny(host, "/ ") {
		return wrong
	}
	*a = address{text: text, host: host, port: port}
	return nil
}

func (a *address) String() string { return a.text }

func (*address) Type() string { return "address" }

// listen opens the address of a gateway. A host that was not given is this
// machine, or with lan all its addresses; a port that was not given is the
// gateway's own, which gives way to the next free one when it is taken.
func (a *address) listen(ctx context.Context, gateway string, lan bool, ownPort string) (net.Listener, error) {
	var how net.ListenConfig
	host := a.host
	if host == "" && !lan {
		host = thisMachine
	}
	if a.port != "" {
		l, err := how.Listen(ctx, "tcp", net.JoinHostPort(host, a.port))
		if err != nil {
			return nil, cannotListen("--"+gateway+" "+a.text, err)
		}
		return l, nil
	}
	var last error
	first, err := strconv.Atoi(ownPort)
	if err != nil {
		return nil, err
	}
	for port := first; port < first+portsTried; port++ {
		l, err := how.Listen(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(port)))
		if err == nil {
			return l, nil
		}
		last = err
	}
	return nil, cannotListen(fmt.Sprintf("ports %d to %d for --%s", first, first+portsTried-1, gateway), last)
}

// cannotListen words why, and what to do.
func cannotListen(what string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fault.Wrap(err, fault.Unavailable, "%s: taken by another program, another hub perhaps; give another port", what)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return fault.Wrap(err, fault.Unavailable, "%s: this machine has no such address", what)
	case errors.Is(err, syscall.EACCES):
		return fault.Wrap(err, fault.Denied, "%s: the system keeps ports below 1024 for its administrator; give another port", what)
	}
	return fault.Wrap(err, fault.Unavailable, "%s: cannot be listened on", what)
}
