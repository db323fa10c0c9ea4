package datadir_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"althing/datadir"
	"althing/fault"
)

// sealed gives a folder with a file that was sealed at a clean stop.
func sealed(t *testing.T, content []byte) (path string) {
	t.Helper()
	path = t.TempDir()
	d := open(t, path)
	if err := os.WriteFile(d.Path("sql.db"), content, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := d.Seal("sql.db", "absent.db"); err != nil {
		t.Fatal(err)
	}
	d.Close()
	return path
}

func TestACleanStopIsKnown(t *testing.T) {
	path := sealed(t, []byte("tables"))
	d := open(t, path)
	if !d.Sealed() {
		t.Error("after a clean stop the files are not known to be whole")
	}
	// Now the hub writes, and is killed: nothing is known of the file then.
	if err := os.WriteFile(d.Path("sql.db"), []byte("more tables"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.Close()
	if d := open(t, path); d.Sealed() {
		t.Error("after a crash the files are held to be whole")
	}
}

// Every flipped bit of a sealed file, and of the seal itself, is found.
func TestEveryFlippedBitIsFound(t *testing.T) {
	content := make([]byte, 300)
	for i := range content {
		content[i] = byte(rand.Uint32())
	}
	path := sealed(t, content)
	for _, name := range []string{"sql.db", "seal"} {
		file := filepath.Join(path, name)
		whole, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i := range whole {
			damaged := bytes.Clone(whole)
			damaged[i] ^= 1 << (i % 8)
			if err := os.WriteFile(file, damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			d, err := datadir.Open(path, quiet)
			if err == nil {
				d.Close()
				t.Fatalf("byte %d of %s: not found", i, name)
			}
		}
		refused(t, path, fault.Invalid, "damaged", name, "althing repair --data")
		if err := os.WriteFile(file, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if d := open(t, path); !d.Sealed() {
		t.Error("whole again, the files are not known to be")
	}
}

func TestChangesWhileNoHubRan(t *testing.T) {
	for rule, change := range map[string]func(path string) error{
		"a file that is gone":       func(p string) error { return os.Remove(filepath.Join(p, "sql.db")) },
		"a file that is shorter":    func(p string) error { return os.Truncate(filepath.Join(p, "sql.db"), 3) },
		"a file that is longer":     func(p string) error { return os.Truncate(filepath.Join(p, "sql.db"), 3000) },
		"a file that was not there": func(p string) error { return os.WriteFile(filepath.Join(p, "absent.db"), nil, 0o600) },
		"a seal cut short":          func(p string) error { return os.Truncate(filepath.Join(p, "seal"), 10) },
		"an empty seal":             func(p string) error { return os.Truncate(filepath.Join(p, "seal"), 0) },
		"a seal of another kind": func(p string) error {
			return os.WriteFile(filepath.Join(p, "seal"), []byte(strings.Repeat("x", 1<<20)), 0o600)
		},
	} {
		t.Run(rule, func(t *testing.T) {
			path := sealed(t, []byte("tables"))
			if err := change(path); err != nil {
				t.Fatal(err)
			}
			refused(t, path, fault.Invalid, "damaged", "althing repair")
			refused(t, path, fault.Invalid, "damaged") // still: nothing was changed by looking
			d, err := datadir.OpenDamaged(path)
			if err != nil {
				t.Fatal(err)
			}
			d.Close()
			if d := open(t, path); d.Sealed() {
				t.Error("after a repair the files are held to be as at the stop")
			}
		})
	}
}

func TestWriteFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "name")
	for _, text := range []string{"first", "", "third, longer"} {
		if err := datadir.WriteFile(file, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != text {
			t.Errorf("%q, %v", got, err)
		}
	}
	if entries, _ := os.ReadDir(filepath.Dir(file)); len(entries) != 1 {
		t.Errorf("left are %v", entries)
	}
	if err := datadir.WriteFile(filepath.Join(file, "below"), nil); err == nil {
		t.Error("a file below a file was written")
	}
}

func BenchmarkSeal(b *testing.B) {
	d, err := datadir.Open(b.TempDir(), quiet)
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	const size = 256 << 20
	if err := os.WriteFile(d.Path("sql.db"), make([]byte, size), 0o600); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(size)
	for b.Loop() {
		if err := d.Seal("sql.db"); err != nil {
			b.Fatal(err)
		}
	}
}
