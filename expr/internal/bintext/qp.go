package bintext

import (
	"bytes"
	"encoding/hex"
)

// qpWidth is the longest line of quoted-printable with its end.
const qpWidth = 76

// QP says how quoted-printable is written. Text keeps line ends as they are;
// Tabs quotes tabs and spaces too, Header writes a space as an underscore.
type QP struct{ Tabs, Text, Header bool }

// EncodeQP writes quoted-printable. All line ends become what the first one is.
func EncodeQP(b []byte, o QP) []byte {
	w := qpWriter{QP: o, b: b, end: "\n"}
	if at := bytes.IndexByte(b, '\n'); at > 0 && b[at-1] == '\r' {
		w.end = "\r\n"
	}
	for at := 0; at < len(b); {
		at += w.write(at)
	}
	return w.out
}

type qpWriter struct {
	QP
	b, out []byte
	end    string
	column int
}

// write writes what stands at that place, and gives how much that was.
func (w *qpWriter) write(at int) int {
	c := w.b[at]
	lineEnd := c == '\n' || c == '\r' && w.follows(at, "\n")
	switch {
	case w.quoted(at):
		w.breakBefore(3)
		w.quote(c)
		w.column += 3
	case w.Text && lineEnd:
		w.endLine()
		if c == '\r' {
			return 2
		}
	default:
		if at+1 != len(w.b) && w.b[at+1] != '\n' {
			w.breakBefore(1)
		}
		w.column++
		if w.Header && c == ' ' {
			c = '_'
		}
		w.out = append(w.out, c)
	}
	return 1
}

// follows reports whether one of these characters stands behind a place.
func (w *qpWriter) follows(at int, chars string) bool {
	return at+1 < len(w.b) && bytes.IndexByte([]byte(chars), w.b[at+1]) >= 0
}

// quoted reports whether the character at a place must be quoted.
func (w *qpWriter) quoted(at int) bool {
	c, last := w.b[at], at+1 == len(w.b)
	switch {
	case c > 126, c == '=':
		return true
	case c == '_':
		return w.Header
	case c == '.':
		return w.column == 0 && (last || w.follows(at, "\n\r\x00"))
	case c == '\r', c == '\n':
		return !w.Text
	case c == ' ', c == '\t':
		return last || w.Tabs
	}
	return c < ' '
}

// breakBefore goes to the next line when n more characters have no room.
func (w *qpWriter) breakBefore(n int) {
	if w.column+n < qpWidth {
		return
	}
	w.out = append(append(w.out, '='), w.end...)
	w.column = 0
}

func (w *qpWriter) quote(c byte) {
	const digits = "0123456789ABCDEF"
	w.out = append(w.out, '=', digits[c>>4], digits[c&15])
}

// endLine ends a line. A space there would get lost, so that it is quoted.
func (w *qpWriter) endLine() {
	if n := len(w.out); n > 0 {
		if c := w.out[n-1]; c == ' ' || c == '\t' {
			w.out = w.out[:n-1]
			w.quote(c)
		}
	}
	w.out = append(w.out, w.end...)
	w.column = 0
}

// DecodeQP reads quoted-printable. With header, an underscore is a space.
func DecodeQP(s []byte, header bool) []byte {
	out := make([]byte, 0, len(s))
	for len(s) > 0 {
		c := s[0]
		s = s[1:]
		switch {
		case c == '_' && header:
			out = append(out, ' ')
		case c != '=':
			out = append(out, c)
		case len(s) == 0:
		case s[0] == '\n', s[0] == '\r':
			if at := bytes.IndexByte(s, '\n'); at >= 0 {
				s = s[at+1:]
			} else {
				s = nil
			}
		case s[0] == '=':
			out = append(out, '=')
			s = s[1:]
		default:
			var one [1]byte
			if len(s) > 1 {
				if _, err := hex.Decode(one[:], s[:2]); err == nil {
					out = append(out, one[0])
					s = s[2:]
					continue
				}
			}
			out = append(out, '=')
		}
	}
	return out
}
