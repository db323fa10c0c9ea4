package journal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"iter"
	"math"
)

// recordVersion is the format that is written; doc.go tells it byte by byte.
const recordVersion = 1

// MaxRecord is the longest record in bytes. A NATS server takes messages of
// 1 MiB unless it is told otherwise; what remains is room for its headers.
const MaxRecord = 900 << 10

// MaxWriter is the longest writer id in bytes.
const MaxWriter = 32

// recordMagic opens every record, so that the records in a damaged file can be
// found again without knowing what else is in it.
const recordMagic = "ALTR"

const (
	fixedHeader  = len(recordMagic) + 1 + 1 + 4 + 8 + 8 + 8 + 8 + 4 + 4 // without the writer's id
	checksumSize = 4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// header is what a record says about itself.
type header struct {
	writer string
	number uint64 // of the record: one more than that of the record before
	rev    uint64 // of its first transaction
	at     int64  // nanoseconds since 1970
	epoch  uint64 // of the writer: one more at every start
	before uint32 // checksum of the record before
	count  uint32 // transactions
}

// last is the number of the record's last transaction.
func (h header) last() uint64 { return h.rev + uint64(h.count) - 1 }

func headerSize(writer string) int { return fixedHeader + len(writer) }

// seal writes the header to the start of record, where headerSize bytes were
// left for it, and appends the checksum over everything. It gives the checksum:
// the next record names it, and so each vouches for all that came before.
func (h header) seal(record []byte) ([]byte, uint32) {
	le := binary.LittleEndian
	copy(record, recordMagic)
	p := record[len(recordMagic):]
	p[0] = recordVersion
	p[1] = byte(len(h.writer))
	le.PutUint32(p[2:], uint32(len(record)+checksumSize))
	le.PutUint64(p[6:], h.number)
	le.PutUint64(p[14:], h.rev)
	le.PutUint64(p[22:], uint64(h.at))
	le.PutUint64(p[30:], h.epoch)
	le.PutUint32(p[38:], h.before)
	le.PutUint32(p[42:], h.count)
	copy(p[46:], h.writer)
	sum := crc32.Checksum(record, castagnoli)
	return le.AppendUint32(record, sum), sum
}

// errNewer is what a record or snapshot of a later format gives: whole, but
// not for this program.
var errNewer = errors.New("written by a newer althing; use that one, or a newer still")

// parseHeader checks a record's checksum and version and splits it.
func parseHeader(record []byte) (h header, body []byte, sum uint32, err error) {
	content, err := frame(record)
	if err != nil {
		return h, nil, 0, err
	}
	if len(content)+checksumSize != len(record) {
		return h, nil, 0, errors.New("it has another length than it says")
	}
	le := binary.LittleEndian
	p := content[len(recordMagic):]
	if p[0] != recordVersion {
		return h, nil, 0, fmt.Errorf("its format is %d: %w", p[0], errNewer)
	}
	writer := int(p[1])
	h.number = le.Uint64(p[6:])
	h.rev = le.Uint64(p[14:])
	h.at = int64(le.Uint64(p[22:]))
	h.epoch = le.Uint64(p[30:])
	h.before = le.Uint32(p[38:])
	h.count = le.Uint32(p[42:])
	p = p[46:]
	if writer > MaxWriter || writer > len(p) || h.number == 0 || h.rev == 0 || h.count == 0 ||
		h.rev > math.MaxUint64-uint64(h.count) {
		return h, nil, 0, errors.New("its header is impossible")
	}
	h.writer = string(p[:writer])
	return h, p[writer:], le.Uint32(record[len(content):]), nil
}

// frame checks magic, length and checksum of the record that src begins with and
// gives all of it but the checksum. Every version of the format has these at
// the same places.
func frame(src []byte) ([]byte, error) {
	if len(src) < fixedHeader+checksumSize || string(src[:len(recordMagic)]) != recordMagic {
		return nil, errors.New("it does not begin as a record")
	}
	size := recordLength(src)
	if size < uint32(fixedHeader+checksumSize) || size > MaxRecord || uint64(size) > uint64(len(src)) {
		return nil, errors.New("its length is impossible")
	}
	content := src[:size-checksumSize]
	if crc32.Checksum(content, castagnoli) != binary.LittleEndian.Uint32(src[len(content):]) {
		return nil, errors.New("its checksum is wrong")
	}
	return content, nil
}

// recordStart is how much of a record tells its length.
const recordStart = len(recordMagic) + 1 + 1 + 4

// recordLength is the length that a record says it has.
func recordLength(start []byte) uint32 {
	return binary.LittleEndian.Uint32(start[recordStart-4:])
}

// Salvage gives the whole records that lie in data, with whatever else between
// them. They are parts of data.
func Salvage(data []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for {
			i := bytes.Index(data, []byte(recordMagic))
			if i < 0 {
				return
			}
			data = data[i:]
			content, err := frame(data)
			if err != nil {
				data = data[len(recordMagic):]
				continue
			}
			size := len(content) + checksumSize
			if !yield(data[:size]) {
				return
			}
			data = data[size:]
		}
	}
}

