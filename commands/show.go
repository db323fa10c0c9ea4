package commands

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxLine is the bytes that are shown of what somebody else has written: a
	// description, a command to confirm.
	maxLine = 500
	// maxTitle is the same of a name.
	maxTitle = 64
)

// shown is a text of somebody else's on one line, which steers no terminal.
func shown(text string, most int) string {
	if len(text) > most {
		cut := most
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "…"
	}
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, text)
}

// shownLines is the same of a text of several lines.
func shownLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = shown(line, maxLine)
	}
	return strings.Join(lines, "\n")
}

// sheet is a heading and lines of names and values below it.
type sheet struct {
	heading string
	lines   [][2]string
}

// add adds a line, unless there is one of that name; an empty value is none.
func (s *sheet) add(name, format string, args ...any) {
	there := slices.ContainsFunc(s.lines, func(line [2]string) bool { return line[0] == name })
	if text := shown(fmt.Sprintf(format, args...), maxLine); text != "" && !there {
		s.lines = append(s.lines, [2]string{name, text})
	}
}

// text is the sheet for an asker.
func (s *sheet) text(st style) string {
	var b strings.Builder
	b.WriteString(st.bold(s.heading))
	for _, line := range s.lines {
		b.WriteString("\n  " + line[0] + ": " + line[1])
	}
	return b.String()
}

// names is a list of names on one line.
func names(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}

// counted is a number of things: "1 client", "2 clients".
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// hostOf is the ip of an address.
func hostOf(addr net.Addr) string {
	if addr == nil {
		return ""
	}
	host, _, err := net.SplitHostPort(addr.String())
	if err != nil {
		return addr.String()
	}
	return host
}
