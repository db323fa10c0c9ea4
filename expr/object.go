package expr

// Object is anything an expression can hold. The scalars of package value
// (None, Bool, Int, Big, Float, Complex, Str, Bytes) are objects; so is every
// type of this package and of the host that names its type.
//
// Objects belong to the run that made them: only the immutable ones (scalars,
// functions, types, modules) may be shared between runs that overlap.
type Object interface {
	// TypeName is Python's name of the type, as error messages show it.
	TypeName() string
}

// The interfaces below are what an object can do beyond having a name. All are
// optional. A method is given the thread of the run, by which it charges what it
// makes and does.

// HasAttr is an object with attributes: o.name.
type HasAttr interface {
	Object
	// Attr gives the attribute; nil and no error when there is none.
	Attr(t *Thread, name string) (Object, error)
}

// HasItem is an object that takes subscripts: o[key]. A slice comes as a *Slice.
type HasItem interface {
	Object
	Item(t *Thread, key Object) (Object, error)
}

// HasSetItem is an object whose items can be assigned: o[key] = v.
type HasSetItem interface {
	Object
	SetItem(t *Thread, key, v Object) error
}

// HasDelItem is an object whose items can be deleted: del o[key].
type HasDelItem interface {
	Object
	DelItem(t *Thread, key Object) error
}

// Iterable is an object that can be iterated over.
type Iterable interface {
	Object
	Iter(t *Thread) (Iterator, error)
}

// Iterator hands out objects one by one. Every Iterator is iterable itself.
type Iterator interface {
	Object
	// Next gives the next object; nil and no error at the end, and ever after.
	Next(t *Thread) (Object, error)
}

// Sized is an object with a length. One without HasTruth is true when its
// length is not zero.
type Sized interface {
	Object
	Len(t *Thread) (int, error)
}

// Container is an object that answers o in container; one without it is
// searched by iteration.
type Container interface {
	Object
	Contains(t *Thread, o Object) (bool, error)
}

// Texter is an object that writes itself: str() and repr() of it.
type Texter interface {
	Object
	Str(t *Thread) (string, error)
	Repr(t *Thread) (string, error)
}

// Formatter is an object with its own format(): f'{o:spec}'. One without it
// takes only the empty specification.
type Formatter interface {
	Object
	Format(t *Thread, spec string) (string, error)
}

// Callable is an object that can be called: o(...).
type Callable interface {
	Object
	Call(t *Thread, a Args) (Object, error)
}

// HasTruth is an object that decides whether it is true.
type HasTruth interface {
	Object
	Truth(t *Thread) (bool, error)
}

// HasBinary is an object that takes part in binary operations.
type HasBinary interface {
	Object
	// Binary gives o op other, or other op o when reflected; nil and no error
	// when it cannot (Python's NotImplemented).
	Binary(t *Thread, op Op, other Object, reflected bool) (Object, error)
}

// HasUnary is an object that has a sign: -o, +o, ~o, abs(o).
type HasUnary interface {
	Object
	// Unary gives op o; nil and no error when it cannot. op is Sub for -o, Add
	// for +o, Invert for ~o, Abs for abs(o).
	Unary(t *Thread, op Op) (Object, error)
}

// HasCompare is an object that can be compared.
type HasCompare interface {
	Object
	// CompareTo gives o op other; ok is false when it cannot (NotImplemented).
	// The caller tries the other object next, with the operator turned around.
	CompareTo(t *Thread, op CmpOp, other Object) (result, ok bool, err error)
}

// Hashable is an object that may be a key by its value. One that implements
// HasCompare but not Hashable is unhashable; one that implements neither is a
// key by its identity. Equal objects must have equal hashes.
type Hashable interface {
	Object
	Hash(t *Thread) (int64, error)
}

// HasType is an object whose type is an object too: type(o), isinstance(o, T).
// The attributes of the type and its bases are the object's as well.
type HasType interface {
	Object
	Type() *Type
}
