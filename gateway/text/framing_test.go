package text

import (
	"strings"
	"testing"
	"time"
)

// step is something that happens to a connection, and what must follow.
type step struct {
	event   event
	text    string // that has come with it
	want    verdict
	silence time.Duration // for wait: how long the silence may last
}

func TestFraming(t *testing.T) {
	long := "'" + strings.Repeat("x", cheapParse) + "'"
	tests := map[string][]step{
		"whole in one piece is answered at once": {
			{piece, "1+1", answer, 0},
		},
		"whole after several pieces, after 5 ms of silence": {
			{piece, "setReg('a', ", wait, unfinishedQuiet},
			{piece, "1)", wait, wholeQuiet},
			{quiet, "", answer, 0},
		},
		"more pieces put the answer off": {
			{piece, "[1,", wait, unfinishedQuiet},
			{piece, "2", wait, wholeQuiet},
			{piece, "]", wait, wholeQuiet},
			{quiet, "", answer, 0},
		},
		"what did not fit into one read came in several pieces": {
			{full, "'a' + ", wait, wholeQuiet},
			{piece, "'b'", wait, wholeQuiet},
			{quiet, "", answer, 0},
		},
		"a first line that fills the buffer begins line mode": {
			{full, "1\n2", lines, 0},
		},
		"unless nothing comes behind it": {
			{full, "'a'", wait, wholeQuiet},
			{quiet, "", answer, 0},
		},
		"unfinished is answered after half a second of silence": {
			{piece, "1 +", wait, unfinishedQuiet},
			{quiet, "", answer, 0},
		},
		"unfinished after several pieces, too": {
			{piece, "(1 ", wait, unfinishedQuiet},
			{piece, "+", wait, wholeQuiet},
			{quiet, "", wait, unfinishedQuiet - wholeQuiet},
			{quiet, "", answer, 0},
		},
		"beyond mending is answered at once": {
			{piece, "1 2", answer, 0},
		},
		"the write side shut is answered at once": {
			{piece, "(1 +", wait, unfinishedQuiet},
			{ended, "", answer, 0},
		},
		"nothing waits with the patience of a first byte": {
			{piece, "\r\n  \n", wait, 0},
			{piece, "1", wait, wholeQuiet},
			{quiet, "", answer, 0},
		},
		"a whole first line begins line mode": {
			{piece, "1+1\n", lines, 0},
		},
		"so does one beyond mending": {
			{piece, "1 2\n1", lines, 0},
		},
		"so does one behind blank lines": {
			{piece, "\n\r\n1\n", lines, 0},
		},
		"an open bracket does not": {
			{piece, "[1,\n", wait, unfinishedQuiet},
			{piece, "2]\n", wait, wholeQuiet},
			{quiet, "", answer, 0},
		},
		"an open triple quote does not": {
			{piece, "'''a\n", wait, unfinishedQuiet},
			{piece, "b'''", wait, wholeQuiet},
			{quiet, "", answer, 0},
		},
		"a backslash at the end does not": {
			{piece, "1 + \\\n", wait, unfinishedQuiet},
			{piece, "2", wait, wholeQuiet},
			{quiet, "", answer, 0},
		},
		"HTTP is hung up on":             {{piece, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", hangUp, 0}},
		"so is a form that a page posts": {{piece, "POST /x HTTP/1.1\r\n", hangUp, 0}},
		"so is a Host line":              {{piece, "hOsT: example\n1+1\n", hangUp, 0}},
		"so is HTTP behind blank lines":  {{piece, "\r\n\r\nGET / HTTP/1.1\r\n", hangUp, 0}},
		"a division that looks like HTTP is taken for it": {
			{piece, "GET / 2", hangUp, 0},
		},
		"our own session is handed on":     {{piece, `{"jsonrpc":"2.0","id":1,"method":"ping"}` + "\n", handOn, 0}},
		"a dict is not a session":          {{piece, `{"json": 1}`, answer, 0}},
		"nothing, and the end, is hung up": {{ended, "", hangUp, 0}},
		"a long text that drips is not parsed at each drop": {
			{piece, "(" + long, wait, unfinishedQuiet},
			{piece, " + 'y'", wait, longQuiet},
			{quiet, "", wait, unfinishedQuiet - longQuiet},
			{piece, ")", wait, longQuiet},
			{quiet, "", wait, unfinishedQuiet - longQuiet},
			{quiet, "", answer, 0},
		},
	}
	for name, steps := range tests {
		t.Run(name, func(t *testing.T) {
			var f framing
			text := ""
			for i, s := range steps {
				text += s.text
				v, silence := f.after(s.event, []byte(strings.TrimLeft(text, " \t\r\n")))
				if v != s.want || v == wait && silence != s.silence {
					t.Fatalf("step %d (%q): verdict %d, silence %v; want %d, %v", i, s.text, v, silence, s.want, s.silence)
				}
			}
		})
	}
}

// TestDripsBehindALongFirstLine adds byte after byte to a long line that did not
// begin line mode: nobody parses it again at every byte.
func TestDripsBehindALongFirstLine(t *testing.T) {
	text := "[" + strings.Repeat("1,", 100_000) + "\n"
	var f framing
	f.after(piece, []byte(text))
	begin := time.Now()
	for range 2000 {
		text += "1"
		if v, silence := f.after(piece, []byte(text)); v != wait || silence != longQuiet {
			t.Fatalf("verdict %d, silence %v", v, silence)
		}
	}
	if took := time.Since(begin); took > 2*time.Second {
		t.Errorf("2000 bytes took %v", took)
	}
}

// FuzzFraming sends a text in two pieces: whatever it is, after the end of the
// client's sending there is an answer or an end, and no verdict is lost.
func FuzzFraming(f *testing.F) {
	for _, seed := range []string{"1+1", "1\n2\n", "[1,\n2]", "'''x", "GET / HTTP/1.1\r\n", `{"jsonrpc"`, "\\\n", "\x00", "\xff\xfe", "(((", "é = 1"} {
		f.Add(seed, len(seed)/2)
	}
	f.Fuzz(func(t *testing.T, text string, cut int) {
		cut = max(0, min(cut, len(text)))
		var fr framing
		for _, part := range []string{text[:cut], text} {
			v, silence := fr.after(piece, []byte(part))
			if v != wait {
				return
			}
			if silence < 0 || silence > unfinishedQuiet {
				t.Fatalf("%q: a silence of %v", part, silence)
			}
		}
		if v, _ := fr.after(ended, []byte(text)); v == wait {
			t.Fatalf("%q: still waiting at the end", text)
		}
	})
}
