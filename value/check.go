package value

import (
	"unsafe"

	"althing/fault"
)

// Check reports whether v may be kept and sent: not nested deeper than
// MaxDepth, and every text in it a ValidText. What comes from the decoders of
// this package has passed already.
func Check(v Value) error { return check(v, 0) }

func check(v Value, depth int) error {
	switch v := v.(type) {
	case Str:
		if !ValidText(string(v)) {
			return fault.New(fault.Invalid, "the text is not valid UTF-8; send bytes as bytes")
		}
	case List:
		return checkItems(v, depth)
	case Tuple:
		return checkItems(v, depth)
	case *Set:
		return checkItems(v.items, depth)
	case *Dict:
		if depth == MaxDepth {
			return tooDeep()
		}
		for _, p := range v.pairs {
			if err := check(p.Key, depth+1); err != nil {
				return err
			}
			if err := check(p.Value, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkItems(items []Value, depth int) error {
	if depth == MaxDepth {
		return tooDeep()
	}
	for _, v := range items {
		if err := check(v, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func tooDeep() error {
	return fault.New(fault.Limit, "a value may be nested at most %d deep", MaxDepth)
}

// What the parts of a value weigh, in bytes.
const (
	word     = int(unsafe.Sizeof(uintptr(0)))
	slotSize = int(unsafe.Sizeof(Value(nil)))
	headSize = 3 * word // a slice's or a big integer's own
)

// Size is the memory that v holds in bytes, near enough for limits and budgets:
// what it points to, and the interface that points to it.
func Size(v Value) int {
	size := slotSize
	switch v := v.(type) {
	case Int, Float:
		size += 8
	case Complex:
		size += 16
	case Big:
		size += word + headSize + len(v.i.Bits())*word
	case Str:
		size += 2*word + len(v)
	case Bytes:
		size += 2*word + len(v)
	case List:
		size += headSize + sizeItems(v)
	case Tuple:
		size += headSize + sizeItems(v)
	case *Set:
		size += 2*headSize + 4*len(v.index) + sizeItems(v.items)
	case *Dict:
		size += 2*headSize + 4*len(v.index)
		for _, p := range v.pairs {
			size += Size(p.Key) + Size(p.Value)
		}
	}
	return size
}

func sizeItems(items []Value) int {
	size := 0
	for _, v := range items {
		size += Size(v)
	}
	return size
}
