package expr

import (
	"slices"

	"althing/value"
)

func defineBytearrayMethods() {
	typeByteArray.methods(
		method("append", 1, 1, func(t *Thread, self Object, args []Object) (Object, error) {
			t.kept++
			one, err := octet(args[0])
			if err != nil {
				return nil, err
			}
			return None, self.(*ByteArray).extend(t, []byte{one})
		}),
		method("extend", 1, 1, func(t *Thread, self Object, args []Object) (Object, error) {
			t.kept++
			o := args[0]
			if s, text := o.(value.Str); text && s == "" {
				return None, nil
			} else if text {
				return nil, TypeError("'str' object cannot be interpreted as an integer")
			}
			if !isIterable(o) {
				return nil, TypeError("can't extend bytearray with %s", o.TypeName())
			}
			more, err := octetsOf(t, o, "bytearray")
			if err != nil {
				return nil, err
			}
			return None, self.(*ByteArray).extend(t, more)
		}),
		method("insert", 2, 2, func(t *Thread, self Object, args []Object) (Object, error) {
			t.kept++
			b := self.(*ByteArray)
			i, err := Index(args[0])
			if err != nil {
				return nil, err
			}
			one, err := octet(args[1])
			if err != nil {
				return nil, err
			}
			n := int64(len(b.b))
			if i < 0 {
				i = max(i+n, 0)
			}
			at := int(min(i, n))
			return None, b.splice(t, at, at, []byte{one})
		}),
		method("pop", 0, 1, byteArrayPop),
		method("remove", 1, 1, func(t *Thread, self Object, args []Object) (Object, error) {
			b := self.(*ByteArray)
			one, err := octet(args[0])
			if err != nil {
				return nil, err
			}
			at := slices.Index(b.b, one)
			if at < 0 {
				return nil, ValueError("value not found in bytearray")
			}
			return None, b.splice(t, at, at+1, nil)
		}),
		method("reverse", 0, 0, func(_ *Thread, self Object, _ []Object) (Object, error) {
			slices.Reverse(self.(*ByteArray).b)
			return None, nil
		}),
		method("clear", 0, 0, func(_ *Thread, self Object, _ []Object) (Object, error) {
			self.(*ByteArray).b = nil
			return None, nil
		}),
		method("copy", 0, 0, func(t *Thread, self Object, _ []Object) (Object, error) {
			return t.result(self, self.(*ByteArray).b)
		}),
	)
}

func byteArrayPop(t *Thread, self Object, args []Object) (Object, error) {
	b := self.(*ByteArray)
	i, err := Index(optional(args, 0, Int(-1)))
	if err != nil {
		return nil, err
	}
	if len(b.b) == 0 {
		return nil, IndexError("pop from empty bytearray")
	}
	if i < 0 {
		i += int64(len(b.b))
	}
	if i < 0 || i >= int64(len(b.b)) {
		return nil, IndexError("pop index out of range")
	}
	one := b.b[i]
	return Int(int64(one)), b.splice(t, int(i), int(i)+1, nil)
}
