package expr

import (
	"strings"
	"sync"
)

// Type is a type as an object: type(o), the second argument of isinstance, and
// when New is there a function that makes instances. It is immutable once the
// first program has seen it, and then safe for concurrent use.
type Type struct {
	// Name is the full name, with its module: "datetime.date". Its last part is
	// __name__ and the TypeName of instances.
	Name string
	// Base is the type that this one refines; nil stands for object.
	Base *Type
	// New makes an instance; nil: instances cannot be made by calling.
	New func(t *Thread, a Args) (Object, error)
	// Attrs are the attributes of the type: a *Method is bound to an instance
	// when it is taken from one, a *Property is asked, all else is given as it
	// is (a constant, or a *Func that works like a static or class method).
	Attrs map[string]Object
}

// TypeName is "type".
func (*Type) TypeName() string { return "type" }

// ShortName is the name without its module: what __name__ gives.
func (ty *Type) ShortName() string {
	return ty.Name[strings.LastIndexByte(ty.Name, '.')+1:]
}

// Is says whether ty is other or refines it.
func (ty *Type) Is(other *Type) bool {
	for ; ty != nil; ty = ty.Base {
		if ty == other {
			return true
		}
	}
	return other == typeObject
}

// find looks an attribute up along the bases.
func (ty *Type) find(name string) Object {
	for ; ty != nil; ty = ty.Base {
		if o, ok := ty.Attrs[name]; ok {
			return o
		}
	}
	return nil
}

// Method is a function that belongs to the instances of a type.
type Method struct {
	Name string
	of   *Type
	plain
	full func(t *Thread, self Object, a Args) (Object, error)
}

// plain is a method without keyword arguments: the evaluator counts its
// arguments, and calls it without making an Args.
type plain struct {
	call     func(t *Thread, self Object, args []Object) (Object, error)
	min, max int
}

// NewMethod makes a method for Type.Attrs. The arguments are without self, and
// must not be kept after the call.
func NewMethod(name string, fn func(t *Thread, self Object, a Args) (Object, error)) *Method {
	return &Method{Name: name, full: fn}
}

// from is the method as it is taken from a type, which then tells what it is
// called with. A host's own methods do not know the type they are put into.
func (m *Method) from(ty *Type) *Method {
	if m.of != nil {
		return m
	}
	taken := *m
	taken.of = ty
	return &taken
}

// TypeName is Python's name for a method that is not bound.
func (*Method) TypeName() string { return "method_descriptor" }

// Property is an attribute of instances that is worked out when it is asked for.
type Property struct {
	Get func(t *Thread, self Object) (Object, error)

	described string // its repr, for those of the built-in types
}

// TypeName is Python's name of it.
func (*Property) TypeName() string { return "getset_descriptor" }

// boundMethod is a method together with its object.
type boundMethod struct {
	self Object
	m    *Method
}

func (*boundMethod) TypeName() string { return "builtin_function_or_method" }

// strangers are the types made up for host objects that have only a name. Their
// number is that of the host's Go types, so that it is bounded.
var strangers sync.Map

func strangerType(name string) *Type {
	if ty, ok := strangers.Load(name); ok {
		return ty.(*Type)
	}
	ty, _ := strangers.LoadOrStore(name, &Type{Name: name})
	return ty.(*Type)
}
