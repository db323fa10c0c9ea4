package modules_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"althing/value"
)

func TestBase64AsCPython(t *testing.T) {
	compare(t, `
		base64.b64encode(b'hello')
		base64.b64encode(b'')
		base64.b64encode(bytearray(b'\xfb\xff'))
		base64.b64encode(b'\xfb\xff', b'-_')
		base64.b64encode(b'\xfb\xff', altchars=b'xx')
		base64.b64encode(b'\xfb\xff', 'ab')
		base64.b64encode(b'\xfb\xff', b'abc')
		base64.b64encode(b'\xfb\xff', 'abc')
		base64.b64encode(b'\xfb\xff', 5)
		base64.b64encode('a')
		base64.b64encode('a', 5)
		base64.b64encode()
		base64.b64encode(b'', b'ab', 1)
		base64.b64encode(x=1)
		base64.b64encode(5)
		base64.b64decode('aGVsbG8=')
		base64.b64decode(b'aGVsbG8=')
		base64.b64decode(bytearray(b'aGVsbG8='))
		base64.b64decode('aGVsbG8')
		base64.b64decode('aGVs!bG8=')
		base64.b64decode('aGVs!bG8=', validate=True)
		base64.b64decode('aGVsbG8=', validate=True)
		base64.b64decode('-_--', b'-_')
		base64.b64decode('-_--', '-_')
		base64.b64decode('-_--', '-_', True)
		base64.b64decode('-_--', '-')
		base64.b64decode('-_--', bytearray(b'-'))
		base64.b64decode('-_--', 5)
		base64.b64decode('-_--', 'éé')
		base64.b64decode('a', validate='x')
		base64.b64decode('é')
		base64.b64decode(5)
		base64.b64decode(None)
		base64.b64decode([1])
		base64.b64decode('')
		base64.standard_b64encode(b'\xfb\xff')
		base64.standard_b64encode(b'', 1)
		base64.standard_b64decode('+/++')
		base64.urlsafe_b64encode(b'\xfb\xff')
		base64.urlsafe_b64encode('')
		base64.urlsafe_b64decode('-_++')
		base64.urlsafe_b64decode('-_-')
		base64.urlsafe_b64decode(1.5)
		[base64.b32encode(b'hello!'[:n]) for n in range(7)]
		[base64.b32hexencode(b'hello!'[:n]) for n in range(7)]
		base64.b32encode('a')
		base64.b32encode(5)
		base64.b32decode('NBSWY3DPEE======')
		base64.b32decode('nbswy3dpee======')
		base64.b32decode('nbswy3dpee======', True)
		base64.b32decode('nbswy3dpee======', casefold=1)
		[base64.b32decode('NBSWY3DP'[:n] + '=' * (8 - n)) for n in (2, 4, 5, 7, 8)]
		base64.b32decode('N=======')
		base64.b32decode('NBS=====')
		base64.b32decode('NBSWY3==')
		base64.b32decode('========')
		base64.b32decode('NB')
		base64.b32decode('')
		base64.b32decode('NB1WY3DP')
		base64.b32decode('NB1WY3D0', map01='L')
		base64.b32decode('NB1WY3D0', map01=b'I')
		base64.b32decode('NB1WY3D0', map01='LL')
		base64.b32decode('NB1WY3D0', map01='é')
		base64.b32decode('NB1WY3D0', map01=5)
		base64.b32decode('N!1WY3DP')
		base64.b32decode('AA=AAAAA')
		base64.b32decode('AAAAAAAA' '=AAAAAAA')
		base64.b32decode('NBSWY3DP' 'N=======')
		base64.b32decode('é')
		base64.b32hexdecode('D1IMOR3F')
		base64.b32hexdecode('d1imor3f')
		base64.b32hexdecode('d1imor3f', True)
		base64.b32hexdecode('d1imor3f', True, 'L')
		base64.b16encode(b'\x00\xabz')
		base64.b16encode('a')
		base64.b16decode('00AB')
		base64.b16decode('00ab')
		base64.b16decode('00ab', True)
		base64.b16decode('00A')
		base64.b16decode('0 AB')
		base64.b16decode('é')
		base64.b16decode(5)
		base64.a85encode(b'hello world')
		[base64.a85encode(b'hello'[:n]) for n in range(6)]
		[base64.a85encode(b'hello'[:n], pad=True) for n in range(6)]
		[base64.a85encode(b'\0' * n) for n in range(6)]
		[base64.a85encode(b'\0' * n, pad=True) for n in range(6)]
		base64.a85encode(b' ' * 9)
		base64.a85encode(b' ' * 9, foldspaces=True)
		base64.a85encode(b'hello', adobe=True)
		base64.a85encode(b'hello world' * 3, wrapcol=10)
		base64.a85encode(b'hello world' * 3, wrapcol=10, adobe=True)
		[base64.a85encode(b'hello', wrapcol=n, adobe=True) for n in range(-2, 14)]
		[base64.a85encode(b'hello', wrapcol=n) for n in range(-2, 14)]
		[base64.a85encode(b'', wrapcol=n, adobe=True) for n in range(0, 4)]
		base64.a85encode(b'', wrapcol=1)
		base64.a85encode(b'hello', wrapcol=10**30)
		base64.a85encode(b'hello', wrapcol=-10**30)
		base64.a85encode(b'hello', wrapcol='a')
		base64.a85encode(b'hello', wrapcol=2.5)
		base64.a85encode(b'hello', wrapcol=[])
		base64.a85encode(b'hello', True)
		base64.a85encode('a')
		base64.a85decode('BOu!rD]j7BEbo7')
		[base64.a85decode('BOu!rD]j7'[:n]) for n in range(10)]
		base64.a85decode('<~BOu!rD]j7BEbo7~>', adobe=True)
		base64.a85decode('BOu!rD]j7BEbo7~>', adobe=True)
		base64.a85decode('BOu!rD]j7BEbo7', adobe=True)
		base64.a85decode('<~>', adobe=True)
		base64.a85decode('<~~>', adobe=True)
		base64.a85decode('z!!')
		base64.a85decode('!z')
		base64.a85decode('y')
		base64.a85decode('yz', foldspaces=True)
		base64.a85decode('!y', foldspaces=True)
		base64.a85decode('BOu!r D]j\n7')
		base64.a85decode('BOu!r D]j\n7', ignorechars=b' ')
		base64.a85decode('BOu!r D]j\n7', ignorechars='')
		base64.a85decode('BOu!r~D]j\n7', ignorechars=b'~\n')
		base64.a85decode('uuuuu')
		base64.a85decode('s8W-!')
		base64.a85decode('s8W-"')
		base64.a85decode('uu')
		base64.a85decode(b'\xff')
		base64.a85decode('~')
		base64.a85decode('é')
		base64.a85decode(5)
		base64.b85encode(b'hello world')
		[base64.b85encode(b'hello'[:n]) for n in range(6)]
		[base64.b85encode(b'hello'[:n], pad=True) for n in range(6)]
		base64.b85encode(b'\0' * 5)
		base64.b85encode('a')
		base64.b85decode('Xk~0{Zy<MXa%^NF')
		[base64.b85decode('Xk~0{Zy<MXa%^NF'[:n]) for n in range(15)]
		base64.b85decode('Xk~0{ Zy')
		base64.b85decode('~~~~~')
		base64.b85decode('|NsC1')
		base64.b85decode('00000|NsC0')
		base64.b85decode('00000~~')
		base64.b85decode('')
		base64.b85decode('é')
		base64.b85decode(b='00')
		base64.encodebytes(b'')
		base64.encodebytes(b'a' * 57)
		base64.encodebytes(b'a' * 58)
		base64.encodebytes(b'a' * 200)
		base64.encodebytes('a')
		base64.encodebytes(5)
		base64.decodebytes(b'YWFh\nYWFh\n')
		base64.decodebytes('YWFh')
		base64.decodebytes(b'YWF')
	`)
}

