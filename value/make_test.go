package value_test

import (
	"testing"

	"althing/value"
)

func TestWhatProgramsWriteDown(t *testing.T) {
	if got := value.Repr(value.DictOf("name", value.Str("lamp"), "on", value.Bool(true), "name", value.Str("bulb"))); got != "{'name': 'bulb', 'on': True}" {
		t.Errorf("the dict is %s", got)
	}
	if got := value.Repr(value.DictOf()); got != "{}" {
		t.Errorf("without anything it is %s", got)
	}
	if got := value.Repr(value.Texts([]string{"a", "", "b"})); got != "['a', '', 'b']" {
		t.Errorf("the list is %s", got)
	}
}
