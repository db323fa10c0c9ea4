package codec_test

import (
	"bytes"
	"encoding/binary"
	"testing"

	"althing/fault"
	"althing/state/codec"
	"althing/value"
)

func TestReader(t *testing.T) {
	src := codec.AppendText([]byte{7}, "größe")
	src = binary.AppendUvarint(src, 1<<63)
	src = binary.AppendVarint(src, -5)
	src = value.AppendBinary(src, value.Str("v"))
	src = codec.AppendCount(src, 2)
	src = append(src, "ab"...)
	read := func(src []byte) (r *codec.Reader, right bool) {
		r = codec.NewReader(src)
		right = r.Byte() == 7 && r.Text() == "größe" && r.Uvarint() == 1<<63 && r.Varint() == -5 &&
			r.Value() == value.Str("v") && r.Count(1) == 2
		return r, right
	}
	r, right := read(src)
	if !right || r.Err() != nil || string(r.Rest()) != "ab" {
		t.Errorf("read %v, %v, %q is left", right, r.Err(), r.Rest())
	}
	if err := r.Done(); !fault.Is(err, fault.Invalid) {
		t.Errorf("with something left over: %v", err)
	}
	for cut := range src {
		if r, _ := read(src[:cut]); cut < len(src)-2 && !fault.Is(r.Err(), fault.Invalid) || len(r.Rest()) > 1 {
			t.Errorf("cut to %d bytes: %v, %q is left", cut, r.Err(), r.Rest())
		}
	}
}

func TestReaderAfterAnError(t *testing.T) {
	r := codec.NewReader([]byte{1, 2, 3})
	r.Fail()
	if r.Byte() != 0 || r.Uvarint() != 0 || r.Varint() != 0 || r.Text() != "" || r.Count(1) != 0 || r.Value() != (value.None{}) {
		t.Error("it goes on reading")
	}
	if r.Done() == nil || r.Rest() != nil {
		t.Error("the error is forgotten")
	}
}

func TestCountIsNoMoreThanCanFollow(t *testing.T) {
	src := append([]byte{5}, make([]byte, 9)...)
	if r := codec.NewReader(src); r.Count(2) != 0 || r.Err() == nil {
		t.Error("5 things of 2 bytes in 9")
	}
	if r := codec.NewReader(append(src, 0)); r.Count(2) != 5 || r.Err() != nil {
		t.Error("5 things of 2 bytes in 10")
	}
	huge := binary.AppendUvarint(nil, 1<<64-1)
	if r := codec.NewReader(append(huge, bytes.Repeat([]byte{1}, 100)...)); r.Text() != "" || r.Err() == nil {
		t.Error("a text of all there is")
	}
}

func TestTextsAreCopies(t *testing.T) {
	src := codec.AppendText(nil, "text")
	text := codec.NewReader(src).Text()
	clear(src)
	if text != "text" {
		t.Errorf("it became %q", text)
	}
}
