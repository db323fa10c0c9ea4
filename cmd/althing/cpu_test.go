package main

import (
	"io"
	"net"
	"os"
	"testing"
)

// TestCPUOfASilentServer: nobody has to wait for the figure of a server that is
// busy with another client, as the first one of this protocol may be.
func TestCPUOfASilentServer(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	p, err := start(t.TempDir(), clean(t.TempDir()), "cpu", "--hub", silent.Addr().String(), "--json")
	if err != nil {
		t.Fatal(err)
	}
	defer p.kill()
	c, err := silent.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.ReadFull(c, make([]byte, len("cpu"))); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if status, err := p.wait(); err != nil || status != 0 {
		t.Errorf("it ends with status %d, %v, having written %s%s", status, err, p.out, p.errs)
	}
}
