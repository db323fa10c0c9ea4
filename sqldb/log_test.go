package sqldb

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"althing/fault"
)

// crashed gives the file and the log of a database whose process was killed
// after some transactions of one page or two each.
func crashed(tb testing.TB, transactions int) (file, log []byte) {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "sql.db")
	db, err := Open(context.Background(), path, Options{SyncEvery: time.Hour})
	if err != nil {
		tb.Fatal(err)
	}
	defer db.Close(context.Background())
	exec := func(sql string) {
		if _, err := db.Exec(context.Background(), sql, nil, MayWrite); err != nil {
			tb.Fatal(err)
		}
	}
	exec("CREATE TABLE t(x)")
	if err := db.Sync(context.Background()); err != nil {
		tb.Fatal(err)
	}
	for i := range transactions {
		exec(fmt.Sprintf("INSERT INTO t VALUES (%d)", i))
	}
	if file, err = os.ReadFile(path); err != nil {
		tb.Fatal(err)
	}
	if log, err = os.ReadFile(path + logSuffix); err != nil {
		tb.Fatal(err)
	}
	return file, log
}

func TestHoles(t *testing.T) {
	_, log := crashed(t, 20)
	frames := (len(log) - logHeader) / (frameHeader + pageSize)
	at := func(frame, offset int) int { return logHeader + frame*(frameHeader+pageSize) + offset }
	for _, c := range []struct {
		rule   string
		change func(b []byte) []byte
		lost   bool
	}{
		{"none", func(b []byte) []byte { return b }, false},
		{"an empty log", func([]byte) []byte { return nil }, false},
		{"half a header", func(b []byte) []byte { return b[:20] }, false},
		{"a torn end", func(b []byte) []byte { return b[:len(b)-100] }, false},
		{"a torn last frame", func(b []byte) []byte { clear(b[at(frames-1, 2000):]); return b }, false},
		{"a byte of the log's head", func(b []byte) []byte { b[17] ^= 1; return b }, true},
		{"its magic number", func(b []byte) []byte { b[0] ^= 1; return b }, true},
		{"the size of its pages", func(b []byte) []byte { b[9] ^= 0x80; return b }, true},
		{"a byte of a page in the middle", func(b []byte) []byte { b[at(5, frameHeader+4000)] ^= 1; return b }, true},
		{"a byte of a frame's head", func(b []byte) []byte { b[at(5, 6)] ^= 1; return b }, true},
		{"a byte of a frame's salt", func(b []byte) []byte { b[at(5, 9)] ^= 1; return b }, true},
		{"a whole page of zeros", func(b []byte) []byte { clear(b[at(3, 0):at(4, 0)]); return b }, true},
		{"frames of an older log behind", func(b []byte) []byte {
			for f := 10; f < frames; f++ {
				b[at(f, 8)] ^= 0xff
			}
			return b
		}, false},
	} {
		lost, err := countHoles(bytes.NewReader(c.change(bytes.Clone(log))))
		if err != nil || (lost > 0) != c.lost {
			t.Errorf("%s: %d, %v", c.rule, lost, err)
		}
	}
}

// Every bit of the log that matters: either SQLite still gives all of it, or
// the hole is found; only the last transaction may look like a torn end.
func TestEveryByteOfTheLog(t *testing.T) {
	const transactions = 3
	file, log := crashed(t, transactions)
	dir := t.TempDir()
	last := len(log) - frameHeader - pageSize
	for i := 0; i < len(log); i += 1 + i%97 {
		damaged := bytes.Clone(log)
		damaged[i] ^= 1 << (i % 8)
		path := filepath.Join(dir, fmt.Sprintf("%d.db", i))
		for name, data := range map[string][]byte{path: file, path + logSuffix: damaged} {
			if err := os.WriteFile(name, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		db, err := Open(context.Background(), path, Options{})
		if err != nil {
			continue
		}
		r, err := db.Exec(context.Background(), "SELECT count(*) FROM t", nil, MayRead)
		if err != nil {
			t.Errorf("byte %d: %v", i, fault.Of(err).Line())
		} else if got := fmt.Sprint(r.Rows[0][0]); got != fmt.Sprint(transactions) && i < last {
			t.Errorf("byte %d: %s rows are left of %d, and nothing was told", i, got, transactions)
		}
		if err := db.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}
}

func FuzzHoles(f *testing.F) {
	_, log := crashed(f, 2)
	f.Add(log)
	f.Add(log[:logHeader])
	f.Add([]byte{})
	small := bytes.Clone(log[:logHeader+600])
	binary.BigEndian.PutUint32(small[8:], 512)
	f.Add(small)
	f.Fuzz(func(t *testing.T, data []byte) {
		lost, err := countHoles(bytes.NewReader(data))
		if err != nil || lost < 0 || lost > len(data)/frameHeader+1 {
			t.Errorf("%d, %v", lost, err)
		}
	})
}
