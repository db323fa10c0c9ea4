package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"althing/access"
)

// asking are the operations that may have an expression worked out.
var asking = []string{"POST /api/v1/eval"}

func TestTheTableIsWhole(t *testing.T) {
	seen, names, types := map[string]bool{}, map[string]bool{}, map[string]reflect.Type{}
	for i := range operations {
		o := &operations[i]
		at := o.method + " " + o.route()
		switch {
		case seen[at]:
			t.Errorf("%s is there twice", at)
		case names[o.name()]:
			t.Errorf("%s has the name of another, %s", at, o.name())
		case (o.run == nil) == (o.serve == nil):
			t.Errorf("%s has not one answer", at)
		case o.summary == "":
			t.Errorf("%s says nothing of itself", at)
		case !strings.HasPrefix(o.path, "/"):
			t.Errorf("%s has no path", at)
		case o.act == access.Ask && !slices.Contains(asking, at):
			t.Errorf("%s says no act", at)
		case o.act == anyone && !reads(o.method) && o.path != "/session":
			t.Errorf("%s is for everybody and changes something", at)
		case reads(o.method) && (o.in != nil || o.quiet || o.noCSRF):
			t.Errorf("%s reads, and is to be more", at)
		case o.noCSRF && o.path != "/session":
			t.Errorf("%s needs no token", at)
		}
		seen[at], names[o.name()] = true, true
		for _, p := range o.params {
			if p.name == "" || p.help == "" {
				t.Errorf("%s has a parameter that says nothing: %+v", at, p)
			}
		}
		for _, v := range []any{o.in, o.out} {
			noteTypes(t, types, reflect.TypeOf(v))
		}
	}
}

// noteTypes sees to it that two structs have two names in the OpenAPI document.
func noteTypes(t *testing.T, types map[string]reflect.Type, typ reflect.Type) {
	t.Helper()
	for typ != nil && (typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice || typ.Kind() == reflect.Map) {
		typ = typ.Elem()
	}
	if typ == nil || typ.Kind() != reflect.Struct || typ == reflect.TypeFor[jsonValue]() {
		return
	}
	if name := titled(typ.Name() + " "); types[name] == nil {
		types[name] = typ
		for _, f := range reflect.VisibleFields(typ) {
			if f.IsExported() && f.Tag.Get("json") == "" && !f.Anonymous && typ.PkgPath() == reflect.TypeFor[problem]().PkgPath() {
				t.Errorf("%v.%s has no name in JSON", typ, f.Name)
			}
			noteTypes(t, types, f.Type)
		}
	} else if types[name] != typ {
		t.Errorf("%v and %v have one name", typ, types[name])
	}
}

// TestTheDocumentIsWhole reads the OpenAPI document: every operation is in it, and
// what it refers to.
func TestTheDocumentIsWhole(t *testing.T) {
	text, err := json.Marshal(describe(operations))
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID string
			Parameters  []struct{ Name, In string }
			RequestBody *struct {
				Content map[string]struct{ Schema any }
			}
			Responses map[string]any
		}
		Components struct{ Schemas map[string]any }
	}
	if err := json.Unmarshal(text, &doc); err != nil || doc.OpenAPI != "3.1.0" {
		t.Fatal(doc.OpenAPI, err)
	}
	count := 0
	for i := range operations {
		o := &operations[i]
		d, there := doc.Paths[o.route()][strings.ToLower(o.method)]
		count++
		if !there || d.OperationID == "" || d.Responses["default"] == nil || len(d.Responses) < 2 {
			t.Errorf("%s %s: %+v", o.method, o.route(), d)
		}
		if has := d.RequestBody != nil; has != (o.in != nil) {
			t.Errorf("%s %s has a body: %v", o.method, o.route(), has)
		}
		for _, p := range inPath.FindAllStringSubmatch(o.path, -1) {
			if !slices.ContainsFunc(d.Parameters, func(had struct{ Name, In string }) bool { return had.Name == p[1] && had.In == "path" }) {
				t.Errorf("%s %s lacks %s", o.method, o.route(), p[1])
			}
		}
	}
	for _, ref := range regexp.MustCompile(`#/components/schemas/(\w+)`).FindAllStringSubmatch(string(text), -1) {
		if doc.Components.Schemas[ref[1]] == nil {
			t.Errorf("%s is described nowhere", ref[1])
		}
	}
	if count == 0 || len(doc.Components.Schemas) == 0 {
		t.Error("it is empty")
	}
}

