package network

import (
	"math"
	"time"
	"unicode/utf8"

	"althing/fault"
	"althing/value"
)

// params reads what another hub has sent, and keeps the first mistake.
type params struct {
	of  *value.Dict
	err error
}

func (p *params) wrong(key string) {
	if p.err == nil {
		p.err = fault.New(fault.Invalid, "what the other hub sent has no good '%s'; it may be of another version", key)
	}
}

// get looks at one member after the other: there are few, and asking the dict costs
// an allocation each time, for every letter at every hub on its way.
func (p *params) get(key string) value.Value {
	for _, pair := range p.of.Pairs() {
		if name, ok := pair.Key.(value.Str); ok && string(name) == key {
			return pair.Value
		}
	}
	return nil
}

// text gives a text of bytes, empty when it is missing.
func (p *params) text(key string) string {
	switch v := p.get(key).(type) {
	case value.Str:
		return string(v)
	case value.Bytes:
		return string(v)
	case nil:
		return ""
	}
	p.wrong(key)
	return ""
}

func (p *params) bytes(key string) []byte { return []byte(p.text(key)) }

func (p *params) id(key string) ID {
	text := p.text(key)
	if len(text) != idLength {
		p.wrong(key)
	}
	return ID(text)
}

func (p *params) number(key string) uint64 {
	v := p.get(key)
	n, ok := v.(value.Int)
	switch {
	case v == nil:
		return 0
	case !ok || n < 0:
		p.wrong(key)
		return 0
	}
	return uint64(n)
}

func (p *params) small(key string) int { return int(min(p.number(key), math.MaxInt32)) }

func (p *params) flag(key string) bool { return p.get(key) == value.Bool(true) }

func (p *params) list(key string) []value.Value {
	v := p.get(key)
	list, ok := v.(value.List)
	if v != nil && !ok {
		p.wrong(key)
	}
	return list
}

func (p *params) dict(key string) *value.Dict {
	d, ok := p.get(key).(*value.Dict)
	if !ok {
		return value.DictOf()
	}
	return d
}

func (p *params) seconds(key string) time.Duration {
	s, ok := p.get(key).(value.Float)
	if !ok || s != s || s < 0 {
		p.wrong(key)
		return 0
	}
	return time.Duration(min(float64(s), mostSeconds) * float64(time.Second))
}

// record reads a record.
func (p *params) record(key string) *Record {
	r, err := Unpack(p.bytes(key))
	if err != nil && p.err == nil {
		p.err = err
	}
	return r
}

// text is a value of any bytes: a text when it can be read as one.
func text(s string) value.Value {
	if utf8.ValidString(s) {
		return value.Str(s)
	}
	return value.Bytes(s)
}

// packNews is news as it travels.
func packNews(n News) *value.Dict {
	records, links := make(value.List, len(n.Records)), make(value.List, len(n.Links))
	for i, r := range n.Records {
		records[i] = value.Bytes(r.packed)
	}
	for i, l := range n.Links {
		links[i] = value.List{value.Str(l.Hub), value.Str(l.Parent), value.Bool(l.Up)}
	}
	return value.DictOf("records", records, "links", links, "whole", value.Bool(n.Whole))
}

// records reads several. One that is none spoils nothing but itself: a newer hub
// may be somewhere in the tree.
func (p *params) records(key string) (records []*Record) {
	for _, v := range p.list(key) {
		packed, _ := v.(value.Bytes)
		if r, err := Unpack([]byte(packed)); err == nil {
			records = append(records, r)
		}
	}
	return records
}

// news reads what packNews made.
func (p *params) news() (n News) {
	n.Records = p.records("records")
	for _, v := range p.list("links") {
		l, _ := v.(value.List)
		if len(l) != 3 {
			p.wrong("links")
			return News{}
		}
		hub, _ := l[0].(value.Str)
		parent, _ := l[1].(value.Str)
		up, _ := l[2].(value.Bool)
		n.Links = append(n.Links, Link{ID(hub), ID(parent), bool(up)})
	}
	n.Whole = p.flag("whole")
	return n
}

// mostSeconds is how many a Duration holds.
const mostSeconds = 9e9
