package bintext

import (
	"bytes"
	"encoding/binary"
	"math"

	"althing/expr/internal/pyerr"
)

const base85Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"

// firstA85 is the digit 0 of Ascii85, whose digits follow each other in ASCII.
const firstA85 = '!'

// spaces are four of them, which Ascii85 may write as one character.
const spaces = 0x20202020

// EncodeBase85 writes base85. With pad, zeros fill the last four bytes, and are
// written.
func EncodeBase85(b []byte, pad bool) []byte {
	return encode85(b, pad, func(out []byte, word uint32) []byte {
		return append85(out, word, func(digit byte) byte { return base85Digits[digit] })
	})
}

// EncodeA85 writes Ascii85 without its frame. With fold, four spaces become a y.
func EncodeA85(b []byte, pad, fold bool) []byte {
	return encode85(b, pad, func(out []byte, word uint32) []byte {
		switch {
		case word == 0:
			return append(out, 'z')
		case fold && word == spaces:
			return append(out, 'y')
		}
		return append85(out, word, func(digit byte) byte { return firstA85 + digit })
	})
}

func append85(out []byte, word uint32, digit func(byte) byte) []byte {
	var digits [5]byte
	for i := len(digits) - 1; i >= 0; i-- {
		digits[i] = digit(byte(word % 85))
		word /= 85
	}
	return append(out, digits[:]...)
}

// encode85 writes four bytes at a time. Of the last ones, as many characters are
// left out as bytes are missing.
func encode85(b []byte, pad bool, write func(out []byte, word uint32) []byte) []byte {
	out := make([]byte, 0, len(b)/4*5+5)
	for ; len(b) >= 4; b = b[4:] {
		out = write(out, binary.BigEndian.Uint32(b))
	}
	if len(b) == 0 {
		return out
	}
	var last [4]byte
	missing := len(last) - copy(last[:], b)
	word := binary.BigEndian.Uint32(last[:])
	begin := len(out)
	out = write(out, word)
	if pad {
		return out
	}
	if len(out)-begin == 1 { // the short form of four zeros, not all of which are meant
		out = append85(out[:begin], word, func(byte) byte { return firstA85 })
	}
	return out[:len(out)-missing]
}

// FrameA85 breaks Ascii85 into lines of at most width characters, unless width is
// 0, and with adobe puts it between <~ and ~>.
func FrameA85(s []byte, width int, adobe bool) []byte {
	if adobe {
		s = append([]byte("<~"), s...)
	}
	if width > 0 {
		s = lines(s, width, adobe)
	}
	if adobe {
		s = append(s, "~>"...)
	}
	return s
}

func lines(s []byte, width int, adobe bool) []byte {
	if adobe {
		width = max(width, 2)
	}
	var out []byte
	last := 0
	for len(s) > 0 {
		if len(out) > 0 {
			out = append(out, '\n')
		}
		last = min(width, len(s))
		out = append(out, s[:last]...)
		s = s[last:]
	}
	if adobe && last+2 > width {
		out = append(out, '\n')
	}
	return out
}

// UnframeA85 takes <~ and ~> away.
func UnframeA85(s []byte) ([]byte, error) {
	if !bytes.HasSuffix(s, []byte("~>")) {
		return nil, pyerr.Value("Ascii85 encoded byte sequences must end with b'~>'")
	}
	end := len(s) - 2
	if bytes.HasPrefix(s, []byte("<~")) {
		return s[min(2, end):end], nil
	}
	return s[:end], nil
}

// DecodeA85 reads Ascii85 without its frame. With fold a y is four spaces; ignore
// says which other characters are passed over.
func DecodeA85(s []byte, fold bool, ignore func(c byte) (bool, error)) ([]byte, error) {
	var out []byte
	var word uint64
	n := 0 // digits of the word so far
	digit := func(c byte) error {
		word = word*85 + uint64(c-firstA85)
		if n++; n < 5 {
			return nil
		}
		if word > math.MaxUint32 {
			return pyerr.Value("Ascii85 overflow")
		}
		out = binary.BigEndian.AppendUint32(out, uint32(word))
		word, n = 0, 0
		return nil
	}
	for _, c := range s {
		short := c == 'z' || fold && c == 'y'
		switch {
		case c >= firstA85 && c <= 'u':
			if err := digit(c); err != nil {
				return nil, err
			}
		case short && n > 0:
			return nil, pyerr.Value("%c inside Ascii85 5-tuple", c)
		case c == 'z':
			out = binary.BigEndian.AppendUint32(out, 0)
		case short:
			out = binary.BigEndian.AppendUint32(out, spaces)
		default:
			if ok, err := ignore(c); err != nil {
				return nil, err
			} else if !ok {
				return nil, pyerr.Value("Non-Ascii85 digit found: %c", c)
			}
		}
	}
	if n == 0 {
		return out, nil
	}
	missing := 5 - n
	for range missing {
		if err := digit('u'); err != nil {
			return nil, err
		}
	}
	return out[:len(out)-missing], nil
}

// DecodeBase85 reads base85.
func DecodeBase85(s []byte) ([]byte, error) {
	out := make([]byte, 0, len(s)/5*4+4)
	missing := 0
	for at := 0; at < len(s); at += 5 {
		var word uint64
		for i := at; i < at+5; i++ {
			v := len(base85Digits) - 1 // padding is the last digit
			if i < len(s) {
				v = bytes.IndexByte([]byte(base85Digits), s[i])
			} else {
				missing++
			}
			if v < 0 {
				return nil, pyerr.Value("bad base85 character at position %d", i)
			}
			word = word*85 + uint64(v)
		}
		if word > math.MaxUint32 {
			return nil, pyerr.Value("base85 overflow in hunk starting at byte %d", at)
		}
		out = binary.BigEndian.AppendUint32(out, uint32(word))
	}
	return out[:len(out)-missing], nil
}
