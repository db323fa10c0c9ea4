package text

import (
	"bytes"
	"errors"
	"time"

	"althing/expr"
	"althing/expr/syntax"
	"althing/port"
)

// How long to wait for more, from the specification of the text protocol
// ("Where a request ends").
const (
	// wholeQuiet is the silence after which a request that came in several
	// pieces, and is whole, is answered.
	wholeQuiet = 5 * time.Millisecond
	// longQuiet takes its place for a request above cheapParse: whoever sends
	// that much has to wait for us in between, and on a busy machine for his
	// turn, and half a request that is whole by chance must not be carried out.
	longQuiet = 50 * time.Millisecond
	// unfinishedQuiet is the silence after which a request that could still
	// become whole is answered with what is missing.
	unfinishedQuiet = 500 * time.Millisecond
	// cheapParse is the size up to which asking the parser again after every
	// pause costs nothing that matters. A longer request is asked about again
	// when it has grown by an eighth or has been silent for unfinishedQuiet, so
	// that a client that drips bytes cannot make the work quadratic.
	cheapParse = 16 << 10
)

// verdict is what is to be done with what has been read so far.
type verdict int

const (
	wait   verdict = iota // read on, for as long as is said beside it
	answer                // it is one request: answer and close
	lines                 // every line is a request, and the connection is kept
	hangUp                // it is HTTP: close without a word
	handOn                // it is a session of our own protocol
)

// event is what happened since the last verdict.
type event int

const (
	piece event = iota // bytes have come
	full               // the same, and there was no room for more, which may be there
	quiet              // nothing has come for as long as the last verdict said
	ended              // the client has shut its side
)

// framing finds where the first request of a connection ends. It does no I/O:
// the connection tells it what happened. Not for concurrent use.
type framing struct {
	pieces    int  // reads that brought something
	searched  int  // length of the text in which there was no end of the first line
	firstLine bool // it has ended, and did not begin line mode

	asked   int // length of the text when the parser was last asked
	program *expr.Program
	err     error

	silent time.Duration // silence since the last piece
	next   time.Duration // silence that the last verdict asked for
}

// after gives the verdict on text, the bytes read so far less the blank lines
// before them, and for wait how long the silence may last; 0 is the patience
// for a first byte.
func (f *framing) after(e event, text []byte) (verdict, time.Duration) {
	switch e {
	case piece, full:
		f.pieces++
		f.silent = 0
	case quiet:
		f.silent += f.next
	case ended:
		return f.last(text), 0
	}
	switch {
	case len(text) == 0:
		return wait, 0
	case port.LooksLikeHTTP(text):
		return hangUp, 0
	case looksLikeSession(text):
		return handOn, 0
	case f.beginsLines(text):
		return lines, 0
	}
	if e == full || e == piece && f.pieces > 1 {
		if len(text) > cheapParse {
			return f.wait(longQuiet)
		}
		return f.wait(wholeQuiet) // more may be on its way: ask when it pauses
	}
	if e == quiet && f.silent < unfinishedQuiet && len(text) > cheapParse && len(text) < f.asked+f.asked/8 {
		return f.wait(unfinishedQuiet - f.silent)
	}
	f.asked = len(text)
	f.program, f.err = expr.Parse(string(text))
	var wrong *syntax.Error
	if !errors.As(f.err, &wrong) || !wrong.Incomplete || f.silent >= unfinishedQuiet {
		return answer, 0
	}
	return f.wait(unfinishedQuiet - f.silent)
}

// request gives the program that text is, parsed at most once.
func (f *framing) request(text []byte) (*expr.Program, error) {
	if f.asked != len(text) {
		return expr.Parse(string(text))
	}
	return f.program, f.err
}

// last is the verdict when nothing more can come.
func (f *framing) last(text []byte) verdict {
	switch {
	case len(text) == 0, port.LooksLikeHTTP(text):
		return hangUp
	case looksLikeSession(text):
		return handOn
	case f.beginsLines(text):
		return lines
	}
	return answer
}

// beginsLines reports whether the first line begins line mode. The parser is
// asked once, however many pieces come behind that line.
func (f *framing) beginsLines(text []byte) bool {
	if f.firstLine {
		return false
	}
	n := bytes.IndexByte(text[f.searched:], '\n')
	if n < 0 {
		f.searched = len(text)
		return false
	}
	f.firstLine = true
	return syntax.LineMode(string(text[:f.searched+n+1]))
}

func (f *framing) wait(d time.Duration) (verdict, time.Duration) {
	f.next = d
	return wait, d
}

var sessionStart = []byte(`{"jsonrpc"`)

// looksLikeSession reports whether a connection begins with an object of the
// session protocol.
func looksLikeSession(text []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), sessionStart)
}
