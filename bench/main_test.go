//go:build linux

package main

import (
	"bytes"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"althing/bench/internal/load"
	"althing/bench/internal/table"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestChoose(t *testing.T) {
	if all, err := choose(""); err != nil || len(all) != len(measures) {
		t.Errorf("all: %q, %v", all, err)
	}
	if some, err := choose("rest,lines"); err != nil || strings.Join(some, " ") != "rest lines" {
		t.Errorf("some: %q, %v", some, err)
	}
	for _, only := range []string{"nothing", "lines,", "lines, rest"} {
		if _, err := choose(only); err == nil {
			t.Errorf("%q: no error", only)
		}
	}
}

// What is published must not say whose machine it was.
func TestMachineNamesNoHost(t *testing.T) {
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	said := machine(time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC))
	if !strings.HasPrefix(said, "Measured on 2 January 2026: ") || strings.Contains(said, "?") {
		t.Errorf("the machine is %q", said)
	}
	if len(host) > 2 && strings.Contains(said, host) {
		t.Errorf("%q names the host", said)
	}
}

func TestRedisProtocol(t *testing.T) {
	if got, want := string(array("GET", "é")), "*2\r\n$3\r\nGET\r\n$2\r\né\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Both contenders must be asked for the same: as many operations, of texts as
// long, none of which is ever the same again.
func TestMessagesAreAlike(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for _, depth := range []int{1, 16} {
		ours, theirs := hubMessages("abcdefgh", depth, random), redisMessages(7, depth, random)
		if n := bytes.Count(ours[0].Send, []byte(load.Number)); n != depth {
			t.Errorf("depth %d: %d numbers sent to the hub", depth, n)
		}
		if n := bytes.Count(theirs[0].Send, []byte(load.Number)); n != 2*depth { // the entry's own, and the text's
			t.Errorf("depth %d: %d numbers sent to Redis", depth, n)
		}
		if n := bytes.Count(ours[1].Send, []byte("\n")); n != depth {
			t.Errorf("depth %d: %d messages received from the hub", depth, n)
		}
		if n := bytes.Count(theirs[1].Send, []byte("XREADGROUP")); n != depth {
			t.Errorf("depth %d: %d messages received from Redis", depth, n)
		}
	}
	if n := len(numbered(random)); n != valueSize {
		t.Errorf("a text has %d bytes, want %d", n, valueSize)
	}
}

// The table must find its place.
func TestDocumentHasMarks(t *testing.T) {
	text, err := os.ReadFile("../" + document)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := table.Put(string(text), ""); err != nil {
		t.Error(err)
	}
}
