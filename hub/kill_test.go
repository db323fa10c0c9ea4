package hub_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"althing/hub"
	"althing/hub/hubtest"
)

// killedHub names the data folder of a hub that is there to be killed.
const killedHub = "ALTHING_TEST_KILLED_HUB"

// TestKilledHub is the process that TestNothingIsLostOrRepeatedByAKill kills: one
// client sends numbers to another, which acknowledges them, and both print what
// they were told is stored.
func TestKilledHub(t *testing.T) {
	dir := os.Getenv(killedHub)
	if dir == "" {
		t.Skip("runs as a process of its own")
	}
	h, err := hub.Open(t.Context(), hub.Config{Data: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	reader, is := register(t, h, hub.Registration{Name: "reader"})
	fmt.Fprintln(os.Stdout, "resume", is.Resume)
	inbox, err := reader.Inbox()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for before := ""; ; {
			letter, _, err := inbox.Next(context.Background(), time.Minute, "")
			if err != nil {
				return
			}
			if before != "" {
				fmt.Fprintln(os.Stdout, "acknowledged", before)
			}
			before = letter.ID
		}
	}()
	writer, _ := register(t, h, hub.Registration{})
	for n := 1; ; n++ {
		done(t, writer.Send(t.Context(), hub.Message{To: "reader", Body: strconv.Itoa(n)}))
		fmt.Fprintln(os.Stdout, "sent", n)
	}
}

func TestNothingIsLostOrRepeatedByAKill(t *testing.T) {
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), self, "-test.run=^TestKilledHub$")
	child.Env = append(os.Environ(), killedHub+"="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var resume string
	var sent, acknowledged int
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var what, which string
		if _, err := fmt.Sscan(lines.Text(), &what, &which); err != nil {
			continue
		}
		n, _ := strconv.Atoi(which) // a token is none
		switch what {
		case "resume":
			resume = which
		case "sent":
			sent = n
		case "acknowledged":
			acknowledged = n
		}
		if sent > 50 && acknowledged > 30 {
			_ = child.Process.Kill() // what it has printed by then is read, too
		}
	}
	_ = child.Wait() // it was killed
	h := hubtest.Open(t, func(c *hub.Config) { c.Data = dir })
	s, is := register(t, h, hub.Registration{Resume: resume})
	if !is.Resumed || is.Name != "reader" || sent == 0 {
		t.Fatalf("%d were sent; came back as %+v", sent, is)
	}
	inbox, err := s.Inbox()
	if err != nil {
		t.Fatal(err)
	}
	first, last := 0, acknowledged
	for {
		letter, found, err := inbox.Next(t.Context(), 0, "")
		if err != nil {
			t.Fatal(err)
		}
		if !found {
			break
		}
		n, _ := strconv.Atoi(letter.ID)
		if first == 0 {
			first, last = n, n-1
		}
		if last++; n != last || letter.Text != letter.ID {
			t.Fatalf("%+v came, want number %d", letter, last)
		}
	}
	t.Logf("%d sent, %d acknowledged; %d to %d came again", sent, acknowledged, first, last)
	if last < sent {
		t.Errorf("%d were sent, %d are there", sent, last)
	}
	// One more may have been acknowledged than was printed, and one is with the
	// reader.
	if first != 0 && (first <= acknowledged || first > acknowledged+2) {
		t.Errorf("%d were acknowledged, and the next is %d", acknowledged, first)
	}
}
