// Hall is a server on the framework with as little around it as can be: what it
// hears it says to everybody else, or back when the message has the header echo,
// and the answer to the request X is always 1.
//
//	hall ADDRESS [tls]
package main

import (
	"crypto/tls"
	"fmt"
	"os"

	"althing"
	"althing/secure"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: hall ADDRESS [tls]")
		os.Exit(2)
	}
	fmt.Fprintln(os.Stderr, "hall:", serve(os.Args[1], len(os.Args) > 2))
	os.Exit(1)
}

func serve(address string, secured bool) error {
	server := &althing.Server{Addr: address}
	if secured {
		pem, err := secure.Make("localhost")
		if err != nil {
			return err
		}
		c, err := tls.X509KeyPair(pem, pem)
		if err != nil {
			return err
		}
		server.TLS = secure.Serve(c, nil)
	}
	server.OnMessage(func(c *althing.Conn, m *althing.Message) {
		if m.Has("echo") {
			_ = c.Send(m) // a client that does not read has no right to an echo
			return
		}
		if err := server.Broadcast(m, c); err != nil {
			fmt.Fprintln(os.Stderr, "hall:", err)
		}
	})
	if err := server.AddRequest("X", 1, false); err != nil {
		return err
	}
	return server.ListenAndServe()
}
