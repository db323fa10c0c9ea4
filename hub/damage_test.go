package hub_test

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"althing/hub"
	"althing/hub/hubtest"
)

// flipsPerFile is how many bytes of each file are flipped, one at a time.
const flipsPerFile = 12

// TestAFlippedByteIsFound flips bytes in every file of a data folder that was
// closed well. Each must keep the hub from starting, or change nothing at all.
func TestAFlippedByteIsFound(t *testing.T) {
	dir := t.TempDir()
	h := openIn(t, dir)
	s := hubtest.Enter(t, h, "")
	id := hubtest.Ask(s, "getClientID()")
	for i := range 50 {
		hubtest.Ask(s, fmt.Sprintf("setReg('k%d', 'value %d'); v%d = %d", i, i, i, i))
		hubtest.Ask(s, fmt.Sprintf("send('%s', '%s', 'message %d')", id, id, i))
	}
	hubtest.Ask(s, "dbExec('CREATE TABLE t (a); INSERT INTO t VALUES (1), (2), (3)')")
	hubtest.Close(t, h)
	want := told(t, dir, id)

	chance := rand.New(rand.NewPCG(1, 2))
	found, harmless := 0, map[string]int{}
	for _, name := range files(t, dir) {
		whole, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || len(whole) == 0 {
			continue
		}
		for range flipsPerFile {
			at := chance.IntN(len(whole))
			damaged := t.TempDir()
			if err := os.CopyFS(damaged, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			flipped := append([]byte(nil), whole...)
			flipped[at] ^= 1 << chance.IntN(8)
			if err := os.WriteFile(filepath.Join(damaged, name), flipped, 0o600); err != nil {
				t.Fatal(err)
			}
			h, err := hub.Open(context.Background(), hub.Config{Data: damaged, Name: "test", Log: slog.New(slog.DiscardHandler)})
			if err != nil {
				found++
				continue
			}
			if got := everything(h, id); got != want {
				t.Errorf("%s: a flip of byte %d was not found, and the hub says\n%.300s\ninstead of\n%.300s", name, at, got, want)
			}
			harmless[name]++
			hubtest.Close(t, h)
		}
	}
	t.Logf("%d flips were found, and harmless were %v", found, harmless)
	if found == 0 {
		t.Error("no flip was found at all")
	}
}

func openIn(t *testing.T, dir string) *hub.Hub {
	t.Helper()
	return hubtest.Open(t, func(c *hub.Config) { c.Data = dir })
}

// told is everything that a copy of the folder tells.
func told(t *testing.T, dir, id string) string {
	t.Helper()
	whole := t.TempDir()
	if err := os.CopyFS(whole, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return everything(openIn(t, whole), id)
}

// everything is all that the test's hub was told, read back.
func everything(h *hub.Hub, id string) string {
	s, err := h.Enter(hub.Caller{Gateway: "test"})
	if err != nil {
		return err.Error()
	}
	defer s.Close()
	return hubtest.Ask(s, "str(MyData) + str([history(k)[-1][1] for k in MyData])") +
		hubtest.Ask(s, "[v0, v1, v2, v49]") +
		hubtest.Ask(s, fmt.Sprintf("[recv('%s') for i in range(51)]", id)) +
		hubtest.Ask(s, "dbQuery('SELECT * FROM t')")
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
