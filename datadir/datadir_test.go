package datadir_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"althing/datadir"
	"althing/fault"
)

func TestMain(m *testing.M) {
	if path := os.Getenv("DATADIR_TEST_HOLD"); path != "" {
		hold(path)
	}
	goleak.VerifyTestMain(m)
}

var quiet = slog.New(slog.DiscardHandler)

func open(t *testing.T, path string) *datadir.Dir {
	t.Helper()
	d, err := datadir.Open(path, quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// refused opens a folder that must be refused: with that code, and one line
// that names the folder and holds the words.
func refused(t *testing.T, path string, code fault.Code, words ...string) {
	t.Helper()
	d, err := datadir.Open(path, quiet)
	if err == nil {
		d.Close()
		t.Errorf("%s was opened; want a refusal with %q", path, words)
		return
	}
	message := fault.Of(err).Message
	for _, word := range append(words, path) {
		if !strings.Contains(message, word) {
			t.Errorf("the refusal %q lacks %q", message, word)
		}
	}
	if !fault.Is(err, code) || strings.Contains(message, "\n") {
		t.Errorf("the refusal %q has code %s and not %s, or is not one line", message, fault.Of(err).Code, code)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestANewFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "some", "where", "new")
	d := open(t, path)
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o700 {
		t.Errorf("others may look into it: %v, %v", info, err)
	}
	if d.Sealed() {
		t.Error("a new folder says that it was closed well")
	}
	if free, err := d.Free(); err != nil || free <= 0 {
		t.Errorf("%d bytes are free, %v", free, err)
	}
	if d.Path("x") != filepath.Join(path, "x") {
		t.Error(d.Path("x"))
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	open(t, path) // and again
}

func TestDefault(t *testing.T) {
	home := t.TempDir()
	for _, name := range []string{"HOME", "USERPROFILE"} {
		t.Setenv(name, home)
	}
	t.Setenv("XDG_DATA_HOME", filepath.Join(home, "xdg"))
	if got := datadir.Default(); got != filepath.Join(home, "xdg", "althing") {
		t.Error(got)
	}
	for _, ignored := range []string{"", "not/absolute"} {
		t.Setenv("XDG_DATA_HOME", ignored)
		if got := datadir.Default(); got != filepath.Join(home, ".local", "share", "althing") {
			t.Errorf("with %q: %s", ignored, got)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Run("somebody else's folder", func(t *testing.T) {
		path := t.TempDir()
		write(t, filepath.Join(path, "thesis.txt"), "do not touch")
		refused(t, path, fault.Invalid, "not empty", "--data")
		if entries, _ := os.ReadDir(path); len(entries) != 1 {
			t.Errorf("something was put into it: %v", entries)
		}
	})
	t.Run("a newer version", func(t *testing.T) {
		path := t.TempDir()
		write(t, filepath.Join(path, "VERSION"), "althing data folder, version 2\n")
		refused(t, path, fault.Invalid, "newer althing", "version 2")
	})
	t.Run("a file in its place", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "data")
		write(t, path, "a file")
		refused(t, path, fault.Unavailable, "cannot be made")
	})
	t.Run("a folder that cannot be written to", func(t *testing.T) {
		path := t.TempDir()
		if err := os.Chmod(path, 0o500); err != nil {
			t.Fatal(err)
		}
		defer os.Chmod(path, 0o700)
		if f, err := os.Create(filepath.Join(path, "x")); err == nil {
			f.Close()
			t.Skip("this user may write everywhere")
		}
		refused(t, path, fault.Denied, "cannot be written to", "--data")
	})
	t.Run("a disk that can only be read", func(t *testing.T) {
		path := t.TempDir()
		unmount, err := mount(path, 1<<20, readOnly)
		if err != nil {
			t.Skipf("no file system can be made here: %v", err)
		}
		defer unmount()
		refused(t, path, fault.Denied, "cannot be written to")
	})
	t.Run("a full disk", func(t *testing.T) {
		path := t.TempDir()
		unmount, err := mount(path, 1<<20, writable)
		if err != nil {
			t.Skipf("no file system can be made here: %v", err)
		}
		defer unmount()
		open(t, path).Close()
		os.WriteFile(filepath.Join(path, "filler"), make([]byte, 2<<20), 0o600) // as much as goes
		if err := os.Truncate(filepath.Join(path, "lock"), 0); err != nil {
			t.Fatal(err)
		}
		os.WriteFile(filepath.Join(path, "filler2"), make([]byte, 2<<20), 0o600)
		refused(t, path, fault.Full, "full", "make room")
	})
}

// A first start that was cut off leaves a folder that is still nobody's.
func TestAFirstStartThatWasCutOff(t *testing.T) {
	path := t.TempDir()
	write(t, filepath.Join(path, "lock"), "99999\n")
	write(t, filepath.Join(path, "VERSION.new-123"), "alth")
	open(t, path)
	if left, _ := filepath.Glob(filepath.Join(path, "VERSION.new-*")); len(left) != 0 {
		t.Errorf("left are %v", left)
	}
}

// Every flipped bit of the version file is noticed.
func TestDamagedVersion(t *testing.T) {
	path := t.TempDir()
	open(t, path).Close()
	file := filepath.Join(path, "VERSION")
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		for bit := range 8 {
			damaged := bytes.Clone(whole)
			damaged[i] ^= 1 << bit
			write(t, file, string(damaged))
			d, err := datadir.Open(path, quiet)
			if err == nil {
				d.Close()
				t.Errorf("bit %d of byte %d: %q is taken", bit, i, damaged)
			}
		}
	}
	write(t, file, "alting data folder")
	refused(t, path, fault.Invalid, "damaged", "althing repair")
	d, err := datadir.OpenDamaged(path)
	if err != nil {
		t.Fatal(err)
	}
	d.Close()
	open(t, path) // it was mended
}

func TestRepairOpensOnlyAHubsFolder(t *testing.T) {
	path := t.TempDir()
	if _, err := datadir.OpenDamaged(path); !fault.Is(err, fault.NotFound) {
		t.Errorf("an empty folder: %v", err)
	}
	if _, err := datadir.OpenDamaged(filepath.Join(path, "no", "where")); !fault.Is(err, fault.NotFound) {
		t.Errorf("no folder: %v", err)
	}
	if entries, _ := os.ReadDir(path); len(entries) != 0 {
		t.Errorf("it made %v", entries)
	}
	write(t, filepath.Join(path, "VERSION"), "althing data folder, version 7\n")
	if _, err := datadir.OpenDamaged(path); err == nil || !strings.Contains(err.Error(), "newer") {
		t.Errorf("a newer version: %v", err)
	}
}

func TestOneHubAtATime(t *testing.T) {
	path := t.TempDir()
	first := open(t, path)
	refused(t, path, fault.Conflict, "another hub", fmt.Sprintf("(process %d)", os.Getpid()))
	if _, err := datadir.OpenDamaged(path); !fault.Is(err, fault.Conflict) {
		t.Errorf("a repair beside a running hub: %v", err)
	}
	first.Close()
	open(t, path)
}

// Another process holds the folder, is named, and gives it back by dying.
func TestAnotherProcessHoldsIt(t *testing.T) {
	path := t.TempDir()
	other := exec.Command(os.Args[0])
	other.Env = append(os.Environ(), "DATADIR_TEST_HOLD="+path)
	out, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.StdinPipe(); err != nil { // open until it is killed
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatal(line, err)
	}
	refused(t, path, fault.Conflict, fmt.Sprintf("(process %d)", other.Process.Pid))
	other.Process.Kill()
	io.Copy(io.Discard, out)
	other.Wait()
	open(t, path)
}

func hold(path string) {
	d, err := datadir.Open(path, quiet)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("held")
	io.Copy(io.Discard, os.Stdin) // until it is killed
	d.Close()
}

func TestALowDiskIsTold(t *testing.T) {
	path := t.TempDir()
	unmount, err := mount(path, 8<<20, writable)
	if err != nil {
		t.Skipf("no file system can be made here: %v", err)
	}
	defer unmount()
	var log bytes.Buffer
	d, err := datadir.Open(path, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	d.Close()
	if !strings.Contains(log.String(), "nearly full") {
		t.Errorf("the log says %q", log.String())
	}
}
