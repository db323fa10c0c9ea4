package journal

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"

	"althing/fault"
)

// snapshotMagic and snapshotVersion open every snapshot; doc.go tells the
// format byte by byte.
const (
	snapshotMagic   = "ALTHSNAP"
	snapshotVersion = 1
	snapshotHeader  = len(snapshotMagic) + 1 + 8 + 8 + 8 + 8 + 4
	snapshotTrailer = 8 + checksumSize
)

// position says how far a log has been followed.
type position struct {
	seq    uint64 // the store's, of the last record
	number uint64 // of the last record
	rev    uint64 // of the last transaction
	epoch  uint64 // the highest seen
	sum    uint32 // checksum of the last record
}

// after is the position behind the record that comes next.
func (p position) after(h header, seq uint64, sum uint32) position {
	return position{seq: seq, number: h.number, rev: h.last(), epoch: max(p.epoch, h.epoch), sum: sum}
}

// appendPosition appends what a snapshot says about its position.
func appendPosition(dst []byte, p position) []byte {
	le := binary.LittleEndian
	dst = le.AppendUint64(dst, p.seq)
	dst = le.AppendUint64(dst, p.number)
	dst = le.AppendUint64(dst, p.rev)
	dst = le.AppendUint64(dst, p.epoch)
	return le.AppendUint32(dst, p.sum)
}

func takePosition(src []byte) position {
	le := binary.LittleEndian
	return position{
		seq:    le.Uint64(src[0:]),
		number: le.Uint64(src[8:]),
		rev:    le.Uint64(src[16:]),
		epoch:  le.Uint64(src[24:]),
		sum:    le.Uint32(src[32:]),
	}
}

// picture writes a snapshot: where in the log it was taken, the machine's own
// picture, and a length and checksum over all of it.
type picture struct {
	at   position
	body io.WriterTo
}

// WriteTo implements io.WriterTo.
func (p picture) WriteTo(w io.Writer) (int64, error) {
	out := &summed{w: w}
	head := append(make([]byte, 0, snapshotHeader), snapshotMagic...)
	head = append(head, snapshotVersion)
	if _, err := out.Write(appendPosition(head, p.at)); err != nil {
		return out.n, err
	}
	if _, err := p.body.WriteTo(out); err != nil {
		return out.n, err
	}
	length := out.n + int64(snapshotTrailer)
	if _, err := out.Write(binary.LittleEndian.AppendUint64(nil, uint64(length))); err != nil {
		return out.n, err
	}
	_, err := out.Write(binary.LittleEndian.AppendUint32(nil, out.sum))
	return out.n, err
}

// summed counts and sums what is written through it.
type summed struct {
	w   io.Writer
	sum uint32
	n   int64
}

func (s *summed) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	s.sum = crc32.Update(s.sum, castagnoli, p[:n])
	s.n += int64(n)
	return n, err
}

var errSnapshot = errors.New("it is cut off or changed")

// checkSnapshot reads a snapshot to its end and tells whether it is whole, where
// in the log it was taken and how long its picture is. Nothing of a snapshot is
// handed to the machine before this has passed.
func checkSnapshot(r io.Reader) (at position, size int64, err error) {
	var head [snapshotHeader]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return position{}, 0, short(err)
	}
	end := ending{sum: crc32.Checksum(head[:], castagnoli), n: int64(len(head))}
	if _, err := io.Copy(&end, r); err != nil {
		return position{}, 0, err
	}
	size = end.n - int64(snapshotHeader+snapshotTrailer)
	if size < 0 || !end.whole() || !bytes.HasPrefix(head[:], []byte(snapshotMagic)) {
		return position{}, 0, errSnapshot
	}
	if v := head[len(snapshotMagic)]; v != snapshotVersion {
		return position{}, 0, fmt.Errorf("its format is %d: %w", v, errNewer)
	}
	return takePosition(head[len(snapshotMagic)+1:]), size, nil
}

// short makes the end of a file that is too short a damage, and leaves a disk
// that cannot be read what it is.
func short(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errSnapshot
	}
	return err
}

// ending sums and counts all that is written to it but holds the last bytes
// back, which are the trailer.
type ending struct {
	sum  uint32
	n    int64
	held []byte
}

func (e *ending) Write(p []byte) (int, error) {
	e.n += int64(len(p))
	keep := min(len(p), snapshotTrailer)
	e.held = append(e.held, p[len(p)-keep:]...)
	front := p[:len(p)-keep]
	over := max(0, len(e.held)-snapshotTrailer)
	e.sum = crc32.Update(e.sum, castagnoli, e.held[:over])
	e.sum = crc32.Update(e.sum, castagnoli, front)
	e.held = append(e.held[:0], e.held[over:]...)
	return len(p), nil
}

// whole reports whether the trailer fits what came before it.
func (e *ending) whole() bool {
	if len(e.held) < snapshotTrailer {
		return false
	}
	length, sum := e.held[:8], e.held[8:]
	return binary.LittleEndian.Uint64(length) == uint64(e.n) &&
		binary.LittleEndian.Uint32(sum) == crc32.Update(e.sum, castagnoli, length)
}

// snapshotSource is where snapshots are: a Store, or what is left of one.
type snapshotSource interface {
	Latest(ctx context.Context, upTo uint64) (rev uint64, r io.ReadCloser, err error)
}

// goodSnapshot is a snapshot that was read once and is whole.
type goodSnapshot struct {
	at   position
	size int64 // of the picture
}

// goodSnapshots reads all snapshots there are, and gives the good ones, newest
// first, and the revs of the others.
func goodSnapshots(ctx context.Context, from snapshotSource) (good []goodSnapshot, bad []uint64, err error) {
	for upTo := uint64(math.MaxUint64); ; {
		rev, file, err := from.Latest(ctx, upTo)
		if err != nil || file == nil {
			return good, bad, err
		}
		at, size, err := checkSnapshot(file)
		err = errors.Join(err, file.Close())
		switch {
		case errors.Is(err, errNewer):
			return nil, nil, fault.Wrap(err, fault.Invalid, "the snapshot of %d cannot be read", rev)
		case err != nil || at.rev != rev:
			bad = append(bad, rev)
		default:
			good = append(good, goodSnapshot{at, size})
		}
		if rev == 0 {
			return good, bad, nil
		}
		upTo = rev - 1
	}
}

// load gives a good snapshot to a machine.
func load(ctx context.Context, from snapshotSource, m Machine, s goodSnapshot) error {
	_, file, err := from.Latest(ctx, s.at.rev)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	return loadFrom(file, m, s)
}

// loadFrom gives the good snapshot that r reads to a machine.
func loadFrom(r io.Reader, m Machine, s goodSnapshot) error {
	if _, err := io.CopyN(io.Discard, r, int64(snapshotHeader)); err != nil {
		return err
	}
	if err := m.Restore(io.LimitReader(r, s.size)); err != nil {
		return fault.Wrap(err, fault.Invalid, "the snapshot of %d is whole, but this althing cannot read it; use the one that wrote it, or a newer one", s.at.rev)
	}
	return nil
}
