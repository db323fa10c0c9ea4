package state

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"iter"

	"althing/fault"
	"althing/journal"
	"althing/messaging"
	"althing/registry"
	"althing/state/codec"
)

// The stored state is a version byte, then sections. A section is its tag, a
// head, and blocks; each of these has its length in front, and a block of no
// bytes ends the section. The journal sees to it that no byte of it changes.
const (
	// A picture of the first version has no clients with tokens and no messages
	// with headers, and one of the second nothing of other hubs; apart from that
	// they are the same.
	pictureVersion = 3
	hublessVersion = 2
	firstVersion   = 1

	endTag       = 0x00
	limitsTag    = 0x01
	valuesTag    = 0x02
	variablesTag = 0x03
	messagingTag = 0x04
)

// maxBlock is the largest head or block: a key with its history of values that
// each fill a record is far below it, and what claims to be more is damaged.
const maxBlock = 64 << 20

// tags are the sections of the spaces.
var tags = [registry.Spaces]byte{registry.Values: valuesTag, registry.Variables: variablesTag}

// DecodeOp implements journal.Machine.
func (s *State) DecodeOp(src []byte) (op journal.Op, rest []byte, err error) {
	switch {
	case len(src) > 0 && src[0] >= firstFree:
		return nil, nil, fault.New(fault.Unavailable, "an operation of the unknown kind %#02x: it was made by a newer program, use that", src[0])
	case len(src) > 0 && src[0] >= firstMessaging:
		return messaging.DecodeOp(src)
	case len(src) > 0 && src[0] >= firstRegistry:
		return registry.DecodeOp(src)
	default:
		return decodeConfigure(src)
	}
}

// picture is the state at one moment.
type picture struct {
	limits    Limits
	spaces    [registry.Spaces]*registry.View
	messaging *messaging.Picture
}

// Freeze implements journal.Machine. It takes microseconds, and another for
// every ten clients.
func (s *State) Freeze() io.WriterTo {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &picture{limits: s.limits(), messaging: s.messaging.Picture()}
	for space, r := range s.spaces {
		p.spaces[space] = r.View()
	}
	return p
}

// WriteTo implements io.WriterTo.
func (p *picture) WriteTo(w io.Writer) (int64, error) {
	out := &blockWriter{to: bufio.NewWriterSize(w, 64<<10)}
	out.byte(pictureVersion)
	out.section(limitsTag, appendLimits(nil, p.limits, limitFields), nothingMore)
	for space, view := range p.spaces {
		out.section(tags[space], view.Head(), view.Blocks())
	}
	out.section(messagingTag, p.messaging.Head(), p.messaging.Blocks())
	out.byte(endTag)
	return out.n, out.flush()
}

// nothingMore is the blocks of a section that has only its head.
func nothingMore(func([]byte) bool) {}

// blockWriter writes sections. After the first error it writes nothing.
type blockWriter struct {
	to     *bufio.Writer
	n      int64
	length [binary.MaxVarintLen64]byte
	err    error
}

func (w *blockWriter) section(tag byte, head []byte, blocks iter.Seq[[]byte]) {
	w.byte(tag)
	w.block(head)
	for block := range blocks {
		if w.block(block); w.err != nil {
			return
		}
	}
	w.block(nil)
}

func (w *blockWriter) byte(b byte) {
	w.length[0] = b
	w.write(w.length[:1])
}

func (w *blockWriter) block(b []byte) {
	if len(b) > maxBlock && w.err == nil {
		w.err = fault.New(fault.Full, "a part of the state takes %d bytes, more than the %d that can be stored", len(b), maxBlock)
	}
	w.write(w.length[:binary.PutUvarint(w.length[:], uint64(len(b)))])
	w.write(b)
}

func (w *blockWriter) write(b []byte) {
	if w.err != nil {
		return
	}
	n, err := w.to.Write(b)
	w.n, w.err = w.n+int64(n), err
}

func (w *blockWriter) flush() error {
	if w.err == nil {
		w.err = w.to.Flush()
	}
	return w.err
}

// Restore implements journal.Machine. When it fails the state stays what it
// was.
func (s *State) Restore(from io.Reader) error {
	fresh := New()
	if err := fresh.load(&blockReader{from: bufio.NewReaderSize(from, 64<<10)}); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spaces, s.messaging = fresh.spaces, fresh.messaging
	return nil
}

func (s *State) load(in *blockReader) error {
	version := in.byte()
	if in.err == nil && (version < firstVersion || version > pictureVersion) {
		return fault.New(fault.Unavailable, "a stored state of version %d: it was made by a newer program, use that", version)
	}
	fields := limitFields
	if version <= hublessVersion {
		fields = firstFields
	}
	var limits Limits
	in.section(limitsTag, func(head []byte) error {
		d := codec.NewReader(head)
		limits = readLimits(d, fields)
		return d.Done()
	}, func([]byte) error { return codec.ErrDamaged })
	for space, r := range s.spaces {
		in.section(tags[space], r.LoadHead, r.LoadBlock)
	}
	loader := messaging.NewLoader()
	in.section(messagingTag, loader.LoadHead, loader.LoadBlock)
	in.end()
	if in.err != nil {
		return in.err
	}
	var err error
	s.messaging, err = loader.Done()
	s.setLimits(limits)
	return err
}

// blockReader reads what blockWriter wrote. After the first error it reads
// nothing.
type blockReader struct {
	from *bufio.Reader
	buf  bytes.Buffer
	err  error
}

func (r *blockReader) section(tag byte, head, block func([]byte) error) {
	if r.byte() != tag {
		r.fail(codec.ErrDamaged)
	}
	r.hand(head, r.block())
	for b := r.block(); len(b) > 0; b = r.block() {
		r.hand(block, b)
	}
}

func (r *blockReader) hand(to func([]byte) error, b []byte) {
	if r.err == nil {
		r.fail(to(b))
	}
}

// end reads the mark of the end, behind which nothing follows.
func (r *blockReader) end() {
	if r.byte() != endTag {
		r.fail(codec.ErrDamaged)
	}
	if _, err := r.from.ReadByte(); r.err == nil && !errors.Is(err, io.EOF) {
		r.fail(codec.ErrDamaged)
	}
}

func (r *blockReader) byte() byte {
	if r.err != nil {
		return 0
	}
	b, err := r.from.ReadByte()
	r.fail(err)
	return b
}

// block reads a head or block, which the next one overwrites. Room is made as
// bytes arrive: a few of them may claim to be followed by millions.
func (r *blockReader) block() []byte {
	if r.err != nil {
		return nil
	}
	n, err := binary.ReadUvarint(r.from)
	if err == nil && n > maxBlock {
		err = codec.ErrDamaged
	}
	if err == nil {
		r.buf.Reset()
		_, err = io.CopyN(&r.buf, r.from, int64(n))
	}
	if r.fail(err); err != nil {
		return nil
	}
	return r.buf.Bytes()
}

// fail keeps the first error; the reader's own end is damage.
func (r *blockReader) fail(err error) {
	if r.err != nil || err == nil {
		return
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = codec.ErrDamaged
	}
	r.err = err
}
