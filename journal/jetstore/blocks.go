package jetstore

import (
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"althing/journal"
)

// blocks are the block files of the stream. Files are read and synced while the
// server has them open; they are changed only while it has not.
type blocks struct{ dir string }

// list gives the numbers of the block files, rising.
func (b blocks) list() ([]int, error) {
	entries, err := os.ReadDir(b.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var numbers []int
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".blk")
		if n, err := strconv.Atoi(name); ok && err == nil {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers, nil
}

func (b blocks) path(number int) string {
	return filepath.Join(b.dir, strconv.Itoa(number)+".blk")
}

// check reads all blocks and refuses them when something is changed or missing
// that must be there: what lies before a whole record, and what has a sequence up
// to synced. A torn tail behind that is cut off.
//
// It runs before the server may see the files: the server would cut every
// damaged block at the damage, with all that is whole behind it, and go on.
func (b blocks) check(synced uint64) (torn bool, err error) {
	numbers, err := b.list()
	if err != nil {
		return false, err
	}
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	var (
		last uint64   // the newest whole record
		tear struct { // the first damaged place
			block, at int
			found     bool
		}
	)
	for _, n := range numbers {
		if *buf, err = readInto(*buf, b.path(n)); err != nil {
			return false, err
		}
		for p := range newScanner(n).pieces(*buf) {
			switch {
			case p.damaged != nil && !tear.found:
				tear.block, tear.at, tear.found = n, p.at, true
			case p.damaged != nil:
			case tear.found:
				return false, journal.Damaged("%s is changed at or after byte %d", b.path(tear.block), tear.at)
			case p.removed:
			case last != 0 && p.seq != last+1:
				return false, journal.Damaged("%d records are missing before byte %d of %s", p.seq-last-1, p.at, b.path(n))
			default:
				last = p.seq
			}
		}
	}
	if last < synced {
		return false, journal.Damaged("its last %d records are missing or changed", synced-last)
	}
	if !tear.found {
		return false, nil
	}
	return true, b.cut(numbers, tear.block, tear.at)
}

// cut ends the log at an offset of a block.
func (b blocks) cut(numbers []int, block, at int) error {
	for _, n := range slices.Backward(numbers) {
		if n > block {
			if err := os.Remove(b.path(n)); err != nil {
				return err
			}
		}
	}
	f, err := os.OpenFile(b.path(block), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	err = f.Truncate(int64(at))
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close(), syncDir(b.dir))
}

// first gives the highest sequence not above seq with which a block begins: as
// far as that the server can trim by removing whole files. Inside a block it
// would write a tombstone for every record, and stop the log meanwhile.
func (b blocks) first(seq uint64) (uint64, error) {
	numbers, err := b.list()
	if err != nil {
		return 0, err
	}
	var best uint64
	for _, n := range numbers {
		begin, err := begins(b.path(n))
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			continue // the server has just made it
		}
		if err != nil {
			return 0, err
		}
		if begin <= seq {
			best = max(best, begin)
		}
	}
	return best, nil
}

// begins gives the sequence of a block's first frame.
func begins(path string) (uint64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }() // it was only read
	var head [frameHeader]byte
	if _, err := io.ReadFull(f, head[:]); err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint64(head[4:]) &^ (bitErased | bitTombstone), nil
}

// sync brings the blocks from the given number on to the disk and gives the
// newest one's number: older ones do not change any more.
func (b blocks) sync(from int) (int, error) {
	numbers, err := b.list()
	if err != nil {
		return from, err
	}
	newest := from
	for _, n := range numbers {
		if n < from {
			continue
		}
		if err := syncFile(b.path(n)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return from, err
		}
		newest = n
	}
	if newest > from {
		err = syncDir(b.dir)
	}
	return newest, err
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
