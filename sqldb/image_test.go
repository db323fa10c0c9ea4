package sqldb_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"althing/fault"
	"althing/sqldb"
)

// fill makes a table of 2 MB.
const fill = "CREATE TABLE t (n INTEGER PRIMARY KEY, v); WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL SELECT n+1 FROM c WHERE n < 5000) INSERT INTO t SELECT n, hex(randomblob(200)) FROM c"

// An image is what the file was when it was taken, whatever is written while it
// is read, and nobody waits for it.
func TestImage(t *testing.T) {
	ctx := context.Background()
	db := open(t, sqldb.Options{})
	must(t, db, fill)
	image, err := db.Image(ctx)
	if err != nil {
		t.Fatal(err)
	}
	must(t, db, "DELETE FROM t WHERE n > 10; CREATE TABLE later (x)")
	var file bytes.Buffer
	w := writerFunc(func(p []byte) (int, error) {
		if file.Len()%(64<<12) == 0 {
			must(t, db, "INSERT INTO t(v) VALUES ('meanwhile')")
		}
		return file.Write(p)
	})
	if err := image.Write(ctx, w); err != nil {
		t.Fatal(err)
	}
	if image.Size() != int64(file.Len()) {
		t.Errorf("the image has %d bytes and not %d", file.Len(), image.Size())
	}
	image.Close()
	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(copied, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	got := must(t, openAt(t, copied, sqldb.Options{}), "SELECT count(*), (SELECT count(*) FROM sqlite_schema) FROM t")
	if text := fmt.Sprint(got.Rows); text != "[[5000 1]]" {
		t.Errorf("the copy has %s", text)
	}
}

// Who has never used SQL has no file, and who stops has no image any more.
func TestImageOfNothing(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	db, err := sqldb.Open(ctx, filepath.Join(dir, "sql.db"), sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	image, err := db.Image(ctx)
	if err != nil || image.Size() != 0 || image.Write(ctx, nil) != nil {
		t.Errorf("an image of nothing: %d bytes, %v", image.Size(), err)
	}
	image.Close()
	must(t, db, fill)
	if err := db.Close(ctx); err != nil {
		t.Fatal(err)
	}

	db = openAt(t, filepath.Join(dir, "sql.db"), sqldb.Options{}) // it exists, and nobody has used it yet
	image, err = db.Image(ctx)
	if err != nil || image.Size() < 2_000_000 {
		t.Fatalf("an image after a restart: %d bytes, %v", image.Size(), err)
	}
	var once sync.Once
	var closing sync.WaitGroup
	err = image.Write(ctx, writerFunc(func(p []byte) (int, error) {
		once.Do(func() { closing.Go(func() { db.Close(ctx) }) })
		for {
			if _, err := db.Exec(ctx, "SELECT 1", nil, sqldb.MayRead); fault.Is(err, fault.Closed) {
				return len(p), nil
			}
		}
	}))
	if !fault.Is(err, fault.Closed) {
		t.Errorf("an image of a database that closes ends with %v", err)
	}
	image.Close()
	closing.Wait()
}

// An image ends with its caller's context, and gives its place back.
func TestImageStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	db := open(t, sqldb.Options{})
	must(t, db, fill)
	image, err := db.Image(ctx)
	if err != nil {
		t.Fatal(err)
	}
	err = image.Write(ctx, writerFunc(func(p []byte) (int, error) {
		cancel()
		return len(p), nil
	}))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a stopped image ends with %v", err)
	}
	image.Close()
	image, err = db.Image(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer image.Close()
	if err := image.Write(context.Background(), io.Discard); err != nil {
		t.Error(err)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func BenchmarkImage(b *testing.B) {
	db := open(b, sqldb.Options{})
	must(b, db, strings.Replace(fill, "5000", "200000", 1))
	for b.Loop() {
		image, err := db.Image(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		if err := image.Write(context.Background(), io.Discard); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(image.Size())
		image.Close()
	}
}
