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

	"althing"
	"althing/value"
)

// longestName is a group's (specification of the text protocol).
const longestName = 60

// identity is who is asking: a client of the hub that has joined the group of
// its name. Its token is remembered in a file between calls.
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

// enter comes in as the client: a new one when the hub has forgotten it. Whoever
// was in as that client is sent away.
func (i *identity) enter(ctx context.Context, h contact) (*althing.Client, error) {
	token := i.token(h)
	c, err := h.enter(ctx, token)
	if err != nil || c.Resume() == token {
		return c, err
	}
	if err = c.Join(ctx, i.name); err == nil {
		if err = remember(i.file(h.at.address), c.Resume()); err != nil {
			err = fmt.Errorf("who we are cannot be remembered: %w", err)
		}
	}
	if err != nil {
		_ = hangUp(c)
		return nil, h.explain(ctx, err)
	}
	return c, nil
}

// id gives the client's ID, and does not disturb who may be in as that client.
func (i *identity) id(ctx context.Context, a asker) (string, error) {
	id, _, _ := strings.Cut(i.token(a.contact), ".")
	known, err := a.Eval(ctx, "known("+value.Repr(value.Str(id))+")")
	if err != nil || known == "True" {
		return id, err
	}
	c, err := i.enter(ctx, a.contact)
	if err != nil {
		return "", err
	}
	defer func() { _ = hangUp(c) }()
	return c.ID(), nil
}

// token is what is remembered of the client at a hub, empty when nothing is.
func (i *identity) token(h contact) string {
	text, _ := os.ReadFile(i.file(h.at.address)) // what cannot be read is not remembered
	return strings.TrimSpace(string(text))
}

// remember writes a token so that another call at the same time reads all of it
// or nothing. Only the user may read it.
func remember(file, token string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	fresh, err := os.CreateTemp(filepath.Dir(file), "new-*")
	if err != nil {
		return err
	}
	defer os.Remove(fresh.Name())
	_, err = fresh.WriteString(token + "\n")
	if closed := fresh.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(fresh.Name(), file)
}

// file is where the client of that name at that hub is remembered.
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
