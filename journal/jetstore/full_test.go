package jetstore_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"althing/fault"
	"althing/journal"
	"althing/journal/jetstore"
	"althing/journal/journaltest"
)

var quiet = slog.New(slog.DiscardHandler)

// hub is a store and a journal on it, as the hub has them.
type hub struct {
	store *jetstore.Store
	*journal.Journal
	ledger *journaltest.Ledger
}

func openHub(t *testing.T, o jetstore.Options) hub {
	t.Helper()
	o.Log = quiet
	h := hub{store: open(t, o), ledger: journaltest.NewLedger()}
	var err error
	if h.Journal, err = journal.Open(t.Context(), h.store, h.ledger, journal.Options{Log: quiet}); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h hub) close(t *testing.T) {
	t.Helper()
	if err := errors.Join(h.Close(context.Background()), h.store.Close()); err != nil {
		t.Error(err)
	}
}

func (h hub) put(t *testing.T, key string, size int) error {
	t.Helper()
	_, err := h.Commit(t.Context(), journal.Tx{Ops: []journal.Op{
		journaltest.Put{Key: key, Value: strings.Repeat("x", size)},
	}})
	return err
}

func (h hub) mustPut(t *testing.T, key string) {
	t.Helper()
	if err := h.put(t, key, 100); err != nil {
		t.Fatal(err)
	}
}

// putUntil writes long values until one is refused.
func (h hub) putUntil(t *testing.T) (n int, err error) {
	t.Helper()
	for n = range 1000 {
		if err := h.put(t, fmt.Sprint("long ", n), 100<<10); err != nil {
			return n, err
		}
	}
	t.Fatal("nothing was refused")
	return n, nil
}

func TestRoomForASnapshotIsKept(t *testing.T) {
	var free atomic.Int64
	free.Store(100 << 20)
	dir := t.TempDir()
	h := openHub(t, jetstore.Options{
		Dir:     dir,
		Reserve: 10 << 20,
		Free:    func() (int64, error) { return free.Load(), nil },
	})
	h.mustPut(t, "before")
	free.Store(9 << 20)
	if _, err := h.putUntil(t); !fault.Is(err, fault.Full) || !strings.Contains(err.Error(), "the disk is full") {
		t.Errorf("it was refused with %v", err)
	}
	if _, there := h.ledger.Get("before"); !there {
		t.Error("reading does not go on")
	}
	if err := h.Snapshot(t.Context()); err != nil {
		t.Errorf("a snapshot was refused too: %v", err)
	}
	free.Store(100 << 20)
	waitUntil(t, "writes are taken again", func() bool { return h.put(t, "after", 100) == nil })
	h.close(t)
}

// waitUntil asks again and again for what does not happen at once: the store
// looks at the disk ten times a second, and restarts the engine once.
func waitUntil(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !happened(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it never came true that %s", what)
		}
	}
}

func TestFullLog(t *testing.T) {
	h := openHub(t, jetstore.Options{Dir: t.TempDir(), MaxBytes: 4 << 20})
	_, err := h.putUntil(t)
	if !fault.Is(err, fault.Full) {
		t.Errorf("it was refused with %v", err)
	}
	if _, there := h.ledger.Get("long 0"); !there {
		t.Error("reading does not go on")
	}
	h.close(t)
}

// smallDisk mounts a disk of so many bytes.
func smallDisk(t *testing.T, size int) string {
	t.Helper()
	if runtime.GOOS != "linux" || os.Getuid() != 0 {
		t.Skip("only root on Linux may mount a small disk; TestRoomForASnapshotIsKept and TestFullLog need none")
	}
	dir := t.TempDir()
	if err := mountMemory(dir, size); err != nil {
		t.Skipf("no small disk can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := unmount(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// TestFullDisk fills a disk to the last byte, without a look at the free space:
// the server's stream is broken by that until it is started again.
func TestFullDisk(t *testing.T) {
	disk := smallDisk(t, 48<<20)
	dir := filepath.Join(disk, "hub")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	filler := filepath.Join(disk, "filler")
	if err := os.WriteFile(filler, make([]byte, 34<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	h := openHub(t, jetstore.Options{
		Dir:      dir,
		Patience: 300 * time.Millisecond,
	})
	n, err := h.putUntil(t)
	if code := fault.Of(err).Code; code != fault.Full && code != fault.Unavailable {
		t.Errorf("it was refused with %v", err)
	}
	if err := h.put(t, "while full", 100<<10); err == nil {
		t.Error("a write was taken by a full disk")
	}
	if _, there := h.ledger.Get("long 0"); !there {
		t.Error("reading does not go on")
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	waitUntil(t, "writes are taken again", func() bool { return h.put(t, "after", 100) == nil })
	for i := range 20 {
		h.mustPut(t, fmt.Sprint("more ", i))
	}
	h.close(t)

	again := openHub(t, jetstore.Options{Dir: dir})
	if !again.ledger.Same(h.ledger) || again.ledger.Len() < n+21 {
		t.Errorf("%d keys came back, want %d", again.ledger.Len(), h.ledger.Len())
	}
	again.close(t)
}

// TestFullDiskIsSeen is the same with the look at the free space: the disk never
// gets full.
func TestFullDiskIsSeen(t *testing.T) {
	disk := smallDisk(t, 64<<20)
	filler := filepath.Join(disk, "filler")
	if err := os.WriteFile(filler, make([]byte, 36<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	h := openHub(t, jetstore.Options{
		Dir:     disk,
		Reserve: 8 << 20,
		Free:    func() (int64, error) { return freeSpace(disk) },
	})
	if _, err := h.putUntil(t); !fault.Is(err, fault.Full) {
		t.Errorf("it was refused with %v", err)
	}
	if err := h.Snapshot(t.Context()); err != nil {
		t.Errorf("there was no room for a snapshot: %v", err)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	waitUntil(t, "writes are taken again", func() bool { return h.put(t, "after", 100) == nil })
	if s, err := h.store.Engine().Stats(); err != nil || s.Restarts != 0 {
		t.Errorf("the engine was started again %d times, %v", s.Restarts, err)
	}
	h.close(t)
}