// TestCodecsAtRandomAsCPython reads and writes random bytes, most of which look
// like something encoded.
func TestCodecsAtRandomAsCPython(t *testing.T) {
	calls := []string{
		"base64.b64decode(%s)", "base64.b64decode(%s, b'-_')", "base64.b64decode(%s, validate=True)", "base64.urlsafe_b64decode(%s)",
		"base64.b32decode(%s)", "base64.b32decode(%s, True, 'L')", "base64.b32hexdecode(%s, True)", "base64.b16decode(%s, True)",
		"base64.a85decode(%s)", "base64.a85decode(%s, foldspaces=True, ignorechars=b'=')", "base64.a85decode(%s, adobe=True)", "base64.b85decode(%s)",
		"base64.b64encode(%s)", "base64.b32encode(%s)", "base64.a85encode(%s)", "base64.a85encode(%s, foldspaces=True, wrapcol=7, adobe=True)",
		"base64.b85encode(%s)", "base64.b85encode(%s, True)", "base64.encodebytes(%s)", "binascii.a2b_base64(%s, strict_mode=True)",
		"binascii.a2b_uu(%s)", "binascii.b2a_uu(%s)", "binascii.b2a_uu(%s, backtick=True)", "binascii.a2b_qp(%s)", "binascii.a2b_qp(%s, True)",
		"binascii.b2a_qp(%s)", "binascii.b2a_qp(%s, True, False, True)", "binascii.b2a_qp(%s * 9, istext=False)", "binascii.b2a_qp(%s * 9, header=True)",
		"binascii.unhexlify(%s)", "binascii.hexlify(%s, '-', 3)", "binascii.crc32(%s, 77)", "binascii.crc_hqx(%s, 77)",
	}
	alphabets := []string{
		"AZaz09+/=", "ABab27=", "A2=", "09afAF", "!uz~<>", "0Zz~|=", "#86)C`  \n", "a=3D_ \t\r\n.\x00", "\x00 ", "\x00\x7f\xff", " ",
	}
	r := rand.New(rand.NewPCG(1, 2))
	var all []string
	for _, call := range calls {
		for range 60 {
			alphabet := alphabets[r.IntN(len(alphabets))]
			raw := make([]byte, r.IntN(24))
			for i := range raw {
				raw[i] = alphabet[r.IntN(len(alphabet))]
			}
			all = append(all, fmt.Sprintf(call, value.Repr(value.Bytes(raw))))
		}
	}
	compareAll(t, all)
}

func TestCodecsBounds(t *testing.T) {
	checkBounds(t, []bound{
		{"len(base64.b64encode(b'x' * 10**7))", "MemoryError"},
		{"len(base64.b64encode(b'x' * 10**6))", "1333336"},
		{"base64.a85decode('z' * 10**7)", "MemoryError"},
		{"base64.a85encode(b'x' * 10**7, wrapcol=1)", "MemoryError"},
		{"[x := b'x' * 10**6, [base64.b64encode(x) and 0 for _ in itertools.count()]]", "MemoryError|TimeoutError"},
		{"[x := b'x' * 10**6, sum(binascii.crc32(x) for _ in itertools.count())]", "MemoryError|TimeoutError"},
		{"[x := bytearray(10**6), sum(binascii.crc_hqx(x, 0) for _ in itertools.count())]", "MemoryError|TimeoutError"},
		{"[x := 'x' * 10**6, sum(len(binascii.a2b_qp(x)) for _ in itertools.count())]", "MemoryError|TimeoutError"},
		{"binascii.hexlify(bytes(10**7), '-')", "MemoryError"},
	})
}