// TestWhatIsDescribedOfAnswers holds what JSON alone does not say.
func TestWhatIsDescribedOfAnswers(t *testing.T) {
	text, err := json.Marshal(describe(operations)["paths"])
	if err != nil {
		t.Fatal(err)
	}
	var paths map[string]map[string]struct {
		Parameters []struct {
			Name, In string
			Required bool
		}
		Responses map[string]struct{ Content map[string]any }
	}
	if err := json.Unmarshal(text, &paths); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/healthz": "200 text/plain", "/metrics": "200 text/plain", "/ws": "101 ",
		"/api/v1/events": "200 text/event-stream", "/api/v1/registry/{key}": "200 application/json",
	} {
		status, kind, _ := strings.Cut(want, " ")
		answer, there := paths[path]["get"].Responses[status]
		if _, has := answer.Content[kind]; !there || has != (kind != "") {
			t.Errorf("%s is described with %v", path, paths[path]["get"].Responses)
		}
	}
	if _, there := paths["/api/v1/registry/{key}"]["get"].Responses["304"]; !there {
		t.Error("an answer 304 is not described")
	}
	for at, want := range map[string]string{
		"put /api/v1/registry/{key}": "path key true, query ttl false, query hub false, header If-Match false, header If-None-Match false, ",
		"delete /api/v1/registry":    "query pattern true, query hub false, ",
		"get /api/v1/events":         "query topic true, ",
	} {
		method, path, _ := strings.Cut(at, " ")
		var got strings.Builder
		for _, p := range paths[path][method].Parameters {
			fmt.Fprint(&got, p.In, " ", p.Name, " ", p.Required, ", ")
		}
		if got.String() != want {
			t.Errorf("%s takes %s", at, got.String())
		}
	}
}

// TestTheManualHasEveryArea looks for what there is in the page about it.
func TestTheManualHasEveryArea(t *testing.T) {
	manual, err := os.ReadFile("../../docs/http-api.md")
	if err != nil {
		t.Fatal(err)
	}
	for i := range operations {
		if o := &operations[i]; !strings.Contains(string(manual), "/"+o.area()) {
			t.Errorf("nothing is said of %s", o.route())
		}
	}
}

func TestSchemas(t *testing.T) {
	type inner struct {
		A int `json:"a"`
	}
	type outer struct {
		inner
		List  []inner           `json:"list,omitempty" help:"some"`
		Of    map[string]*outer `json:"of"`
		Value jsonValue         `json:"value"`
		Any   any               `json:"any"`
		When  *time.Time        `json:"when"`
		Then  *time.Time        `json:"then,omitempty"`
		Left  string            `json:"-"`
	}
	s := schemas{}
	s.of(reflect.TypeFor[outer]())
	got, err := json.Marshal(s["Outer"])
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"properties":{"a":{"type":"integer"},"any":{},` +
		`"list":{"description":"some","items":{"$ref":"#/components/schemas/Inner"},"type":"array"},` +
		`"of":{"additionalProperties":{"$ref":"#/components/schemas/Outer"},"type":"object"},` +
		`"then":{"format":"date-time","type":"string"},"value":{"description":"any JSON"},` +
		`"when":{"format":"date-time","type":["string","null"]}},` +
		`"required":["a","of","value","any","when"],"type":"object"}`
	if string(got) != want {
		t.Errorf("%s", got)
	}
}

// FuzzParams reads queries and bodies as they come.
func FuzzParams(f *testing.F) {
	for _, seed := range [][2]string{
		{"pattern=a.*&limit=5", `{"text":"1"}`},
		{"limit=%zz", `[`},
		{"a;b", `{"text":1}`},
		{"limit=99999999999999999999", `null`},
		{"ttl=1h&at=2026-01-31T12:00:00Z&live=true", `{"text":"\ud800"}`},
		{"hub=a&hub=b", `{"text":"a","x":{}}`},
		{"", "\xff"},
	} {
		f.Add(seed[0], seed[1])
	}
	o := &operation{params: []param{
		{name: "pattern"},
		{name: "limit", kind: aNumber},
		{name: "ttl", kind: aDuration},
		{name: "at", kind: aTime},
		{name: "topic", many: true},
		hubParam,
	}}
	f.Fuzz(func(t *testing.T, query, body string) {
		r, err := http.NewRequest(http.MethodGet, "http://127.0.0.1/", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.URL.RawQuery = query
		c := &call{Request: r, operation: o}
		if c.checkParams() == nil {
			if n := c.number("limit", 5, 1, 10); n < 1 || n > 10 {
				t.Errorf("a limit of %d", n)
			}
			if c.given("at") && c.text("at") != "" && c.time("at").IsZero() && !strings.HasPrefix(c.text("at"), "0001") {
				t.Errorf("the time %q was let in", c.text("at"))
			}
			_, _ = c.duration("ttl"), c.texts("topic")
		}
		var in evalIn
		_ = decode([]byte(body), &in)
		var v jsonValue
		if decode([]byte(body), &v) == nil && v.Value == nil {
			t.Errorf("%q is no value", body)
		}
	})
}

func FuzzConditions(f *testing.F) {
	for _, seed := range []string{`"5"`, `*`, `W/"5"`, `"5", "6"`, `""`, `5`, `"`, `"5`, `"-1"`, `"18446744073709551616"`, `,,`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		c := &call{Request: &http.Request{Header: http.Header{"If-Match": {header}}}}
		is := c.condition("If-Match")
		if !is.given || is.holds(0) {
			t.Errorf("%q: %+v", header, is)
		}
		if is.holds(5) && !is.any && !strings.Contains(header, `"5"`) && !strings.Contains(header, `05"`) && !strings.Contains(header, `"+5"`) {
			t.Errorf("%q holds for 5", header)
		}
	})
}
