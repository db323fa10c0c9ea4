// Bare is the least that a server in Go can do: accept, read once, write, close.
// What it does for one client after the other is what the text port is measured
// against.
//
//	bare ADDRESS REPLY
package main

import (
	"fmt"
	"net"
	"os"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: bare ADDRESS REPLY")
		os.Exit(2)
	}
	fmt.Fprintln(os.Stderr, "bare:", serve(os.Args[1], []byte(os.Args[2])))
	os.Exit(1)
}

// serve answers until it cannot, and says why.
func serve(address string, reply []byte) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go answer(conn, reply)
	}
}

// answer may fail in each of its steps, which is the client's own affair.
func answer(conn net.Conn, reply []byte) {
	defer conn.Close()
	request := make([]byte, 1024)
	if _, err := conn.Read(request); err == nil {
		_, _ = conn.Write(reply)
	}
}
