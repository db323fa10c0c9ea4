package localthings

import (
	"bytes"
	"errors"
	"io"
	"time"

	"althing/fault"
	"althing/value"
	"althing/value/pickle"
	"althing/wire"
)

// What stands behind every packet, and what it is replaced by where it would
// stand inside one.
const (
	separator = "<$SEP$>"
	escaped   = "<$-$SEP$-$>"
)

const (
	// maxPacket is the bytes of a packet with its separator: the max_datasize
	// that the original has by default. minPacket has more of a slice than of
	// what stands around it, and largestPacket is as much as a read brings.
	maxPacket, minPacket, largestPacket = 1024, 128, 64 << 10
	// packetFrame is what a packet may have beside its slice: the opcodes, a
	// transmission id of ten bytes, two indexes and a length of five each, the
	// separator.
	packetFrame = 40
	// maxIncoming is the packet that a client still reads: a server may count
	// its max_datasize without what stands around the slice. spareIncoming is how
	// many times the size that a server has announced it still reads.
	maxIncoming, spareIncoming = largestPacket + packetFrame, 4
	// maxTransmission is the pickle of the largest value, and the most that all
	// unfinished transmissions of a connection may hold together.
	maxTransmission = wire.MaxFrame
	// partCost is what one unfinished packet costs beside its bytes.
	partCost = 64
	// maxOpen is how many transmissions may be unfinished: each thread of a
	// client has one.
	maxOpen = 64
	// openFor is how long an unfinished transmission is kept without another of
	// its packets: its sender has given up.
	openFor = 30 * time.Second
	// maxTransmissionID is the bytes of a transmission id in our binary form:
	// room for a UUID as text.
	maxTransmissionID = 64
)

// appendPackets appends the packets that carry v, none larger than size.
func appendPackets(dst []byte, id int64, v value.Value, size int) ([]byte, error) {
	data := pickle.Append(nil, v)
	if bytes.Contains(data, []byte(escaped)) {
		return dst, fault.New(fault.Invalid, "the text %q cannot be sent by this protocol: it stands for its separator", escaped)
	}
	data = bytes.ReplaceAll(data, []byte(separator), []byte(escaped))
	if len(data) > maxTransmission {
		return dst, fault.New(fault.Limit, "the value takes %d bytes; at most %d can be sent", len(data), maxTransmission)
	}
	slice := size - packetFrame
	last := (len(data) - 1) / slice
	for i := range last + 1 {
		part := data[i*slice : min((i+1)*slice, len(data))]
		dst = pickle.Append(dst, value.List{value.Int(id), value.Int(i), value.Int(last), value.Bytes(part)})
		dst = append(dst, separator...)
	}
	return dst, nil
}

// packet is one packet as it came.
type packet struct {
	id          string // in value's binary form, which has one for each kind of id
	index, last int
	part        string
}

// readPacket reads to the next separator; what it gives is valid until the next
// read. What ends in the middle is an io.ErrUnexpectedEOF, what has no separator
// within limit a fault of code Limit.
func readPacket(in *wire.Reader, limit int) ([]byte, error) {
	searched := 0
	for {
		rest := in.Bytes()
		if n := bytes.Index(rest[searched:], []byte(separator)); n >= 0 {
			in.Skip(searched + n + len(separator))
			return rest[:searched+n], nil
		}
		searched = max(len(rest)-len(separator)+1, 0)
		err := in.Fill(limit)
		switch {
		case errors.Is(err, io.EOF) && len(rest) > 0:
			return nil, io.ErrUnexpectedEOF
		case err != nil:
			return nil, err
		}
	}
}

func parsePacket(data []byte) (packet, error) {
	v, rest, err := pickle.Decode(data, maxIncoming)
	if err != nil {
		return packet{}, err
	}
	fields, _ := value.Items(v)
	if len(fields) == 4 && len(rest) == 0 {
		index, isIndex := fields[1].(value.Int)
		last, isLast := fields[2].(value.Int)
		part, isPart := fields[3].(value.Bytes)
		id := value.AppendBinary(nil, fields[0])
		if isIndex && isLast && isPart && index >= 0 && index <= last && len(id) <= maxTransmissionID {
			return packet{string(id), int(index), int(last), string(part)}, nil
		}
	}
	return packet{}, fault.New(fault.Invalid, "no packet: expected [transmission id, index, last index, bytes]")
}

// assembler puts transmissions together. It is used by the one who reads.
type assembler struct {
	now  func() time.Time
	open map[string]*transmission
	held int // bytes of all unfinished ones
}

type transmission struct {
	last    int
	parts   map[int]string
	held    int
	touched time.Time
}

// add takes a packet and gives the pickle that it completes, or nil. A fault of
// code Limit should end the connection: what follows is the rest of what was
// too much.
func (a *assembler) add(p packet) ([]byte, error) {
	if p.last == 0 {
		return unescape([]byte(p.part)), nil
	}
	t, err := a.find(p)
	if err != nil {
		return nil, err
	}
	cost := partCost + len(p.part)
	if a.held+cost > maxTransmission {
		return nil, fault.New(fault.Limit, "a value may take at most %d bytes, all that are under way together", maxTransmission)
	}
	t.parts[p.index] = p.part
	t.held += cost
	a.held += cost
	t.touched = a.now()
	if len(t.parts) <= t.last {
		return nil, nil
	}
	a.drop(p.id)
	whole := make([]byte, 0, t.held)
	for i := range t.last + 1 {
		whole = append(whole, t.parts[i]...)
	}
	return unescape(whole), nil
}

// find gives the transmission that the packet belongs to, a new one if it is
// its first.
func (a *assembler) find(p packet) (*transmission, error) {
	a.expire()
	if t, ok := a.open[p.id]; ok {
		if _, twice := t.parts[p.index]; twice || t.last != p.last {
			a.drop(p.id)
			return nil, fault.New(fault.Invalid, "packet %d of %d does not fit the transmission it names", p.index, p.last)
		}
		return t, nil
	}
	if len(a.open) == maxOpen {
		return nil, fault.New(fault.Limit, "at most %d values may be under way", maxOpen)
	}
	if p.last >= maxTransmission/partCost {
		return nil, fault.New(fault.Limit, "a value may take at most %d bytes", maxTransmission)
	}
	t := &transmission{last: p.last, parts: map[int]string{}}
	if a.open == nil {
		a.open = map[string]*transmission{}
	}
	a.open[p.id] = t
	return t, nil
}

func (a *assembler) expire() {
	oldest := a.now().Add(-openFor)
	for id, t := range a.open {
		if t.touched.Before(oldest) {
			a.drop(id)
		}
	}
}

func (a *assembler) drop(id string) {
	a.held -= a.open[id].held
	delete(a.open, id)
}

func unescape(data []byte) []byte {
	return bytes.ReplaceAll(data, []byte(escaped), []byte(separator))
}
