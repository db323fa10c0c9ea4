package bintext

// MaxUULine is how many bytes a line of uuencode can hold.
const MaxUULine = 45

// EncodeUU writes a line of uuencode. With backtick, zeros are written as ` and
// not as spaces.
func EncodeUU(b []byte, backtick bool) ([]byte, error) {
	if len(b) > MaxUULine {
		return nil, Error("At most 45 bytes at once")
	}
	char := func(v uint32) byte {
		if v == 0 && backtick {
			return '`'
		}
		return ' ' + byte(v)
	}
	out := []byte{char(uint32(len(b)))}
	for i := 0; i < len(b); i += 3 {
		var three [3]byte
		copy(three[:], b[i:])
		word := uint32(three[0])<<16 | uint32(three[1])<<8 | uint32(three[2])
		out = append(out, char(word>>18), char(word>>12&63), char(word>>6&63), char(word&63))
	}
	return append(out, '\n'), nil
}

// DecodeUU reads a line of uuencode. Characters missing at its end are spaces.
func DecodeUU(s []byte) ([]byte, error) {
	var first byte // CPython reads the zero behind an empty text
	if len(s) > 0 {
		first, s = s[0], s[1:]
	}
	n := int(first-' ') & 63
	out := make([]byte, 0, n)
	var word uint32
	bits := 0
	for len(out) < n {
		var v byte
		if len(s) > 0 {
			if v = s[0]; v == '\n' || v == '\r' {
				v = ' '
			}
			if v < ' ' || v > ' '+64 {
				return nil, Error("Illegal char")
			}
			v = (v - ' ') & 63
			s = s[1:]
		}
		word = word<<6 | uint32(v)
		if bits += 6; bits >= 8 {
			bits -= 8
			out = append(out, byte(word>>bits))
		}
	}
	for _, c := range s {
		if c != ' ' && c != '`' && c != '\n' && c != '\r' {
			return nil, Error("Trailing garbage")
		}
	}
	return out, nil
}
