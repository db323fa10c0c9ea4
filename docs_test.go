package althing_test

import (
	"os"
	"reflect"
	"regexp"
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
