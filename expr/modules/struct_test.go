package modules_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"althing/value"
)

func TestStructAsCPython(t *testing.T) {
	compare(t, `
		struct.pack()
		struct.pack('')
		struct.pack('i')
		struct.pack('i', 1, 2)
		struct.pack('i', 'a')
		struct.pack('i', 1.5)
		struct.pack('i', None)
		struct.pack(5)
		struct.pack(None, 1)
		struct.pack('é', 1)
		struct.pack('i\0', 1)
		struct.pack(b'i', 1)
		struct.pack(bytearray(b'i'), 1)
		struct.pack('z', 1)
		struct.pack('3', 1)
		struct.pack('3 i', 1, 2, 3)
		struct.pack(' i h ', 1, 2)
		struct.pack('i3', 1)
		struct.pack('<<i', 1)
		struct.pack('>i', 1)
		struct.pack('!i', 1)
		struct.pack('=i', 1)
		struct.pack('@i', 1)
		struct.pack('<n', 1)
		struct.pack('n', 1)
		struct.pack('<P', 1)
		struct.pack('P', 1)
		struct.pack('P', -1)
		struct.pack('P', 2**64)
		struct.pack('P', -2**63-1)
		struct.pack('P', 'a')
		struct.pack('bhilq', 1, 2, 3, 4, 5)
		struct.pack('<bhilq', 1, 2, 3, 4, 5)
		struct.pack('b0i', 1)
		struct.pack('bx', 1)
		struct.pack('3xb', 1)
		struct.pack('b', 128)
		struct.pack('b', -129)
		struct.pack('B', 256)
		struct.pack('B', -1)
		struct.pack('h', 2**15)
		struct.pack('H', 2**16)
		struct.pack('H', -1)
		struct.pack('i', 2**31)
		struct.pack('I', 2**32)
		struct.pack('I', -1)
		struct.pack('l', 2**63)
		struct.pack('L', 2**64)
		struct.pack('L', -1)
		struct.pack('q', 2**63)
		struct.pack('q', -2**63-1)
		struct.pack('Q', 2**64)
		struct.pack('Q', -1)
		struct.pack('n', 2**63)
		struct.pack('N', 2**64)
		struct.pack('N', -1)
		struct.pack('b', 2**100)
		struct.pack('i', 2**100)
		struct.pack('H', 2**100)
		struct.pack('<b', 128)
		struct.pack('<b', 2**100)
		struct.pack('<B', 256)
		struct.pack('<B', -1)
		struct.pack('<h', 2**15)
		struct.pack('<H', 2**16)
		struct.pack('<i', 2**31)
		struct.pack('<I', 2**32)
		struct.pack('<I', -1)
		struct.pack('<i', 2**100)
		struct.pack('<I', 2**100)
		struct.pack('<l', 2**31)
		struct.pack('<L', 2**32)
		struct.pack('<q', 2**63)
		struct.pack('<Q', 2**64)
		struct.pack('<Q', -1)
		struct.pack('>q', 2**63)
		struct.pack('>Q', 'a')
		struct.pack('>h', 1.0)
		struct.pack('>h', 2**15)
		struct.pack('>I', -1)
		struct.pack('>b', 200)
		struct.pack('f', 'a')
		struct.pack('f', 1)
		struct.pack('f', 1e40)
		struct.pack('<f', 1e40)
		struct.pack('f', 10**400)
		struct.pack('d', 10**400)
		struct.pack('d', 'a')
		struct.pack('d', True)
		struct.pack('e', 1e6)
		struct.pack('e', 65504.0)
		struct.pack('e', 65519.9)
		struct.pack('e', 65520.0)
		struct.pack('e', 1e-8)
		struct.pack('e', float('nan'))
		struct.pack('f', float('nan'))
		struct.pack('f', -float('nan'))
		struct.pack('f', float('inf'))
		struct.pack('?', [])
		struct.pack('?', 'a')
		struct.pack('3?', 1, 0, 2)
		struct.pack('c', b'a')
		struct.pack('c', b'ab')
		struct.pack('c', 'a')
		struct.pack('c', 5)
		struct.pack('c', bytearray(b'a'))
		struct.pack('s', b'abc')
		struct.pack('5s', b'abc')
		struct.pack('0s', b'abc')
		struct.pack('5s', 'abc')
		struct.pack('5s', bytearray(b'abc'))
		struct.pack('5p', b'abc')
		struct.pack('3p', b'abc')
		struct.pack('0p', b'abc')
		struct.pack('1p', b'abc')
		struct.pack('p', b'abc')
		struct.pack('300p', b'a'*299)[:3]
		struct.pack('5p', 'abc')
		struct.pack('99999999999999999999i')
		struct.pack('9223372036854775807i')
		struct.pack('9223372036854775807xi')
		struct.calcsize('9223372036854775807x')
		struct.calcsize('9223372036854775808x')
		struct.calcsize('bi')
		struct.calcsize('bq')
		struct.calcsize('qb')
		struct.calcsize('qb0q')
		struct.calcsize('b0q')
		struct.calcsize('<b0q')
		struct.calcsize('bhb')
		struct.calcsize('b3s5pi')
		struct.calcsize('')
		struct.calcsize()
		struct.calcsize(5)
		struct.calcsize('i', 1)
		struct.calcsize(format='i')
		struct.unpack('i', b'abcd')
		struct.unpack('i', b'abc')
		struct.unpack('', b'')
		struct.unpack('', b'a')
		struct.unpack('i', 'abcd')
		struct.unpack('i', 5)
		struct.unpack('i')
		struct.unpack()
		struct.unpack('i', b'abcd', 1)
		struct.unpack('i', buffer=b'abcd')
		struct.unpack('<bBhHiIqQ', bytes(range(100, 130)))
		struct.unpack('bBhHiIlLqQ', bytes(range(100, 156)))
		struct.unpack('c?s3s2p', b'a\x02bcdefg')
		struct.unpack('5p', b'\x09abcd')
		struct.unpack('0p', b'')
		struct.unpack('1p', b'a')
		struct.unpack('0s', b'')
		struct.unpack('efd', b'\x00\x3c\x00\x00'+bytes(12))
		struct.unpack('>efd', b'\x3c\x00'+b'\x3f\x80\x00\x00'+b'\x3f\xf0'+bytes(6))
		struct.unpack('nNP', bytes(range(24)))
		struct.unpack('2x2b', b'abcd')
		struct.unpack('<d', b'\xff'*8)
		struct.unpack('<e', b'\x00\x7c')
		struct.unpack('<e', b'\x01\x00')
		struct.unpack('<e', b'\x01\x7c')
		struct.unpack('i', bytearray(b'abcd'))
		struct.unpack_from('i', b'abcdefgh')
		struct.unpack_from('i', b'abcdefgh', 4)
		struct.unpack_from('i', b'abcdefgh', 5)
		struct.unpack_from('i', b'abcdefgh', -4)
		struct.unpack_from('i', b'abcdefgh', -3)
		struct.unpack_from('i', b'abcdefgh', -9)
		struct.unpack_from('i', b'abcdefgh', 100)
		struct.unpack_from('i', b'abcdefgh', 'a')
		struct.unpack_from('i', b'abcdefgh', 10**30)
		struct.unpack_from('i', b'abcdefgh', offset=2)
		struct.unpack_from('i', buffer=b'abcdefgh')
		struct.unpack_from('i')
		struct.unpack_from()
		struct.unpack_from('i', 'abcd')
		struct.unpack_from('i', b'abcd', 0, 1)
		struct.unpack_from('i', b'abcd', x=1)
		[b:=bytearray(8), struct.pack_into('i', b, 2, 1), b]
		struct.pack_into('i', bytearray(8), 5, 1)
		struct.pack_into('i', bytearray(8), -3, 1)
		struct.pack_into('i', bytearray(8), -4, 1)
		struct.pack_into('i', bytearray(8), -9, 1)
		struct.pack_into('i', bytearray(8), 'a', 1)
		struct.pack_into('i', bytearray(8), 10**30, 1)
		struct.pack_into('i', b'12345678', 0, 1)
		struct.pack_into('i', '12345678', 0, 1)
		struct.pack_into('i', 5, 0, 1)
		struct.pack_into('i', bytearray(8))
		struct.pack_into('i', bytearray(8), 0)
		struct.pack_into('i', bytearray(8), 0, 1, 2)
		struct.pack_into('i')
		struct.pack_into()
		struct.pack_into('i', bytearray(8), 0, x=1)
		struct.pack_into('i', bytearray(8), 0, 'a')
		[b:=bytearray(b'\xff'*8), struct.pack_into('bxh', b, 2, 1, 1), b]
		list(struct.iter_unpack('h', b'abcdef'))
		list(struct.iter_unpack('h', b'abcde'))
		struct.iter_unpack('', b'abcde')
		struct.iter_unpack('h', 'ab')
		struct.iter_unpack('h')
		list(struct.iter_unpack('h', b''))
		struct.iter_unpack('h', b'ab', 1)
		struct.iter_unpack('h', buffer=b'ab')
		struct.Struct('i').size
		struct.Struct('i').format
		struct.Struct(b'i').format
		struct.Struct()
		struct.Struct('z')
		struct.Struct(5)
		struct.Struct(format='i').size
		struct.Struct('i', 1)
		struct.Struct('i').pack(1)
		struct.Struct('i').pack()
		struct.Struct('i').pack(1, 2)
		struct.Struct('i').pack(x=1)
		struct.Struct('i').unpack(b'abcd')
		struct.Struct('i').unpack(b'abc')
		struct.Struct('i').unpack('abc')
		struct.Struct('i').unpack()
		struct.Struct('i').unpack_from(b'abcdef', 2)
		struct.Struct('i').unpack_from(b'abcdef', 3)
		struct.Struct('i').unpack_from()
		struct.Struct('i').unpack_from(buffer=b'abcd', offset=0)
		struct.Struct('i').unpack_from(b'abcd', 1, 2)
		struct.Struct('i').pack_into(bytearray(4), 0, 1)
		struct.Struct('i').pack_into(bytearray(4))
		struct.Struct('i').pack_into()
		list(struct.Struct('h').iter_unpack(b'abcd'))
		struct.Struct('h').iter_unpack(b'abc')
		struct.Struct('h').iter_unpack()
		struct.Struct
		struct.error
		struct.iter_unpack
		struct.pack
		struct.pack('i', x=1)
		type(struct.Struct('i'))
		struct.Struct('i') == struct.Struct('i')
		type(struct.iter_unpack('h', b'ab'))
		len(struct.iter_unpack('h', b'ab'))
		struct.Struct('i').foo
		struct.pack('>Q3sxH', 2**63, b'ab', 515)
		[x := struct.iter_unpack('h', b'abcdef'), next(x), list(x)][1:]
		struct.pack('>q', 2**63)
		struct.pack('>Q', -1)
		struct.pack('>Q', 2**64)
		struct.pack('>q', 1.5)
		struct.pack('>b', 2**100)
		struct.pack('>H', 2**100)
		struct.pack('>H', -1)
		struct.pack('>H', 2**16)
		struct.pack('>l', 2**31)
		struct.pack('>L', 2**32)
		struct.pack('!i', 2**31)
		struct.pack('=l', 2**31)
		struct.pack('=q', 2**63)
		struct.pack('=f', 1e40)
		struct.pack('@f', 1e40)
		struct.pack('>f', 1e40)
		struct.pack('<L', -1)
		struct.pack('<l', 2**70)
		struct.pack('P', 1.5)
		struct.pack('e', 'a')
		struct.pack([], 1)
		struct.Struct([])
		struct.Struct(bytearray(b'i'))
		struct.unpack([], b'')
		struct.calcsize(b'\xff')
		struct.calcsize('i\0')
		struct.calcsize('é')
		struct.calcsize('\udc80')
		struct.calcsize(' ')
		struct.calcsize('<')
		struct.calcsize('< i')
		struct.calcsize(' <i')
		struct.calcsize('@b i')
		struct.calcsize('0')
		struct.calcsize('0i')
		struct.calcsize('99999999999999999999x')
		struct.calcsize('4611686018427387904i')
		struct.calcsize('9223372036854775807xb')
		struct.calcsize('9223372036854775801xq')
		struct.calcsize('5 i')
		struct.calcsize('-1i')
		struct.calcsize('n2P')
		struct.unpack('@ci', b'a\0\0\0\1\0\0\0')
		struct.unpack('2i0s3x', bytes(11))
		struct.pack('2i0s3x', 1, 2, b'abc')
		struct.pack('?', float('nan'))
		struct.unpack('?', b'\x80')
		struct.Struct('i').unpack_from(b'abcd', x=1)
		struct.Struct('i').unpack_from(b'abcd', buffer=1)
		struct.Struct('i').iter_unpack(buffer=b'')
		struct.Struct('i').iter_unpack('')
		struct.Struct('').iter_unpack(b'')
		struct.Struct('i').pack_into(b'', 0)
		struct.pack_into('i', b'', x=1)
		struct.pack_into('i', bytearray(4), None, 1)
		struct.pack_into('i', bytearray(4), True, 1)
		struct.pack_into('hh', bytearray(4), 0, 1, 'a')
		struct.unpack_from('i', b'abcd', -1)
		struct.unpack_from('', b'abcd', -1)
		struct.unpack_from('', b'abcd', 5)
		struct.unpack_from('', b'abcd', 4)
		struct.unpack_from('i', b'', 0)
		struct.unpack_from('i', b'abcdef', 2**63 - 1)
		struct.pack_into('i', bytearray(8), 2**63 - 1, 1)
		struct.pack_into('i', bytearray(8), -2**63, 1)
		struct.pack('f', 3.4028235677973366e+38)
		struct.pack('<f', 3.4028235677973366e+38)
		struct.pack('<f', 3.4028235677973362e+38)
		[struct.pack('>e', x) for x in (0.0, -0.0, 1.0, 65504, 5.960464477539063e-08, 2.9802322387695312e-08, 2.980232238769532e-08)]
		[struct.pack('>e', x) for x in (6.103515625e-05, 6.1e-05, 1.0009765625, 1.00048828125, 1.000488281250001, 1.00146484375, float('inf'), -float('inf'))]
		struct.unpack('>256e', bytes(range(256)) * 2)
	`)
}

