package bintext

import (
	"bytes"
	"encoding/base32"
)

// The alphabets of base32.
const (
	Base32    = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	Base32Hex = "0123456789ABCDEFGHIJKLMNOPQRSTUV"
)

// EncodeBase32 writes base32 in one of the alphabets.
func EncodeBase32(alphabet string, b []byte) []byte {
	return base32.NewEncoding(alphabet).AppendEncode(nil, b)
}

// base32Bits is how many bytes the last eight characters stand for, by how many
// of them are padding.
var base32Bytes = map[int]int{0: 5, 1: 4, 3: 3, 4: 2, 6: 1}

// DecodeBase32 reads base32. Bits of the last character that belong to no byte
// may be anything.
func DecodeBase32(alphabet string, s []byte) ([]byte, error) {
	if len(s)%8 != 0 {
		return nil, Error("Incorrect padding")
	}
	digits := bytes.TrimRight(s, "=")
	out := make([]byte, 0, len(s)/8*5)
	var bits uint64
	for i := range (len(digits) + 7) / 8 * 8 {
		v := 0
		if i < len(digits) {
			if v = bytes.IndexByte([]byte(alphabet), digits[i]); v < 0 {
				return nil, Error("Non-base32 digit found")
			}
		}
		bits = bits<<5 | uint64(v)
		if i%8 == 7 {
			out = append(out, byte(bits>>32), byte(bits>>24), byte(bits>>16), byte(bits>>8), byte(bits))
		}
	}
	last, ok := base32Bytes[len(s)-len(digits)]
	if !ok {
		return nil, Error("Incorrect padding")
	}
	return out[:max(len(out)-5+last, 0)], nil
}
