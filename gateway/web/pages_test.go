package web_test

import (
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// There is no build step that would look at the pages as a whole: these tests do. They
// read JavaScript and CSS by the form in which both are written here, a statement's
// beginning at the beginning of its line.

const longestAsset = 400 // lines of a file that a person has before them at once

var (
	comment     = regexp.MustCompile(`(?ms)^\s*/\*.*?\*/|^\s*//[^\n]*$|\s//\s[^\n]*$`)
	importing   = regexp.MustCompile(`(?m)^import (?:(\w+)|\* as (\w+)|\{([^}]*)\}) from "([^"]+)";`)
	passing     = regexp.MustCompile(`(?m)^export \* from "([^"]+)";`)
	exporting   = regexp.MustCompile(`(?m)^export (?:(default)\b|(?:async )?(?:function|class|const|let) (\w+))`)
	navPage     = regexp.MustCompile(`page\("(/\w*)", "(\w+)"`)
	pageStyle   = regexp.MustCompile(`(?m)^\tcss: "([^"]+)"`)
	reference   = regexp.MustCompile(`(?:href|src)="(/assets/[^"]+)"`)
	selector    = regexp.MustCompile(`([^{}]*)\{`)
	class       = regexp.MustCompile(`\.([a-zA-Z][\w-]*)`)
	classInCode = regexp.MustCompile(`(?:class: |classList\.\w+\()"([^"]*)"`)
	definition  = regexp.MustCompile(`(--[a-z][\w-]*):`)
	variable    = regexp.MustCompile(`var\((--[a-z][\w-]*)`)
	iconName    = regexp.MustCompile(`\bicon(?:: |\()"(\w+)"`)
	iconTable   = regexp.MustCompile(`(?ms)^const icons = \{(.*?)^\};`)
	iconEntry   = regexp.MustCompile(`(?m)^\t(\w+): "`)
)

// module is what a file of JavaScript takes and gives.
type module struct {
	code    string              // without its comments
	exports map[string]bool     // name → whether another file takes it
	imports map[string][]string // file → names; "*" for all of them
	passes  []string            // files whose exports are its own, too
}

func readAssets(t *testing.T) (modules map[string]*module, styles map[string]string) {
	t.Helper()
	modules, styles = map[string]*module{}, map[string]string{}
	err := fs.WalkDir(os.DirFS("assets"), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Dir(name) == "vendor" {
			return err
		}
		content, err := os.ReadFile(path.Join("assets", name))
		if lines := strings.Count(string(content), "\n"); lines > longestAsset {
			t.Errorf("%s has %d lines, of at most %d", name, lines, longestAsset)
		}
		switch code := comment.ReplaceAllString(string(content), ""); path.Ext(name) {
		case ".js":
			modules[name] = readModule(name, code)
		case ".css":
			styles[name] = code
		}
		return err
	})
	if err != nil || len(modules) == 0 || len(styles) == 0 {
		t.Fatalf("%d modules, %d styles; %v", len(modules), len(styles), err)
	}
	return modules, styles
}

func readModule(name, code string) *module {
	m := &module{code: code, exports: map[string]bool{}, imports: map[string][]string{}}
	for _, found := range exporting.FindAllStringSubmatch(code, -1) {
		m.exports[found[1]+found[2]] = false
	}
	for _, found := range passing.FindAllStringSubmatch(code, -1) {
		m.passes = append(m.passes, path.Join(path.Dir(name), found[1]))
	}
	for _, found := range importing.FindAllStringSubmatch(code, -1) {
		from := path.Join(path.Dir(name), found[4])
		switch {
		case found[1] != "":
			m.imports[from] = append(m.imports[from], "default")
		case found[2] != "":
			m.imports[from] = append(m.imports[from], "*")
			for _, used := range regexp.MustCompile(`[^/]\b`+found[2]+`\.(\w+)`).FindAllStringSubmatch(code, -1) {
				m.imports[from] = append(m.imports[from], used[1])
			}
		default:
			for taken := range strings.SplitSeq(found[3], ",") {
				original, _, _ := strings.Cut(strings.TrimSpace(taken), " as ")
				m.imports[from] = append(m.imports[from], original)
			}
		}
	}
	return m
}

// take marks an export as taken, in the file itself or in one that it passes on.
func take(modules map[string]*module, file, name string) bool {
	m := modules[file]
	if m == nil {
		return false
	}
	if _, has := m.exports[name]; has {
		m.exports[name] = true
		return true
	}
	return slices.ContainsFunc(m.passes, func(other string) bool { return take(modules, other, name) })
}

