package althing

import (
	"io"
	"net"
	"testing"
)

func TestBytesOfAMutedClient(t *testing.T) {
	near, far := net.Pipe()
	defer near.Close()
	conn := listened{near, &peer{}}
	unheard := make(chan struct{})
	go func() {
		defer far.Close()
		io.WriteString(far, "heard")
		<-unheard
		io.WriteString(far, "unheard")
	}()
	heard := make([]byte, 5)
	if _, err := io.ReadFull(conn, heard); err != nil || string(heard) != "heard" {
		t.Fatalf("heard %q, %v", heard, err)
	}
	conn.client.setMuted(true)
	close(unheard)
	if data, err := io.ReadAll(conn); err != nil || len(data) > 0 {
		t.Errorf("while muted: heard %q, %v", data, err)
	}
}
