package functions

import (
	"bytes"
	"unicode/utf8"

	"althing/fault"
	"althing/value"
)

// output keeps what a function writes, up to a bound. What goes past it is refused
// and told.
type output struct {
	most int
	full func()
	text bytes.Buffer
	over bool
}

func (o *output) Write(p []byte) (int, error) {
	if o.text.Len()+len(p) > o.most {
		o.over = true
		o.full()
		return 0, errTooMuch
	}
	return o.text.Write(p)
}

var errTooMuch = fault.New(fault.Limit, "more than it may")

// lastWords keeps the end of what a function writes to its standard error.
type lastWords struct{ text []byte }

// maxLastWords is more than the last line that is shown, with what an interpreter
// may write behind it.
const maxLastWords = 4 << 10

func (l *lastWords) Write(p []byte) (int, error) {
	if len(p) >= maxLastWords {
		l.text = append(l.text[:0], p[len(p)-maxLastWords:]...)
		return len(p), nil
	}
	if over := len(l.text) + len(p) - maxLastWords; over > 0 {
		l.text = append(l.text[:0], l.text[over:]...)
	}
	l.text = append(l.text, p...)
	return len(p), nil
}

// line is the last line that is not blank.
func (l *lastWords) line() string {
	text := bytes.TrimSpace(l.text)
	return plain(string(bytes.TrimSpace(text[bytes.LastIndexAny(text, "\r\n")+1:])))
}

// valueOf is the value that an output means: JSON, where it is that, else the text
// as it is, without the newline at its end. Nothing is None.
func valueOf(out []byte) (value.Value, error) {
	if len(out) == 0 {
		return value.None{}, nil
	}
	text, cut := bytes.CutSuffix(out, []byte("\n"))
	if cut {
		text = bytes.TrimSuffix(text, []byte("\r"))
	}
	v, err := value.FromJSON(text)
	switch {
	case err == nil:
		return v, nil
	case fault.Is(err, fault.Limit):
		return nil, err
	case !utf8.Valid(text):
		return nil, fault.New(fault.Invalid, "what it wrote is no text in UTF-8; bytes are written as {\"$bytes\": …}")
	}
	return value.Str(text), nil
}
