package sqldb

import (
	"context"
	"errors"
	"io"
	"os"

	"althing/fault"
)

// maxImageLog is how large the write-ahead log may grow while an image holds what
// it was: whoever reads an image slowly must not fill the disk.
const maxImageLog = 256 << 20

// lookEvery is after how many pages it is looked whether to go on.
const lookEvery = 256

// Image is the file as it was at one moment, for a backup: one transaction's
// view, while others go on reading and writing. There is one at a time. One
// goroutine uses it; Close gives it back.
type Image struct {
	db   *DB
	conn *conn
	page int64 // bytes of a page
	size int64
}

// Image gives the file as it is now.
func (db *DB) Image(ctx context.Context) (*Image, error) {
	i := &Image{db: db}
	if info, err := os.Stat(db.path); errors.Is(err, os.ErrNotExist) || err == nil && info.Size() == 0 {
		return i, nil
	}
	if err := db.make(ctx); err != nil { // the writer's connection comes first
		return nil, err
	}
	c, err := db.take(ctx, db.images)
	if err != nil {
		return nil, err
	}
	i.conn, c.trusted = c, true // no text of anybody's is run on it
	if err := i.begin(); err != nil {
		i.Close()
		return nil, c.fault(ctx, err)
	}
	return i, nil
}

// begin begins the transaction by reading the length of the file.
func (i *Image) begin() error {
	if err := i.conn.Exec("BEGIN"); err != nil {
		return err
	}
	for _, figure := range []struct {
		pragma string
		is     *int64
	}{{"PRAGMA page_size", &i.page}, {"PRAGMA page_count", &i.size}} {
		s, err := i.conn.Prepare(figure.pragma)
		if err != nil {
			return err
		}
		if _, err = s.Step(); err == nil {
			*figure.is = s.Int(0)
		}
		s.Close()
		if err != nil {
			return err
		}
	}
	i.size *= i.page
	return nil
}

// Size is its length in bytes; 0 when nobody has used SQL yet.
func (i *Image) Size() int64 { return i.size }

// Write writes a file that SQLite opens.
func (i *Image) Write(ctx context.Context, w io.Writer) error {
	if i.size == 0 {
		return nil
	}
	s, err := i.conn.Prepare("SELECT data FROM sqlite_dbpage")
	if err != nil {
		return i.conn.fault(ctx, err)
	}
	defer s.Close()
	for pages := int64(0); ; pages++ {
		row, err := s.Step()
		if err == nil && row && pages%lookEvery == 0 {
			err = i.mayGoOn(ctx)
		}
		switch {
		case err != nil:
			return i.conn.fault(ctx, err)
		case !row && pages*i.page != i.size:
			return fault.New(fault.Internal, "SQLite gave %d of %d bytes of its file", pages*i.page, i.size)
		case !row:
			return nil
		}
		if _, err := w.Write(s.RawBlob(0)); err != nil {
			return err
		}
	}
}

// mayGoOn says that the caller has gone or the file is closed, or that its log has grown too large.
func (i *Image) mayGoOn(ctx context.Context) error {
	if ctx.Err() != nil {
		return gaveUp(ctx)
	}
	select {
	case <-i.db.done:
		return errClosed
	default:
	}
	if i.db.Stats().Log > maxImageLog {
		return fault.New(fault.Unavailable, "more is being written by SQL than can be backed up meanwhile; try again at a quieter time")
	}
	return nil
}

// Close ends the transaction.
func (i *Image) Close() {
	if i.conn == nil {
		return
	}
	if i.conn.Exec("ROLLBACK") != nil {
		i.conn.broken = true
	}
	i.db.images.give(i.conn)
	i.conn = nil
}
