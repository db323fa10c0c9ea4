package wire

import (
	"regexp"
	"strings"

	"althing/fault"
	"althing/value"
)

// CutCommand takes apart a command that is a text, "name(inner)". The blanks
// around what stands in the brackets are dropped.
func CutCommand(text string) (name, inner string, ok bool) {
	name, inner, ok = strings.Cut(text, "(")
	if ok {
		inner, ok = strings.CutSuffix(inner, ")")
	}
	return name, strings.Trim(inner, " "), ok && len(name) <= MaxName
}

// SplitArgs gives the arguments that stand in the brackets of such a command:
// texts, between commas, without the blanks around them.
func SplitArgs(inner string) ([]value.Value, error) {
	if inner == "" {
		return nil, nil
	}
	if strings.Count(inner, ",") >= MaxArgs {
		return nil, fault.New(fault.Limit, "a command may have %d arguments", MaxArgs)
	}
	var args []value.Value
	for arg := range strings.SplitSeq(inner, ",") {
		args = append(args, value.Str(strings.Trim(arg, " ")))
	}
	return args, nil
}

// CommandText is a command as a text: "s.greet(World, Hello)".
func CommandText(name string, args []value.Value) string {
	texts := make([]string, len(args))
	for i, arg := range args {
		texts[i] = value.Text(arg)
	}
	return name + "(" + strings.Join(texts, ", ") + ")"
}

// blank is what stands where a key stood.
const blank = "***"

// keyCalls find what stands as a key in a command or a query: s.getadmin(KEY),
// admin('KEY', 's.info()'), login('KEY'). What follows is blanked to the last bracket, or to
// the end: a key may hold brackets and quotes itself, and better too much is
// blanked than too little.
var keyCalls = regexp.MustCompile(`(?is)((?:(?:get|set)?admin(?:key)?|login)\s*\()(.*\)|.*)`)

// tokenCalls find the token of another network in s.sethigherserver(ip, port, TOKEN).
var tokenCalls = regexp.MustCompile(`(?is)(sethigherserver\s*\([^,)]*,[^,)]*,\s*)(?:.*\)|.+)`)

// Redact blanks what is or could be a key in a text that people are
// shown: s.getadmin(***).
func Redact(text string) string {
	text = tokenCalls.ReplaceAllString(text, "${1}"+blank+")")
	return keyCalls.ReplaceAllStringFunc(text, func(call string) string {
		head, tail := call[:strings.IndexByte(call, '(')+1], ""
		switch call[len(head):] {
		case "", ")":
			return call
		}
		if strings.HasSuffix(call, ")") {
			tail = ")"
		}
		return head + blank + tail
	})
}
