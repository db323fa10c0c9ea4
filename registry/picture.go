package registry

import (
	"encoding/binary"
	"iter"

	"althing/state/codec"
	"althing/value"
)

// Head and Blocks are the View as it is stored. Bounds are not in it, nor the
// recent changes. LoadHead and LoadBlock read it into a new Registry.

// Head is what is stored ahead of the entries.
func (v *View) Head() []byte {
	return binary.AppendUvarint(nil, v.revision)
}

// Blocks gives the entries in order, each as a block that the next overwrites.
func (v *View) Blocks() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		var block []byte
		v.names.Scan(func(_ string, slot uint32) bool {
			block = v.table.get(slot).appendBlock(block[:0])
			return yield(block)
		})
	}
}

func (e *entry) appendBlock(dst []byte) []byte {
	dst = codec.AppendText(dst, e.key)
	dst = value.AppendBinary(dst, e.value)
	dst = binary.AppendUvarint(dst, e.rev)
	dst = binary.AppendVarint(dst, e.at)
	dst = binary.AppendVarint(dst, e.expire)
	dst = codec.AppendCount(dst, len(e.past))
	for _, p := range e.past {
		dst = value.AppendBinary(dst, p.value)
		dst = binary.AppendVarint(dst, p.at)
	}
	return dst
}

// LoadHead reads what Head made into a new registry. Changes up to that
// revision are not remembered.
func (r *Registry) LoadHead(head []byte) error {
	d := codec.NewReader(head)
	r.revision = d.Uvarint()
	r.recent.forgotten = r.revision
	return d.Done()
}

// LoadBlock reads the next block. Blocks that Blocks would not have made in
// this order are damage.
func (r *Registry) LoadBlock(block []byte) error {
	d := codec.NewReader(block)
	e := readBlock(d)
	last, _, more := r.names.Max()
	if CheckKey(e.key) != nil || more && e.key <= last || e.rev > r.revision ||
		e.expire < 0 || len(e.past) >= HistoryValues {
		d.Fail()
	}
	if err := d.Done(); err != nil {
		return err
	}
	r.swap(0, nil, e)
	return nil
}

func readBlock(d *codec.Reader) *entry {
	e := &entry{
		key:    d.Text(),
		value:  d.Value(),
		rev:    d.Uvarint(),
		at:     d.Varint(),
		expire: d.Varint(),
	}
	e.weight = weigh(e.value)
	if n := d.Count(2); n > 0 && n < HistoryValues { // a value and a time
		e.past = make([]past, n)
	}
	for i := range e.past {
		v := d.Value()
		e.past[i] = past{value: v, at: d.Varint(), weight: weigh(v)}
		e.pastWeight += e.past[i].weight
	}
	return e
}
