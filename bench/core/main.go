// Core is the peer of the framework: NATS core, the server without JetStream, on a
// port of its own. A client in this program answers what is requested of "x".
//
//	core ADDRESS
package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: core ADDRESS")
		os.Exit(2)
	}
	fmt.Fprintln(os.Stderr, "core:", serve(os.Args[1]))
	os.Exit(1)
}

// ready is how long the server may take to listen.
const ready = 10 * time.Second

func serve(address string) error {
	host, number, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	port, err := strconv.Atoi(number)
	if err != nil {
		return err
	}
	// A PING after two seconds would be taken for the answer that is measured.
	s, err := server.NewServer(&server.Options{Host: host, Port: port, NoLog: true, DisableShortFirstPing: true})
	if err != nil {
		return err
	}
	s.Start()
	if !s.ReadyForConnections(ready) {
		return errors.New("it was not ready in time")
	}
	answerer, err := nats.Connect(s.ClientURL())
	if err != nil {
		return err
	}
	_, err = answerer.Subscribe("x", func(m *nats.Msg) { _ = m.Respond([]byte("1")) }) // whoever asked may have gone
	if err != nil {
		return err
	}
	s.WaitForShutdown()
	return nil
}