// TestStructAtRandomAsCPython packs random objects, of which some do not fit, by
// random formats, and unpacks random bytes.
func TestStructAtRandomAsCPython(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	values := map[byte][]string{
		'x': {}, 'c': {"b'a'", "b'\\xff'", "'a'"}, '?': {"True", "0", "[1]", "''"},
		's': {"b''", "b'abc'", "bytearray(b'abcdefgh')", "'a'"}, 'p': {"b''", "b'abc'", "b'x' * 300"},
		'e': {"1.5", "-0.0", "65504", "1e-7", "0.1", "1e9", "float('inf')"}, 'f': {"1.5", "0.1", "-3", "1e39", "1e-45"},
		'd': {"0.1", "-2.5e300", "7", "True", "None"},
	}
	ints := []string{"0", "1", "-1", "127", "128", "-128", "255", "256", "32767", "-32768", "65535", "2**31 - 1", "-2**31", "2**32 - 1", "2**63 - 1", "-2**63", "2**64 - 1", "True", "1.0"}
	orders := []string{"", "@", "<", ">", "=", "!"}
	var all []string
	for range 1500 {
		format, items := orders[r.IntN(len(orders))], []string{}
		for range 1 + r.IntN(4) {
			char := "xcbB?hHiIlLqQnNPefdsp"[r.IntN(21)]
			count := r.IntN(4)
			if char == 'p' {
				count++ // CPython writes beyond a text without room
			}
			format += strings.Repeat(" ", r.IntN(2)) + strconv.Itoa(count) + string(char)
			choice, ok := values[char]
			switch {
			case char == 's' || char == 'p':
				count = 1
			case char == 'x':
				count = 0
			case !ok:
				choice = ints
			}
			for range count {
				items = append(items, choice[r.IntN(len(choice))])
			}
		}
		raw := make([]byte, 160)
		for i := range raw {
			raw[i] = byte(r.IntN(256) & r.IntN(256))
		}
		all = append(all,
			fmt.Sprintf("struct.calcsize('%s')", format),
			fmt.Sprintf("struct.pack(%s)", strings.Join(append([]string{"'" + format + "'"}, items...), ", ")),
			fmt.Sprintf("struct.unpack_from('%s', %s)", format, value.Repr(value.Bytes(raw))))
	}
	compareAll(t, all)
}

func TestStructBounds(t *testing.T) {
	checkBounds(t, []bound{
		{"struct.pack('9223372036854775807x')", "MemoryError"},
		{"struct.pack('99999999x')", "MemoryError"},
		{"struct.unpack('9000000b', bytes(9000000))", "MemoryError|TimeoutError"},
		{"struct.unpack('1000000b', bytes(1000000))[5]", "0"},
		{"struct.calcsize('i' * 10**6)", "MemoryError|TimeoutError"},
		{"struct.calcsize('0i' * 10**4)", "0"},
		{"struct.calcsize('1' * 10**6 + 'x')", "MemoryError|error"},
		{"[x := bytes(10**6), sum(len(v) for _ in itertools.count() for v in struct.iter_unpack('1000s', x))]", "MemoryError|TimeoutError"},
		{"[x := bytearray(10**6), [struct.pack_into('100000s', x, 0, b'') for _ in itertools.count()]]", "MemoryError|TimeoutError"},
		{"sum(v for v, in struct.iter_unpack('<H', bytes(range(256)) * 3000))", "12631680000"},
	})
}
