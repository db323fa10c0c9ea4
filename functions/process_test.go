//go:build unix

package functions_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"althing/functions"
	"althing/value"
)

// TestPrograms runs real ones, good and bad.
func TestPrograms(t *testing.T) {
	s := open(t, func(o *functions.Options) { o.Data = 4096 })
	t.Setenv("ALTHING_KEY", "secret")
	many := value.Str(strings.Repeat("x", 4000))
	for name, c := range map[string]struct {
		program string
		args    []value.Value
		want    string
	}{
		"echoes":      {"#!/bin/sh\ncat", []value.Value{value.Str("ä\n"), value.Tuple{value.Int(1), value.None{}}}, `['ä\n', (1, None)]`},
		"noArguments": {"#!/bin/sh\ncat", nil, "[]"},
		"text":        {"#!/bin/sh\necho 'it is so'", nil, "'it is so'"},
		"lines":       {"#!/bin/sh\nprintf 'a\\r\\n\\r\\n'", nil, `'a\r\n'`},
		"json":        {"#!/bin/sh\necho '{\"a\": [1, 2.5, {\"$set\": [3]}]}'", nil, "{'a': [1, 2.5, {3}]}"},
		"notANumber":  {"#!/bin/sh\necho NaN", nil, "'NaN'"},
		"number":      {"#!/bin/sh\necho '{\"$float\": \"nan\"}'", nil, "nan"},
		"nothing":     {"#!/bin/sh\n", nil, "None"},
		"newline":     {"#!/bin/sh\necho", nil, "''"},
		"tooDeep":     {"#!/bin/sh\nprintf '%0300d' 0 | tr 0 '['; printf '%0300d' 0 | tr 0 ']'", nil, "Error: OverflowError: tooDeep(): a value may be nested at most 200 deep"},
		"noText":      {"#!/bin/sh\nprintf '\\377'", nil, "Error: ValueError: noText(): what it wrote is no text in UTF-8; bytes are written as {\"$bytes\": …}"},
		"fails":       {"#!/bin/sh\necho first >&2; echo; printf 'last\\033[2J \\377\\n\\n' >&2; exit 3", nil, "Error: OSError: fails(): exit status 3: last [2J \ufffd"},
		"silent":      {"#!/bin/sh\nexit 1", nil, "Error: OSError: silent(): exit status 1"},
		"killed":      {"#!/bin/sh\nkill -SEGV $$", nil, "Error: OSError: killed(): signal: segmentation fault"},
		"endless":     {"#!/bin/sh\nyes", nil, "Error: OverflowError: endless(): it wrote more than 4096 bytes and was ended"},
		"stubborn":    {"#!/bin/sh\ntrap '' PIPE TERM\nwhile :; do echo more; done 2>/dev/null", nil, "Error: OverflowError: stubborn(): it wrote more than 4096 bytes and was ended"},
		"complains":   {"#!/bin/sh\nyes complaint | head -c 100000 >&2; exit 1", nil, "Error: OSError: complains(): exit status 1: complaint"},
		"readsNone":   {"#!/bin/sh\necho 1", []value.Value{many}, "1"},
		"closes":      {"#!/bin/sh\nexec 0<&-\necho 2", []value.Value{many}, "2"},
		"tooMuch":     {"#!/bin/sh\necho 1", []value.Value{many, many}, "Error: OverflowError: tooMuch(): its arguments are more than 4096 bytes"},
		"leaves":      {"#!/bin/sh\nsleep 60 &\necho 3", nil, "3"},
		"environment": {"#!/bin/sh\necho \"$ALTHING_KEY$*\"", []value.Value{value.Int(1)}, "''"},
		"where":       {"#!/bin/sh\npwd", nil, "'" + filepath.Join(s.work, "where") + "'"},
		"noSuch":      {"#!/no/such/interpreter", nil, "Error: OSError: noSuch(): it cannot be started: no such file or directory"},
		"damaged":     {"\x7fELF\x00", nil, "Error: OSError: damaged(): it cannot be started: exec format error"},
	} {
		s.put(t, name, c.program, 0o700)
		begun := time.Now()
		if got := outcome(s.call(t.Context(), name, c.args...)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
		if took := time.Since(begun); took > patience/2 {
			t.Errorf("%s took %v", name, took)
		}
	}
}

// TestTheTimeIsOver of a program that listens to nothing, and whose child holds its
// output: both are ended.
func TestTheTimeIsOver(t *testing.T) {
	s := open(t, nil)
	held := fifo(t, s)
	s.put(t, "hangs.sh", "#!/bin/sh\n# althing: timeout=300ms\ntrap '' TERM INT HUP\nexec 9>"+held+"\n(trap '' TERM; sleep 60) &\nsleep 60\n", 0o700)
	ended := make(chan error, 1)
	go func() {
		_, err := os.ReadFile(held)
		ended <- err
	}()
	if got := outcome(s.call(t.Context(), "hangs")); got != "Error: TimeoutError: hangs(): it took longer than 300ms and was ended" {
		t.Error(got)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Error("somebody of it still runs")
	}
}

// fifo makes a pipe in the folder. It can be read to its end when all who have
// opened it to write have ended.
func fifo(t *testing.T, s *fixture) string {
	t.Helper()
	path := filepath.Join(s.dir, "_held")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestWhatIsLeftBehind by one that has ended well is ended too.
func TestWhatIsLeftBehind(t *testing.T) {
	s := open(t, nil)
	s.put(t, "leaves", "#!/bin/sh\nsleep 60 >/dev/null 2>&1 &\necho $!\n", 0o700)
	v, err := s.call(t.Context(), "leaves")
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(value.Text(v))
	if err != nil {
		t.Fatal(err)
	}
	for late := time.After(patience); alive(pid); {
		select {
		case <-late:
			t.Fatal("it still runs")
		case <-time.After(time.Millisecond):
		}
	}
}

// alive reports whether a process runs; one that has ended and that nobody has
// waited for does not.
func alive(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err == nil {
		_, rest, _ := bytes.Cut(stat, []byte(") "))
		return !bytes.HasPrefix(rest, []byte("Z"))
	}
	return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}

// TestFiles are seen as they come, change and go.
func TestFiles(t *testing.T) {
	s := open(t, nil)
	const good = "#!/bin/sh\n# Says so.\n#\n# More.\n# althing: role=admin timeout=2m\necho yes\n"
	expect := func(name, want string) {
		t.Helper()
		if got := s.state(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	expect("say", "not there")
	s.put(t, "say.sh", good, 0o700)
	s.Look()
	f, _, err := s.Find("say")
	if err != nil || f.Help != "Says so.\nMore." || f.Role.String() != "admin" || f.Time != 2*time.Minute {
		t.Fatalf("%+v, %v", f, err)
	}
	for _, c := range []struct {
		what   string
		change func() error
		want   string
	}{
		{"others may write it", func() error { return os.Chmod(filepath.Join(s.dir, "say.sh"), 0o720) }, "others can write it (chmod go-w)"},
		{"nobody may run it", func() error { return os.Chmod(filepath.Join(s.dir, "say.sh"), 0o600) }, "it may not be executed (chmod +x)"},
		{"as before", func() error { return os.Chmod(filepath.Join(s.dir, "say.sh"), 0o755) }, "offered"},
		{"another of the name", func() error { return os.WriteFile(filepath.Join(s.dir, "say.py"), nil, 0o700) }, "'say.sh' has the same name"},
		{"gone again", func() error { return os.Remove(filepath.Join(s.dir, "say.py")) }, "offered"},
		{"the folder is open", func() error { return os.Chmod(s.dir, 0o777) }, "the folder of functions: others can write it (chmod go-w)"},
		{"and closed", func() error { return os.Chmod(s.dir, 0o755) }, "offered"},
		{"a head beside it", func() error {
			return os.WriteFile(filepath.Join(s.dir, "say.txt"), []byte("Help.\nalthing: role=king"), 0o600)
		}, "its head: role=: guest, user or admin, not 'king'"},
		{"a good one", func() error {
			return os.WriteFile(filepath.Join(s.dir, "say.txt"), []byte("Help.\nalthing: role=user"), 0o600)
		}, "offered"},
		{"which others may write", func() error { return os.Chmod(filepath.Join(s.dir, "say.txt"), 0o666) }, "say.txt beside it: others can write it (chmod go-w)"},
		{"no more", func() error { return os.Remove(filepath.Join(s.dir, "say.txt")) }, "offered"},
		{"a link", func() error { return os.Symlink("/bin/sh", filepath.Join(s.dir, "shell")) }, "offered"},
		{"no longer there", func() error { return os.Remove(filepath.Join(s.dir, "say.sh")) }, "not there"},
	} {
		if err := c.change(); err != nil {
			t.Fatal(err)
		}
		t.Run(c.what, func(*testing.T) { expect("say", c.want) })
	}
	if _, err := s.Call(t.Context(), f, nil); err == nil || !strings.Contains(err.Error(), "it is no longer there") {
		t.Errorf("called when it was gone: %v", err)
	}
	expect("shell", "it is a symbolic link; copy the program itself")
	for name, text := range map[string]string{
		"len.sh": good, "two words.sh": good, "a.b.sh": good, "plain": "echo 1", "windows": "#!/bin/sh\r\n",
		"typo": "#!/bin/sh\n# althing: rol=admin", "late": "#!/bin/sh\necho\n# althing: role=admin", "forever": "#!/bin/sh\n# althing: timeout=61m",
		"_own.sh": good, ".hidden": good, "backup.sh~": good, "README.txt": good,
	} {
		s.put(t, name, text, 0o700)
	}
	if err := os.Mkdir(filepath.Join(s.dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"len": "taken", "two words": "its name is none: ASCII letters, digits and _, and no digit at the beginning",
		"a.b":     "its name is none: ASCII letters, digits and _, and no digit at the beginning",
		"folder":  "it is a folder",
		"plain":   "it has no first line that names its interpreter, such as #!/usr/bin/env python3",
		"windows": "its lines end as on Windows; the first cannot be understood here",
		"typo":    "its head: 'rol=admin' is no setting; there are role= and timeout=",
		"late":    "its head: 'althing: role=admin' stands below its head",
		"forever": "its head: timeout=: a time such as 30s or 5m, 1h0m0s at most, not '61m'",
		"_own":    "not there", ".hidden": "not there", "backup": "not there", "README": "not there",
	} {
		expect(name, want)
	}
}

// TestARoleThatChanges while a call waits lets nobody in who was not looked at.
func TestARoleThatChanges(t *testing.T) {
	s := open(t, func(o *functions.Options) { o.AtOnce = 1 })
	s.put(t, "door", "#!/bin/sh\necho open\n", 0o700)
	s.Look()
	f, _, err := s.Find("door")
	if err != nil {
		t.Fatal(err)
	}
	s.put(t, "door", "#!/bin/sh\n# althing: role=admin\necho open\n", 0o700)
	if got := outcome(s.Call(t.Context(), f, nil)); got != "Error: RuntimeError: door(): it was changed just now; call it again" {
		t.Error(got)
	}
}

// TestNewsAreLogged, and only news.
func TestNewsAreLogged(t *testing.T) {
	var log bytes.Buffer
	s := open(t, func(o *functions.Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	s.put(t, "bad.sh", "#!/bin/sh\n", 0o600)
	s.put(t, "good.sh", "#!/bin/sh\n", 0o700)
	for range 3 {
		s.List()
		s.Look()
	}
	s.put(t, "other.sh", "#!/bin/sh\n", 0o700)
	s.List()
	for _, line := range []string{
		`msg="a function is not offered" file=bad.sh why="it may not be executed (chmod +x)"`,
		`msg="a function is offered" name=good role=guest`, `msg="a function is offered" name=other role=guest`,
	} {
		if n := strings.Count(log.String(), line); n != 1 {
			t.Errorf("%s is in the log %d times:\n%s", line, n, &log)
		}
	}
}

// TestManyAtOnce get each their own value.
func TestManyAtOnce(t *testing.T) {
	s := open(t, func(o *functions.Options) { o.AtOnce = 8 })
	s.put(t, "one", "#!/bin/sh\ncat\n", 0o700)
	got := make(chan string)
	for i := range 32 {
		go func() {
			want := value.List{value.Int(i)}
			if one := outcome(s.call(context.Background(), "one", want...)); one != value.Repr(want) {
				got <- one
			}
			got <- ""
		}()
	}
	for range 32 {
		if wrong := <-got; wrong != "" {
			t.Error(wrong)
		}
	}
}

// TestCloseEndsPrograms that run.
func TestCloseEndsPrograms(t *testing.T) {
	s := open(t, nil)
	begun := fifo(t, s)
	s.put(t, "hangs", "#!/bin/sh\necho begun >"+begun+"\nsleep 60\n", 0o700)
	got := make(chan string)
	go func() { got <- outcome(s.call(context.Background(), "hangs")) }()
	if _, err := os.ReadFile(begun); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if one := <-got; one != "Error: ConnectionError: hangs(): the hub is stopping" {
		t.Error(one)
	}
}
