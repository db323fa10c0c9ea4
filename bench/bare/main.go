// Bare is the least that a server in Go can do for those that the hub's ports are
// measured against.
//
//	bare ADDRESS REPLY   accepts, reads once, writes the reply and closes
//	bare ADDRESS REPLY kept  writes the reply whenever something comes
//	bare ADDRESS         reads line after line and writes each back
package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
)

func main() {
	serve := echo
	switch len(os.Args) {
	case 2:
	case 3:
		serve = answer([]byte(os.Args[2]))
	case 4:
		serve = answers([]byte(os.Args[2]))
	default:
		fmt.Fprintln(os.Stderr, "usage: bare ADDRESS [REPLY [kept]]")
		os.Exit(2)
	}
	fmt.Fprintln(os.Stderr, "bare:", listen(os.Args[1], serve))
	os.Exit(1)
}

// listen serves until it cannot, and says why.
func listen(address string, serve func(net.Conn)) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go serve(conn)
	}
}

// answer may fail in each of its steps, which is the client's own affair.
func answer(reply []byte) func(net.Conn) {
	return func(conn net.Conn) {
		defer conn.Close()
		request := make([]byte, 1024)
		if _, err := conn.Read(request); err == nil {
			_, _ = conn.Write(reply)
		}
	}
}

// answers ends with the connection.
func answers(reply []byte) func(net.Conn) {
	return func(conn net.Conn) {
		defer conn.Close()
		request := make([]byte, 1024)
		for {
			_, err := conn.Read(request)
			if err == nil {
				_, err = conn.Write(reply)
			}
			if err != nil {
				return
			}
		}
	}
}

// echo ends with the connection.
func echo(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	for {
		line, err := in.ReadSlice('\n')
		if err == nil {
			_, err = conn.Write(line)
		}
		if err != nil {
			return
		}
	}
}
