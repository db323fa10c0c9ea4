package messaging

import (
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
)

// version is the second byte of every operation. A new version is read beside
// the old ones, for as long as there are logs with them.
const version = 1

// AppendBinary implements journal.Op.
func (op *Register) AppendBinary(dst []byte) ([]byte, error) {
	return appendTexts(dst, KindRegister, op.ID, op.Addr, op.Name), nil
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
	return appendTexts(dst, KindSend, op.From, op.To, op.Text), nil
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

func appendTexts(dst []byte, kind byte, texts ...string) []byte {
	dst = append(dst, kind, version)
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
	if ver != version {
		return nil, nil, fault.New(fault.Unavailable, "a messaging operation of version %d: it was made by a newer program, use that", ver)
	}
	switch kind {
	case KindRegister:
		op = &Register{ID: r.Text(), Addr: r.Text(), Name: r.Text()}
	case KindJoin:
		op = &Join{ID: r.Text(), Group: r.Text()}
	case KindLeave:
		op = &Leave{ID: r.Text(), Group: r.Text()}
	case KindExit:
		op = &Exit{ID: r.Text()}
	case KindDrop:
		op = &Drop{IDs: texts(r)}
	case KindSend:
		op = &Send{From: r.Text(), To: r.Text(), Text: r.Text()}
	case KindDeliver:
		op = &Deliver{ID: r.Text(), From: r.Text(), Texts: texts(r)}
	case KindRecv:
		op = &Recv{ID: r.Text()}
	default:
		return nil, nil, fault.New(fault.Unavailable, "a messaging operation of the unknown kind %#02x", kind)
	}
	if err := r.Err(); err != nil {
		return nil, nil, err
	}
	return op, r.Rest(), nil
}

func texts(r *codec.Reader) []string {
	all := make([]string, r.Count(1))
	for i := range all {
		all[i] = r.Text()
	}
	return all
}
