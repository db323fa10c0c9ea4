package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
)

// recordVersion is the format that is written; doc.go tells it byte by byte.
const recordVersion = 1

// MaxRecord is the longest record in bytes. A NATS server takes messages of
// 1 MiB unless it is told otherwise; what remains is room for its headers.
const MaxRecord = 900 << 10

// MaxWriter is the longest writer id in bytes.
const MaxWriter = 32

const (
	fixedHeader  = 2 + 8 + 8 + 8 + 8 + 4 + 4 // without the writer's id
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

// put writes the header to the start of record, where headerSize bytes were
// left for it.
func (h header) put(record []byte) {
	record[0] = recordVersion
	record[1] = byte(len(h.writer))
	p := record[2+copy(record[2:], h.writer):]
	le := binary.LittleEndian
	le.PutUint64(p[0:], h.number)
	le.PutUint64(p[8:], h.rev)
	le.PutUint64(p[16:], uint64(h.at))
	le.PutUint64(p[24:], h.epoch)
	le.PutUint32(p[32:], h.before)
	le.PutUint32(p[36:], h.count)
}

// seal appends the checksum over all of the record and gives it: the next
// record names it, and so each vouches for all that came before.
func seal(record []byte) ([]byte, uint32) {
	sum := crc32.Checksum(record, castagnoli)
	return binary.LittleEndian.AppendUint32(record, sum), sum
}

// errNewer is what a record or snapshot of a later format gives: whole, but
// not for this program.
var errNewer = errors.New("written by a newer althing; use that one, or a newer still")

// parseHeader checks a record's checksum and version and splits it.
func parseHeader(record []byte) (h header, body []byte, sum uint32, err error) {
	if len(record) < fixedHeader+checksumSize || len(record) > MaxRecord {
		return h, nil, 0, fmt.Errorf("a record of %d bytes", len(record))
	}
	content, tail := record[:len(record)-checksumSize], record[len(record)-checksumSize:]
	sum = binary.LittleEndian.Uint32(tail)
	if crc32.Checksum(content, castagnoli) != sum {
		return h, nil, 0, errors.New("its checksum is wrong")
	}
	if content[0] != recordVersion {
		return h, nil, 0, fmt.Errorf("its format is %d: %w", content[0], errNewer)
	}
	size := fixedHeader + int(content[1])
	if content[1] > MaxWriter || size > len(content) {
		return h, nil, 0, errors.New("its header is cut off")
	}
	h.writer = string(content[2 : 2+content[1]])
	p := content[2+content[1]:]
	le := binary.LittleEndian
	h.number = le.Uint64(p[0:])
	h.rev = le.Uint64(p[8:])
	h.at = int64(le.Uint64(p[16:]))
	h.epoch = le.Uint64(p[24:])
	h.before = le.Uint32(p[32:])
	h.count = le.Uint32(p[36:])
	if h.number == 0 || h.rev == 0 || h.count == 0 || h.rev > math.MaxUint64-uint64(h.count) {
		return h, nil, 0, errors.New("its numbers are impossible")
	}
	return h, content[size:], sum, nil
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
