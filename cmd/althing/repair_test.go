package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAFlippedByteIsFound flips bytes in every file of a data folder. A start
// then either finds it, and a repair makes the folder work again, or it does
// not matter: all is there.
func TestAFlippedByteIsFound(t *testing.T) {
	folder := filledFolder(t)
	for _, file := range filesIn(t, folder) {
		t.Run(strings.ReplaceAll(file, "/", " "), func(t *testing.T) {
			t.Parallel()
			size := len(readFile(t, filepath.Join(folder, file)))
			for _, at := range []int{0, size / 2, size - 1} {
				copied := filepath.Join(t.TempDir(), "data")
				if err := os.CopyFS(copied, os.DirFS(folder)); err != nil {
					t.Fatal(err)
				}
				flip(t, filepath.Join(copied, file), at)
				tryDamaged(t, copied, at)
			}
		})
	}
}

// filledFolder is the data folder of a hub that was stopped well, with
// something in every part of it.
func filledFolder(t *testing.T) string {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	for _, request := range []string{"setReg('first', 1)", "setReg('second', 2)"} {
		hub, address := startHub(t, data)
		ask(t, address, request)
		ask(t, address, call("dbExec", "CREATE TABLE IF NOT EXISTS t (n); INSERT INTO t VALUES (1)"))
		hub.stop(t) // and leaves a snapshot
	}
	return data
}

func filesIn(t *testing.T, folder string) []string {
	t.Helper()
	var files []string
	err := fs.WalkDir(os.DirFS(folder), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && path != "lock" { // that holds nothing
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) < 8 {
		t.Fatalf("%v: %v", files, err)
	}
	return files
}

func readFile(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func flip(t *testing.T, file string, at int) {
	t.Helper()
	data := readFile(t, file)
	data[at] ^= 0x41
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// tryDamaged starts a hub on a folder in which a byte is wrong.
func tryDamaged(t *testing.T, data string, at int) {
	t.Helper()
	said, status := runToEnd(t, "serve", "--data", data, "--text", "127.0.0.1:0")
	if status != 0 {
		if status != 1 || strings.Count(said, "\n") != 1 || !strings.Contains(said, "damaged") || !strings.Contains(said, "'althing ") {
			t.Errorf("byte %d: status %d, and it should say in one line what is damaged and what to do, not\n%s", at, status, said)
		}
		repaired, status := runToEnd(t, "repair", "--data", data)
		if status != 0 {
			t.Fatalf("byte %d: repair: status %d\n%s", at, status, repaired)
		}
		if strings.Contains(repaired, "admin-key") {
			runToEnd(t, "admin-key", "--data", data)
		}
	}
	hub, address := startHub(t, data)
	if got := ask(t, address, "[getReg('first'), getReg('second')]"); got != "[1, 2]" {
		t.Errorf("byte %d: the values are %s", at, got)
	}
	if status == 0 { // a repair may have lost rows, and says so
		if got := ask(t, address, "dbExec('SELECT count(*) FROM t')"); got != "[(2,)]" {
			t.Errorf("byte %d: the rows are %s, and nobody said so", at, got)
		}
	}
	hub.stop(t)
}

// runToEnd runs althing to its end and gives what it said. A hub that starts is
// stopped.
func runToEnd(t *testing.T, args ...string) (said string, status int) {
	t.Helper()
	p, err := start(t.TempDir(), clean(t.TempDir()), args...)
	if err != nil {
		t.Fatal(err)
	}
	defer p.kill()
	if args[0] == "serve" {
		if _, err := p.out.await(listening, p.ended); err == nil {
			p.stop(t)
			return "", 0
		}
	}
	if status, err = p.wait(); err != nil {
		t.Fatal(err)
	}
	return p.out.String() + p.errs.String(), status
}

// TestRepairSavesWhatIsBehindTheDamage has a hub die and damages a record in the
// middle of its log.
func TestRepairSavesWhatIsBehindTheDamage(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	hub, address := startHub(t, data)
	for _, name := range []string{"before", "middle", "after"} {
		ask(t, address, call("setReg", name, "the value of "+name))
	}
	hub.kill()
	block := filepath.Join(data, "log", "jetstream", "$G", "streams", "journal", "msgs", "1.blk")
	flip(t, block, bytes.Index(readFile(t, block), []byte("the value of middle")))

	said, status := runToEnd(t, "serve", "--data", data, "--text", "127.0.0.1:0")
	if status != 1 || !strings.Contains(said, "'althing repair'") {
		t.Fatalf("status %d: %s", status, said)
	}
	said, status = runToEnd(t, "repair", "--data", data)
	if status != 0 || !strings.Contains(said, "log: damaged, and repaired") || !strings.Contains(said, "lost: records ") || !strings.Contains(said, "1 changes") {
		t.Fatalf("status %d: %s", status, said)
	}
	if kept, err := filepath.Glob(filepath.Join(data, "log", "damaged-*", "jetstream")); err != nil || len(kept) != 1 {
		t.Errorf("the damaged files were not kept: %v, %v\n%s", kept, err, said)
	}
	hub, address = startHub(t, data)
	if got := ask(t, address, "[getReg('before'), getReg('middle'), getReg('after')]"); got != "['the value of before', None, 'the value of after']" {
		t.Errorf("the values are %s", got)
	}
	hub.stop(t)
	if said, status := runToEnd(t, "repair", "--data", data); status != 0 || !strings.Contains(said, "log: sound") {
		t.Errorf("after the repair: status %d: %s", status, said)
	}
}
