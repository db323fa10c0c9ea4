package backup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"althing/backup"
	"althing/backup/archive"
	"althing/fault"
	"althing/hub"
	"althing/hub/hubtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var silent = slog.New(slog.DiscardHandler)

func nothing(int64) {}

// filled is the data folder of a hub that was stopped, after keys and messages
// were stored in a snapshot and in the log behind it.
func filled(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	for round := range 2 {
		h := open(t, dir)
		s := hubtest.Enter(t, h, "")
		hubtest.Story(t, s, [][2]string{
			{fmt.Sprintf("len([setReg('round%d.%%d' %% i, (i, 'text')) for i in range(200)])", round), "200"},
			{"dbExec('CREATE TABLE IF NOT EXISTS t (n); INSERT INTO t VALUES (1), (2)')", "…"},
			{"total = 5", "OK"},
		})
		hubtest.Close(t, h)
	}
	return dir
}

func open(t *testing.T, dir string) *hub.Hub {
	t.Helper()
	return hubtest.Open(t, func(c *hub.Config) { c.Data = dir })
}

// save makes a backup of a folder.
func save(t *testing.T, dir string) []byte {
	t.Helper()
	var file bytes.Buffer
	err := backup.Folder(t.Context(), dir, "1.0", silent, func(b *backup.Backup) error { return b.Write(t.Context(), &file) })
	if err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// restore makes a data folder of a backup.
func restore(ctx context.Context, data []byte, dir string) error {
	f, err := backup.Check(bytes.NewReader(data))
	if err != nil {
		return err
	}
	return backup.Restore(ctx, f, bytes.NewReader(data), dir, silent, nothing)
}

// A folder that no hub has open is saved, stays sealed, and comes back.
func TestFolder(t *testing.T) {
	dir := filled(t)
	data := save(t, dir)
	again := filepath.Join(t.TempDir(), "new", "data")
	if err := restore(t.Context(), data, again); err != nil {
		t.Fatal(err)
	}
	for _, d := range []string{dir, again} {
		if _, err := os.Stat(filepath.Join(d, "seal")); err != nil {
			t.Errorf("%s is not sealed: %v", d, err)
		}
		s := hubtest.Enter(t, open(t, d), "")
		hubtest.Story(t, s, [][2]string{
			{"len(MyData)", "400"},
			{"MyData['round1.7']", "(7, 'text')"},
			{"total", "5"},
			{"dbExec('SELECT count(*) FROM t')", "[(4,)]"},
		})
	}
	if err := backup.Folder(t.Context(), dir, "1.0", silent, nil); !fault.Is(err, fault.Conflict) {
		t.Errorf("a folder in use: %v", err)
	}
	if err := backup.Folder(t.Context(), t.TempDir(), "1.0", silent, nil); !fault.Is(err, fault.NotFound) {
		t.Errorf("a folder of nobody's: %v", err)
	}
}

// A restore leaves alone what is there, and nothing behind when it fails.
func TestRestoreIsWholeOrNot(t *testing.T) {
	data := save(t, filled(t))
	parent := t.TempDir()
	dir := filepath.Join(parent, "data")
	empty := func() {
		t.Helper()
		entries, err := os.ReadDir(parent)
		if err != nil || len(entries) > 0 {
			t.Fatalf("left behind: %v, %v", entries, err)
		}
	}

	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if err := restore(stopped, data, dir); !errors.Is(err, context.Canceled) {
		t.Errorf("a restore that is stopped: %v", err)
	}
	empty()
	f, err := backup.Check(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range f.Parts { // the file changes after it was checked
		changed := bytes.Clone(data)
		part, _ := f.Open(bytes.NewReader(data), p.Name)
		whole, _ := io.ReadAll(part)
		at := bytes.Index(data, whole)
		for i := range min(64, len(whole)) {
			changed[at+i] ^= 0xff
		}
		err := backup.Restore(t.Context(), f, bytes.NewReader(changed), dir, silent, nothing)
		if strings.HasPrefix(p.Name, "files/") {
			os.RemoveAll(dir) // the next start finds it
			continue
		}
		if err == nil {
			t.Errorf("%s changed, and was restored", p.Name)
		}
		empty()
	}

	if err := os.Mkdir(dir+".part", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := restore(t.Context(), data, dir); !fault.Is(err, fault.Conflict) {
		t.Errorf("somebody's folder is in the way: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir+".part", "restoring"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir+".part", "lock"), nil, 0o600); err != nil { // a restore that was killed
		t.Fatal(err)
	}
	if err := restore(t.Context(), data, dir); err != nil {
		t.Fatal(err)
	}
	if entries, _ := os.ReadDir(parent); len(entries) != 1 {
		t.Errorf("beside the folder: %v", entries)
	}
	before := tree(t, dir)
	if err := restore(t.Context(), data, dir); !fault.Is(err, fault.Conflict) {
		t.Errorf("into a folder that is there: %v", err)
	}
	if after := tree(t, dir); after != before {
		t.Errorf("it has changed from\n%s\nto\n%s", before, after)
	}
}

// tree is what a folder has, with the times of its changes.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		fmt.Fprintln(&b, path, info.Size(), info.ModTime())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// made makes an archive of parts.
func made(t *testing.T, head archive.Head, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	a, err := archive.New(&b, head)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range parts {
		if err := a.Add(archive.Part{Name: name, Size: 4}, func(w io.Writer) error { _, err := io.WriteString(w, "text"); return err }); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Parts that are the data folder's own, or none at all, are refused although they
// are whole; so is a newer data folder.
func TestCheckRefuses(t *testing.T) {
	now := archive.Head{Althing: "1.0", Data: 1, Made: time.Unix(1, 0)}
	for _, name := range []string{"files/lock", "files/Seal", "files/VERSION", "files/log/synced", "files/sql.db-wal", "files/SQL.DB", "files/restoring", "files/settings.toml", "files/other/x", "other"} {
		if _, err := backup.Check(bytes.NewReader(made(t, now, name))); !errors.Is(err, archive.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := backup.Check(bytes.NewReader(made(t, now, "files/users", "files/functions/a/b", "settings.toml"))); err != nil {
		t.Error(err)
	}
	later := archive.Head{Althing: "9.9", Data: 99, Made: time.Unix(1, 0)}
	if _, err := backup.Check(bytes.NewReader(made(t, later))); err == nil || errors.Is(err, archive.ErrDamaged) || !strings.Contains(err.Error(), `"9.9"`) {
		t.Errorf("a newer data folder: %v", err)
	}
	dir := filepath.Join(t.TempDir(), "data")
	for _, part := range []string{"snapshot", "log", "sql.db"} {
		if err := restore(t.Context(), made(t, now, part), dir); !fault.Is(err, fault.Invalid) {
			t.Errorf("a %s that is none: %v", part, err)
		}
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("something was made of it: %v", err)
	}
}
