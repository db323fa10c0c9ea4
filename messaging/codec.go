package messaging

import (
	"encoding/binary"

	"althing/fault"
	"althing/state/codec"
)

// The first byte of an operation in the log. A kind never changes its meaning;
// those of this package lie from 0x30 to 0x5f.
const (
	KindRegister = 0x30
	KindJoin     = 0x31
	KindLeave    = 0x32
	KindExit     = 0x33
	KindDrop     = 0x34
	KindSend     = 0x35
	KindDeliver  = 0x36
	KindRecv     = 0x37
	KindAmend    = 0x38
	KindAck      = 0x39
	KindForward  = 0x3a
	KindArrive   = 0x3b
	KindForget   = 0x3c
)

// The second byte of an operation. A new version is read beside the old ones,
// for as long as there are logs with them, and written only where the old one
// does not say it all.
const (
	version = 1
	// richer is the version of a Register with a token or a name taken from
	// another, and of a Send with headers.
	richer = 2
)

// AppendBinary implements journal.Op.
func (op *Register) AppendBinary(dst []byte) ([]byte, error) {
	if op.Token == "" && op.Take == "" {
		return appendTexts(dst, KindRegister, op.ID, op.Addr, op.Name), nil
	}
	return appendRicher(dst, KindRegister, op.ID, op.Addr, op.Name, op.Token, op.Take), nil
}

// AppendBinary implements journal.Op.
func (op *Amend) AppendBinary(dst []byte) ([]byte, error) {
	return appendTexts(dst, KindAmend, op.ID, op.Addr, op.Name, op.Take), nil
}

// AppendBinary implements journal.Op.
func (op *Ack) AppendBinary(dst []byte) ([]byte, error) {
	dst = binary.AppendUvarint(appendTexts(dst, KindAck, op.ID), op.UpTo)
	return binary.AppendUvarint(dst, op.Missed), nil
}

// AppendBinary implements journal.Op.
func (op *Join) AppendBinary(dst []byte) ([]byte, error) {
	return appendTexts(dst, KindJoin, op.ID, op.Group), nil
}

// AppendBinary implements journal.Op.
func (op *Leave) AppendBinary(dst []byte) ([]byte, error) {
	return appendTexts(dst, KindLeave, op.ID, op.Group), nil
}

// AppendBinary implements journal.Op.
func (op *Exit) AppendBinary(dst []byte) ([]byte, error) {
	return appendTexts(dst, KindExit, op.ID), nil
}

// AppendBinary implements journal.Op.
func (op *Drop) AppendBinary(dst []byte) ([]byte, error) {
	dst = codec.AppendCount(append(dst, KindDrop, version), len(op.IDs))
	for _, id := range op.IDs {
		dst = codec.AppendText(dst, id)
	}
	return dst, nil
}

// AppendBinary implements journal.Op.
func (op *Send) AppendBinary(dst []byte) ([]byte, error) {
	if len(op.Headers) == 0 {
		return appendTexts(dst, KindSend, op.From, op.To, op.Text), nil
	}
	return appendHeaders(appendRicher(dst, KindSend, op.From, op.To, op.Text), op.Headers), nil
}

// AppendBinary implements journal.Op.
func (op *Deliver) AppendBinary(dst []byte) ([]byte, error) {
	dst = appendTexts(dst, KindDeliver, op.ID, op.From)
	dst = codec.AppendCount(dst, len(op.Texts))
	for _, text := range op.Texts {
		dst = codec.AppendText(dst, text)
	}
	return dst, nil
}

// AppendBinary implements journal.Op.
func (op *Recv) AppendBinary(dst []byte) ([]byte, error) {
	return appendTexts(dst, KindRecv, op.ID), nil
}

// AppendBinary implements journal.Op.
func (op *Forward) AppendBinary(dst []byte) ([]byte, error) {
	dst = appendTexts(dst, KindForward, op.Stream, op.From, op.To, op.Text)
	return appendHeaders(appendAll(codec.AppendCount(dst, len(op.Hubs)), op.Hubs), op.Headers), nil
}