// appendTx appends a transaction's stored form.
func appendTx(dst []byte, tx Tx) ([]byte, error) {
	dst = binary.AppendUvarint(dst, uint64(len(tx.Expect)))
	for _, s := range tx.Expect {
		dst = binary.AppendUvarint(dst, uint64(len(s.Key)))
		dst = append(dst, s.Key...)
		dst = binary.AppendUvarint(dst, s.Rev)
	}
	dst = binary.AppendUvarint(dst, uint64(len(tx.Ops)))
	var err error
	for _, op := range tx.Ops {
		if dst, err = op.AppendBinary(dst); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// decodeTx reads the transaction at the start of src with decode for its
// operations. Counts are believed only as far as the bytes go: every item has
// at least one, so that a lying count ends in an error before memory does.
func decodeTx(src []byte, decode func([]byte) (Op, []byte, error)) (tx Tx, rest []byte, err error) {
	seen, src, err := takeCount(src)
	if err != nil {
		return Tx{}, nil, err
	}
	for range seen {
		var s Seen
		if s, src, err = takeSeen(src); err != nil {
			return Tx{}, nil, err
		}
		tx.Expect = append(tx.Expect, s)
	}
	ops, src, err := takeCount(src)
	if err != nil {
		return Tx{}, nil, err
	}
	for range ops {
		var op Op
		before := len(src)
		if op, src, err = decode(src); err != nil {
			return Tx{}, nil, err
		}
		if len(src) >= before {
			return Tx{}, nil, errors.New("an operation of no bytes")
		}
		tx.Ops = append(tx.Ops, op)
	}
	return tx, src, nil
}

func takeSeen(src []byte) (Seen, []byte, error) {
	size, src, err := takeCount(src)
	if err != nil {
		return Seen{}, nil, err
	}
	key, src := string(src[:size]), src[size:]
	rev, n := binary.Uvarint(src)
	if n <= 0 {
		return Seen{}, nil, errCutOff
	}
	return Seen{Key: key, Rev: rev}, src[n:], nil
}

var errCutOff = errors.New("a transaction is cut off")

// takeCount reads a number of things that need a byte each at least.
func takeCount(src []byte) (int, []byte, error) {
	v, n := binary.Uvarint(src)
	if n <= 0 || v > uint64(len(src)-n) {
		return 0, nil, errCutOff
	}
	return int(v), src[n:], nil
}

// decodeTxs reads the transactions that make up a record's body.
func decodeTxs(body []byte, count uint32, decode func([]byte) (Op, []byte, error)) ([]Tx, error) {
	if uint64(count) > uint64(len(body)) {
		return nil, errCutOff
	}
	txs := make([]Tx, 0, count)
	for range count {
		tx, rest, err := decodeTx(body, decode)
		if err != nil {
			return nil, err
		}
		txs, body = append(txs, tx), rest
	}
	if len(body) > 0 {
		return nil, fmt.Errorf("%d bytes follow the last transaction", len(body))
	}
	return txs, nil
}
