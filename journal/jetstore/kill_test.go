package jetstore_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"althing/journal"
	"althing/journal/jetstore"
	"althing/journal/journaltest"
)

// The test binary starts itself with this variable, which names the folder, and
// is the hub that is killed.
const victimDir = "JETSTORE_TEST_VICTIM"

func TestMain(m *testing.M) {
	if dir := os.Getenv(victimDir); dir != "" {
		if err := victim(dir); err != nil {
			fmt.Println("error:", err)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// victim writes from many goroutines until it is killed. Every key that is
// acknowledged it prints, with its number.
func victim(dir string) error {
	ctx := context.Background()
	s, err := jetstore.Open(ctx, jetstore.Options{Dir: dir})
	if err != nil {
		return err
	}
	l := journaltest.NewLedger()
	j, err := journal.Open(ctx, s, l, journal.Options{SnapshotBytes: 100_000})
	if err != nil {
		return err
	}
	var mu sync.Mutex
	fmt.Println("ready", l.Len())
	var wg sync.WaitGroup
	for w := range 16 {
		wg.Go(func() {
			for i := 0; ; i++ {
				key := fmt.Sprintf("%d-%d-%d", os.Getpid(), w, i)
				r, err := j.Commit(ctx, journal.Tx{Ops: []journal.Op{journaltest.Put{Key: key, Value: strings.Repeat("x", i%500)}}})
				if err != nil {
					fmt.Println("error:", err)
					return
				}
				mu.Lock()
				fmt.Println(key, r[0])
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return nil
}

// TestKill kills a process that writes, five times over, and looks for what it
// had acknowledged.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	acked := map[string]string{} // keys and their numbers
	for i := range 5 {
		kill(t, dir, acked)
		if i%2 == 1 {
			continue // the next one starts on what this one left
		}
		check(t, dir, acked)
	}
	if len(acked) < 100 {
		t.Errorf("only %d writes were acknowledged", len(acked))
	}
	t.Logf("%d writes were acknowledged, and are there", len(acked))
}

// kill starts a victim and ends it after a while. Nothing is done at its death.
func kill(t *testing.T, dir string, acked map[string]string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), victimDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		key, number, _ := strings.Cut(lines.Text(), " ")
		switch key {
		case "ready":
			delay := time.Duration(rand.IntN(300)) * time.Millisecond
			time.AfterFunc(delay, func() { _ = cmd.Process.Kill() })
		case "error:":
			t.Error(lines.Text())
		default:
			acked[key] = number
		}
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.Exited() {
		t.Fatalf("it was not killed: %v", err)
	}
}

// check opens the log and looks for every acknowledged key under its number.
func check(t *testing.T, dir string, acked map[string]string) {
	t.Helper()
	s := open(t, jetstore.Options{Dir: dir})
	l := journaltest.NewLedger()
	j, err := journal.Open(t.Context(), s, l, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	lost := 0
	for key, number := range acked {
		if e, there := l.Get(key); !there || fmt.Sprint(e.Rev) != number {
			lost++
		}
	}
	// Every key is written once: were one there twice, the last number would be
	// higher than there are keys.
	if rev, _ := l.History(); lost > 0 || rev != uint64(l.Len()) {
		t.Errorf("of %d acknowledged writes %d are lost; %d keys, %d transactions", len(acked), lost, l.Len(), rev)
	}
	if err := errors.Join(j.Close(t.Context()), s.Close()); err != nil {
		t.Fatal(err)
	}
}
