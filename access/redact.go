package access

import (
	"strings"

	"althing/wire"
)

// redact blanks the key, where it is known, and what could be one.
func redact(text, secret string) string {
	if secret != "" {
		text = strings.ReplaceAll(text, secret, "***")
	}
	return wire.Redact(text)
}
