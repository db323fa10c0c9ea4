// Bareecho is the least that an echo in Go can do with lines: read one, write it
// back.
//
//	bareecho ADDRESS
package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: bareecho ADDRESS")
		os.Exit(2)
	}
	fmt.Fprintln(os.Stderr, "bareecho:", serve(os.Args[1]))
	os.Exit(1)
}

// serve answers until it cannot, and says why.
func serve(address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go echo(conn)
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
