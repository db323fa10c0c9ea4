package jetstore

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
)

// snapshots are files in a folder, named by their rev.
type snapshots struct {
	dir    string
	newest atomic.Int64 // bytes of the newest one
}

const (
	snapshotSuffix = ".snapshot"
	tempSuffix     = ".tmp"
)

func (s *snapshots) path(rev uint64) string {
	return filepath.Join(s.dir, fmt.Sprintf("%020d%s", rev, snapshotSuffix))
}

// open makes the folder, and removes what a snapshot that came to no end left.
func (s *snapshots) open() error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	left, err := filepath.Glob(filepath.Join(s.dir, "*"+tempSuffix))
	if err != nil {
		return err
	}
	for _, path := range left {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	rev, found, err := s.find(math.MaxUint64)
	if err != nil || !found {
		return err
	}
	info, err := os.Stat(s.path(rev))
	if err != nil {
		return err
	}
	s.newest.Store(info.Size())
	return nil
}

// revs gives the revs of the snapshots, in no order.
func (s *snapshots) revs() ([]uint64, error) {
	entries, err := os.ReadDir(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var revs []uint64
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), snapshotSuffix)
		if rev, err := strconv.ParseUint(name, 10, 64); ok && err == nil {
			revs = append(revs, rev)
		}
	}
	return revs, nil
}

// find gives the highest rev up to the given one.
func (s *snapshots) find(upTo uint64) (best uint64, found bool, err error) {
	revs, err := s.revs()
	for _, rev := range revs {
		if rev <= upTo && (!found || rev > best) {
			best, found = rev, true
		}
	}
	return best, found, err
}

// Latest implements journal.Store.
func (s *snapshots) Latest(_ context.Context, upTo uint64) (uint64, io.ReadCloser, error) {
	rev, found, err := s.find(upTo)
	if err != nil || !found {
		return 0, nil, err
	}
	f, err := os.Open(s.path(rev))
	if err != nil {
		return 0, nil, err
	}
	return rev, f, nil
}

// write stores a snapshot under a name of its own, syncs it, and only then gives
// it its name.
func (s *snapshots) write(rev uint64, w io.WriterTo) (err error) {
	f, err := os.CreateTemp(s.dir, "*"+tempSuffix)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name()) // the first error counts
		}
	}()
	size, err := flush(f, w)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), s.path(rev)); err != nil {
		return err
	}
	s.newest.Store(size)
	return syncDir(s.dir)
}

// flush writes to a file and syncs it.
func flush(f *os.File, w io.WriterTo) (int64, error) {
	buffered := bufio.NewWriterSize(f, 64<<10)
	if _, err := w.WriteTo(buffered); err != nil {
		return 0, err
	}
	if err := buffered.Flush(); err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), f.Sync()
}

// trim removes the snapshots below rev.
func (s *snapshots) trim(rev uint64) error {
	revs, err := s.revs()
	if err != nil {
		return err
	}
	for _, old := range revs {
		if old < rev {
			if err := os.Remove(s.path(old)); err != nil {
				return err
			}
		}
	}
	return syncDir(s.dir)
}
