package messaging

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"althing/fault"
	"althing/value"
)

// The predefined groups, and the name by which registry entries are sent.
const (
	All      = "ALL"      // every client; cannot be left
	NoReply  = "NOPLY"    // messages from it cannot be answered
	System   = "SYSTEM"   // what is sent to it is run as a hub command
	Console  = "CONSOLE"  // shown to the operator
	SysAdmin = "SYSADMIN" // the administrators
	SQLite   = "SQLite"   // what is sent to it is run as SQL
	Registry = "REGISTRY" // no group: sender of what a fetch found
)

// predefined are the six groups; true: clients join them one by one.
var predefined = map[string]bool{All: false, NoReply: false, System: false, Console: true, SysAdmin: true, SQLite: false}

// Predefined reports whether the name is one of the six predefined groups'.
func Predefined(name string) bool {
	_, is := predefined[name]
	return is
}

// Reserved reports whether no client may be called so: a predefined group, or
// the sender REGISTRY.
func Reserved(name string) bool { return name == Registry || Predefined(name) }

// MaxName is the longest name of a group or client, in characters.
const MaxName = 60

// CheckName refuses what can be no group's name and no client's ID: nothing,
// more than MaxName characters, '.', '-', the '@' that is reserved for
// name@hub, control characters, and what is no UTF-8.
func CheckName(name string) error {
	return checkName(name, ".-@")
}

// mayJoin refuses what nobody joins: no group's name, a predefined group that
// is the hub's own, and ALL, where everyone is anyway.
func mayJoin(group string) error {
	if group == Registry || Predefined(group) && !predefined[group] {
		return fault.New(fault.Denied, "nobody joins %s", quoted(group))
	}
	return CheckName(group)
}

// CheckClientName refuses what can be no client's name: it may have the dots and
// hyphens of a host's name, and may be empty.
func CheckClientName(name string) error {
	if name == "" {
		return nil
	}
	return checkName(name, "@")
}

// AdminsOnly reports whether only administrators may join the group.
func AdminsOnly(group string) bool { return group == SysAdmin || group == Console }

func checkName(name, without string) error {
	if name == "" {
		return fault.New(fault.Invalid, "a name cannot be empty")
	}
	if !utf8.ValidString(name) {
		return fault.New(fault.Invalid, "a name must be UTF-8 text")
	}
	if n := utf8.RuneCountInString(name); n > MaxName {
		return fault.New(fault.Invalid, "the name has %d characters and may have %d", n, MaxName)
	}
	if at := strings.IndexAny(name, without); at >= 0 {
		return fault.New(fault.Invalid, "the name %s has a '%c', which names cannot have", quoted(name), name[at])
	}
	if strings.ContainsFunc(name, unicode.IsControl) {
		return fault.New(fault.Invalid, "the name %s has a control character", quoted(name))
	}
	return nil
}

// quotedName is how much of a name an error shows: it is one line for people.
const quotedName = 80

// quoted is a name as Python writes it, cut where it is too long to be read.
func quoted(name string) string {
	n := 0
	for at := range name {
		if n++; n > quotedName {
			return value.Repr(value.Str(name[:at])) + "…"
		}
	}
	return value.Repr(value.Str(name))
}
