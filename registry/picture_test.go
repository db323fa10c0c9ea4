package registry_test

import (
	"bytes"
	"testing"
	"time"

	"althing/fault"
	"althing/registry"
	"althing/value"
)

func TestLoadRefusesDamage(t *testing.T) {
	s := newShelf(t, registry.Limits{})
	s.set("a", value.Int(1))
	s.set("a", value.Int(2))
	s.do(&registry.Set{Key: "b", Value: value.Int(1), Expire: time.Unix(1_700_000_000, 0)})
	var blocks [][]byte
	for block := range s.View().Blocks() {
		blocks = append(blocks, bytes.Clone(block))
	}
	longer := append(bytes.Clone(blocks[0]), 0)
	for name, c := range map[string]struct {
		head   []byte
		blocks [][]byte
	}{
		"an empty head":         {nil, nil},
		"a head that goes on":   {append(s.View().Head(), 0), nil},
		"half an entry":         {s.View().Head(), [][]byte{blocks[0][:len(blocks[0])-1]}},
		"an entry that goes on": {s.View().Head(), [][]byte{longer}},
		"an entry twice":        {s.View().Head(), [][]byte{blocks[0], blocks[0]}},
		"entries out of order":  {s.View().Head(), [][]byte{blocks[1], blocks[0]}},
		"a later revision":      {[]byte{1}, [][]byte{blocks[0]}},
		"a key with an @":       {s.View().Head(), [][]byte{append([]byte{1, '@'}, blocks[0][2:]...)}},
		"an end before 1970":    {s.View().Head(), [][]byte{{1, 'a', 0, 1, 0, 1, 0}}},
		"too many past values":  {s.View().Head(), [][]byte{append([]byte{1, 'a', 0, 1, 0, 0, 16}, make([]byte, 32)...)}},
	} {
		r := registry.New(registry.Options{History: true})
		err := r.LoadHead(c.head)
		for _, block := range c.blocks {
			if err == nil {
				err = r.LoadBlock(block)
			}
		}
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestChangesBeforeAPictureAreForgotten(t *testing.T) {
	s := newShelf(t, registry.Limits{})
	s.set("a", value.Int(1))
	s.set("a", value.Int(2))
	r := registry.New(registry.Options{History: true, Changes: 8})
	if err := r.LoadHead(s.View().Head()); err != nil {
		t.Fatal(err)
	}
	if _, all := r.Since(1); all {
		t.Error("it claims to know what happened before")
	}
	if _, all := r.Since(2); !all {
		t.Error("it does not know that nothing happened since")
	}
}
