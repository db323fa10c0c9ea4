package sqldb

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"os"
)

// The write-ahead log as SQLite's file format has it: a header, then frames,
// each a header and a page. A frame's checksum goes on from the one before.
const (
	logHeader   = 32
	frameHeader = 24
	logMagic    = 0x377f0682 // the lowest bit says which end of a word comes first
	maxPageSize = 64 << 10
)

// holes looks for frames of a log that SQLite would leave out without a word:
// it reads a log up to the first frame whose checksum is wrong, which is the
// torn end of one that a crash cut off, and the middle of one that was damaged.
// It gives the number of transactions that are whole and lie behind such a
// frame, 0 when there is no log.
func holes(path string) (lost int, err error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	return countHoles(bufio.NewReaderSize(f, 1<<20))
}

func countHoles(r io.Reader) (lost int, err error) {
	var head [logHeader]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, ended(err)
	}
	word := binary.BigEndian.Uint32
	pageSize := int(word(head[8:]))
	if word(head[:])&^1 != logMagic || pageSize < 512 || pageSize > maxPageSize || pageSize&(pageSize-1) != 0 {
		return lostHeader(r)
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if word(head[:])&1 != 0 {
		order = binary.BigEndian
	}
	before := sum{}.add(order, head[:24])
	if before != storedSum(head[24:]) {
		return lostHeader(r)
	}
	salt := [8]byte(head[16:24])
	frame := make([]byte, frameHeader+pageSize)
	broken := false
	for {
		if _, err := io.ReadFull(r, frame); err != nil {
			return lost, ended(err)
		}
		stored := storedSum(frame[16:])
		whole := [8]byte(frame[8:16]) == salt && before.add(order, frame[:8]).add(order, frame[frameHeader:]) == stored
		switch commits := word(frame[4:]) != 0; {
		case !whole:
			broken = true
		case broken && commits:
			lost++
		}
		before = stored
	}
}

// lostHeader is the answer for a log whose header is broken: everything in it
// is lost, and when more than a header was written that was something.
func lostHeader(r io.Reader) (lost int, err error) {
	n, err := io.Copy(io.Discard, r)
	if n > frameHeader {
		lost = 1
	}
	return lost, err
}

// ended makes the end of the log no error.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// sum is the log's checksum.
type sum struct{ a, b uint32 }

func (s sum) add(order binary.ByteOrder, data []byte) sum {
	for ; len(data) >= 8; data = data[8:] {
		s.a += order.Uint32(data) + s.b
		s.b += order.Uint32(data[4:]) + s.a
	}
	return s
}

func storedSum(data []byte) sum {
	return sum{binary.BigEndian.Uint32(data), binary.BigEndian.Uint32(data[4:])}
}
