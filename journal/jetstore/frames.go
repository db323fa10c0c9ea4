package jetstore

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"iter"
	"strconv"

	"github.com/minio/highwayhash"
)

// A block file of the server's file store is one frame after another:
//
//	 0  4  length of the frame; the highest bit: it has headers
//	 4  8  sequence; the two highest bits: erased, and a tombstone
//	12  8  time
//	20  2  length of the subject
//	22     subject; length of the headers (4) and headers, if any; data
//	-8  8  HighwayHash-64 of sequence, time, subject, headers and data
//
// This is the layout of the version in go.mod. TestFramesOfTheServer fails when
// another version writes another one.
const (
	frameHeader   = 22
	frameChecksum = 8

	bitHeaders   = 1 << 31
	bitErased    = 1 << 63
	bitTombstone = 1 << 62
)

// frame is one whole frame of a block.
type frame struct {
	seq     uint64
	removed bool // a tombstone, or an erased record
	data    []byte
	size    int // of the frame
}

// piece is a whole frame or, if damaged, bytes that are none.
type piece struct {
	frame
	at      int // offset in the block
	damaged []byte
}

// newHash makes the hash that the server puts into a file of our stream; it has
// a key for every file.
func newHash(name string) hash.Hash64 {
	key := sha256.Sum256([]byte(name))
	h, err := highwayhash.New64(key[:])
	if err != nil {
		panic(err) // only for a key of another length
	}
	return h
}

// scanner finds the frames in a block. One goroutine may use it.
type scanner struct{ hash hash.Hash64 }

func newScanner(block int) *scanner {
	return &scanner{hash: newHash(streamName + "-" + strconv.Itoa(block))}
}

// pieces cuts a block into its frames. Where it is damaged it goes on with the
// next whole frame of the stream's subject.
func (s *scanner) pieces(block []byte) iter.Seq[piece] {
	return func(yield func(piece) bool) {
		for at := 0; at < len(block); {
			f, ok := s.frame(block[at:])
			p := piece{frame: f, at: at}
			if !ok {
				p.damaged = block[at:s.resume(block, at)]
				p.size = len(p.damaged)
			}
			if !yield(p) {
				return
			}
			at += p.size
		}
	}
}

// frame reads the frame that src begins with.
func (s *scanner) frame(src []byte) (frame, bool) {
	if len(src) < frameHeader+frameChecksum {
		return frame{}, false
	}
	le := binary.LittleEndian
	length, seq, name := le.Uint32(src), le.Uint64(src[4:]), int(le.Uint16(src[20:]))
	size := int(length &^ bitHeaders)
	if size > len(src) || size < frameHeader+name+frameChecksum {
		return frame{}, false
	}
	rest, sum := src[frameHeader:size-frameChecksum], src[size-frameChecksum:size]
	s.hash.Reset()
	_, _ = s.hash.Write(src[4:20])
	_, _ = s.hash.Write(rest[:name])
	rest = rest[name:]
	data := rest
	if length&bitHeaders != 0 {
		if len(rest) < 4 || uint64(le.Uint32(rest)) > uint64(len(rest)-4) {
			return frame{}, false
		}
		headers := le.Uint32(rest)
		rest = rest[4:]
		data = rest[headers:]
	}
	_, _ = s.hash.Write(rest)
	if !bytes.Equal(s.hash.Sum(nil), sum) {
		return frame{}, false
	}
	return frame{
		seq:     seq &^ (bitErased | bitTombstone),
		removed: seq&(bitErased|bitTombstone) != 0,
		data:    data,
		size:    size,
	}, true
}

// resume gives the offset of the next whole frame behind a damaged place, or the
// end of the block.
func (s *scanner) resume(block []byte, damaged int) int {
	for from := damaged + frameHeader + 1; from < len(block); {
		i := bytes.Index(block[from:], []byte(subject))
		if i < 0 {
			break
		}
		start := from + i - frameHeader
		if _, ok := s.frame(block[start:]); ok {
			return start
		}
		from += i + 1
	}
	return len(block)
}
