package series

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// tier is one resolution: blocks in files that are only ever appended to, and go as
// a whole when they are too old.
type tier struct {
	step, keep int64 // seconds
	blocks     int   // of a file
	folder     string
	files      []*file // by time
	open       *block  // not yet written
}

// file is some blocks, one behind the other.
type file struct {
	path    string
	size    int64
	entries []entry
}

// entry is a block on disk.
type entry struct {
	start int64
	at    int64 // of its head
	data  int64 // of its columns
	table *table
}

func (t *tier) span() int64 { return slots * t.step }

// floor is when the block begins that has this time.
func (t *tier) floor(at int64) int64 { return at - at%t.span() }

// end is when the newest block on disk ends; 0 when there is none.
func (t *tier) end() int64 {
	if e := t.newest(); e != nil {
		return e.start + t.span()
	}
	return 0
}

func (t *tier) newest() *entry {
	if len(t.files) == 0 {
		return nil
	}
	last := t.files[len(t.files)-1]
	return &last.entries[len(last.entries)-1]
}

const suffix = ".series"

// IsFile reports whether a name is that of a file that a store may have.
func IsFile(name string) bool {
	bare, ok := strings.CutSuffix(name, suffix)
	step, start, cut := strings.Cut(bare, "s-")
	return ok && cut && digits(step) && digits(start)
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func (t *tier) path(start int64) string {
	return filepath.Join(t.folder, fmt.Sprintf("%ds-%d%s", t.step, start, suffix))
}

// load reads which blocks there are. What a crash has left of the last one is cut
// off; what is damaged elsewhere is not there any more.
func (t *tier) load() error {
	names, err := filepath.Glob(filepath.Join(t.folder, strconv.FormatInt(t.step, 10)+"s-*"+suffix))
	if err != nil {
		return err
	}
	for _, name := range names {
		f := &file{path: name}
		if err := f.load(); err != nil {
			return err
		}
		if len(f.entries) == 0 {
			if err := os.Remove(name); err != nil {
				return err
			}
			continue
		}
		t.files = append(t.files, f)
	}
	slices.SortFunc(t.files, func(a, b *file) int { return int(a.entries[0].start - b.entries[0].start) })
	for n := t.newest(); n != nil; n = t.newest() { // its columns may be torn although its head is not
		if _, err := t.read(t.files[len(t.files)-1], *n); err == nil {
			return nil
		}
		if err := t.cut(n.start); err != nil {
			return err
		}
	}
	return nil
}

// load reads the heads of a file's blocks, up to the first that is none, where it
// is cut.
func (f *file) load() error {
	data, err := os.OpenFile(f.path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer data.Close() //nolint:errcheck // cutting it is all that is written, and checked
	info, err := data.Stat()
	if err != nil {
		return err
	}
	var before *table
	for f.size < info.Size() {
		var top [headSize]byte
		if _, err := data.ReadAt(top[:], f.size); err != nil {
			break
		}
		start, size, entries, err := head(top[:])
		raw := make([]byte, size)
		if err == nil {
			_, err = data.ReadAt(raw, f.size+headSize)
		}
		if err != nil {
			break
		}
		table, err := parseTable(top[:], raw, entries, before)
		if err != nil {
			break
		}
		e := entry{start: start, at: f.size, data: f.size + headSize + int64(size), table: table}
		if end := e.data + int64(table.bytes); end > info.Size() || len(f.entries) > 0 && start <= f.entries[len(f.entries)-1].start {
			break
		}
		f.entries, f.size, before = append(f.entries, e), e.data+int64(table.bytes), table
	}
	if f.size < info.Size() {
		return data.Truncate(f.size)
	}
	return nil
}

// append writes a block behind the others, and is back when it is on the disk.
func (t *tier) append(b *block) error {
	if len(b.columns) == 0 {
		return nil
	}
	if err := os.MkdirAll(t.folder, 0o700); err != nil {
		return err
	}
	var f *file
	if len(t.files) > 0 {
		f = t.files[len(t.files)-1]
	}
	if f == nil || len(f.entries) >= t.blocks {
		f = &file{path: t.path(b.start)}
	}
	data := b.encode()
	if err := appendTo(f.path, f.size, data); err != nil {
		return err
	}
	_, size, entries, err := head(data)
	if err != nil {
		return err
	}
	var before *table
	if len(f.entries) > 0 {
		before = f.entries[len(f.entries)-1].table
	}
	table, err := parseTable(data, data[headSize:headSize+size], entries, before)
	if err != nil {
		return err
	}
	f.entries = append(f.entries, entry{b.start, f.size, f.size + headSize + int64(size), table})
	f.size += int64(len(data))
	if len(f.entries) == 1 {
		t.files = append(t.files, f)
	}
	return nil
}

// appendTo writes at the end of a file, which has that size: what an attempt before
// has left there is written over.
func appendTo(path string, size int64, data []byte) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(data, size)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// read reads a whole block.
func (t *tier) read(f *file, e entry) (*block, error) {
	data, err := os.Open(f.path)
	if err != nil {
		return nil, err
	}
	defer data.Close() //nolint:errcheck // it was only read
	b := newBlock(e.start)
	for i, name := range e.table.names {
		c, err := e.column(data, i)
		if err != nil {
			return nil, err
		}
		b.columns[name] = c
	}
	return b, nil
}

func (e entry) column(data *os.File, i int) (*column, error) {
	form := int(e.table.forms[i])
	raw := make([]byte, formBytes[form]+sumSize)
	if _, err := data.ReadAt(raw, e.data+int64(e.table.at[i])); err != nil {
		return nil, err
	}
	return decodeColumn(raw, form)
}

// cut removes all blocks that begin at a time or later.
func (t *tier) cut(from int64) error {
	for len(t.files) > 0 {
		f := t.files[len(t.files)-1]
		i := slices.IndexFunc(f.entries, func(e entry) bool { return e.start >= from })
		if i < 0 {
			return nil
		}
		if i > 0 {
			f.size = f.entries[i].at
			f.entries = f.entries[:i]
			return os.Truncate(f.path, f.size)
		}
		if err := remove(f.path); err != nil {
			return err
		}
		t.files = t.files[:len(t.files)-1]
	}
	return nil
}

// drop removes the oldest file.
func (t *tier) drop() error {
	err := remove(t.files[0].path)
	t.files = t.files[1:]
	return err
}

func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// expire removes the files of which all is older than the tier keeps.
func (t *tier) expire(now int64) error {
	for len(t.files) > 1 && t.files[1].entries[0].start <= now-t.keep {
		if err := t.drop(); err != nil {
			return err
		}
	}
	return nil
}

func (t *tier) size() (bytes int64) {
	for _, f := range t.files {
		bytes += f.size
	}
	return bytes
}

// each visits the columns of a series in some time.
func (f *file) each(name string, from, to, span int64, visit func(start int64, c *column)) error {
	var data *os.File
	for _, e := range f.entries {
		i, found := slices.BinarySearch(e.table.names, name)
		if !found || e.start+span <= from || e.start >= to {
			continue
		}
		if data == nil {
			var err error
			if data, err = os.Open(f.path); err != nil {
				return err
			}
			defer data.Close() //nolint:errcheck,revive // once, at the first block that is wanted
		}
		if c, err := e.column(data, i); err == nil { // one that is damaged is a gap
			visit(e.start, c)
		}
	}
	return nil
}
