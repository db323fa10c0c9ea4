package pystruct_test

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"go.uber.org/goleak"

	"althing/expr/internal/pyerr"
	"althing/expr/internal/pystruct"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestParse(t *testing.T) {
	for text, want := range map[string][2]int64{ // size and items
		"": {0, 0}, "<": {0, 0}, "bi": {8, 2}, "<bi": {5, 2}, "b0q": {8, 1}, "3s 2p x": {6, 2}, "2h3x": {7, 2}, "!nope": {-1, 0},
		"4": {-1, 0}, "9223372036854775807x": {math.MaxInt64, 0}, "9223372036854775807xx": {-1, 0},
	} {
		f, err := pystruct.Parse(text)
		switch {
		case err != nil && want[0] >= 0:
			t.Errorf("%q: %v", text, err)
		case err == nil && (f.Size != want[0] || f.Items != want[1]):
			t.Errorf("%q: %d bytes, %d items", text, f.Size, f.Items)
		}
	}
}

// FuzzFormat: no format makes Parse panic, its fields stand inside of its size,
// and what its items hold comes back.
func FuzzFormat(f *testing.F) {
	for _, seed := range []string{"", "<bBhHiIlLqQ", "@nNP", "!efd", "3s2p?c x", "0i", "99999999999999999999x", "9223372036854775807s", "b2q"} {
		f.Add(seed, int64(-1), 1.5)
	}
	f.Fuzz(func(t *testing.T, text string, i int64, x float64) {
		format, err := pystruct.Parse(text)
		if err != nil {
			if _, ok := errors.AsType[*pyerr.Error](err); !ok {
				t.Errorf("%q: %v is no exception", text, err)
			}
			return
		}
		if len(format.Fields)*pystruct.FieldSize > 2*pystruct.FieldSize*len(text) {
			t.Errorf("%q has %d fields", text, len(format.Fields))
		}
		end := int64(0)
		for _, field := range format.Fields {
			if field.Offset < end || field.Size < 0 || field.Count < 1 || field.Offset+field.Size*field.Count > format.Size {
				t.Fatalf("%q: %+v", text, field)
			}
			end = field.Offset + field.Size*field.Count
			checkItem(t, format, field, i, x)
		}
	})
}

func checkItem(t *testing.T, format *pystruct.Format, field pystruct.Field, i int64, x float64) {
	t.Helper()
	switch field.Char {
	case 's', 'p', 'c', '?':
		return
	case 'e', 'f', 'd':
		room := make([]byte, field.Size)
		if err := format.PutFloat(field.Char, room, x); err != nil {
			return
		}
		y := format.Float(field.Char, room)
		if err := format.PutFloat(field.Char, room, y); err != nil {
			t.Errorf("%c: %v became %v, which does not fit: %v", field.Char, x, y, err)
		}
		if again := format.Float(field.Char, room); math.Float64bits(again) != math.Float64bits(y) && y == y {
			t.Errorf("%c: %v became %v and then %v", field.Char, x, y, again)
		}
	default:
		room := make([]byte, field.Size)
		if err := format.PutInt(field.Char, room, big.NewInt(i)); err != nil {
			return
		}
		if got := format.Int(field.Char, room); got != i {
			t.Errorf("%c: %d became %d", field.Char, i, got)
		}
	}
}
