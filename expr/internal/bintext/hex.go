package bintext

import "encoding/hex"

// EncodeHex writes hexadecimal digits, and between every so many bytes a mark:
// counted from the right, or from the left when their number is negative; 0 is
// for no marks.
func EncodeHex(b []byte, mark byte, per int) []byte {
	out := make([]byte, 0, 2*len(b))
	for i, c := range b {
		before := i
		if per > 0 {
			before = len(b) - i
		}
		if per != 0 && i > 0 && before%per == 0 {
			out = append(out, mark)
		}
		out = hex.AppendEncode(out, []byte{c})
	}
	return out
}

// DecodeHex reads hexadecimal digits.
func DecodeHex(s []byte) ([]byte, error) {
	if len(s)%2 != 0 {
		return nil, Error("Odd-length string")
	}
	out := make([]byte, len(s)/2)
	if _, err := hex.Decode(out, s); err != nil {
		return nil, Error("Non-hexadecimal digit found")
	}
	return out, nil
}

// hqxTable is what eight steps of the checksum make of the high byte.
var hqxTable = func() (all [256]uint16) {
	const polynomial = 0x1021
	for i := range all {
		crc := uint16(i) << 8
		for range 8 {
			carry := crc&0x8000 != 0
			if crc <<= 1; carry {
				crc ^= polynomial
			}
		}
		all[i] = crc
	}
	return all
}()

// CRCHQX goes on with the checksum of binhex 4.
func CRCHQX(b []byte, crc uint16) uint16 {
	for _, c := range b {
		crc = crc<<8 ^ hqxTable[byte(crc>>8)^c]
	}
	return crc
}
