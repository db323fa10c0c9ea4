// Handshake is SimpleServer's example in Go: a server that answers a handshake,
// and with -client the client that begins it. Either works with the original's
// counterpart.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"althing"
	"althing/wire"
	"althing/wire/simple"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:1234", "where the server is")
	client := flag.Bool("client", false, "be the client")
	flag.Parse()
	run := serve
	if *client {
		run = shakeHands
	}
	if err := run(*addr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(addr string) error {
	server := &althing.Server{Addr: addr, Protocols: []wire.Protocol{simple.Protocol{}}}
	server.OnMessage(func(c *althing.Conn, m *althing.Message) {
		if m.Has("handshake") {
			c.Send(althing.NewMessage("Hello from the server!").Add("handshake", "example"))
		}
		fmt.Printf("Message received from %s: %s\n", c.RemoteAddr(), m)
	})
	return server.ListenAndServe()
}

func shakeHands(addr string) error {
	ctx := context.Background()
	client, err := althing.Dial(ctx, addr, althing.ClientOptions{Protocol: simple.Protocol{}})
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Send(althing.NewMessage("Hello server!").Add("handshake", "")); err != nil {
		return err
	}
	for {
		m, err := client.Read(ctx)
		if err != nil {
			return err
		}
		if m.Has("handshake") {
			fmt.Println("Server handshake received:", m)
			return nil
		}
	}
}
