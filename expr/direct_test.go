package expr

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// readDirectly are texts that are read directly, and notDirectly texts like them that the
// parser of everything reads, or refuses.
var (
	readDirectly = []string{
		"f()", "f( )", "getReg('a')", `getReg("a b")`, "setReg('lamp',3)", "setReg( 'lamp' , 3 )", "f(0, 7, 123456789012345678)",
		"f(1.5, 0.25, 1., 12.000)", "f(-1, -2.5, -0)", "f(-0.0)", "f(True, False, None)", "f('')", "f('', \"\")", "f('T=21,5°C (innen)')", "_f2('#')", "f('x', 'y', 'z')",
	}
	notDirectly = []string{
		"f", "f(", "f()x", "f() ", " f()", "f(x)", "f(--1)", "f(- 1)", "f(-)", "f(-x)", "f(.5)", "f(-.5)", "f(-007)", "f(1,)", "f(,)", "f(1 2)", "f('a' 'b')", "f('''a''')", `f('a\n')`, "f('a", "f('a\x00')",
		"f('a\tb')", "f('\xff')", "f(007)", "f(00)", "f(1234567890123456789)", "f(1e5)", "f(1_000)", "f(0x10)", "f(1j)", "f(1.5.2)", "f(1if x else 2)", "f(1)[0]",
		"f(1)(2)", "f(a=1)", "f(*'ab')", "f(1, 2, 3, 4, 5)", "not('x')", "lambda('x')", "None('x')", "if(1)", "f.g(1)", "2(1)", "f(True1)", "f(Nonsense)",
		"f(r'a')", "f(b'a')", "f(f'a')", "é('x')", "f(1)\ng(2)", "f(1);g(2)", "f(1) # x", "print('x') if 1 else 2",
	}
)

// TestDirect holds what is read directly beside what the parser makes of it.
func TestDirect(t *testing.T) {
	var p Parser
	for _, src := range readDirectly {
		if !p.direct.parse(src) {
			t.Errorf("%s is not read directly", src)
		}
		sameAsParsed(t, &p, src)
	}
	for _, src := range notDirectly {
		if p.direct.parse(src) {
			t.Errorf("%s is read directly", src)
		}
	}
}

func sameAsParsed(t *testing.T, p *Parser, src string) {
	t.Helper()
	if !p.direct.parse(src) {
		return
	}
	whole, err := parse(src)
	if err != nil {
		t.Fatalf("%q is read directly, but to the parser it is %v", src, err)
	}
	direct, parsed := theCall(&p.direct.Program), theCall(whole)
	if parsed == nil || !reflect.DeepEqual(direct, parsed) {
		t.Fatalf("%q is read as %v, to the parser it is %v", src, direct, parsed)
	}
	if d := &p.direct.Program; d.slots != whole.slots || d.captured != whole.captured || d.Expression() != whole.Expression() {
		t.Fatalf("%q: %+v, to the parser %+v", src, d, whole)
	}
}

// theCall is the call that a program is, in a form that can be compared and shown.
func theCall(p *Program) []string {
	s, ok := p.body[0].(*expressionStatement)
	if !ok || len(p.body) != 1 {
		return nil
	}
	c, ok := s.x.(*call)
	if !ok || c.consts == nil {
		return nil
	}
	fn := c.fn.(*global)
	list := []string{fn.name, fmt.Sprint(fn.builtin == builtins[fn.name])}
	for _, o := range c.consts {
		list = append(list, fmt.Sprintf("%T %#v", o, o))
	}
	return list
}

// TestParserForgets: an argument of the text before is not one of this text.
func TestParserForgets(t *testing.T) {
	var p Parser
	for _, src := range []string{"f(1, 2, 3)", "f('x')", "f(1", "f()", "f(1, 2)"} {
		sameAsParsed(t, &p, src)
	}
}

func FuzzDirect(f *testing.F) {
	for _, src := range append(readDirectly, notDirectly...) {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		if len(src) > 1<<12 || strings.Count(src, "(") > 100 {
			return
		}
		sameAsParsed(t, new(Parser), src)
	})
}
