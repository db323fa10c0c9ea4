package web

import (
	"encoding/json"
	"iter"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"time"
	"unicode"

	"althing/hub"
)

// openAPIOperations is the description of all operations.
var openAPIOperations = []operation{
	{method: http.MethodGet, path: "/openapi.json", act: anyone, summary: "This description, as OpenAPI 3.1", out: json.RawMessage{}, run: getOpenAPI},
}

// object is an object of a JSON document, written in the order of its names.
type object = map[string]any

func getOpenAPI(c *call) (any, error) {
	text, err := c.server.document()
	return json.RawMessage(text), err
}

// describe makes the OpenAPI document of a table of operations.
func describe(table []operation) object {
	schemas := schemas{}
	failure := object{"description": "a failure", "content": object{"application/problem+json": object{"schema": schemas.of(reflect.TypeFor[problem]())}}}
	paths := map[string]object{}
	for i := range table {
		o := &table[i]
		if paths[o.route()] == nil {
			paths[o.route()] = object{}
		}
		paths[o.route()][strings.ToLower(o.method)] = o.describe(schemas)
	}
	return object{
		"openapi": "3.1.0",
		"info": object{
			"title": "althing", "version": hub.Version,
			"description": "What a hub can be asked over HTTP. Values are JSON; what JSON has no form for is an object like {\"$bytes\":\"AP8=\"}.",
		},
		"paths": paths,
		"components": object{
			"schemas":   schemas,
			"responses": object{"failure": failure},
			"securitySchemes": object{
				"key":    object{"type": "http", "scheme": "bearer", "description": "the admin key or a user's"},
				"cookie": object{"type": "apiKey", "in": "cookie", "name": "althing", "description": "of a login, with the hub's ID behind the name; all but GET sends X-CSRF-Token as well"},
			},
		},
		"security": []object{{}, {"key": []string{}}, {"cookie": []string{}}},
	}
}

var inPath = regexp.MustCompile(`\{(\w+)\}`)

// describe describes one operation.
func (o *operation) describe(s schemas) object {
	params := []object{}
	for _, part := range inPath.FindAllStringSubmatch(o.path, -1) {
		params = append(params, object{"name": part[1], "in": "path", "required": true, "schema": object{"type": "string"}})
	}
	for _, p := range o.params {
		params = append(params, p.describe("query"))
	}
	responses := object{"default": object{"$ref": "#/components/responses/failure"}}
	for _, p := range o.headers {
		params = append(params, p.describe("header"))
		if p.name == ifNoneMatch.name && reads(o.method) {
			responses["304"] = object{"description": "it is as you have it"}
		}
	}
	switch {
	case o.out != nil:
		responses["200"] = answerOf("application/json", s.of(reflect.TypeOf(o.out)))
	case o.serve == nil:
		responses["204"] = object{"description": "done"}
	case o.kind != "":
		responses["200"] = answerOf(o.kind, object{"type": "string"})
	default:
		responses["101"] = object{"description": "the connection is a WebSocket from now on"}
	}
	d := object{
		"summary": o.summary, "operationId": o.name(), "tags": []string{o.area()}, "parameters": params, "responses": responses,
	}
	if o.in != nil {
		d["requestBody"] = object{"required": true, "content": object{"application/json": object{"schema": s.of(reflect.TypeOf(o.in))}}}
	}
	return d
}

func answerOf(kind string, schema object) object {
	return object{"description": "done", "content": object{kind: object{"schema": schema}}}
}

// name is the operation's name for programs that are made from the document.
func (o *operation) name() string {
	words := strings.FieldsFunc(o.path, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, word := range words {
		words[i] = titled(word)
	}
	if o.plain { // there is a /metrics below /api/v1, too
		words = append(words, "AtRoot")
	}
	return strings.ToLower(o.method) + strings.Join(words, "")
}

// area is the first part of its path.
func (o *operation) area() string {
	area, _, _ := strings.Cut(strings.TrimPrefix(o.path, "/"), "/")
	return area
}

// describe describes a parameter that stands in the query, or in a header.
func (p param) describe(in string) object {
	kind := object{"type": kinds[p.kind].schema}
	if format := kinds[p.kind].format; format != "" {
		kind["format"] = format
	}
	if p.many {
		kind = object{"type": "array", "items": kind}
	}
	d := object{"name": p.name, "in": in, "description": p.help, "schema": kind}
	if p.needed {
		d["required"] = true
	}
	return d
}

func titled(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

// schemas are the descriptions of the structs, by their names.
type schemas map[string]any

// of describes a Go type as encoding/json writes it. Structs are described once.
func (s schemas) of(t reflect.Type) object {
	switch t {
	case reflect.TypeFor[jsonValue](), reflect.TypeFor[json.RawMessage]():
		return object{"description": "any JSON"}
	case reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.String:
		return object{"type": "string"}
	case reflect.Float32, reflect.Float64:
		return object{"type": "number"}
	case reflect.Slice, reflect.Array:
		return object{"type": "array", "items": s.of(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Struct:
		if t.Name() == "" {
			return s.fields(t)
		}
		name := titled(t.Name())
		if s[name] == nil {
			s[name] = object{} // it may be within itself
			s[name] = s.fields(t)
		}
		return object{"$ref": "#/components/schemas/" + name}
	case reflect.Interface:
		return object{}
	}
	return object{"type": "integer"}
}

func (s schemas) fields(t reflect.Type) object {
	fields, required := object{}, []string{}
	for m := range membersOf(t) {
		d := s.of(m.field.Type)
		if help := m.field.Tag.Get("help"); help != "" {
			d["description"] = help
		}
		if m.needed {
			required = append(required, m.name)
			if kind := d["type"]; m.field.Type.Kind() == reflect.Pointer && kind != nil {
				d["type"] = []any{kind, "null"}
			}
		}
		fields[m.name] = d
	}
	return object{"type": "object", "properties": fields, "required": required}
}

// member is a field of a struct, as encoding/json has it.
type member struct {
	name   string
	field  reflect.StructField
	needed bool // it may not be left out
}

// membersOf gives the members of the object that a struct is in JSON.
func membersOf(t reflect.Type) iter.Seq[member] {
	return func(yield func(member) bool) {
		for _, f := range reflect.VisibleFields(t) {
			name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			if !f.IsExported() || f.Anonymous && name == "" || name == "-" {
				continue
			}
			if !yield(member{name, f, !strings.Contains(options, "omit")}) {
				return
			}
		}
	}
}
