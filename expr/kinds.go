package expr

import (
	"maps"

	"althing/value"
)

// kind tells the built-in types with methods apart, for tables of methods by
// name.
type kind uint8

const (
	kindOther kind = iota
	kindInt
	kindFloat
	kindComplex
	kindStr
	kindBytes
	kindByteArray
	kindList
	kindTuple
	kindDict
	kindSet
	kindFrozenSet
	kindRange
	kindView
	kinds
)

func kindOf(o Object) kind {
	switch o := o.(type) {
	case value.Str:
		return kindStr
	case *List:
		return kindList
	case *Dict:
		return kindDict
	case value.Int, value.Bool, value.Big:
		return kindInt
	case value.Float:
		return kindFloat
	case *Set:
		if o.frozen {
			return kindFrozenSet
		}
		return kindSet
	case *Tuple:
		return kindTuple
	case value.Bytes:
		return kindBytes
	case *ByteArray:
		return kindByteArray
	case value.Complex:
		return kindComplex
	case *Range:
		return kindRange
	case *dictView:
		return kindView
	}
	return kindOther
}

// The built-in types. Their attributes and constructors are filled in by the
// init functions beside the methods.
var (
	typeObject    = &Type{Name: "object"}
	typeType      = &Type{Name: "type"}
	typeNone      = &Type{Name: "NoneType"}
	typeInt       = &Type{Name: "int"}
	typeBool      = &Type{Name: "bool", Base: typeInt}
	typeFloat     = &Type{Name: "float"}
	typeComplex   = &Type{Name: "complex"}
	typeStr       = &Type{Name: "str"}
	typeBytes     = &Type{Name: "bytes"}
	typeByteArray = &Type{Name: "bytearray"}
	typeList      = &Type{Name: "list"}
	typeTuple     = &Type{Name: "tuple"}
	typeDict      = &Type{Name: "dict"}
	typeSet       = &Type{Name: "set"}
	typeFrozenSet = &Type{Name: "frozenset"}
	typeRange     = &Type{Name: "range"}
	typeSlice     = &Type{Name: "slice"}
	typeKeys      = &Type{Name: "dict_keys"}
	typeValues    = &Type{Name: "dict_values"}
	typeItems     = &Type{Name: "dict_items"}
	typeEnumerate = &Type{Name: "enumerate"}
	typeZip       = &Type{Name: "zip"}
	typeMap       = &Type{Name: "map"}
	typeFilter    = &Type{Name: "filter"}
	typeReversed  = &Type{Name: "reversed"}
	typeMethod    = &Type{Name: "method_descriptor"}
	typeFunc      = &Type{Name: "builtin_function_or_method"}
)

// byKind are the types whose methods the tables hold.
var byKind = [kinds]*Type{
	kindInt: typeInt, kindFloat: typeFloat, kindComplex: typeComplex, kindStr: typeStr,
	kindBytes: typeBytes, kindByteArray: typeByteArray, kindList: typeList, kindTuple: typeTuple,
	kindDict: typeDict, kindSet: typeSet, kindFrozenSet: typeFrozenSet, kindRange: typeRange,
}

// methodTables are the methods of the built-in types by name.
var methodTables = map[string]*[kinds]*Method{}

// typeOf is type(o).
func typeOf(o Object) *Type {
	switch o := o.(type) {
	case value.Bool:
		return typeBool
	case value.None:
		return typeNone
	case *Type:
		return typeType
	case *Slice:
		return typeSlice
	case *dictView:
		return [...]*Type{typeKeys, typeValues, typeItems}[o.what]
	case *enumerateIter:
		return typeEnumerate
	case *zipIter, *zipTwoIter:
		return typeZip
	case *mapIter:
		return typeMap
	case *filterIter:
		return typeFilter
	case *Func, *boundMethod:
		return typeFunc
	case *Method:
		return typeMethod
	case HasType:
		return o.Type()
	}
	if ty := byKind[kindOf(o)]; ty != nil {
		return ty
	}
	return strangerType(o.TypeName())
}

// TypeOf is type(o).
func TypeOf(o Object) *Type { return typeOf(o) }

// define adds attributes to a built-in type.
func (ty *Type) define(attrs map[string]Object) {
	if ty.Attrs == nil {
		ty.Attrs = map[string]Object{}
	}
	maps.Copy(ty.Attrs, attrs)
	for name, o := range attrs {
		if p, ok := o.(*Property); ok {
			p.described = "<attribute '" + name + "' of '" + ty.Name + "' objects>"
		}
	}
}

// methods adds methods to a built-in type and to the tables.
func (ty *Type) methods(list ...*Method) {
	for _, m := range list {
		m.of = ty
		ty.define(map[string]Object{m.Name: m})
		for k, of := range byKind {
			if of != ty {
				continue
			}
			if methodTables[m.Name] == nil {
				methodTables[m.Name] = new([kinds]*Method)
			}
			methodTables[m.Name][k] = m
		}
	}
}

// method makes a method without keyword arguments, which takes from least
// to most arguments beside self; most -1: any number.
func method(name string, least, most int, call func(t *Thread, self Object, args []Object) (Object, error)) *Method {
	return &Method{Name: name, plain: plain{call, least, most}}
}
