package modules_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"althing/expr"
	"althing/expr/internal/cpython"
	"althing/expr/modules"
)

// absent are the public names of CPython that are not here, by the reason. The
// members of a name go with it; one that ends in a dot or an underscore stands
// for all that begin so.
var absent = map[string][]string{
	"files":                                           {"open", "json.dump", "json.load", "base64.encode", "base64.decode", "hashlib.file_digest"},
	"the terminal and the process":                    {"input", "help", "exit", "quit", "breakpoint", "copyright", "credits", "license"},
	"code made while it runs":                         {"compile", "eval", "exec"},
	"the names and the memory of the host":            {"globals", "locals", "vars", "dir", "id", "memoryview"},
	"attributes by names that are made while it runs": {"getattr", "hasattr", "setattr", "delattr"},
	"classes, which cannot be made": {
		"object", "super", "property", "classmethod", "staticmethod", "NotImplemented", "type.mro",
		"json.JSONDecoder", "json.JSONEncoder", "functools.cached_property", "functools.partialmethod",
		"functools.total_ordering", "functools.singledispatchmethod",
	},
	"decorators of functions, which have no names to be called by": {
		"functools.cache", "functools.lru_cache", "functools.singledispatch", "functools.update_wrapper",
		"functools.wraps", "functools.WRAPPER_",
	},
	"coroutines, which cannot be made":                                         {"aiter", "anext"},
	"a generator expression is only gone through, and its code cannot be seen": {"generator."},
	"clocks and settings of the system, and what else the process does": {
		"time.CLOCK_", "time.clock_", "time.get_clock_info", "time.pthread_getcpuclockid", "time.process_time",
		"time.process_time_ns", "time.thread_time", "time.thread_time_ns", "time.tzset",
	},
	"for classes that refine it, which cannot be made": {
		"string.Formatter.check_unused_args", "string.Formatter.convert_field", "string.Formatter.format_field",
		"string.Formatter.get_field", "string.Formatter.get_value", "string.Formatter.parse", "string.Template.pattern", "string.Template.idpattern", "string.Template.braceidpattern",
		"string.Template.flags",
	},
	"obsolete, or not in the manual":          {"re.template", "re.Pattern.scanner", "re.RegexFlag.TEMPLATE", "re.RegexFlag.DEBUG"},
	"inner to CPython":                        {"datetime.datetime_CAPI", "json.detect_encoding"},
	"abstract: timezone has them":             {"datetime.tzinfo."},
	"a read-only dict, for which nobody asks": {"mapping"},
}

// isAbsent says whether there is a reason for a name not to be here.
func isAbsent(name string) bool {
	for _, names := range absent {
		for _, absent := range names {
			open := strings.HasSuffix(absent, ".") || strings.HasSuffix(absent, "_")
			if name == absent || strings.HasPrefix(name, absent+".") || open && strings.HasPrefix(name, absent) {
				return true
			}
		}
	}
	return false
}

// publicPrelude has public(x): the public names in it, without those of modules and
// exceptions, which are no values here.
const publicPrelude = `
import builtins, types
def public(x):
    for name in getattr(x, '__all__', None) or dir(x):
        value = getattr(x, name, None)
        wrong = isinstance(value, types.ModuleType) or isinstance(value, type) and issubclass(value, BaseException)
        if not name.startswith('_') and not wrong:
            yield name, value
def names(x): return ' '.join(sorted(name for name, _ in public(x)))
def members(x):
    return ' '.join(sorted(a + '.' + b for a, v in public(x) if isinstance(v, type) for b, _ in public(v)))
`

// TestModulesAreWhole asks CPython for the public names of each module and of the
// types in it: all must be here, or have a reason not to be.
func TestModulesAreWhole(t *testing.T) {
	all := slices.Sorted(maps.Keys(modules.Standard(modules.Options{})))
	var questions []string
	for _, name := range all {
		questions = append(questions, "names("+name+")+' '+members("+name+")")
	}
	checked := 0
	for i, answer := range cpython.Eval(t, publicPrelude+"import "+strings.Join(slices.Sorted(maps.Keys(names())), ", "), questions) {
		for name := range strings.FieldsSeq(answer.Text) {
			checked += checkName(t, all[i]+"."+name, all[i]+"."+name)
		}
	}
	t.Logf("%d names in %d modules", checked, len(all))
}

// instances are values of the types that have no name, and those of types.
var instances = map[string]string{
	"generator":      "(x for x in ())",
	"dict_keys":      "{}.keys()",
	"dict_values":    "{}.values()",
	"dict_items":     "{}.items()",
	"list_iterator":  "iter([])",
	"lambda":         "(lambda: 0)",
	"method":         "[].append",
	"iso":            "datetime.date(2026, 1, 31).isocalendar()",
	"datetime value": "datetime.datetime(2026, 1, 31)",
	"regression":     "statistics.linear_regression([1, 2], [1, 2])",
}

// TestBuiltinsAreWhole does the same for what is built in.
func TestBuiltinsAreWhole(t *testing.T) {
	what := slices.Sorted(maps.Keys(instances))
	questions := []string{"names(builtins)", "members(builtins)"}
	for _, name := range what {
		questions = append(questions, "names("+instances[name]+")")
	}
	answers := cpython.Eval(t, publicPrelude+"import "+strings.Join(slices.Sorted(maps.Keys(names())), ", "), questions)
	checked := 0
	for name := range strings.FieldsSeq(answers[0].Text + " " + answers[1].Text) {
		if first, _, _ := strings.Cut(name, "."); name == first || !isAbsent(first) {
			checked += checkName(t, name, name)
		}
	}
	for i, answer := range answers[2:] {
		for name := range strings.FieldsSeq(answer.Text) {
			checked += checkName(t, instances[what[i]]+"."+name, what[i]+"."+name, name)
		}
	}
	t.Logf("%d names", checked)
}

// checkName evaluates a name, unless it is absent under one of its names.
func checkName(t *testing.T, text string, names ...string) int {
	t.Helper()
	got := evaluateWithin(t, namesAt(time.Now), text, expr.Limits{})
	missing := strings.HasPrefix(got, "AttributeError: ") || strings.HasPrefix(got, "NameError: ")
	switch reason := slices.ContainsFunc(names, isAbsent); {
	case missing && !reason:
		t.Errorf("%s: %s", text, got)
	case reason && !missing:
		t.Errorf("%s is here, though there is a reason why it should not be", text)
	}
	return 1
}