// TestModules follows what the files of the dashboard import from each other: a name that
// is missing shows itself only to the person who opens that page.
func TestModules(t *testing.T) {
	modules, styles := readAssets(t)
	page, err := os.ReadFile("assets/index.html")
	if err != nil {
		t.Fatal(err)
	}
	loaded := map[string]bool{} // what somebody loads
	for _, found := range reference.FindAllStringSubmatch(string(page), -1) {
		name := strings.TrimPrefix(found[1], "/assets/")
		loaded[name] = true
		if _, err := os.Stat(path.Join("assets", name)); err != nil {
			t.Errorf("index.html: %v", err)
		}
	}
	pages := navPage.FindAllStringSubmatch(modules["js/nav.js"].code, -1)
	if len(pages) < 10 {
		t.Errorf("nav.js has %d pages", len(pages))
	}
	for _, found := range pages {
		file := "pages/" + found[2] + ".js"
		loaded[file] = true
		if !take(modules, file, "default") {
			t.Errorf("nav.js leads to %s, which is no page", file)
		}
	}
	for name, m := range modules {
		for _, found := range pageStyle.FindAllStringSubmatch(m.code, -1) {
			loaded["pages/"+found[1]] = true
			if styles["pages/"+found[1]] == "" {
				t.Errorf("%s: there is no pages/%s", name, found[1])
			}
		}
		// What it takes cannot be seen here: pages alone are loaded like this, by their names.
		if hidden := regexp.MustCompile(`import\([^\x60]|import\(\x60[^/]`).FindString(m.code); hidden != "" {
			t.Errorf("%s: %s… is to be an import at its top", name, hidden)
		}
		body := importing.ReplaceAllString(m.code, "")
		for from, names := range m.imports {
			loaded[from] = true
			if modules[from] == nil {
				t.Errorf("%s imports from %s, which is not there", name, from)
				continue
			}
			for _, taken := range names {
				if taken != "*" && !take(modules, from, taken) {
					t.Errorf("%s imports %s, which %s does not export", name, taken, from)
				}
			}
		}
		for _, found := range importing.FindAllStringSubmatch(m.code, -1) {
			for taken := range strings.SplitSeq(found[1]+found[2]+found[3], ",") {
				fields := strings.Fields(taken) // the last is the name it has here
				if here := fields[len(fields)-1]; !regexp.MustCompile(`\b` + here + `\b`).MatchString(body) {
					t.Errorf("%s imports %s and does not use it", name, here)
				}
			}
		}
		for _, from := range m.passes {
			loaded[from] = true
		}
	}
	for name, m := range modules {
		if !loaded[name] {
			t.Errorf("nobody loads %s", name)
		}
		for _, other := range modules {
			for export := range other.exports {
				if name != "pages/devices-programs.js" && isCalledOnly(m.code, export) { // programs in other languages
					t.Errorf("%s calls %s and does not import it", name, export)
				}
			}
		}
		for export, taken := range m.exports {
			if !taken {
				t.Errorf("nobody imports %s from %s", export, name)
			}
		}
	}
	for name := range styles {
		if !loaded[name] {
			t.Errorf("nobody loads %s", name)
		}
	}
}

// isCalledOnly says whether code calls a function that it nowhere imports, declares or
// takes.
func isCalledOnly(code, name string) bool {
	if !strings.Contains(code, name+"(") {
		return false
	}
	called := regexp.MustCompile(`[^.\w#]` + name + `\(`)
	method := regexp.MustCompile(name + `\([^()]*\) \{`)
	mentioned := regexp.MustCompile(`(?:function |[^.\w])` + name + `(?:[^\w(]|\()`)
	others := mentioned.FindAllString(code, -1)
	calls := len(called.FindAllString(code, -1))
	declared := strings.Contains(code, "function "+name+"(") || method.MatchString(code)
	return calls > 0 && !declared && len(others) == calls
}

// TestFirstPageIsPreloaded compares what index.html asks for ahead with what the overview
// needs: a file left out is a round trip more, one too many is loaded for nothing.
func TestFirstPageIsPreloaded(t *testing.T) {
	modules, _ := readAssets(t)
	page, err := os.ReadFile("assets/index.html")
	if err != nil {
		t.Fatal(err)
	}
	ahead := map[string]bool{}
	for _, found := range reference.FindAllStringSubmatch(string(page), -1) {
		if path.Ext(found[1]) == ".js" && found[1] != "/assets/js/theme.js" { // which is no module
			ahead[strings.TrimPrefix(found[1], "/assets/")] = true
		}
	}
	needed := map[string]bool{}
	var need func(name string)
	need = func(name string) {
		if needed[name] || modules[name] == nil {
			return
		}
		needed[name] = true
		for from := range modules[name].imports {
			need(from)
		}
		for _, from := range modules[name].passes {
			need(from)
		}
	}
	need("js/app.js")
	need("pages/overview.js")
	if !maps.Equal(ahead, needed) {
		t.Errorf("index.html asks for\n%q, the overview needs\n%q", slices.Sorted(maps.Keys(ahead)), slices.Sorted(maps.Keys(needed)))
	}
}

