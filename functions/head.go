package functions

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"althing/access"
)

const (
	// maxHead is how much of a file is looked at for its head: a page of help.
	maxHead = 4 << 10
	// maxTime is the longest that a function may ask for: it holds one of a few
	// places meanwhile.
	maxTime = time.Hour
	// setting begins a line of the head that is for the hub.
	setting = "althing:"
)

// head is what a function's file says of it.
type head struct {
	help string
	role access.Role
	time time.Duration // 0: it does not say
}

// uncomment gives what a line says that is a comment, in the languages that
// functions are written in.
func uncomment(line string) (said string, is bool) {
	for _, sign := range []string{"#", "//", "--"} {
		if said, is := strings.CutPrefix(line, sign); is {
			return strings.TrimSpace(strings.TrimLeft(said, sign)), true
		}
	}
	word, said, _ := strings.Cut(line, " ")
	return strings.TrimSpace(said), strings.EqualFold(strings.TrimPrefix(word, "@"), "rem")
}

// readHead reads the comments that a program begins with.
func readHead(text []byte) (head, error) {
	var h head
	over := false
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		said, comment := uncomment(line)
		switch {
		case strings.HasPrefix(line, "#!"), strings.HasPrefix(said, "-*-"):
			// for the system, for an editor
		case over && comment && strings.HasPrefix(said, setting):
			return h, fmt.Errorf("'%s' stands below its head", plain(said))
		case over:
		case comment:
			if err := h.add(said); err != nil {
				return h, err
			}
		default:
			over = line != ""
		}
	}
	return h, fits(text, over)
}

// fits refuses a head of which there is more than was read.
func fits(text []byte, over bool) error {
	if !over && len(text) == maxHead {
		return fmt.Errorf("it is longer than %d bytes", maxHead)
	}
	return nil
}

// readBeside reads a head that stands in a file of its own.
func readBeside(text []byte) (head, error) {
	var h head
	for line := range strings.Lines(string(text)) {
		if err := h.add(strings.TrimSpace(line)); err != nil {
			return h, err
		}
	}
	return h, fits(text, false)
}

// add takes a line of the head.
func (h *head) add(line string) error {
	settings, is := strings.CutPrefix(line, setting)
	if !is {
		if line != "" {
			h.help = strings.TrimPrefix(h.help+"\n"+plain(line), "\n")
		}
		return nil
	}
	for word := range strings.FieldsSeq(settings) {
		name, text, _ := strings.Cut(word, "=")
		switch name {
		case "role":
			role, err := access.ParseRole(text)
			if err != nil {
				return fmt.Errorf("role=: %w", err)
			}
			h.role = role
		case "timeout":
			d, err := time.ParseDuration(text)
			if err != nil || d <= 0 || d > maxTime {
				return fmt.Errorf("timeout=: a time such as 30s or 5m, %v at most, not '%s'", maxTime, plain(text))
			}
			h.time = d
		default:
			return fmt.Errorf("'%s' is no setting; there are role= and timeout=", plain(word))
		}
	}
	return nil
}

// maxLine is how much of a line that a program has written is shown.
const maxLine = 200

// plain is a line as it can be shown anywhere: text, without what a terminal would
// obey, and not too long.
func plain(line string) string {
	line = strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(line, "\ufffd"))
	if len(line) > maxLine {
		line = strings.ToValidUTF8(line[:maxLine], "") + "…"
	}
	return line
}

// isText tells a program that is written in text from one that is compiled.
func isText(start []byte) bool { return bytes.IndexByte(start, 0) < 0 }
