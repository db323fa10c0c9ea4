package web

import (
	"encoding/json"
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
		params = append(params, p.describe())
	}
	answer := object{"description": "done"}
	status := "200"
	switch {
	case o.out != nil:
		answer["content"] = object{"application/json": object{"schema": s.of(reflect.TypeOf(o.out))}}
	case o.serve == nil:
		status = "204"
	}
	d := object{
		"summary": o.summary, "operationId": o.name(), "tags": []string{o.area()}, "parameters": params,
		"responses": object{status: answer, "default": object{"$ref": "#/components/responses/failure"}},
	}
	if o.in != nil {
		d["requestBody"] = object{"required": true, "content": object{"application/json": object{"schema": s.of(reflect.TypeOf(o.in))}}}
	}
	return d
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

func (p param) describe() object {
	kind := object{"type": kinds[p.kind].schema}
	if format := kinds[p.kind].format; format != "" {
		kind["format"] = format
	}
	if p.many {
		kind = object{"type": "array", "items": kind}
	}
	return object{"name": p.name, "in": "query", "description": p.help, "schema": kind}
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
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || f.Anonymous && name == "" || name == "-" {
			continue
		}
		d := s.of(f.Type)
		if help := f.Tag.Get("help"); help != "" {
			d["description"] = help
		}
		fields[name] = d
		if !strings.Contains(options, "omit") {
			required = append(required, name)
		}
	}
	return object{"type": "object", "properties": fields, "required": required}
}
