package functions

import (
	"strings"
	"testing"
	"unicode/utf8"

	"althing/fault"
)

func FuzzHead(f *testing.F) {
	for _, text := range []string{
		"#!/bin/sh\n# Help.\n\n## althing: role=admin timeout=5m\necho\n", "// Help\n//\n// More", "-- althing: role=guest",
		"@rem remembers\r\nREM\r\nrem althing: timeout=1s", "# -*- coding: utf-8 -*-\n# \x1b[2J\xff", "#\n#\n" + strings.Repeat("#", maxHead), "echo\n# althing:",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		text = text[:min(len(text), maxHead)]
		for _, read := range []func([]byte) (head, error){readHead, readBeside} {
			h, err := read(text)
			if !utf8.ValidString(h.help) || strings.ContainsAny(h.help, "\x00\x1b\r") || h.time < 0 || h.time > maxTime {
				t.Errorf("%q has the head %+v, %v", text, h, err)
			}
			if err != nil && strings.ContainsAny(err.Error(), "\n\x1b") {
				t.Errorf("%q: the error is %q", text, err)
			}
		}
	})
}

func TestHeads(t *testing.T) {
	for text, want := range map[string]string{
		"#!/bin/sh\n#Help.\n\n##  More.\necho\n# none":  "Help.\nMore.",
		"// Help.\n// - one":                            "Help.\n- one",
		"-- Help.":                                      "Help.",
		"@rem remembers\r\nREM\r\nrem more\r\nremove x": "remembers\nmore",
		"# -*- coding: latin-1 -*-\n# Help.":            "Help.",
		"echo":                                          "",
	} {
		if h, err := readHead([]byte(text)); err != nil || h.help != want {
			t.Errorf("%q: %q, %v", text, h.help, err)
		}
	}
	if _, err := readHead([]byte(strings.Repeat("# long\n", maxHead)[:maxHead])); err == nil {
		t.Error("a head that is longer than what was read is taken")
	}
}

// FuzzOutput: whatever a program writes is a value, or an error of one line.
func FuzzOutput(f *testing.F) {
	for _, text := range []string{"", "\n", "[1, 2]\n", "NaN", "\xff", `{"$float": "nan"}`, strings.Repeat("[", 300), "text\r\n\r\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := valueOf(text)
		if (v == nil) == (err == nil) || err != nil && strings.Contains(fault.Of(err).Message, "\n") {
			t.Errorf("%q: %v, %v", text, v, err)
		}
		var words lastWords
		for _, part := range [][]byte{text, text[:len(text)/2]} {
			if n, err := words.Write(part); n != len(part) || err != nil {
				t.Errorf("%d of %d bytes were written, %v", n, len(part), err)
			}
		}
		if len(words.text) > maxLastWords || strings.ContainsAny(words.line(), "\r\n\x1b") {
			t.Errorf("the last words are %q", words.line())
		}
	})
}