// TestPolicyIsKept looks for what the content security policy forbids, which browsers
// leave out without a word to the person before them, and for ways by which a value could
// become a part of the page.
func TestPolicyIsKept(t *testing.T) {
	page, err := os.ReadFile("assets/index.html")
	if err != nil {
		t.Fatal(err)
	}
	inPage := regexp.MustCompile(`\sstyle=|<style|\son\w+=|javascript:|<script[^>]*>[^<]|https?://`)
	if found := inPage.FindString(string(page)); found != "" {
		t.Errorf("index.html has %s", found)
	}
	inCode := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|setHTML|createContextualFragment|DOMParser|document\.write|\beval\(|new Function|javascript:|set(?:Timeout|Interval)\(["` + "`" + `]|setAttribute\("(?:style|on\w+)"|cssText|style: ["` + "`" + `]|https?://[\w.]+`)
	inStyle := regexp.MustCompile(`@import|url\(|https?:|expression\(`)
	modules, styles := readAssets(t)
	for name, m := range modules {
		for _, found := range inCode.FindAllString(m.code, -1) {
			if found != "http://www.w3.org" { // the name of SVG, from which nothing is fetched
				t.Errorf("%s has %s", name, found)
			}
		}
	}
	for name, style := range styles {
		if found := inStyle.FindString(style); found != "" {
			t.Errorf("%s has %s", name, found)
		}
	}
}

// TestStyles compares the classes, custom properties and pictograms that there are with
// those that are used.
func TestStyles(t *testing.T) {
	modules, styles := readAssets(t)
	page, err := os.ReadFile("assets/index.html")
	if err != nil {
		t.Fatal(err)
	}
	code := string(page)
	for _, m := range modules {
		code += m.code
	}
	style := strings.Join(slices.Collect(maps.Values(styles)), "")
	said := map[string]bool{} // words of the code
	for word := range strings.FieldsFuncSeq(code, func(r rune) bool { return !isWord(r) }) {
		said[word] = true
	}
	styled := map[string]bool{}
	for name, s := range styles {
		for _, rule := range selector.FindAllStringSubmatch(s, -1) {
			for _, found := range class.FindAllStringSubmatch(rule[1], -1) {
				styled[found[1]] = true
				kind, which, _ := strings.Cut(found[1], "-")
				isPage := kind == "page" && modules["pages/"+which+".js"] != nil
				isComputed := said[kind+"-"] // `series-${n}`
				isPlots := kind == "u" || kind == "uplot"
				if !said[found[1]] && !isPage && !isComputed && !isPlots {
					t.Errorf("%s: nobody has the class %s", name, found[1])
				}
			}
		}
	}
	for name, m := range modules {
		for _, found := range classInCode.FindAllStringSubmatch(m.code, -1) {
			for word := range strings.FieldsSeq(found[1]) {
				if !styled[word] {
					t.Errorf("%s: no style for the class %s", name, word)
				}
			}
		}
	}
	for _, found := range definition.FindAllStringSubmatch(style, -1) {
		if !strings.Contains(style, "var("+found[1]) && !said[found[1]] {
			t.Errorf("nobody uses %s", found[1])
		}
	}
	for _, found := range variable.FindAllStringSubmatch(style, -1) {
		if !strings.Contains(style, found[1]+":") && !said[found[1]] {
			t.Errorf("nobody sets %s", found[1])
		}
	}
}

func isWord(r rune) bool {
	return r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r)
}

// TestPictograms looks for pictograms that are not drawn, and for those nobody shows.
func TestPictograms(t *testing.T) {
	modules, _ := readAssets(t)
	drawn := map[string]bool{} // whether somebody shows it
	for _, found := range iconEntry.FindAllStringSubmatch(iconTable.FindString(modules["js/ui.js"].code), -1) {
		drawn[found[1]] = false
	}
	for name, m := range modules {
		for _, found := range slices.Concat(iconName.FindAllStringSubmatch(m.code, -1), navPage.FindAllStringSubmatch(m.code, -1)) {
			shown := found[len(found)-1]
			if _, is := drawn[shown]; !is {
				t.Errorf("%s: there is no pictogram %s", name, shown)
			}
		}
		for icon := range drawn {
			drawn[icon] = drawn[icon] || strings.Contains(m.code, `"`+icon+`"`)
		}
	}
	for icon, shown := range drawn {
		if !shown {
			t.Errorf("nobody shows the pictogram %s", icon)
		}
	}
}
