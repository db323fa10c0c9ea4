package web

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
)

const (
	// mostRows and largestMemory bound what a source remembers: a page shows no
	// more at a time, and asks for the rest where it needs it.
	mostRows      = 2000
	largestMemory = 256 << 10
)

// newest is what a source knows that tells of one thing: the last that was told.
type newest struct{ data []byte }

func (n *newest) appendState(dst []byte) []byte { return append(dst, n.data...) }

// sampleEvent tells how the one thing is that a topic is about.
const sampleEvent = "sample"

// show tells all how it is.
func (s *source) show(about any) error {
	data, err := json.Marshal(about)
	if err != nil {
		return err
	}
	s.mu.Lock()
	known, began := s.known.(*newest)
	s.mu.Unlock()
	if !began {
		s.begin(&newest{data})
		return nil
	}
	s.tell(sampleEvent, data, func() { known.data = data })
	return nil
}

// rows are what a source knows that tells of several things, by their keys. What there
// is no room for is told of when it changes, and is not in the state. One goroutine
// uses them.
type rows struct {
	source *source
	all    map[string][]byte // JSON; changed under the source's mu
	bytes  int
	more   bool
	shown  bool
}

func newRows(s *source) *rows { return &rows{source: s, all: map[string][]byte{}} }

func (r *rows) appendState(dst []byte) []byte {
	dst = append(dst, `{"entries":[`...)
	for i, key := range slices.Sorted(maps.Keys(r.all)) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, r.all[key]...)
	}
	if r.more {
		return append(dst, `],"more":true}`...)
	}
	return append(dst, `],"more":false}`...)
}

// show tells all what there is, from now on.
func (r *rows) show() {
	r.shown = true
	r.source.begin(r)
}

// anew forgets everything; the next show tells what there is instead.
func (r *rows) anew() {
	r.source.forget()
	*r = *newRows(r.source)
}

// set says what one row is.
func (r *rows) set(key string, row []byte) {
	if !r.shown {
		r.keep(key, row)
		return
	}
	data := append(append([]byte(`{"entry":`), row...), '}')
	r.source.tell("set", data, func() { r.keep(key, row) })
}

// remove says that a row is there no more.
func (r *rows) remove(key string) {
	if !r.shown {
		r.forget(key)
		return
	}
	r.source.tell("deleted", append(append([]byte(`{"key":`), quoted(key)...), '}'), func() { r.forget(key) })
}

func (r *rows) keep(key string, row []byte) {
	r.forget(key)
	if len(r.all) >= mostRows || r.bytes+len(row) > largestMemory {
		r.more = true
		return
	}
	r.all[key] = row
	r.bytes += len(row)
}

func (r *rows) forget(key string) {
	r.bytes -= len(r.all[key])
	delete(r.all, key)
}

// become tells what is new among the rows that there are, in order: those there is
// room for. more says that there are others.
func (r *rows) become(all []row, more bool) error {
	now := make(map[string][]byte, len(all))
	bytes := 0
	for _, of := range all {
		data, err := json.Marshal(of.data)
		if err != nil {
			return err
		}
		if bytes += len(data); len(now) == mostRows || bytes > largestMemory {
			more = true
			break
		}
		now[of.key] = data
	}
	for key := range r.all {
		if _, is := now[key]; !is {
			r.remove(key)
		}
	}
	for key, data := range now {
		if string(r.all[key]) != string(data) {
			r.set(key, data)
		}
	}
	r.source.note(func() { r.more = more })
	if !r.shown {
		r.show()
	}
	return nil
}

// row is one of the things that a topic tells of.
type row struct {
	key  string
	data any
}

// tail is what a source knows that tells of what happens: the last of it.
type tail struct {
	source *source
	name   string // of the events
	last   [][]byte
	bytes  int
}

// mostTail is how many are remembered.
const mostTail = 200

// newTail begins a source that tells of what happens, each as an event of that name.
func newTail(s *source, name string) *tail {
	t := &tail{source: s, name: name}
	s.begin(t)
	return t
}

func (t *tail) appendState(dst []byte) []byte {
	dst = append(dst, `{"entries":[`...)
	return append(append(dst, bytes.Join(t.last, []byte{','})...), `]}`...)
}

// add tells of something.
func (t *tail) add(happened any) error {
	data, err := json.Marshal(happened)
	if err != nil {
		return err
	}
	t.source.tell(t.name, data, func() {
		t.last = append(t.last, data)
		for t.bytes += len(data); len(t.last) > mostTail || t.bytes > largestMemory; t.last = t.last[1:] {
			t.bytes -= len(t.last[0])
		}
	})
	return nil
}
