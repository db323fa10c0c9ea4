package althing_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"althing"
)

// TestTheNamesOfTheDocsExist looks up what docs/framework.md calls by its type.
func TestTheNamesOfTheDocsExist(t *testing.T) {
	text, err := os.ReadFile("docs/framework.md")
	if err != nil {
		t.Fatal(err)
	}
	types := map[string]reflect.Type{}
	for _, v := range []any{
		&althing.Server{}, &althing.Client{}, &althing.ClientOptions{}, &althing.Conn{}, &althing.Message{}, &althing.Command{}, &althing.Call{},
		&althing.Answer{}, &althing.Channel{}, &althing.Service{}, &althing.Output{}, &althing.Limits{},
	} {
		types[reflect.TypeOf(v).Elem().Name()] = reflect.TypeOf(v)
	}
	names := regexp.MustCompile(`\b([A-Z]\w+)\.([A-Z]\w+)`).FindAllStringSubmatch(string(text), -1)
	for _, name := range names {
		of := types[name[1]]
		if of == nil {
			t.Errorf("there is no type %s", name[1])
			continue
		}
		_, method := of.MethodByName(name[2])
		_, field := of.Elem().FieldByName(name[2])
		if !method && !field {
			t.Errorf("there is no %s", name[0])
		}
	}
	if len(names) < 50 {
		t.Errorf("only %d names were looked up", len(names))
	}
}

// TestTheReadmeNamesEveryDocument looks for each document in README.md's list, which
// is the index of docs.
func TestTheReadmeNamesEveryDocument(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	documents, err := filepath.Glob("docs/*.md")
	if err != nil || len(documents) == 0 {
		t.Fatal("there are no documents", err)
	}
	for _, path := range documents {
		name := filepath.ToSlash(path)
		if n := strings.Count(string(readme), "\n- ["+name+"]("+name+"): "); n != 1 {
			t.Errorf("README.md lists %s %d times", name, n)
		}
	}
}

// TestTheLinksOfTheDocsLeadSomewhere follows every link from one file to another, and
// to a heading of it.
func TestTheLinksOfTheDocsLeadSomewhere(t *testing.T) {
	files, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, "README.md", "CONTRIBUTING.md", "CHANGELOG.md")
	link := regexp.MustCompile(`\]\(([^)\s:#]*)(?:#([^)\s]*))?\)`)
	followed := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range link.FindAllStringSubmatch(string(text), -1) {
			to := file
			if found[1] != "" {
				to = filepath.Join(filepath.Dir(file), found[1])
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s links to %s, which is not there", file, found[1])
				continue
			}
			if found[2] != "" && !headings(t, to)[found[2]] {
				t.Errorf("%s links to %s, which has no heading #%s", file, to, found[2])
			}
			followed++
		}
	}
	if followed < 100 {
		t.Errorf("only %d links were followed", followed)
	}
}

// headings are the names by which a page's headings are linked to.
func headings(t *testing.T, file string) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	dropped := regexp.MustCompile(`[^\p{L}\p{N}_ -]`)
	for _, h := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(string(text), -1) {
		names[strings.ReplaceAll(dropped.ReplaceAllString(strings.ToLower(h[1]), ""), " ", "-")] = true
	}
	return names
}
