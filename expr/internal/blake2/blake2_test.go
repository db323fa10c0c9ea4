package blake2_test

import (
	"encoding/hex"
	"hash"
	"testing"

	"go.uber.org/goleak"

	"althing/expr/internal/blake2"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The examples of RFC 7693.
func TestRFC(t *testing.T) {
	for want, h := range map[string]hash.Hash{
		"ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923": blake2.B.New(blake2.Params{Size: 64, Fanout: 1, Depth: 1}),
		"508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982":                                                                 blake2.S.New(blake2.Params{Size: 32, Fanout: 1, Depth: 1}),
	} {
		h.Write([]byte("abc"))
		if got := hex.EncodeToString(h.Sum(nil)); got != want {
			t.Errorf("%d bits: got %s", h.BlockSize()*4, got)
		}
		h.Reset()
		h.Write([]byte("a"))
		h.Write([]byte("bc"))
		if got := hex.EncodeToString(h.Sum(nil)); got != want {
			t.Errorf("%d bits, after Reset: got %s", h.BlockSize()*4, got)
		}
	}
}
