package state

import (
	"encoding/binary"

	"althing/fault"
	"althing/messaging"
	"althing/registry"
	"althing/state/codec"
)

// Limits are the bounds of the whole state; a zero field is no bound.
type Limits struct {
	Values, Variables registry.Limits
	Messaging         messaging.Limits
}

// Configure sets the bounds that hold from this operation on. They are an
// operation so that a log is replayed under the bounds it was written under: a
// hub commits one at its start when Limits gives others than its settings.
// Result: nil.
type Configure struct{ Limits Limits }

// The first byte of the state's own operations in the log: from 0x01 to 0x0f.
// Those of registry and messaging follow; what lies from 0x60 is free.
const (
	kindConfigure    = 0x01
	configureVersion = 1
	// withHubs is the version that has the bounds of what goes to other hubs.
	withHubs = 2

	firstRegistry  = 0x10
	firstMessaging = 0x30
	firstFree      = 0x60
)

// limitFields is how many numbers Limits are.
const (
	limitFields = 2*6 + 10
	firstFields = 2*6 + 7 // of the first version
)

// AppendBinary implements journal.Op.
func (op *Configure) AppendBinary(dst []byte) ([]byte, error) {
	version := byte(configureVersion)
	if m := op.Limits.Messaging; m.Hubs != 0 || m.OutboxMessages != 0 || m.OutboxBytes != 0 {
		version = withHubs
	}
	return appendLimits(append(dst, kindConfigure, version), op.Limits, fieldsOf(version)), nil
}

func decodeConfigure(src []byte) (op *Configure, rest []byte, err error) {
	r := codec.NewReader(src)
	kind, ver := r.Byte(), r.Byte()
	if r.Err() != nil {
		return nil, nil, r.Err()
	}
	if kind != kindConfigure || ver != configureVersion && ver != withHubs {
		return nil, nil, fault.New(fault.Unavailable, "an operation of the unknown kind %#02x, version %d: it was made by a newer program, use that", kind, ver)
	}
	op = &Configure{Limits: readLimits(r, fieldsOf(ver))}
	if err := r.Err(); err != nil {
		return nil, nil, err
	}
	return op, r.Rest(), nil
}

// fieldsOf is how many numbers a version has.
func fieldsOf(version byte) int {
	if version == configureVersion {
		return firstFields
	}
	return limitFields
}

func appendLimits(dst []byte, l Limits, n int) []byte {
	for _, field := range fields(&l)[:n] {
		dst = binary.AppendVarint(dst, *field)
	}
	return dst
}

func readLimits(r *codec.Reader, n int) Limits {
	var l Limits
	for _, field := range fields(&l)[:n] {
		*field = r.Varint()
	}
	return l
}

// fields are the numbers of the limits in the order in which they are stored.
func fields(l *Limits) []*int64 {
	v, o, m := &l.Values, &l.Variables, &l.Messaging
	return []*int64{
		&v.Keys, &v.Bytes, &v.KeyBytes, &v.ValueBytes, &v.HistoryBytes, &v.HistoryTotal,
		&o.Keys, &o.Bytes, &o.KeyBytes, &o.ValueBytes, &o.HistoryBytes, &o.HistoryTotal,
		&m.Clients, &m.Groups, &m.Joins, &m.Messages, &m.MessageBytes, &m.InboxBytes, &m.Bytes,
		&m.Hubs, &m.OutboxMessages, &m.OutboxBytes,
	}
}

func (s *State) limits() Limits {
	return Limits{
		Values:    s.spaces[registry.Values].Limits(),
		Variables: s.spaces[registry.Variables].Limits(),
		Messaging: s.messaging.Limits(),
	}
}

func (s *State) setLimits(l Limits) {
	s.spaces[registry.Values].SetLimits(l.Values)
	s.spaces[registry.Variables].SetLimits(l.Variables)
	s.messaging.SetLimits(l.Messaging)
}
