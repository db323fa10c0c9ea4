package bintext_test

import (
	"bytes"
	"testing"

	"go.uber.org/goleak"

	"althing/expr/internal/bintext"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// all are the functions of the package, each as one on bytes alone.
var all = map[string]func(b []byte) ([]byte, error){
	"EncodeBase64":      sure(bintext.EncodeBase64),
	"EncodeBase64Lines": sure(bintext.EncodeBase64Lines),
	"EncodeBase32":      sure(func(b []byte) []byte { return bintext.EncodeBase32(bintext.Base32, b) }),
	"EncodeBase85":      sure(func(b []byte) []byte { return bintext.EncodeBase85(b, true) }),
	"EncodeA85":         sure(func(b []byte) []byte { return bintext.EncodeA85(b, false, true) }),
	"FrameA85":          sure(func(b []byte) []byte { return bintext.FrameA85(b, 1, true) }),
	"EncodeUU":          func(b []byte) ([]byte, error) { return bintext.EncodeUU(b, false) },
	"EncodeQP":          sure(func(b []byte) []byte { return bintext.EncodeQP(b, bintext.QP{Tabs: true, Header: true}) }),
	"EncodeHex":         sure(func(b []byte) []byte { return bintext.EncodeHex(b, '-', 1) }),
	"DecodeBase64":      func(b []byte) ([]byte, error) { return bintext.DecodeBase64(b, false) },
	"DecodeBase64 2":    func(b []byte) ([]byte, error) { return bintext.DecodeBase64(b, true) },
	"DecodeBase32":      func(b []byte) ([]byte, error) { return bintext.DecodeBase32(bintext.Base32Hex, b) },
	"DecodeBase85":      bintext.DecodeBase85,
	"DecodeA85": func(b []byte) ([]byte, error) {
		return bintext.DecodeA85(b, true, func(byte) (bool, error) { return true, nil })
	},
	"UnframeA85": bintext.UnframeA85,
	"DecodeUU":   bintext.DecodeUU,
	"DecodeQP":   sure(func(b []byte) []byte { return bintext.DecodeQP(b, true) }),
	"DecodeHex":  bintext.DecodeHex,
}

func sure(f func(b []byte) []byte) func(b []byte) ([]byte, error) {
	return func(b []byte) ([]byte, error) { return f(b), nil }
}

// pairs write and read again.
var pairs = map[string][2]func(b []byte) ([]byte, error){
	"base64":       {all["EncodeBase64"], all["DecodeBase64 2"]},
	"base64 lines": {all["EncodeBase64Lines"], all["DecodeBase64"]},
	"base32": {
		sure(func(b []byte) []byte { return bintext.EncodeBase32(bintext.Base32Hex, b) }), all["DecodeBase32"],
	},
	"base85": {sure(func(b []byte) []byte { return bintext.EncodeBase85(b, false) }), bintext.DecodeBase85},
	"a85":    {all["EncodeA85"], all["DecodeA85"]},
	"uu":     {all["EncodeUU"], bintext.DecodeUU},
	"qp": {
		sure(func(b []byte) []byte { return bintext.EncodeQP(b, bintext.QP{}) }),
		sure(func(b []byte) []byte { return bintext.DecodeQP(b, false) }),
	},
	"hex": {sure(func(b []byte) []byte { return bintext.EncodeHex(b, 0, 0) }), bintext.DecodeHex},
}

// FuzzCodecs: no text makes a function panic or grow beyond its bound, and what
// one has written another reads.
func FuzzCodecs(f *testing.F) {
	for _, seed := range []string{"", "aGVsbG8=", "NBSWY3DP", "<~87cURDZ~>", "Xk~0{Zv", "#86)C\n", "a=3D=\r\n b ", "00ff", "z", "uuuuu", "\x00\x00\x00", "    "} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for name, fn := range all {
			if out, err := fn(bytes.Clone(b)); err == nil && len(out) > bintext.MaxGrowth*len(b)+bintext.Overhead {
				t.Errorf("%s made %d bytes of %d", name, len(out), len(b))
			}
		}
		for name, pair := range pairs {
			written, err := pair[0](b)
			if err != nil {
				continue
			}
			if read, err := pair[1](written); err != nil || !bytes.Equal(read, b) {
				t.Errorf("%s: %q became %q, and that %q, %v", name, b, written, read, err)
			}
		}
	})
}
