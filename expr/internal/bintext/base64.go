package bintext

import "encoding/base64"

// lineBytes is how many bytes stand on a line of base64 in mail.
const lineBytes = 57

// EncodeBase64 writes base64 on one line, without its end.
func EncodeBase64(b []byte) []byte { return base64.StdEncoding.AppendEncode(nil, b) }

// EncodeBase64Lines writes base64 on lines of 76 characters, each with its end.
func EncodeBase64Lines(b []byte) []byte {
	var out []byte
	for len(b) > 0 {
		n := min(lineBytes, len(b))
		out = append(base64.StdEncoding.AppendEncode(out, b[:n]), '\n')
		b = b[n:]
	}
	return out
}

// notBase64 stands for a character outside the alphabet.
const notBase64 = 64

// base64Values are the values of the characters.
var base64Values = func() (all [256]byte) {
	for i := range all {
		all[i] = notBase64
	}
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		all[c] = byte(i)
	}
	return all
}()

// DecodeBase64 reads base64. Characters outside the alphabet are passed over, and
// what stands behind the padding is not read, unless strict: then both are
// errors.
func DecodeBase64(s []byte, strict bool) ([]byte, error) {
	if strict && len(s) > 0 && s[0] == '=' {
		return nil, Error("Leading padding not allowed")
	}
	out := make([]byte, 0, len(s)/4*3+3)
	var bits uint32
	quad, pads, padded := 0, 0, false
	for i, c := range s {
		if c == '=' {
			padded = true
			if quad < 2 {
				continue
			}
			if pads++; quad+pads < 4 {
				continue
			}
			if strict && i+1 < len(s) {
				return nil, Error("Excess data after padding")
			}
			return out, nil
		}
		v := base64Values[c]
		switch {
		case v == notBase64 && strict:
			return nil, Error("Only base64 data is allowed")
		case v == notBase64:
			continue
		case strict && padded:
			return nil, Error("Discontinuous padding not allowed")
		}
		pads = 0
		bits = bits<<6 | uint32(v)
		if quad > 0 {
			out = append(out, byte(bits>>(6-2*quad)))
		}
		quad = (quad + 1) % 4
	}
	switch quad {
	case 0:
		return out, nil
	case 1:
		return nil, Error("Invalid base64-encoded string: number of data characters (%d) cannot be 1 more than a multiple of 4", len(out)/3*4+1)
	}
	return nil, Error("Incorrect padding")
}