// AppendBinary implements journal.Op.
func (op *Arrive) AppendBinary(dst []byte) ([]byte, error) {
	dst = appendTexts(dst, KindArrive, op.Hub, op.Stream, op.From, op.To, op.Text)
	for _, number := range []uint64{op.Run, op.Kept, op.First, op.Number} {
		dst = binary.AppendUvarint(dst, number)
	}
	return appendHeaders(dst, op.Headers), nil
}

// AppendBinary implements journal.Op.
func (op *Forget) AppendBinary(dst []byte) ([]byte, error) {
	return appendTexts(dst, KindForget, op.Hub), nil
}

func appendTexts(dst []byte, kind byte, texts ...string) []byte {
	return appendAll(append(dst, kind, version), texts)
}

func appendRicher(dst []byte, kind byte, texts ...string) []byte {
	return appendAll(append(dst, kind, richer), texts)
}

func appendAll(dst []byte, texts []string) []byte {
	for _, text := range texts {
		dst = codec.AppendText(dst, text)
	}
	return dst
}

// DecodeOp reads the operation at the start of src, whose kind must be one of
// this package's, and gives what follows it. It holds on to nothing of src.
func DecodeOp(src []byte) (op Op, rest []byte, err error) {
	r := codec.NewReader(src)
	kind, ver := r.Byte(), r.Byte()
	if r.Err() != nil {
		return nil, nil, r.Err()
	}
	if ver != version && (ver != richer || kind != KindRegister && kind != KindSend) {
		return nil, nil, fault.New(fault.Unavailable, "a messaging operation of version %d: it was made by a newer program, use that", ver)
	}
	switch kind {
	case KindRegister:
		register := &Register{ID: r.Text(), Addr: r.Text(), Name: r.Text()}
		if ver == richer {
			register.Token, register.Take = r.Text(), r.Text()
		}
		op = register
	case KindAmend:
		op = &Amend{ID: r.Text(), Addr: r.Text(), Name: r.Text(), Take: r.Text()}
	case KindAck:
		op = &Ack{ID: r.Text(), UpTo: r.Uvarint(), Missed: r.Uvarint()}
	case KindJoin:
		op = &Join{ID: r.Text(), Group: r.Text()}
	case KindLeave:
		op = &Leave{ID: r.Text(), Group: r.Text()}
	case KindExit:
		op = &Exit{ID: r.Text()}
	case KindDrop:
		op = &Drop{IDs: texts(r)}
	case KindSend:
		send := &Send{From: r.Text(), To: r.Text(), Text: r.Text()}
		if ver == richer {
			send.Headers = headers(r)
		}
		op = send
	case KindDeliver:
		op = &Deliver{ID: r.Text(), From: r.Text(), Texts: texts(r)}
	case KindRecv:
		op = &Recv{ID: r.Text()}
	case KindForward:
		forward := &Forward{Stream: r.Text(), From: r.Text(), To: r.Text(), Text: r.Text()}
		forward.Hubs, forward.Headers = texts(r), headers(r)
		op = forward
	case KindArrive:
		arrive := &Arrive{Hub: r.Text(), Stream: r.Text(), From: r.Text(), To: r.Text(), Text: r.Text()}
		arrive.Run, arrive.Kept, arrive.First, arrive.Number = r.Uvarint(), r.Uvarint(), r.Uvarint(), r.Uvarint()
		arrive.Headers = headers(r)
		op = arrive
	case KindForget:
		op = &Forget{Hub: r.Text()}
	default:
		return nil, nil, fault.New(fault.Unavailable, "a messaging operation of the unknown kind %#02x", kind)
	}
	if err := r.Err(); err != nil {
		return nil, nil, err
	}
	return op, r.Rest(), nil
}

func appendHeaders(dst []byte, headers []Header) []byte {
	dst = codec.AppendCount(dst, len(headers))
	for _, h := range headers {
		dst = codec.AppendText(codec.AppendText(dst, h.Name), h.Value)
	}
	return dst
}

// headers reads what appendHeaders wrote; none are nil.
func headers(r *codec.Reader) []Header {
	n := r.Count(2)
	if n == 0 {
		return nil
	}
	all := make([]Header, n)
	for i := range all {
		all[i] = Header{Name: r.Text(), Value: r.Text()}
	}
	return all
}

func texts(r *codec.Reader) []string {
	all := make([]string, r.Count(1))
	for i := range all {
		all[i] = r.Text()
	}
	return all
}
