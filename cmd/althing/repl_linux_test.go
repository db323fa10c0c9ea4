package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// sitter sits at a terminal, types, and sees what a program shows.
type sitter struct {
	t     *testing.T
	keys  *os.File
	sees  *output
	from  int // of what is seen, what was not awaited yet
	ended chan struct{}
	cmd   *exec.Cmd
	mode  unix.Termios // of the terminal, before
}

// sit starts 'althing eval' on a terminal of 80 columns.
func sit(t *testing.T, home, hub string, args ...string) *sitter {
	t.Helper()
	main, side := openTerminal(t)
	if err := unix.IoctlSetWinsize(int(main.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80}); err != nil {
		t.Fatal(err)
	}
	u := &sitter{t: t, keys: main, sees: newOutput(), ended: make(chan struct{})}
	u.mode = mode(t, main)
	u.cmd = exec.Command("althing", append([]string{"eval"}, args...)...)
	u.cmd.Env = append(clean(home), "ALTHING_HUB="+hub, "TERM=xterm")
	u.cmd.Stdin, u.cmd.Stdout, u.cmd.Stderr = side, side, side
	u.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := u.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	side.Close()
	go func() {
		_, _ = io.Copy(u.sees, main) // ends with an error when the program has
		close(u.ended)
	}()
	t.Cleanup(func() {
		_ = u.cmd.Process.Kill()
		_ = u.cmd.Wait()
		main.Close()
		<-u.ended
	})
	return u
}

// types types, and waits until the terminal shows what matches the pattern.
func (u *sitter) types(keys, pattern string) {
	u.t.Helper()
	if _, err := u.keys.WriteString(keys); err != nil {
		u.t.Fatal(err)
	}
	u.awaits(pattern)
}

// awaits waits until something new on the terminal matches the pattern.
func (u *sitter) awaits(pattern string) {
	u.t.Helper()
	re := regexp.MustCompile(pattern)
	late := time.After(patience)
	for {
		u.sees.mu.Lock()
		text, more := u.sees.text.String(), u.sees.more
		u.sees.mu.Unlock()
		if found := re.FindStringIndex(text[u.from:]); found != nil {
			u.from += found[1]
			return
		}
		select {
		case <-more:
		case <-u.ended:
			u.t.Fatalf("it ended, and %q was not shown; that was\n%q", pattern, text[u.from:])
		case <-late:
			u.t.Fatalf("not shown within %v: %q; that was\n%q", patience, pattern, text[u.from:])
		}
	}
}

// leaves types, and wants the program to end with that status and to leave the
// terminal as it was.
func (u *sitter) leaves(keys string, status int) {
	u.t.Helper()
	if _, err := u.keys.WriteString(keys); err != nil {
		u.t.Fatal(err)
	}
	done := make(chan struct{})
	stuck := time.AfterFunc(patience, func() { _ = u.cmd.Process.Kill() })
	defer stuck.Stop()
	go func() { _ = u.cmd.Wait(); close(done) }()
	<-done
	if got := u.cmd.ProcessState.ExitCode(); got != status {
		u.t.Errorf("status %d, not %d; it showed\n%q", got, status, u.sees)
	}
	<-u.ended
	if after := mode(u.t, u.keys); after != u.mode {
		u.t.Errorf("the terminal was %+v, and is %+v", u.mode, after)
	}
	if text := u.sees.String(); strings.Contains(text, "\x1b[?2004h") && !strings.HasSuffix(text, "\x1b[?2004l") {
		u.t.Errorf("pasted text stays marked: %q", text)
	}
}

func mode(t *testing.T, terminal *os.File) unix.Termios {
	t.Helper()
	m, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return *m
}

const (
	ctrlC, ctrlD, ctrlR = "\x03", "\x04", "\x12"
	arrowUp             = "\x1b[A"
	// ready is the prompt of a new query, right behind a newline.
	ready = `\r\n>>> $`
)

