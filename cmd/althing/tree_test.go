package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"althing"
	"althing/wire"
)

// treeHub is a hub of a tree of a test, as its administrator has it.
type treeHub struct {
	*process
	text, session string
	key           string // the file
}

// growHub starts a hub that has a session port, below another one if there is one.
func growHub(t *testing.T, key, name, parent string, more ...string) treeHub {
	t.Helper()
	args := append([]string{"--name", name, "--admin-key-file", key, "--console"}, more...)
	operational := "Mainserver operational"
	if parent != "" {
		args = append(args, "--parent", parent)
		operational = "Subserver '" + name + "' operational"
	}
	p, text := startHub(t, t.TempDir(), args...)
	if _, err := p.out.await(operational, p.ended); err != nil {
		t.Error(err)
	}
	found, err := p.out.await(`session port (\S+:\d+)`, p.ended)
	if err != nil {
		t.Fatal(err)
	}
	return treeHub{p, text, found[1], key}
}

// does runs a verb against the hub, which has to end with a status.
func (h treeHub) does(t *testing.T, status int, args ...string) string {
	t.Helper()
	said, got := runToEnd(t, append(args, "--hub", h.text, "--admin-key-file", h.key)...)
	if got != status {
		t.Fatalf("althing %v: status %d, not %d\n%s", args, got, status, said)
	}
	return said
}

// token gives what stands behind --parent of the hub below.
func (h treeHub) token(t *testing.T) string {
	t.Helper()
	line, _, _ := strings.Cut(h.does(t, 0, "token"), "\n")
	parent, found := strings.CutPrefix(line, "althing serve --parent ")
	if !found {
		t.Fatalf("token printed %q", line)
	}
	return parent
}

// until runs a verb again and again until what it says has a text in it.
func (h treeHub) until(t *testing.T, want string, args ...string) string {
	t.Helper()
	late := time.Now().Add(patience)
	for {
		said := h.does(t, 0, args...)
		if strings.Contains(said, want) {
			return said
		}
		if time.Now().After(late) {
			t.Fatalf("althing %v does not say %q, but\n%s", args, want, said)
		}
	}
}

// TestATree puts a tree of three hubs together, moves one, lets one die, and shuts
// all down, with the verbs alone.
func TestATree(t *testing.T) {
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte("a key for tests"), 0o600); err != nil {
		t.Fatal(err)
	}
	main := growHub(t, key, "main", "")
	toMain := main.token(t)
	barn := growHub(t, key, "barn", toMain)
	toBarn := barn.token(t)
	north := growHub(t, key, "north", toBarn)
	lamp, err := althing.Dial(t.Context(), north.session, althing.ClientOptions{Name: "lamp", NoReconnect: true})
	if err != nil {
		t.Fatal(err)
	}
	defer lamp.Wait()
	defer lamp.Close()
	conn, err := lamp.Conn()
	if err != nil {
		t.Fatal(err)
	}
	main.until(t, `"path":"main/barn/north"`, "net", "--json")
	if said := main.until(t, "lamp(127.0.0.1)", "net"); !strings.Contains(said, " ├─ north(127.0.0.1)  0 servers  1 clients  layer 2, linked for") {
		t.Errorf("the tree is drawn so:\n%s", said)
	}
	untilLayer(t, conn, 2, "main/barn/north")
	main.does(t, 0, "send", "--at", "north", "--as", "ann", "lamp", "switch on")
	if m, err := lamp.Next(t.Context()); err != nil || m.From != "ann@main" || m.String() != "switch on" {
		t.Errorf("sent to another hub's client: %v, %v", m, err)
	}

	north.does(t, 0, "parent", "set", main.session)
	untilLayer(t, conn, 1, "main/north")
	north.does(t, 0, "parent", "set", barn.session)
	for _, address := range []string{barn.session, north.session, "127.0.0.1:1"} { // its own, one below, and one that is not there
		barn.does(t, 1, "parent", "set", address)
	}
	barn.until(t, `"state":"up"`, "parent", "--json")
	if said := north.does(t, 4, "net", "restart", "main"); !strings.Contains(said, "'admin' permissions needed") {
		t.Errorf("a child that steers upward is told\n%s", said)
	}

	barn.kill()
	main.until(t, "AWAY for", "net")
	north.until(t, "no link for", "net")
	north.does(t, 0, "parent", "set", main.token(t))
	id := toMain[:6]
	if said := main.does(t, 0, "token", "list"); !strings.Contains(said, id) || !strings.Contains(said, "north") {
		t.Errorf("the tokens are\n%s", said)
	}
	main.does(t, 0, "token", "withdraw", id)
	if said := main.does(t, 0, "token", "list"); strings.Contains(said, id) {
		t.Errorf("the token that was withdrawn is there still:\n%s", said)
	}
	main.does(t, 0, "net", "forget", "barn")
	if said := main.does(t, 0, "net"); strings.Contains(said, "barn") {
		t.Errorf("what was forgotten is in the tree still:\n%s", said)
	}

	ending := make(chan struct{})
	lamp.OnMessage(func(m *althing.Message) {
		if m.String() == "Network is shutting down" {
			close(ending)
		}
	})
	main.does(t, 0, "net", "shutdown", "--all")
	for _, h := range []treeHub{main, north} {
		if status, err := h.wait(); status != 0 || err != nil {
			t.Errorf("a hub ended with %d, %v", status, err)
		}
	}
	select {
	case <-ending:
	case <-time.After(patience):
		t.Error("the client was not told that the network is shutting down")
	}
	for _, h := range []treeHub{main, barn, north} {
		for _, token := range []string{toMain, toBarn} {
			secret, _, _ := strings.Cut(token, "@")
			if said := h.out.String() + h.errs.String(); strings.Contains(said, secret[6:]) {
				t.Errorf("a token is in what a hub says:\n%s", said)
			}
		}
	}
}

// untilLayer waits until a client has heard where its hub is.
func untilLayer(t *testing.T, conn *althing.Conn, layer int, path string) {
	t.Helper()
	var info wire.Info
	for late := time.Now().Add(patience); time.Now().Before(late); time.Sleep(10 * time.Millisecond) {
		if info = conn.Server(); info.Layer == layer && info.Path == path {
			return
		}
	}
	t.Fatalf("the client believes its hub to be at %s, layer %d, not at %s", info.Path, info.Layer, path)
}

// TestATokenIsNotShown looks where settings are shown.
func TestATokenIsNotShown(t *testing.T) {
	const secret = "abcdefghijklmnopqrstuvwxyz234567"
	for _, args := range [][]string{
		{"config", "print", "--parent", secret + "@127.0.0.1:4000"},
		{"config", "print", "--parent", secret + "@nowhere"},
		{"config", "print", "--parent", secret + "x@127.0.0.1:4000"},
		{"serve", "--parent", "127.0.0.1:4000@" + secret},
		{"parent", "set", secret + "@nowhere"},
	} {
		said, _ := runToEnd(t, args...)
		if strings.Contains(said, secret) || said == "" {
			t.Errorf("althing %v says\n%s", args, said)
		}
	}
}
