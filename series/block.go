package series

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"maps"
	"math"
	"slices"

	"althing/fault"
)

// slots is how many points a block has of each series, in every resolution.
const slots = 60

// point is what was recorded in one slot. Its mean is NaN when nothing was.
type point struct{ low, mean, high float32 }

func (p point) some() bool { return !math.IsNaN(float64(p.mean)) }

// column is one series in a block.
type column [slots]point

// block is what was recorded in some time of all series.
type block struct {
	start   int64 // Unix seconds
	columns map[string]*column
}

func newBlock(start int64) *block { return &block{start, map[string]*column{}} }

// column gives that of a series, which is made empty when it is new.
func (b *block) column(name string) *column {
	c := b.columns[name]
	if c == nil {
		c = new(column)
		for i := range c {
			c[i].mean = float32(math.NaN())
		}
		b.columns[name] = c
	}
	return c
}

// The forms of a column on disk.
const (
	constant = iota // one number, for every slot
	single          // a number a slot: lowest, mean and highest are the same
	full            // three a slot
	forms
)

var formBytes = [forms]int{4, 4 * slots, 3 * 4 * slots}

// On disk a block is a head, a table of names and forms, and the columns, each with
// its own checksum, so that one of them can be read alone.
const (
	magic    = "als1"
	headSize = 24 // magic, start (8), bytes of the table (4), columns (4), checksum of both (4)
	sumSize  = 4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var errDamaged = fault.New(fault.Invalid, "a block of recorded figures is damaged")

// encode gives a block's bytes.
func (b *block) encode() []byte {
	names := slices.Sorted(maps.Keys(b.columns))
	var table, data []byte
	for _, name := range names {
		c := b.columns[name]
		form := c.form()
		table = binary.AppendUvarint(table, uint64(len(name)))
		table = append(append(table, name...), byte(form))
		from := len(data)
		data = c.encode(data, form)
		data = binary.LittleEndian.AppendUint32(data, crc32.Checksum(data[from:], castagnoli))
	}
	out := append(make([]byte, 0, headSize+len(table)+len(data)), magic...)
	out = binary.LittleEndian.AppendUint64(out, uint64(b.start))
	out = binary.LittleEndian.AppendUint32(out, uint32(len(table)))
	out = binary.LittleEndian.AppendUint32(out, uint32(len(names)))
	sum := crc32.Update(crc32.Checksum(out, castagnoli), castagnoli, table)
	out = binary.LittleEndian.AppendUint32(out, sum)
	return append(append(out, table...), data...)
}

// form is the shortest that loses nothing.
func (c *column) form() int {
	form := constant
	for _, p := range c {
		switch {
		case p.some() && (p.low != p.mean || p.high != p.mean):
			return full
		case !p.some() || p.mean != c[0].mean:
			form = single
		}
	}
	return form
}

func (c *column) encode(dst []byte, form int) []byte {
	put := func(f float32) { dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(f)) }
	if form == constant {
		put(c[0].mean)
		return dst
	}
	for _, p := range c {
		if form == full {
			put(p.low)
			put(p.high)
		}
		put(p.mean)
	}
	return dst
}

// decodeColumn reads a column and its checksum.
func decodeColumn(data []byte, form int) (*column, error) {
	size := formBytes[form]
	if len(data) != size+sumSize || crc32.Checksum(data[:size], castagnoli) != binary.LittleEndian.Uint32(data[size:]) {
		return nil, errDamaged
	}
	at := 0
	get := func() float32 {
		f := math.Float32frombits(binary.LittleEndian.Uint32(data[at:]))
		at += 4
		return f
	}
	c := new(column)
	if form == constant {
		f := get()
		for i := range c {
			c[i] = point{f, f, f}
		}
		return c, nil
	}
	for i := range c {
		p := &c[i]
		if form == full {
			p.low, p.high, p.mean = get(), get(), get()
			continue
		}
		p.mean = get()
		p.low, p.high = p.mean, p.mean
	}
	return c, nil
}

// table is which series a block has, and where.
type table struct {
	raw   []byte // as on disk
	names []string
	forms []byte
	at    []int32 // of each column, behind the table
	bytes int     // of all columns
}

// head reads the head of a block: its start, and the size and the entries of its
// table.
func head(data []byte) (start int64, size, entries int, err error) {
	if len(data) < headSize || string(data[:len(magic)]) != magic {
		return 0, 0, 0, errDamaged
	}
	start = int64(binary.LittleEndian.Uint64(data[4:]))
	size, entries = int(binary.LittleEndian.Uint32(data[12:])), int(binary.LittleEndian.Uint32(data[16:]))
	if size > mostSeries*(LongestName+3) || entries > mostSeries || start < 0 || start > latest {
		return 0, 0, 0, errDamaged
	}
	return start, size, entries, nil
}

// latest is a time that no clock shows.
const latest = 1 << 40

// parseTable reads the table behind a head. Blocks nearly always have that of the
// block before, which is then theirs too.
func parseTable(head, raw []byte, entries int, before *table) (*table, error) {
	sum := crc32.Update(crc32.Checksum(head[:headSize-sumSize], castagnoli), castagnoli, raw)
	if sum != binary.LittleEndian.Uint32(head[headSize-sumSize:]) {
		return nil, errDamaged
	}
	if before != nil && bytes.Equal(before.raw, raw) {
		return before, nil
	}
	t := &table{raw: bytes.Clone(raw)}
	rest := raw
	for range entries {
		n, used := binary.Uvarint(rest)
		if used <= 0 || n > LongestName || uint64(len(rest)-used) < n+1 {
			return nil, errDamaged
		}
		rest = rest[used:]
		form := rest[n]
		if form >= forms {
			return nil, errDamaged
		}
		t.names, t.forms, t.at = append(t.names, string(rest[:n])), append(t.forms, form), append(t.at, int32(t.bytes))
		t.bytes += formBytes[form] + sumSize
		rest = rest[n+1:]
	}
	if len(rest) > 0 || !slices.IsSorted(t.names) {
		return nil, errDamaged
	}
	return t, nil
}

// fold puts a block's points into those of a coarser one, of which a slot never has
// points of two blocks.
func (b *block) fold(step int64, into *block, coarse int64) {
	for name, c := range b.columns {
		to := into.column(name)
		var sum, n float64
		slot := int64(-1)
		for i, p := range c {
			if !p.some() {
				continue
			}
			at := (b.start + int64(i)*step - into.start) / coarse
			if at != slot {
				slot, sum, n = at, 0, 0
				to[at] = p
			}
			sum, n = sum+float64(p.mean), n+1
			to[at] = point{min(to[at].low, p.low), float32(sum / n), max(to[at].high, p.high)}
		}
	}
}
