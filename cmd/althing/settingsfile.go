package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/spf13/pflag"
)

const (
	// longestSettings bounds a settings file: all settings with their help are
	// some 10 KB.
	longestSettings = 1 << 20
	// mostMistakes is how many mistakes of grammar are looked for in one file.
	mostMistakes = 20
)

// problem is something that is wrong with the settings.
type problem struct {
	file string // empty: it is no file's
	line int    // 0: it is the whole file's
	what string
}

func (p problem) String() string {
	switch {
	case p.file == "":
		return p.what
	case p.line == 0:
		return p.file + ": " + p.what
	}
	return fmt.Sprintf("%s:%d: %s", p.file, p.line, p.what)
}

// firstOf makes one line of problems.
func firstOf(problems []problem) error {
	switch len(problems) {
	case 0:
		return nil
	case 1:
		return usagef("%s", problems[0])
	}
	check := strings.TrimSpace("althing config check " + problems[0].file)
	return usagef("%s (and %d more: '%s' lists them)", problems[0], len(problems)-1, check)
}

// settings is what a settings file says, as far as it makes sense.
type settings struct {
	path     string
	values   map[string]given
	problems []problem // in the order of their lines
}

// given is the value of a setting as a flag takes it, and the line it is from.
type given struct {
	text string
	line int
}

// readSettings reads a settings file: name = value, the names those of the flags
// of serve. Without a name, the user's own is read, which need not be there.
func readSettings(asked string) settings {
	s := settings{path: cmp.Or(asked, settingsFile()), values: map[string]given{}}
	text, err := readText(s.path)
	switch {
	case asked == "" && errors.Is(err, fs.ErrNotExist):
		return s
	case err != nil:
		s.problems = append(s.problems, problem{what: "the settings file cannot be read: " + err.Error()})
		return s
	}
	s.read(text)
	return s
}

// read reads the text of the file.
func (s *settings) read(text string) {
	flags := newServe().Flags()
	for _, at := range s.parse(text) {
		s.take(flags, at)
	}
	slices.SortStableFunc(s.problems, func(a, b problem) int { return a.line - b.line })
}

// readText reads a small file.
func readText(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, longestSettings+1))
	if err == nil && len(text) > longestSettings {
		err = fmt.Errorf("%s is longer than %d bytes", path, longestSettings)
	}
	return string(text), err
}

func (s *settings) wrong(line int, format string, args ...any) {
	s.problems = append(s.problems, problem{s.path, line, fmt.Sprintf(format, args...)})
}

// located is a value of the file and its line. The parser tells where a value is
// when that is refused, and in no other way: so all are.
type located struct {
	key   string
	value any
	line  int
}

var errLocated = errors.New("located")

// UnmarshalTOML implements toml.Unmarshaler.
func (l *located) UnmarshalTOML(v any) error {
	l.value = v
	return errLocated
}

// parse gives the values of a file, in their order. The parser ends at its first
// mistake; to find the others, the line is left out and the rest read again.
func (s *settings) parse(text string) []*located {
	var raw map[string]toml.Primitive
	var meta toml.MetaData
	lines := strings.Split(text, "\n")
	for last := 0; len(s.problems) < mostMistakes; {
		var wrong toml.ParseError
		var err error
		raw = nil
		meta, err = toml.Decode(strings.Join(lines, "\n"), &raw)
		if !errors.As(err, &wrong) {
			break
		}
		at := min(max(wrong.Position.Line, 1), len(lines))
		if at == last { // the mistake is above it
			return nil
		}
		s.wrong(at, "%s", strings.TrimSuffix(wrong.Message, "."))
		lines[at-1], last = "", at
	}
	var values []*located
	for key, primitive := range raw {
		l := &located{key: key}
		if where, is := errors.AsType[toml.ParseError](meta.PrimitiveDecode(primitive, l)); is {
			l.line = where.Position.Line
		}
		values = append(values, l)
	}
	slices.SortFunc(values, func(a, b *located) int { return cmp.Or(a.line-b.line, strings.Compare(a.key, b.key)) })
	return values
}

// secretName is a name that a key may be put under.
var secretName = regexp.MustCompile(`(?i)key|password|secret|token`)

// looksLikeKey is a key as the hub makes them.
var looksLikeKey = regexp.MustCompile(`^[A-Z0-9]{26}$`)

// take takes one value of the file.
func (s *settings) take(flags *pflag.FlagSet, at *located) {
	name := strings.ReplaceAll(at.key, "_", "-")
	f := flags.Lookup(name)
	switch {
	case f == nil && secretName.MatchString(name), name == "admin-key-file" && looksLikeKey.MatchString(fmt.Sprint(at.value)):
		s.wrong(at.line, "a key does not belong into the settings, which others may read; 'admin-key-file' names a file that holds it")
		return
	case f == nil || name == "help" || name == "config":
		s.wrong(at.line, "there is no setting '%s'%s", visible(at.key), orElse(didYouMean("'%s'", name, settingFlags(newServe())), "'althing config doc' lists them"))
		return
	case s.values[name].line > 0:
		s.wrong(at.line, "'%s' is set twice, in line %d too", name, s.values[name].line)
		return
	}
	if must := mustBe(f.Value.Type(), at.value); must != "" {
		s.wrong(at.line, "%s: %s", name, must)
		return
	}
	text := fmt.Sprint(at.value)
	if err := f.Value.Set(text); err != nil {
		s.wrong(at.line, "%s", wrongValue(name, text, f, err))
		return
	}
	s.values[name] = given{text, at.line}
}

// mustBe says what a setting has to be in the file when the value is not that.
func mustBe(kind string, v any) string {
	_, isText := v.(string)
	_, isNumber := v.(int64)
	_, isBool := v.(bool)
	switch kind {
	case "bool":
		if !isBool {
			return "true or false, without quotes"
		}
	case "number":
		if !isNumber {
			return "a whole number, without quotes"
		}
	case "string", "word", "time":
		if !isText {
			return "a text in quotes"
		}
	default: // a size or an address
		if !isText && !isNumber {
			return "a text in quotes, or a number"
		}
	}
	return ""
}

// guarded says what is wrong with the rights on a file which decides who is an
// administrator. Windows has rights of another kind.
func guarded(file string, others fs.FileMode) string {
	info, err := os.Stat(file)
	if err != nil || runtime.GOOS == "windows" || info.Mode().Perm()&others == 0 {
		return ""
	}
	if others&0o044 != 0 {
		return fmt.Sprintf("others can read it; 'chmod 600 %s' keeps them out", file)
	}
	return fmt.Sprintf("others can write it; 'chmod go-w %s' keeps them out", file)
}