func TestPrompt(t *testing.T) {
	_, address := startHub(t, t.TempDir(), "--name", "shed")
	home := t.TempDir()
	u := sit(t, home, address)
	u.awaits(`The hub shed \(althing [\d.]+\) at ` + address + `\. Ctrl-D or exit leaves\.` + ready)
	u.types("2**10\r", `\r\n1024`+ready)
	u.types("MyData['n'] = 41\r", `\r\nOK`+ready)
	u.types("MyData['n'] +\b\b + 1\r", `\r\n42`+ready)
	u.types("\r  \r# nothing\r", ready)
	u.types("1/0\r", `\r\nError: ZeroDivisionError: division by zero`+ready)
	u.types("'\\x1b[2J'\r", `\r\n\\x1b\[2J`+ready)

	// Several lines.
	u.types("[1,\r", `\r\n\.\.\. $`)
	u.types("2]\r", `\r\n\[1, 2\]`+ready)
	u.types("'''a\r", `\r\n\.\.\. $`)
	u.types("b'''\r", `\r\na\r\nb`+ready)
	u.types("1 + \\\r2\r", `\r\n3`+ready)

	// The place of a mistake.
	u.types("1 +* 2\r", `1 \+\* 2\r\n {7}\^\r\nError: SyntaxError: invalid syntax \(line 1, column 4\)`+ready)
	u.types("[1,\r2 3]\r", `2 3\]\r\n {4}\^\r\nError: SyntaxError: .*\(line 2, column 1\)`+ready)
	u.types("x = '"+strings.Repeat("x", 80)+"\r", `\r\n    x = 'x{67}\r\n {8}\^\r\nError: SyntaxError: unterminated.*`+ready)

	// What was typed before.
	u.types(arrowUp+arrowUp+arrowUp+arrowUp+"\r", `1 \+ \\↵2\r\n3`+ready)
	u.types("**"+ctrlR, `2\*\*10`)
	u.types("\r", `\r\n1024`+ready)
	u.types("[1"+ctrlR+ctrlR, `\[1,↵2\]`)
	u.types("\r", `\r\n\[1, 2\]`+ready)

	// Ctrl-C throws away what was begun.
	u.types("nonsense", `^nonsense`)
	u.types(ctrlC, `^\^C`+ready)
	u.types("[1,\r2", `\.\.\. 2`)
	u.types(ctrlC, `^\^C`+ready)
	u.types("5\r", `\r\n5`+ready)

	// Pasted text.
	u.types("\x1b[200~words = ['one',\r\t'two']\rlen(words)\r\x1b[201~", `\r\nOK\r\n>>> len\(words\)\r\n2`+ready)
	u.types("\x1b[200~1 +\x1b[201~ 1\r", `\r\n2`+ready)
	u.leaves(ctrlD, 0)

	// Another time.
	u = sit(t, home, address)
	u.awaits(ready)
	u.types(arrowUp, `1 \+ 1$`)
	u.types("\r", `\r\n2`+ready)
	u.leaves("exit\r", 0)
	file := filepath.Join(home, ".local/state/althing/history")
	if about, err := os.Stat(file); err != nil || about.Mode() != 0o600 {
		t.Errorf("the history: %v, %v", about, err)
	}
}

func TestTabCompletes(t *testing.T) {
	_, address := startHub(t, t.TempDir())
	ask(t, address, "setReg('garden.soil.temp', 56); setReg('garden.soil.wet', 3); setReg('gar\\x1b[0m', 1)")
	u := sit(t, t.TempDir(), address)
	u.awaits(ready)
	u.types("math.fl\t", `math\.floor`)
	u.types("(2.5)\r", `\r\n2`+ready)
	u.types("getR\t", "getReg")
	u.types("('gar\t", `'garden\.soil\.`)
	u.types("\t", `garden\.soil\.temp  garden\.soil\.wet\r\n>>> getReg\('garden\.soil\.`)
	u.types("t\t", `temp'`)
	u.types(")\r", `\r\n56`+ready)
	u.types(`MyData["garden.soil.w`+"\t]\r", `wet"\]\r\n3`+ready)
	u.types("'abc'.upp\t()\r", `upper\(\)\r\nABC`+ready)
	u.types("MyData.se\t", `setdefault`)
	u.types(ctrlC, ready)
	u.types("datetime.timedelta(1).tot\t()\r", `total_seconds\(\)\r\n86400\.0`+ready)
	u.types("barometer = 7\r", `OK`+ready)
	u.types("barom\t\r", `barometer\r\n7`+ready)
	u.types("'math.fl\t'\r", `'math\.fl'\r\nmath\.fl`+ready)
	u.types("\t1\r", `^    1\r\n1`+ready)
	u.leaves("quit()\r", 0)
}

