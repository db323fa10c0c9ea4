package access

import (
	"regexp"
	"strings"
)

const blank = "***"

// keyCalls find what stands as a key in a command or a query: s.getadmin(KEY),
// admin('KEY', 's.info()'). What follows is blanked to the last bracket, or to
// the end: a key may hold brackets and quotes itself, and better too much is
// blanked than too little.
var keyCalls = regexp.MustCompile(`(?is)((?:get|set)?admin(?:key)?\s*\()(.*\)|.*)`)

// redact blanks the key, where it is known, and what could be one.
func redact(text, secret string) string {
	if secret != "" {
		text = strings.ReplaceAll(text, secret, blank)
	}
	return keyCalls.ReplaceAllStringFunc(text, func(call string) string {
		head, tail := call[:strings.IndexByte(call, '(')+1], ""
		if strings.HasSuffix(call, ")") {
			tail = ")"
		}
		return head + blank + tail
	})
}
