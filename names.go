package althing

import (
	"crypto/sha256"
	"crypto/subtle"
	"strings"
	"unicode"
	"unicode/utf8"

	"althing/fault"
)

// reserved are names that mean something in commands, in any case.
var reserved = map[string]bool{
	"command": true, "commands": true, "servercommand": true, "servercommands": true, "info": true,
	"requestables": true, "services": true, "server": true, "subserver": true, "mainserver": true, "higher": true,
}

// CheckName refuses what cannot be a client's name: it has 3 characters to 16
// bytes, all of which can be shown, no blank at its ends, no "@" (name@hub is a
// client of another hub), and is none of the reserved words.
func CheckName(name string) error {
	switch {
	case utf8.RuneCountInString(name) < minName, len(name) > maxName, !utf8.ValidString(name), strings.TrimSpace(name) != name,
		strings.ContainsFunc(name, unprintable), reserved[strings.ToLower(name)]:
		return fault.New(fault.Invalid, "Username %s is invalid", quoted(name))
	}
	return nil
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) || r == '@' }

// quoted shows a name that may be anything.
func quoted(name string) string {
	shown := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, name)
	if runes := []rune(shown); len(runes) > 2*maxName {
		shown = string(runes[:2*maxName]) + "…"
	}
	return "'" + shown + "'"
}

// sameSecret compares two secrets in a time that says nothing about either.
func sameSecret(a, b string) bool {
	hashA, hashB := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(hashA[:], hashB[:]) == 1
}
