package registry

import (
	"encoding/binary"
	"time"

	"althing/fault"
	"althing/state/codec"
	"althing/value"
)

// The first byte of an operation in the log. A kind never changes its meaning;
// those of this package lie from 0x10 to 0x2f.
const (
	KindSet    = 0x10
	KindDelete = 0x11
	KindLapse  = 0x12
)

// version is the second byte of every operation. A new version is read beside
// the old ones, for as long as there are logs with them.
const version = 1

// The bits of a Set's third byte: what follows key and value.
const (
	hasExpire = 1 << iota
	hasExpect
	hasExpectRev
	mustCreate
	inVariables
	setBits = 1<<iota - 1
)

// maxDeleted bounds the keys of one Delete, in bytes before they are made
// shorter: 4 bytes of a record may stand for a key of a thousand, and a record
// of 900 KiB must not take a quarter of a gigabyte. It is room for 100,000 keys of 600
// bytes.
const maxDeleted = 64 << 20

// AppendBinary implements journal.Op. An error says that the operation holds
// what could not be read back.
func (op *Set) AppendBinary(dst []byte) ([]byte, error) {
	if op.Value == nil {
		return dst, errNoValue
	}
	if err := value.Check(op.Value); err != nil {
		return dst, err
	}
	bits := byte(0)
	if !op.Expire.IsZero() {
		bits |= hasExpire
	}
	if op.Expect != nil {
		if err := value.Check(op.Expect); err != nil {
			return dst, err
		}
		bits |= hasExpect
	}
	if op.ExpectRev != nil {
		bits |= hasExpectRev
	}
	if op.Create {
		bits |= mustCreate
	}
	if op.Space == Variables {
		bits |= inVariables
	}
	dst = append(dst, KindSet, version, bits)
	dst = codec.AppendText(dst, op.Key)
	dst = value.AppendBinary(dst, op.Value)
	if bits&hasExpire != 0 {
		dst = binary.AppendVarint(dst, nanos(op.Expire))
	}
	if bits&hasExpect != 0 {
		dst = value.AppendBinary(dst, op.Expect)
	}
	if bits&hasExpectRev != 0 {
		dst = binary.AppendUvarint(dst, *op.ExpectRev)
	}
	return dst, nil
}

// AppendBinary implements journal.Op. A key is written as how many bytes at its
// start and at its end it shares with the one before, and what is between.
func (op *Delete) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, KindDelete, version, byte(op.Space))
	dst = codec.AppendCount(dst, len(op.Keys))
	before, total := "", 0
	for _, key := range op.Keys {
		if total += len(key); total > maxDeleted {
			return dst, fault.New(fault.Limit, "the keys to delete take more than %d bytes; delete fewer at once", maxDeleted)
		}
		head := sharedHead(before, key)
		tail := sharedTail(before[head:], key[head:])
		dst = codec.AppendCount(dst, head)
		dst = codec.AppendCount(dst, tail)
		dst = codec.AppendText(dst, key[head:len(key)-tail])
		before = key
	}
	return dst, nil
}

// AppendBinary implements journal.Op.
func (op *Lapse) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, KindLapse, version, byte(op.Space))
	dst = codec.AppendText(dst, op.Key)
	return binary.AppendUvarint(dst, op.Rev), nil
}

// sharedHead is how many bytes two texts have in common at their start.
func sharedHead(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// sharedTail is how many bytes two texts have in common at their end.
func sharedTail(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}

// DecodeOp reads the operation at the start of src, whose kind must be one of
// this package's, and gives what follows it. It holds on to nothing of src.
func DecodeOp(src []byte) (op Op, rest []byte, err error) {
	r := codec.NewReader(src)
	kind, ver, bits := r.Byte(), r.Byte(), r.Byte()
	if r.Err() != nil {
		return nil, nil, r.Err()
	}
	if ver != version {
		return nil, nil, fault.New(fault.Unavailable, "a registry operation of version %d: it was made by a newer program, use that", ver)
	}
	switch kind {
	case KindSet:
		op = decodeSet(r, bits)
	case KindDelete:
		op = decodeDelete(r, decodeSpace(r, bits))
	case KindLapse:
		op = &Lapse{Space: decodeSpace(r, bits), Key: r.Text(), Rev: r.Uvarint()}
	default:
		return nil, nil, fault.New(fault.Unavailable, "a registry operation of the unknown kind %#02x", kind)
	}
	if err := r.Err(); err != nil {
		return nil, nil, err
	}
	return op, r.Rest(), nil
}

func decodeSet(r *codec.Reader, bits byte) *Set {
	if bits&^setBits != 0 {
		r.Fail()
	}
	op := &Set{Key: r.Text(), Value: r.Value(), Create: bits&mustCreate != 0}
	if bits&inVariables != 0 {
		op.Space = Variables
	}
	if bits&hasExpire != 0 {
		op.Expire = decodeEnd(r)
	}
	if bits&hasExpect != 0 {
		op.Expect = r.Value()
	}
	if bits&hasExpectRev != 0 {
		rev := r.Uvarint()
		op.ExpectRev = &rev
	}
	return op
}

// decodeEnd reads when something runs out, where it is written that it does.
func decodeEnd(r *codec.Reader) time.Time {
	end := r.Varint()
	if end <= 0 {
		r.Fail()
	}
	return instant(end)
}

func decodeDelete(r *codec.Reader, s Space) *Delete {
	n := r.Count(3) // a key takes three bytes at least
	op := &Delete{Space: s, Keys: make([]string, 0, n)}
	before, total := "", 0
	for range n {
		head, tail, middle := r.Uvarint(), r.Uvarint(), r.Text()
		if head > uint64(len(before)) || tail > uint64(len(before))-head {
			r.Fail()
			break
		}
		key := before[:head] + middle + before[len(before)-int(tail):]
		if total += len(key); total > maxDeleted {
			r.Fail()
		}
		if r.Err() != nil {
			break
		}
		op.Keys = append(op.Keys, key)
		before = key
	}
	return op
}

func decodeSpace(r *codec.Reader, b byte) Space {
	if b >= byte(Spaces) {
		r.Fail()
		return Values
	}
	return Space(b)
}