// TestPromptOutlivesTheHub ends and restarts a hub under a conversation.
func TestPromptOutlivesTheHub(t *testing.T) {
	data := t.TempDir()
	hub, address := startHub(t, data)
	u := sit(t, t.TempDir(), address)
	u.awaits(ready)
	u.types("MyData['n'] = 7\r", `OK`+ready)
	hub.stop(t)
	u.types("MyData['n'] + 1\r", `\r\nalthing: no hub answers at \S+ .*\r\n.*arrow up.*`+ready)
	startHub(t, data, "--text", address)
	u.types(arrowUp+"\r", `MyData\['n'\] \+ 1\r\n8`+ready)
	u.leaves(ctrlD, 0)
}

// TestPromptCancels a query that waits: changes() waits 15 s.
func TestPromptCancels(t *testing.T) {
	_, address := startHub(t, t.TempDir())
	u := sit(t, t.TempDir(), address)
	u.awaits(ready)
	u.types("changes('nothing')\r", `\r\n`)
	begun := time.Now()
	u.types("lost "+ctrlC, `\^C`+ready)
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("Ctrl-C took %v", took)
	}
	u.types("6*7\r", `^6\*7\r\n42`+ready)
	u.leaves(ctrlD, 0)
}

// TestKeysAreInNoHistory types the admin key.
func TestKeysAreInNoHistory(t *testing.T) {
	data, home := t.TempDir(), t.TempDir()
	_, address := startHub(t, data)
	u := sit(t, home, address)
	u.awaits(ready)
	u.types("'before'\r", `\r\nbefore`+ready)
	u.types("admin('sesame', 's.info()')\r", `Error: PermissionError.*`+ready)
	u.types("send('x', 'SYSTEM', 's.getadmin(sesame)')\r", `Error: .*`+ready)
	u.types("'ABCDEFGHIJKLMNOPQRSTUVWX23'\r", `X23`+ready)
	u.types("s.getadmin sesame\r", `Error: .*`+ready)
	u.types(arrowUp+"\r", `'before'\r\nbefore`+ready)
	u.leaves(ctrlD, 0)
	text, err := os.ReadFile(filepath.Join(home, ".local/state/althing/history"))
	if err != nil || string(text) != "'before'\n" {
		t.Errorf("the history is %q, %v", text, err)
	}
}

func TestPromptWithoutAHub(t *testing.T) {
	u := sit(t, t.TempDir(), "127.0.0.1:1", "--local")
	u.awaits(`without a hub\. Ctrl-D or exit leaves\.` + ready)
	u.types("x = [3, 1, 2]\r", `OK`+ready)
	u.types("sorted(x)\r", `\r\n\[1, 2, 3\]`+ready)
	u.types("x.app\t(4); x\r", `append\(4\); x\r\n\[3, 1, 2, 4\]`+ready)
	u.types("print('seen')\r", `\r\nseen\r\nNone`+ready)
	u.types("sum(x for x in range(10**9))\r", `Error: TimeoutError`)
	u.leaves(ctrlD, 0)

	u = sit(t, t.TempDir(), "127.0.0.1:1")
	u.leaves("", exitNoHub)

	u = sit(t, t.TempDir(), "127.0.0.1:1", "--local")
	u.awaits(ready)
	if err := u.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	u.leaves("", exitOK)
}

// TestMistakesAreShownInPlace on a terminal, and only there.
func TestMistakesAreShownInPlace(t *testing.T) {
	_, address := startHub(t, t.TempDir())
	const want = "    x = 1 +* 2\n           ^\nalthing: SyntaxError: invalid syntax (line 2, column 8)\n"
	for _, more := range [][]string{nil, {"--local"}} {
		if got := onTerminal(t, address, append([]string{"eval", "y = 5\nx = 1 +* 2"}, more...)...); got != want {
			t.Errorf("%q", got)
		}
	}
}
