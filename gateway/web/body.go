package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"althing/fault"
)

// readBody reads and decodes what an operation takes.
func (c *call) readBody(w http.ResponseWriter) error {
	if c.operation.in == nil {
		if c.ContentLength != 0 && !reads(c.Method) {
			return failed(http.StatusBadRequest, fault.Invalid, "this path takes no body")
		}
		return nil
	}
	if kind, _, err := mime.ParseMediaType(c.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return failed(http.StatusUnsupportedMediaType, fault.Invalid, "the body is to be JSON, with Content-Type: application/json")
	}
	size := c.ContentLength
	if size < 0 || size > mostBody {
		size = mostBody
	}
	if err := c.hold(size); err != nil {
		return err
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, c.Body, mostBody))
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return failed(http.StatusRequestEntityTooLarge, fault.Limit, "the body may have %d bytes", tooLarge.Limit)
	}
	if err != nil {
		return failed(http.StatusBadRequest, fault.Invalid, "the body did not arrive")
	}
	in := reflect.New(reflect.TypeOf(c.operation.in))
	if err := decode(body, in.Interface()); err != nil {
		return err
	}
	c.in = in.Interface()
	return nil
}

// decode reads a body; what the operation does not know, or what it needs and does not
// get, is a mistake.
func decode(body []byte, into any) error {
	if !utf8.Valid(body) {
		return fault.New(fault.Invalid, "the body cannot be read: it is no text in UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return unread(err)
	}
	if _, more := d.Token(); more != io.EOF {
		return fault.New(fault.Invalid, "more than one JSON value is in the body")
	}
	return whole(body, reflect.TypeOf(into).Elem())
}

// unread says why a body cannot be read, without the names of our types.
func unread(err error) error {
	if own, ok := errors.AsType[*fault.Error](err); ok {
		return own
	}
	if other, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		what := "it"
		if other.Field != "" {
			what = strconv.Quote(other.Field)
		}
		return fault.New(fault.Invalid, "the body cannot be read: %s is to be %s, not the JSON %.40s", what, inWords(other.Type), other.Value)
	}
	return fault.New(fault.Invalid, "the body cannot be read: %.200s", strings.TrimPrefix(err.Error(), "json: "))
}

// inWords names a type for those who write JSON.
func inWords(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return kinds[aText].help
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list"
	case reflect.Struct, reflect.Map:
		return "an object"
	}
	return kinds[aNumber].help
}

// whole looks for what encoding/json lets pass: a body that is null, members that are
// missing, which would be empty, and those that are written otherwise, as TEXT.
func whole(body []byte, t reflect.Type) error {
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[jsonValue]() {
		return nil
	}
	var given map[string]json.RawMessage
	if err := json.Unmarshal(body, &given); err != nil || given == nil {
		return fault.New(fault.Invalid, "the body cannot be read: it is to be an object")
	}
	for m := range membersOf(t) {
		if text, there := given[m.name]; m.needed && (!there || string(text) == "null") {
			return fault.New(fault.Invalid, "%q is missing in the body", m.name)
		}
		delete(given, m.name)
	}
	for name := range given {
		return fault.New(fault.Invalid, "the body cannot be read: unknown field %.40q", name)
	}
	return nil
}
