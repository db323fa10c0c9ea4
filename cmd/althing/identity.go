package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

// longestName is a group's (specification of the text protocol).
const longestName = 60

// identity is who is asking: a client of the hub that has joined the group of
// its name. Its ID is remembered in a file between calls.
type identity struct{ name string }

func (i *identity) add(c *cobra.Command) {
	c.Flags().StringVar(&i.name, "as", defaultName(), "who is asking: the `name` that others see and write to")
}

// defaultName is user_host, in what the names of groups may hold.
func defaultName() string {
	name := "althing"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	if host, err := os.Hostname(); err == nil {
		name += "_" + host
	}
	letters := []rune(strings.NewReplacer(".", "_", "-", "_", "@", "_", `\`, "_").Replace(name))
	return string(letters[:min(len(letters), longestName)])
}

// id gives the ID of the client, a new one when the hub has forgotten it.
func (i *identity) id(ctx context.Context, l *line) (string, error) {
	file := i.file(l.at.address)
	if remembered, err := os.ReadFile(file); err == nil {
		id := strings.TrimSpace(string(remembered))
		known, err := l.ask(ctx, call("known", id))
		if err != nil || known == "True" {
			return id, err
		}
	}
	id, err := l.ask(ctx, "getClientID()")
	if err != nil {
		return "", err
	}
	if _, err := l.ask(ctx, call("join", id, i.name)); err != nil {
		return "", err
	}
	if err := remember(file, id); err != nil {
		return "", fmt.Errorf("the client's ID cannot be remembered: %w", err)
	}
	return id, nil
}

// remember writes an ID so that another call at the same time reads all of it
// or nothing.
func remember(file, id string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	fresh, err := os.CreateTemp(filepath.Dir(file), "new-*")
	if err != nil {
		return err
	}
	defer os.Remove(fresh.Name())
	_, err = fresh.WriteString(id + "\n")
	if closed := fresh.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(fresh.Name(), file)
}

// file is where the ID of that name at that hub is remembered.
func (i *identity) file(hub string) string {
	return filepath.Join(stateFolder(), "clients", clientFile(hub, i.name))
}

// stateFolder is where the verbs keep what they remember between calls.
func stateFolder() string {
	dir := os.Getenv("XDG_STATE_HOME")
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			home = os.TempDir()
		}
		dir = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(dir, "althing")
}

// clientFile names a file by a hash: names of clients have characters, and a
// length, that no file's can have.
func clientFile(hub, name string) string {
	sum := sha256.Sum256([]byte(hub + "\n" + name))
	return hex.EncodeToString(sum[:16])
}
