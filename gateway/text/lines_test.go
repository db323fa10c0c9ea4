package text

import "testing"

func TestAppendEscaped(t *testing.T) {
	tests := map[string]string{
		"":            "",
		"2":           "2",
		"a\nb":        `a\nb`,
		`a\nb`:        `a\\nb`,
		"\\\n\\":      `\\\n\\`,
		"é\u00c8\x00": "é\u00c8\x00",
	}
	for reply, want := range tests {
		if got := string(appendEscaped(nil, reply)); got != want {
			t.Errorf("%q became %q, want %q", reply, got, want)
		}
	}
}
