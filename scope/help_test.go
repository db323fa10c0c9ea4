package scope_test

import (
	"testing"

	"althing/scope"
)

// TestHelp is there for every name.
func TestHelp(t *testing.T) {
	for _, name := range scope.New(nil, nil).Names() {
		if usage, does, known := scope.Help(name); !known || usage == "" || does == "" {
			t.Errorf("there is no help for %s", name)
		}
	}
}
